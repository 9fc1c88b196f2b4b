/* SPDX-License-Identifier: MIT
 *
 * What the guests share: where the machine files of configs/ put the devices, and the few steps that
 * every guest needs. For the assembler alone; AT&T syntax.
 */
#ifndef CARDCAGE_TESTS_GUESTS_GUEST_H_
#define CARDCAGE_TESTS_GUESTS_GUEST_H_

/* The first serial port, a 16550 (TI TL16C550C data sheet, table 2). */
#define COM1 0x3f8
#define COM1_DATA COM1      /* RBR read, THR written */
#define COM1_LSR (COM1 + 5) /* line status */
#define COM1_SCR (COM1 + 7) /* scratch; the last of its eight registers */
#define LSR_DR 0x01         /* data ready */
#define LSR_THRE 0x20       /* transmitter holding register empty */

#define DEBUG_EXIT 0xf4      /* a write ends the machine with the value */
#define SCRATCH_PORT 0x500   /* plain registers on ports */
#define SCRATCH_MMIO 0xd0000 /* plain registers in memory, within reach of real mode */
#define SCRATCH_LAST 0xfff   /* the last byte of them */

#define CTRL_D 0x04

/* Sends the byte in %al, once the transmitter takes it. Changes %dx and %ah. */
.macro SEND_AL
    movb %al, %ah
    movw $COM1_LSR, %dx
7:  inb %dx, %al
    testb $LSR_THRE, %al
    jz 7b
    movb %ah, %al
    movw $COM1_DATA, %dx
    outb %al, %dx
.endm

/* Sends the bytes from DS:SI up to the first 0, in real mode. Changes %ax, %dx, %si. */
.macro SEND_STRING_AT_SI
    cld
8:  lodsb
    testb %al, %al
    jz 9f
    SEND_AL
    jmp 8b
9:
.endm

/* Stops for good. Without an interrupt controller of the kernel a HLT with interrupts off ends the
 * machine; where HLT returns all the same (an NMI), it is tried again. */
.macro STOP
    cli
6:  hlt
    jmp 6b
.endm

#endif /* CARDCAGE_TESTS_GUESTS_GUEST_H_ */
