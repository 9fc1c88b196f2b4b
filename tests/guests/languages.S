/* SPDX-License-Identifier: MIT
 *
 * Talks to the devices of examples/languages, each of which was written in another language, and prints what they
 * answer: three interrupts of the ticker, which come through the gate, and the sum of a text.
 */
#include "guest.inc"
#include "pc.inc"
#define TICKER_PERIOD 0x500
#define TICKER_STATUS 0x508
#define GATE_PENDING 0x510
#define GATE_MASK 0x514
#define GATE_COUNT 0x518
#define GATE_IRQ 5
#define CRC (0xd0000 >> 4)  /* in memory; a segment */
#define CRC_ADDRESS 0x04
#define CRC_LENGTH 0x08
#define CRC_SUM 0x0c

/* Changes %dx and %eax. */
.macro OUT_LONG value, port
    movw $\port, %dx
    movl $\value, %eax
    outl %eax, %dx
.endm
.macro IN_LONG port
    movw $\port, %dx
    inl %dx, %eax
.endm
.macro PRINT text
    movw $\text, %si
    SEND_STRING_AT_SI
.endm
/* Sends \value, a byte from 0 to 9. */
.macro PRINT_DIGIT value
    movb \value, %al
    SEND_DIGIT_AL
.endm

.code16
    cli
    SET_UP_REAL_MODE
    SET_VECTOR VECTORS + GATE_IRQ, gate
    SET_UP_PICS ~(1 << GATE_IRQ) & 0xff, 0xff
    OUT_LONG 1, GATE_MASK
    OUT_LONG 1, TICKER_PERIOD
1:  sti                     /* lets nothing in before the HLT */
    hlt
    cli
    cmpb $3, ticks
    jb 1b

    PRINT c
    PRINT_DIGIT ticks
    PRINT cpp
    IN_LONG GATE_COUNT
    SEND_DIGIT_AL

    PRINT rust
    movw $CRC, %ax
    movw %ax, %fs
    movl $nine, %fs:CRC_ADDRESS
    movl $9, %fs:CRC_LENGTH
    movl %fs:CRC_SUM, %ebp
    movw $4, %cx
2:  roll $8, %ebp           /* the highest byte first */
    movw %bp, %ax
    SEND_HEX_AL
    loop 2b
    PRINT newline
    END_WITH 0

/* The gate's bit is cleared before the ticker's, behind which another edge may come. The third tick is the last. */
gate:
    pushl %eax
    pushw %dx
    IN_LONG TICKER_STATUS
    addb %al, ticks
    cmpb $3, ticks
    jb 3f
    OUT_LONG 0, TICKER_PERIOD
3:  OUT_LONG 1, GATE_PENDING
    OUT_LONG 1, TICKER_STATUS
    OUT_BYTE OCW2_END, PIC1
    popw %dx
    popl %eax
    iretw

ticks:   .byte 0
nine:    .ascii "123456789"
c:       .asciz "C: ticks "
cpp:     .asciz "\nC++: interrupts "
rust:    .asciz "\nRust: sum "
newline: .asciz "\n"
