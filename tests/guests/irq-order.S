/* SPDX-License-Identifier: MIT
 *
 * What a guest sees of the interrupt controllers while two inputs ask at once: the timer's (0) and the serial
 * port's (4). Prints, as hex digits and in the order of the events: IRR and IMR, and of each handler its input
 * and the ISR that it found; by fully nested priority, by another lowest input, with automatic end of
 * interrupt, and with one of the two masked. The same on each pair of 8259A.
 */
#include "guest.inc"
#include "pc.inc"

/* Notes a byte, printed as two digits. Changes %di. */
.macro NOTE_AL
    movb %al, (%di)
    incw %di
.endm
.macro NOTE_PORT port
    movw $\port, %dx
    inb %dx, %al
    NOTE_AL
.endm

/* Has both inputs ask, notes IRR and IMR, lets in what comes, and prints what was noted. */
.macro ROUND
    call ask
    sti
    nop
    nop
    nop
    nop
    cli
    call print
.endm

.code16
    cli
    SET_UP_REAL_MODE
    SET_VECTOR VECTORS + PIT_IRQ, timer
    SET_VECTOR VECTORS + COM1_IRQ, serial
    SET_UP_PICS ~(1 << PIT_IRQ | 1 << COM1_IRQ) & 0xff, 0xff
    OUT_BYTE MCR_INTERRUPTS, COM1_MCR

    ROUND                             /* 0 before 4 */
    OUT_BYTE 0xc3, PIC1               /* OCW2: 3 is the lowest, and so 4 the highest */
    ROUND
    OUT_BYTE 0xc7, PIC1               /* as at first */
    OUT_BYTE 1 << PIT_IRQ | 0xee, PIC1 + 1
    ROUND                             /* 4 alone: 0 waits */
    OUT_BYTE ~(1 << PIT_IRQ | 1 << COM1_IRQ) & 0xff, PIC1 + 1
    sti                               /* the one that waits, not noted */
    nop
    nop
    cli
    ROUND
    END_WITH 0              /* with the kernel's controllers a HLT would not end the machine */

/* Both inputs low, and high again; then waits until both are requests. */
ask:
    movw $notes, %di
    OUT_BYTE 0x30, PIT_CONTROL        /* counter 0, two bytes, mode 0: OUT falls, and rises at the end */
    OUT_BYTE 0x40, PIT
    OUT_BYTE 0x00, PIT
    OUT_BYTE 0x00, COM1_IER
    OUT_BYTE IER_TRANSMITTER, COM1_IER
    OUT_BYTE OCW3_READ_IRR, PIC1
1:  inb $PIC1, %al
    andb $(1 << PIT_IRQ | 1 << COM1_IRQ), %al
    cmpb $(1 << PIT_IRQ | 1 << COM1_IRQ), %al
    jne 1b
    NOTE_AL
    NOTE_PORT PIC1 + 1
    NOTE_PORT PIC2 + 1
    ret

timer:
    movb $PIT_IRQ, %al
    NOTE_AL
    OUT_BYTE OCW3_READ_ISR, PIC1
    NOTE_PORT PIC1
    OUT_BYTE OCW2_END, PIC1
    iretw

serial:
    movb $COM1_IRQ, %al
    NOTE_AL
    OUT_BYTE OCW3_READ_ISR, PIC1
    NOTE_PORT PIC1
    movw $COM1_IIR, %dx
    inb %dx, %al                      /* takes the transmitter's interrupt back */
    OUT_BYTE OCW2_END, PIC1
    iretw

/* The notes up to %di, and a line's end; without the serial port's interrupt, that would come again. */
print:
    OUT_BYTE 0x00, COM1_IER
    movw $notes, %si
2:  lodsb
    SEND_HEX_AL
    movb $' ', %al
    SEND_AL
    cmpw %di, %si
    jb 2b
    movb $'\n', %al
    SEND_AL
    ret

notes: .skip 64
