/* SPDX-License-Identifier: MIT
 *
 * Takes interrupts and exceptions in each mode of the CPU, and checks what the CPU pushes, where it goes
 * and what it finds on return: real mode by the vector table, protected mode by gates, with ring 3 and
 * paging, 64-bit mode with an interrupt stack. In between: string I/O, and registers in memory at every
 * width. Prints a line for each that holds; the first that does not ends the machine with code 1.
 *
 * References: Intel SDM, vol. 3, chapters 4 (paging), 6 (interrupts), 7 (tasks), 20 (real mode).
 */
#include "guest.inc"

#define STACK 0x9000        /* of ring 0; also what the task state segments name */
#define USER_STACK 0xa000
#define IST_STACK 0xb000
#define IDT 0xc000          /* 8 bytes a gate in protected mode, 16 in 64-bit mode */
#define DIRECTORY 0x20000   /* of 32-bit paging, and its one table */
#define TABLE 0x21000
#define PML4 0x22000        /* of 4-level paging, and one table a level */
#define PDPT 0x23000
#define PD 0x24000
#define PT 0x25000
#define HOLE 0x30000        /* a page that is not mapped at first */

#define CODE32 0x08
#define DATA32 0x10
#define USER_CODE32 0x1b    /* 0x18, ring 3 */
#define USER_DATA32 0x23
#define TSS32 0x28
#define CODE64 0x30
#define TSS64 0x38

#define EFER 0xc0000080

/* Each gives up where what is in a place is not the value. */
.macro EXPECT16 value, place
    cmpw \value, \place
    jne fail16
.endm
.macro EXPECT32 value, place
    cmpl \value, \place
    jne fail32
.endm
.macro EXPECT64 value, place
    cmpq \value, \place
    jne fail64
.endm

.code16
    xorw %ax, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movw $STACK, %sp

/* --- Real mode -------------------------------------------------------------------------------- */

    movw $real_int, 0x21 * 4
    movw $0, 0x21 * 4 + 2
    movw $real_divide, 0 * 4
    movw $0, 0 * 4 + 2

    sti
    int $0x21
    pushfw                    /* IRET has brought the flag back that INT had cleared */
    popw %ax
    cli
    testw $0x200, %ax
    jz fail16
    EXPECT16 $1, seen
    EXPECT16 $STACK, %sp
    movw $real_int_ok, %si
    call print16

    xorb %bl, %bl
    divb %bl                  /* the handler steps over it */
    EXPECT16 $2, seen
    movw $real_divide_ok, %si
    call print16

    cld
    movw $SCRATCH_PORT, %dx
    movw $words, %si
    movw $3, %cx
    rep outsw
    movw $buffer, %di
    movw $3, %cx
    rep insw
    EXPECT16 $0x3333, buffer
    EXPECT16 $0x3333, buffer+4
    EXPECT16 $0, buffer+6
    EXPECT16 $(words+6), %si
    movw $string_io_ok, %si
    call print16

    lgdtl gdt_register
    lidtl idt_register
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $CODE32, $protected

real_int:
    pushfw
    popw %ax
    testw $0x200, %ax
    jnz 1f
    incl seen
1:  iretw

real_divide:
    pushw %bp
    movw %sp, %bp
    addw $2, 2(%bp)
    popw %bp
    incl seen
    iretw

print16:
    SEND_STRING_AT_SI
    ret

fail16:
    END_WITH 1

/* --- Protected mode --------------------------------------------------------------------------- */

.code32
/* Makes the gate of a vector; \rights is the descriptor's second byte: present, DPL, type. */
.macro GATE32 vector, handler, rights
    movl $(\handler), IDT + \vector * 8     /* all below 64 KiB */
    movw $CODE32, IDT + \vector * 8 + 2
    movl $(\rights << 8), IDT + \vector * 8 + 4
.endm

protected:
    movw $DATA32, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $STACK, %esp
    GATE32 13, protected_gp, 0x8e
    GATE32 14, protected_pf, 0x8e
    GATE32 0x30, protected_int, 0xee
    GATE32 0x31, protected_int, 0x8e        /* not for ring 3 */
    GATE32 0x32, protected_leave_user, 0xee

    movl $0, seen
    int $0x30
    EXPECT32 $1, seen
    EXPECT32 $STACK, %esp
    movl $protected_int_ok, %esi
    call print32

    movw $0x1230, %ax
    movw %ax, %es             /* beyond the table's end; the handler steps over it */
    EXPECT32 $2, seen
    EXPECT32 $0x1230, fault_code
    movl $protected_gp_ok, %esi
    call print32

    movl $STACK, tss32 + 4    /* ESP0 and SS0 */
    movl $DATA32, tss32 + 8
    movw $TSS32, %ax
    ltr %ax
    movl $0, seen
    movw $USER_DATA32, %ax
    movw %ax, %ds
    movw %ax, %es
    pushl $USER_DATA32
    pushl $USER_STACK
    pushl $2
    pushl $USER_CODE32
    pushl $user
    iretl
user:
    int $0x30
    int $0x31                 /* general protection; the handler steps over it */
    int $0x32
protected_leave_user:
    EXPECT32 $USER_CODE32, 4(%esp)
    EXPECT32 $USER_STACK, 12(%esp)
    EXPECT32 $USER_DATA32, 16(%esp)
    EXPECT32 $(STACK-20), %esp
    movl $STACK, %esp
    EXPECT32 $2, seen
    EXPECT32 $(0x31*8+2), fault_code
    movl $user_ok, %esi
    call print32

    /* The first 4 MiB, each address on itself, but for the hole. */
    movl $TABLE | 7, DIRECTORY
    movl $7, %eax
    xorl %ecx, %ecx
1:  movl %eax, TABLE(, %ecx, 4)
    addl $0x1000, %eax
    incl %ecx
    cmpl $1024, %ecx
    jne 1b
    movl $0, TABLE + (HOLE >> 12) * 4
    movl $DIRECTORY, %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $0x80010000, %eax     /* PG, and WP: ring 0 obeys read-only pages too */
    movl %eax, %cr0
    movl $0, seen
    movl $0x12345678, HOLE
    EXPECT32 $1, seen
    EXPECT32 $2, fault_code                   /* a write; not present */
    EXPECT32 $HOLE, fault_address
    EXPECT32 $0x12345678, HOLE
    EXPECT32 $(HOLE|0x67), TABLE+(HOLE>>12)*4   /* accessed and dirty now */
    movl $HOLE | 5, TABLE + (HOLE >> 12) * 4
    invlpg HOLE
    movl $0x9abcdef0, HOLE + 4
    EXPECT32 $2, seen
    EXPECT32 $3, fault_code                   /* a write; read-only */
    EXPECT32 $(HOLE+4), fault_address
    EXPECT32 $0x9abcdef0, HOLE+4
    movl $protected_pf_ok, %esi
    call print32

    /* 64-bit mode: paging off, other tables, and on again (SDM, vol. 3, 9.8.5). */
    movl %cr0, %eax
    andl $0x7fffffff, %eax
    movl %eax, %cr0
    movl $PDPT | 3, PML4
    movl $PD | 3, PDPT
    movl $PT | 3, PD
    movl $3, %eax
    xorl %ecx, %ecx
1:  movl %eax, PT(, %ecx, 8)
    movl $0, PT + 4(, %ecx, 8)
    addl $0x1000, %eax
    incl %ecx
    cmpl $512, %ecx
    jne 1b
    movl $0, PT + (HOLE >> 12) * 8
    movl %cr4, %eax
    orl $0x20, %eax           /* PAE */
    movl %eax, %cr4
    movl $PML4, %eax
    movl %eax, %cr3
    movl $EFER, %ecx
    rdmsr
    orl $0x100, %eax          /* LME */
    wrmsr
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0
    ljmpl $CODE64, $long_mode

protected_int:
    incl seen
    iretl

protected_gp:
    popl fault_code
    addl $2, (%esp)
    incl seen
    iretl

protected_pf:
    popl fault_code
    pushl %eax
    movl %cr2, %eax
    movl %eax, fault_address
    movl $HOLE | 7, TABLE + (HOLE >> 12) * 4
    invlpg HOLE
    popl %eax
    incl seen
    iretl

print32:
    SEND_STRING_AT_SI
    ret

fail32:
    END_WITH 1

/* --- 64-bit mode ------------------------------------------------------------------------------ */

.code64
.macro GATE64 vector, handler, stack
    movl $(\handler), IDT + \vector * 16
    movw $CODE64, IDT + \vector * 16 + 2
    movl $(0x8e00 | \stack), IDT + \vector * 16 + 4
    movq $0, IDT + \vector * 16 + 8
.endm

long_mode:
    movl $DATA32, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $STACK - 8, %esp     /* not on 16 bytes: the CPU aligns the frame, and IRETQ undoes that */
    GATE64 6, long_ud, 0
    GATE64 13, long_gp, 0
    GATE64 14, long_pf, 0
    GATE64 0x30, long_int, 0
    GATE64 0x33, long_ist, 1

    movl $0, seen
    int $0x30
    EXPECT64 $1, seen
    EXPECT64 $(STACK-8), %rsp
    movl $long_int_ok, %esi
    call print64

    ud2                       /* the handler steps over it */
    EXPECT64 $2, seen
    movl $long_ud_ok, %esi
    call print64

    movabsq $0x8000000000000000, %rax
    movl (%rax), %ebx         /* an address that is none; the handler steps over it */
    EXPECT64 $3, seen
    EXPECT64 $0, fault_code
    movl $long_gp_ok, %esi
    call print64

    movabsq $0x1122334455667788, %rax
    movq %rax, HOLE
    EXPECT64 $4, seen
    EXPECT64 $2, fault_code
    EXPECT64 $HOLE, fault_address
    EXPECT64 %rax, HOLE
    movl $long_pf_ok, %esi
    call print64

    movl $IST_STACK, tss64 + 0x24
    movl $TSS64, %eax
    ltr %ax
    int $0x33
    EXPECT64 $5, seen
    EXPECT64 $(STACK-8), %rsp
    movl $long_ist_ok, %esi
    call print64

    movl $SCRATCH_MMIO, %edi
    movabsq $0x8877665544332211, %rax
    movq %rax, (%rdi)
    EXPECT64 %rax, (%rdi)
    cmpl %eax, (%rdi)
    jne fail64
    cmpw $0x8877, 6(%rdi)
    jne fail64
    cmpb $0x55, 4(%rdi)
    jne fail64
    movb $0xaa, 1(%rdi)
    movw $0xbbcc, 2(%rdi)
    movl $0xddddeeee, 4(%rdi)
    movabsq $0xddddeeeebbccaa11, %rax
    EXPECT64 %rax, (%rdi)
    movabsq $0x0123456789abcdef, %rax
    movq %rax, 11(%rdi)       /* unaligned */
    EXPECT64 %rax, 11(%rdi)
    movabsq $0x456789abcdef0000, %rbx
    shlq $8, %rbx
    EXPECT64 %rbx, 8(%rdi)
    movl $long_mmio_ok, %esi
    call print64

    movl $all_ok, %esi
    call print64
    STOP

long_int:
    incl seen
    iretq

long_ud:
    addq $2, (%rsp)
    incl seen
    iretq

long_gp:
    popq fault_code
    addq $2, (%rsp)
    incl seen
    iretq

long_pf:
    popq fault_code
    pushq %rax
    movq %cr2, %rax
    movq %rax, fault_address
    popq %rax
    movl $HOLE | 3, PT + (HOLE >> 12) * 8
    invlpg HOLE
    incl seen
    iretq

long_ist:
    cmpq $IST_STACK - 40, %rsp
    jne fail64
    incl seen
    iretq

print64:
    SEND_STRING_AT_SI
    ret

fail64:
    END_WITH 1

/* --- Data ------------------------------------------------------------------------------------- */

.balign 16
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff  /* CODE32 */
    .quad 0x00cf93000000ffff  /* DATA32 */
    .quad 0x00cffb000000ffff  /* USER_CODE32 */
    .quad 0x00cff3000000ffff  /* USER_DATA32 */
    .word 0x67, tss32, 0x8900, 0
    .quad 0x00af9b000000ffff  /* CODE64 */
    .word 0x67, tss64, 0x8900, 0
    .quad 0
gdt_end:
gdt_register:
    .word gdt_end - gdt - 1
    .long gdt
idt_register:
    .word 0x0fff
    .long IDT

.balign 8
tss32:         .fill 0x68
tss64:         .fill 0x68
fault_code:    .quad 0
fault_address: .quad 0
seen:          .quad 0
words:         .word 0x1111, 0x2222, 0x3333
buffer:        .quad 0

real_int_ok:      .asciz "real mode: int and iret\n"
real_divide_ok:   .asciz "real mode: divide error\n"
string_io_ok:     .asciz "real mode: rep outs and rep ins\n"
protected_int_ok: .asciz "protected mode: int and iret\n"
protected_gp_ok:  .asciz "protected mode: general protection\n"
user_ok:          .asciz "protected mode: ring 3 and back\n"
protected_pf_ok:  .asciz "protected mode: page faults\n"
long_int_ok:      .asciz "64-bit mode: int and iretq\n"
long_ud_ok:       .asciz "64-bit mode: invalid opcode\n"
long_gp_ok:       .asciz "64-bit mode: address that is not canonical\n"
long_pf_ok:       .asciz "64-bit mode: page fault\n"
long_ist_ok:      .asciz "64-bit mode: interrupt stack\n"
long_mmio_ok:     .asciz "64-bit mode: registers in memory, 1 to 8 bytes wide\n"
all_ok:           .asciz "modes ok\n"
