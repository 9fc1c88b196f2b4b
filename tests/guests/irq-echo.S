/* SPDX-License-Identifier: MIT
 *
 * Sends back each byte that comes, until Ctrl-D, and sleeps in between: the serial port's interrupt wakes
 * it. The received-data interrupt is due at eight bytes, so fewer are told by the character timeout.
 */
#include "guest.inc"
#include "pc.inc"

.code16
    cli
    SET_UP_REAL_MODE
    SET_VECTOR VECTORS + COM1_IRQ, received
    SET_UP_PICS ~(1 << COM1_IRQ) & 0xff, 0xff
    OUT_BYTE 0x87, COM1_FCR           /* on and empty; eight bytes */
    OUT_BYTE MCR_INTERRUPTS, COM1_MCR
    OUT_BYTE IER_RECEIVED, COM1_IER
    sti
1:  hlt
    jmp 1b

received:
    movw $COM1_LSR, %dx
    inb %dx, %al
    testb $LSR_DR, %al
    jz 2f
    movw $COM1_DATA, %dx
    inb %dx, %al
    cmpb $CTRL_D, %al
    je 3f
    SEND_AL
    jmp received
2:  OUT_BYTE OCW2_END, PIC1
    iretw
3:  xorb %al, %al
    outb %al, $DEBUG_EXIT
    STOP
