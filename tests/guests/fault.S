/* SPDX-License-Identifier: MIT
 *
 * Enters protected mode and jumps to a selector that its GDT does not have. The #GP of it finds no
 * IDT, the double fault neither: a triple fault, which shuts the CPU down (Intel SDM, vol. 3, 6.15).
 * Where hardware has lost the CPU's state by then (SVM), what the guest last wrote to a port is all that
 * is left of it.
 */
#include "guest.inc"
#define POST_PORT 0x80       /* where firmware says how far it has come */
#define POST_CODE 0x2a
#define CR0_PE 1
#define BAD_SELECTOR 0x18    /* one beyond the last */

.code16
    movb $POST_CODE, %al
    outb %al, $POST_PORT
    lidt no_idt
    lgdt gdt_pointer
    movl %cr0, %eax
    orl $CR0_PE, %eax
    movl %eax, %cr0
    ljmp $BAD_SELECTOR, $never
never:
    STOP

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf92000000ffff  /* 4 GiB, data, read and write */
    .quad 0x00cf9a000000ffff  /* 4 GiB, code of 32 bits */
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
no_idt:
    .word 0
    .long 0
