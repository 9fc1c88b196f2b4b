/* SPDX-License-Identifier: MIT
 *
 * Sends as many bytes as ECX says, 0 to 250 over and over, and never asks whether the transmitter
 * takes them.
 */
#include "guest.inc"
#define PERIOD 251
.code16
    movw $COM1_DATA, %dx
    xorb %al, %al
1:  outb %al, %dx
    incb %al
    cmpb $PERIOD, %al
    jne 2f
    xorb %al, %al
2:  decl %ecx
    jnz 1b
    STOP
