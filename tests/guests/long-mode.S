/* SPDX-License-Identifier: MIT
 *
 * Runs in 64-bit mode, ring 0, on page tables that the host has made, and checks that this is so.
 * Prints "long mode ok", or what failed, and then ends with code 1.
 */
#include "guest.inc"
#define MSR_EFER 0xc0000080  /* Intel SDM, vol. 4, table 2-2 */
#define EFER_LMA (1 << 10)

.code64
    /* The processor says so itself. */
    leaq not_active(%rip), %rsi
    movl $MSR_EFER, %ecx
    rdmsr
    testl $EFER_LMA, %eax
    jz failed

    /* REX.W works only where CS.L is 1: elsewhere 0x48 is DEC. */
    leaq not_64_bits(%rip), %rsi
    movabsq $0xffffffff, %rax
    addq $1, %rax
    movabsq $0x100000000, %rbx
    cmpq %rbx, %rax
    jne failed

    /* The stack that the machine file gives, eight bytes an entry. */
    leaq no_stack(%rip), %rsi
    movq %rsp, %rdi
    pushq %rbx
    cmpq %rbx, -8(%rdi)
    jne failed
    popq %rcx
    cmpq %rbx, %rcx
    jne failed

    leaq passed(%rip), %rsi
    call print
    STOP

failed:
    call print
    END_WITH 1

/* Prints the text at RSI. */
print:
    cld
1:  lodsb
    testb %al, %al
    jz 2f
    SEND_AL
    jmp 1b
2:  ret

passed:      .asciz "long mode ok\n"
not_active:  .asciz "long mode: EFER.LMA is 0\n"
not_64_bits: .asciz "long mode: not 64 bits wide\n"
no_stack:    .asciz "long mode: the stack does not keep a value\n"
