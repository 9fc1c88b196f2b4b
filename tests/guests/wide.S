/* SPDX-License-Identifier: MIT
 *
 * Accesses that straddle. The low byte of a word of ports is the UART's last register, the high byte
 * belongs to whoever owns the port after it, plain registers here. A word of memory begins with the
 * last byte of plain registers and ends where nobody is. Prints "wide ok", or what failed, and then
 * ends with code 1.
 */
#include "guest.inc"
.code16
    movw $COM1_SCR, %dx
    movw $0x5aa5, %ax
    outw %ax, %dx

    movw $low_text, %si
    inb %dx, %al
    cmpb $0xa5, %al
    jne failed
    movw $high_text, %si
    incw %dx
    inb %dx, %al
    cmpb $0x5a, %al
    jne failed
    movw $both_text, %si
    decw %dx
    inw %dx, %ax
    cmpw $0x5aa5, %ax
    jne failed

    movw $memory_text, %si
    movw $(SCRATCH_MMIO >> 4), %ax
    movw %ax, %es
    movw $0x1234, %es:SCRATCH_LAST
    cmpw $0xff34, %es:SCRATCH_LAST
    jne failed

    movw $ok_text, %si
    SEND_STRING_AT_SI
    STOP
failed:
    SEND_STRING_AT_SI
    END_WITH 1
ok_text:     .asciz "wide ok\n"
low_text:    .asciz "wide: the low byte did not reach the UART\n"
high_text:   .asciz "wide: the high byte did not reach its neighbour\n"
both_text:   .asciz "wide: the two are not read as one word\n"
memory_text: .asciz "wide: a word across the last register\n"
