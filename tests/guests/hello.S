/* SPDX-License-Identifier: MIT
 *
 * Prints a line as a driver without interrupts does: asks LSR before each byte.
 */
#include "guest.inc"
.code16
    movw $text, %si
    SEND_STRING_AT_SI
    STOP
text:
    .asciz "Hello from the cage\n"
