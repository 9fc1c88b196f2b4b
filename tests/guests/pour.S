/* SPDX-License-Identifier: MIT
 *
 * Sends as many bytes as ECX says, 0 to 250 over and over, and asks LSR before each. The period is a
 * prime, so that a lost block of any usual size shows.
 */
#include "guest.inc"
#define PERIOD 251
.code16
    xorb %bl, %bl
1:  movb %bl, %al
    SEND_AL
    incb %bl
    cmpb $PERIOD, %bl
    jne 2f
    xorb %bl, %bl
2:  decl %ecx
    jnz 1b
    STOP
