/* SPDX-License-Identifier: MIT
 *
 * Counts the timer's interrupts, asleep in between, against the timer's counter 2, and prints as four hex digits how
 * many pulses ten ticks of 1 ms took: 11930, where the host is never late. Also reads back what counter 0 was
 * programmed to; where that is something else it says so and ends with code 1.
 */
#include "guest.inc"
#include "pc.inc"
#define PIT2 (PIT + 2)
#define PORT61 0x61
#define PERIOD 1193         /* 1193182 Hz by 1000 */
#define TICKS 10

/* Counter 2's count, latched, in %bx. Changes %al. */
.macro COUNT2
    movb $0x80, %al
    outb %al, $PIT_CONTROL
    inb $PIT2, %al
    movb %al, %bl
    inb $PIT2, %al
    movb %al, %bh
.endm

.code16
    cli
    SET_UP_REAL_MODE
    SET_VECTOR VECTORS + PIT_IRQ, tick
    SET_UP_PICS ~(1 << PIT_IRQ) & 0xff, 0xff

    /* Counter 2 down from 65536, in mode 0, its gate open. */
    OUT_BYTE 0x01, PORT61
    OUT_BYTE 0xb0, PIT_CONTROL
    OUT_BYTE 0x00, PIT2
    OUT_BYTE 0x00, PIT2
    /* Counter 0 as a rate generator. */
    OUT_BYTE 0x34, PIT_CONTROL
    OUT_BYTE PERIOD & 0xff, PIT
    OUT_BYTE PERIOD >> 8, PIT

    /* Read-back of the status alone: two bytes, mode 2, binary. */
    movw $wrong_status, %si
    OUT_BYTE 0xe2, PIT_CONTROL
    inb $PIT, %al
    andb $0x3f, %al
    cmpb $0x34, %al
    jne failed

    xorw %cx, %cx
1:  sti
    hlt
    cli
    cmpw $1, %cx
    jb 1b
    COUNT2
    movw %bx, %bp
2:  sti
    hlt
    cli
    cmpw $(TICKS + 1), %cx
    jb 2b
    COUNT2
    subw %bx, %bp           /* how many pulses ten ticks took */
    movw %bp, %ax
    movb %ah, %al
    SEND_HEX_AL
    movw %bp, %ax
    SEND_HEX_AL
    movb $'\n', %al
    SEND_AL
    END_WITH 0              /* with the kernel's controllers a HLT would not end the machine */

failed:
    SEND_STRING_AT_SI
    END_WITH 1

tick:
    incw %cx
    OUT_BYTE OCW2_END, PIC1
    iretw

wrong_status: .asciz "ticks: the status is not as programmed\n"
