/* SPDX-License-Identifier: MIT
 *
 * The self-test of a serial port that firmware and drivers make: with its line closed on itself it hears what
 * it sends, and its modem inputs follow its modem outputs. Nothing leaves the machine meanwhile. Prints
 * "loopback ok", or what failed, and then ends with code 1.
 */
#include "guest.inc"
#include "pc.inc"

/* Fails with the text at \text unless (port & mask) == value. */
.macro EXPECT port, mask, value, text
    movw $\text, %si
    movw $\port, %dx
    inb %dx, %al
    andb $\mask, %al
    cmpb $\value, %al
    jne failed
.endm

.code16
    cli
    SET_UP_REAL_MODE
    OUT_BYTE 0x07, COM1_FCR           /* on and empty; one byte */
    movw $COM1_MSR, %dx
    inb %dx, %al                      /* forgets what changed before */

    /* Each output by itself: DTR is DSR, RTS is CTS, OUT1 is RI, OUT2 is DCD. */
    OUT_BYTE MCR_LOOPBACK | 0x01, COM1_MCR
    EXPECT COM1_MSR, 0xf0, 0x20, no_dsr
    OUT_BYTE MCR_LOOPBACK | 0x02, COM1_MCR
    EXPECT COM1_MSR, 0xf0, 0x10, no_cts
    OUT_BYTE MCR_LOOPBACK | 0x04, COM1_MCR
    EXPECT COM1_MSR, 0xf0, 0x40, no_ring
    OUT_BYTE MCR_LOOPBACK | 0x08, COM1_MCR
    EXPECT COM1_MSR, 0xf0, 0x80, no_carrier

    /* Each byte comes back, and is told as received data. */
    OUT_BYTE IER_RECEIVED, COM1_IER
    xorb %bl, %bl
1:  movw $COM1_DATA, %dx
    movb %bl, %al
    outb %al, %dx
    EXPECT COM1_LSR, LSR_DR, LSR_DR, no_byte
    EXPECT COM1_IIR, 0x0f, 0x04, no_cause
    movw $wrong_byte, %si
    movw $COM1_DATA, %dx
    inb %dx, %al
    cmpb %bl, %al
    jne failed
    EXPECT COM1_IIR, 0x0f, 0x01, cause_left
    incb %bl
    jnz 1b

    /* Seventeen bytes are one too many: the first sixteen stay. */
    movw $16, %cx
2:  movw $COM1_DATA, %dx
    movb %cl, %al
    outb %al, %dx
    decw %cx
    jns 2b
    EXPECT COM1_LSR, 0x02, 0x02, no_overrun
    movw $16, %cx
3:  movw $wrong_byte, %si
    movw $COM1_DATA, %dx
    inb %dx, %al
    cmpb %cl, %al
    jne failed
    loop 3b
    EXPECT COM1_LSR, LSR_DR, 0, one_too_many

    OUT_BYTE 0x00, COM1_IER
    OUT_BYTE 0x00, COM1_MCR
    movw $passed, %si
    SEND_STRING_AT_SI
    STOP

failed:
    movw %si, %di
    OUT_BYTE 0x00, COM1_MCR
    movw %di, %si
    SEND_STRING_AT_SI
    END_WITH 1

passed:       .asciz "loopback ok\n"
no_dsr:       .asciz "loopback: DTR is not DSR\n"
no_cts:       .asciz "loopback: RTS is not CTS\n"
no_ring:      .asciz "loopback: OUT1 is not RI\n"
no_carrier:   .asciz "loopback: OUT2 is not DCD\n"
no_byte:      .asciz "loopback: a byte does not come back\n"
no_cause:     .asciz "loopback: received data is not told\n"
wrong_byte:   .asciz "loopback: another byte comes back\n"
cause_left:   .asciz "loopback: the cause stays\n"
no_overrun:   .asciz "loopback: no overrun is told\n"
one_too_many: .asciz "loopback: a byte that had no place came\n"
