/* SPDX-License-Identifier: MIT
 *
 * Reads and writes ports and memory that nobody claims: reads give all ones, writes vanish. Prints
 * "unclaimed ok", or what failed, and then ends with code 1.
 */
#include "guest.inc"
#define NOBODY_PORT 0x700
#define NOBODY_MMIO 0xe0000
.code16
    movw $port_text, %si
    movw $NOBODY_PORT, %dx
    xorl %eax, %eax
    outl %eax, %dx
    inb %dx, %al
    cmpb $0xff, %al
    jne failed
    inw %dx, %ax
    cmpw $0xffff, %ax
    jne failed
    inl %dx, %eax
    cmpl $0xffffffff, %eax
    jne failed

    movw $last_text, %si      /* the last port there is; a wider access must not come round to 0 */
    movw $0xffff, %dx
    inl %dx, %eax
    cmpl $0xffffffff, %eax
    jne failed

    movw $memory_text, %si
    movw $(NOBODY_MMIO >> 4), %ax
    movw %ax, %es
    movl $0, %es:0
    cmpb $0xff, %es:0
    jne failed
    cmpw $0xffff, %es:0
    jne failed
    cmpl $0xffffffff, %es:0
    jne failed

    movw $ok_text, %si
    SEND_STRING_AT_SI
    STOP
failed:
    SEND_STRING_AT_SI
    END_WITH 1
ok_text:     .asciz "unclaimed ok\n"
port_text:   .asciz "unclaimed: a port did not read all ones\n"
last_text:   .asciz "unclaimed: beyond the last port did not read all ones\n"
memory_text: .asciz "unclaimed: memory did not read all ones\n"
