/* SPDX-License-Identifier: MIT
 *
 * Enters protected mode and jumps to a selector that its GDT does not have. The #GP of it finds no
 * IDT, the double fault neither: a triple fault, which shuts the CPU down (Intel SDM, vol. 3, 6.15).
 */
#include "guest.h"
#define CR0_PE 1
#define BAD_SELECTOR 0x18    /* one beyond the last */

.code16
    cli
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
