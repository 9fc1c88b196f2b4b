/* SPDX-License-Identifier: MIT
 *
 * Adds AL and BL, which the machine file sets to 2 each, and prints the digit. configs/two-plus-two.yaml
 * has these bytes as hex; a test holds the two together.
 */
#include "guest.inc"
.code16
    movw $COM1_DATA, %dx
    addb %bl, %al
    addb $'0', %al
    outb %al, %dx
    movb $'\n', %al
    outb %al, %dx
    hlt                   /* interrupts are off after reset: the machine ends */
