/* SPDX-License-Identifier: MIT
 *
 * Counts interrupts of the real-time clock, asleep in between: 32 periodic ones at 1024 Hz, the alarm of the
 * next second, and the end of an update. Between two alarms the seconds must have moved on. Prints a line for
 * each, or what failed, and then ends with code 1.
 */
#include "guest.inc"
#include "pc.inc"
#define RTC_SECONDS 0x00
#define RTC_SECONDS_ALARM 0x01
#define RTC_MINUTES_ALARM 0x03
#define RTC_HOURS_ALARM 0x05
#define RTC_A 0x0a
#define RTC_B 0x0b
#define RTC_C 0x0c
#define RTC_ANY 0xff        /* an alarm byte that fits each time */
#define B_BASE 0x02         /* 24 hours, BCD */
#define B_UPDATE 0x10
#define B_ALARM 0x20
#define B_PERIODIC 0x40
#define C_UPDATE 0x10
#define C_ALARM 0x20
#define C_PERIODIC 0x40

.macro RTC_WRITE index, value
    OUT_BYTE \index, RTC_INDEX
    OUT_BYTE \value, RTC_DATA
.endm
.macro RTC_READ_AL index
    OUT_BYTE \index, RTC_INDEX
    movw $RTC_DATA, %dx
    inb %dx, %al
.endm

/* Sleeps until \count interrupts have come whose register C has \flag. */
.macro AWAIT flag, count
    movw $0, count
    movb $\flag, awaited
5:  sti                     /* lets nothing in before the HLT */
    hlt
    cli
    cmpw $\count, count
    jb 5b
.endm

.code16
    cli
    SET_UP_REAL_MODE
    SET_VECTOR VECTORS + RTC_IRQ, clock
    SET_UP_PICS ~(1 << 2) & 0xff, ~(1 << (RTC_IRQ - 8)) & 0xff

    RTC_WRITE RTC_A, 0x26   /* 32.768 kHz; 1024 Hz */
    RTC_READ_AL RTC_C
    RTC_WRITE RTC_B, B_BASE | B_PERIODIC
    AWAIT C_PERIODIC, 32
    movw $periodic, %si
    SEND_STRING_AT_SI

    RTC_WRITE RTC_SECONDS_ALARM, RTC_ANY
    RTC_WRITE RTC_MINUTES_ALARM, RTC_ANY
    RTC_WRITE RTC_HOURS_ALARM, RTC_ANY
    RTC_WRITE RTC_B, B_BASE | B_ALARM
    AWAIT C_ALARM, 1
    RTC_READ_AL RTC_SECONDS
    movb %al, %bl
    AWAIT C_ALARM, 1
    RTC_READ_AL RTC_SECONDS
    movw $stands_still, %si
    cmpb %al, %bl
    je failed
    movw $alarm, %si
    SEND_STRING_AT_SI

    RTC_WRITE RTC_B, B_BASE | B_UPDATE
    AWAIT C_UPDATE, 1
    movw $update, %si
    SEND_STRING_AT_SI
    STOP

failed:
    SEND_STRING_AT_SI
    END_WITH 1

/* Reading register C takes the interrupt back; without that no other comes. */
clock:
    pushw %ax
    pushw %dx
    RTC_READ_AL RTC_C
    testb %al, awaited
    jz 6f
    incw count
6:  OUT_BYTE OCW2_END, PIC2
    OUT_BYTE OCW2_END, PIC1
    popw %dx
    popw %ax
    iretw

count:        .word 0
awaited:      .byte 0
periodic:     .asciz "periodic 32\n"
alarm:        .asciz "alarm\n"
update:       .asciz "update\n"
stands_still: .asciz "the clock stands still\n"
