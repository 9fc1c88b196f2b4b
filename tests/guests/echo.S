/* SPDX-License-Identifier: MIT
 *
 * Sends back each byte that comes, until Ctrl-D.
 */
#include "guest.inc"
.code16
next:
    movw $COM1_LSR, %dx
1:  inb %dx, %al
    testb $LSR_DR, %al
    jz 1b
    movw $COM1_DATA, %dx
    inb %dx, %al
    cmpb $CTRL_D, %al
    je done
    SEND_AL
    jmp next
done:
    STOP
