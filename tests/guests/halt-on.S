/* SPDX-License-Identifier: MIT
 *
 * Halts with interrupts on, where none will ever come: a machine that waits, and does not end.
 */
#include "guest.inc"
.code16
    movw $text, %si
    SEND_STRING_AT_SI
    sti
1:  hlt
    jmp 1b
text:
    .asciz "waiting\n"
