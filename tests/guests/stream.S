/* SPDX-License-Identifier: MIT
 *
 * Sends 256 KiB as a driver does: asks LSR once for each full FIFO, and then writes sixteen bytes. They are 0 to 15,
 * over and over.
 */
#include "guest.inc"
#include "pc.inc"
#define FIFOS (256 * 1024 / 16)
.code16
    OUT_BYTE 0x07, COM1_FCR           /* on and empty */
    movw $FIFOS, %si
1:  movw $COM1_LSR, %dx
2:  inb %dx, %al
    testb $LSR_THRE, %al
    jz 2b
    movw $COM1_DATA, %dx
    xorb %al, %al
3:  outb %al, %dx
    incb %al
    cmpb $16, %al
    jne 3b
    decw %si
    jnz 1b
    STOP
