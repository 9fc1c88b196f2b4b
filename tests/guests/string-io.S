/* SPDX-License-Identifier: MIT
 *
 * Prints a line by one string instruction. The transmitter is not asked: the line is shorter than
 * what a host always holds.
 */
#include "guest.inc"
.code16
    cld
    movw $text, %si
    movw $text_end - text, %cx
    movw $COM1_DATA, %dx
    rep outsb
    STOP
text:
    .ascii "one string, one instruction\n"
text_end:
