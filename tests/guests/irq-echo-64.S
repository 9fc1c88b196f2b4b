/* SPDX-License-Identifier: MIT
 *
 * As irq-echo, in 64-bit mode: the interrupt comes by a gate and goes by IRETQ. Ends with 1 where a register
 * that the handler keeps has changed.
 */
#include "guest.inc"
#include "pc.inc"
#define IDT 0x9000
#define GATE (IDT + (VECTORS + COM1_IRQ) * 16)  /* 16 bytes each (Intel SDM, vol. 3, 6.14.1) */
#define KEPT 0x0123456789abcdef

.code64
    cli
    lgdt gdt_register      /* the machine starts without one in memory; its selectors stay */
    /* The gate: an interrupt gate of this code segment, present. */
    movl $received, %eax
    movw %ax, GATE
    movw %cs, %ax
    movw %ax, GATE + 2
    movl $received, %eax
    movw $0x8e00, %ax
    movl %eax, GATE + 4
    movq $0, GATE + 8
    lidt idt_register

    SET_UP_PICS ~(1 << COM1_IRQ) & 0xff, 0xff
    OUT_BYTE 0x87, COM1_FCR
    OUT_BYTE MCR_INTERRUPTS, COM1_MCR
    OUT_BYTE IER_RECEIVED, COM1_IER
    movabsq $KEPT, %rbx
    movabsq $KEPT, %rcx
1:  sti
    hlt
    cmpq %rbx, %rcx
    je 1b
    END_WITH 1

received:
    pushq %rax
    pushq %rdx
2:  movw $COM1_LSR, %dx
    inb %dx, %al
    testb $LSR_DR, %al
    jz 3f
    movw $COM1_DATA, %dx
    inb %dx, %al
    cmpb $CTRL_D, %al
    je 4f
    SEND_AL
    jmp 2b
3:  OUT_BYTE OCW2_END, PIC1
    popq %rdx
    popq %rax
    iretq
4:  xorb %al, %al
    outb %al, $DEBUG_EXIT
    STOP

.balign 8
gdt:
    .quad 0
    .quad 0x00209b0000000000 /* 0x08: 64-bit code, ring 0 */
    .quad 0x0000930000000000 /* 0x10: data */
gdt_register:
    .word . - gdt - 1
    .quad gdt
idt_register:
    .word (VECTORS + COM1_IRQ + 1) * 16 - 1
    .quad IDT
