/* SPDX-License-Identifier: MIT
 *
 * Sends back each byte that comes, until Ctrl-D, and sleeps in between: the serial port's interrupt wakes
 * it. The received-data interrupt is due at eight bytes, so fewer are told by the character timeout.
 *
 * References: Intel 8259A data sheet (initialization command words), PC16550D data sheet, 8.4 and 8.6.
 */
#include "guest.inc"
#define COM1_IER (COM1 + 1)
#define COM1_FCR (COM1 + 2)
#define COM1_MCR (COM1 + 4)
#define PIC1 0x20
#define PIC2 0xa0
#define VECTORS 0x20       /* of the first PIC's inputs; the second's follow */
#define COM1_IRQ 4

.macro OUT_BYTE value, port
    movw $\port, %dx
    movb $\value, %al
    outb %al, %dx
.endm

.code16
    cli
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %ss
    movw $0x8000, %sp
    movw $received, (VECTORS + COM1_IRQ) * 4
    movw %ax, (VECTORS + COM1_IRQ) * 4 + 2

    OUT_BYTE 0x11, PIC1               /* ICW1: edges, cascaded, ICW4 follows */
    OUT_BYTE 0x11, PIC2
    OUT_BYTE VECTORS, PIC1 + 1        /* ICW2 */
    OUT_BYTE VECTORS + 8, PIC2 + 1
    OUT_BYTE 0x04, PIC1 + 1           /* ICW3: the second is on input 2 */
    OUT_BYTE 0x02, PIC2 + 1
    OUT_BYTE 0x01, PIC1 + 1           /* ICW4: 8086 mode */
    OUT_BYTE 0x01, PIC2 + 1
    OUT_BYTE ~(1 << COM1_IRQ) & 0xff, PIC1 + 1
    OUT_BYTE 0xff, PIC2 + 1

    OUT_BYTE 0x87, COM1_FCR           /* on and empty; eight bytes */
    OUT_BYTE 0x0b, COM1_MCR           /* DTR, RTS, and OUT2, which lets the interrupt out */
    OUT_BYTE 0x01, COM1_IER
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
2:  OUT_BYTE 0x20, PIC1               /* end of interrupt */
    iretw
3:  xorb %al, %al
    outb %al, $DEBUG_EXIT
    STOP
