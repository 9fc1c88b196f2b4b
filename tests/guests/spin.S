/* SPDX-License-Identifier: MIT
 *
 * Says that it runs, and then never ends.
 */
#include "guest.inc"
.code16
    movw $text, %si
    SEND_STRING_AT_SI
1:  pause
    jmp 1b
text:
    .asciz "spinning\n"
