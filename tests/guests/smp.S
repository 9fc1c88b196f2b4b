/* SPDX-License-Identifier: MIT
 *
 * Two CPUs. CPU 0 starts in long mode, so that it reaches its local APIC, prints a line and wakes
 * CPU 1 by INIT and SIPI; CPU 1 starts in real mode, prints its own line and says so in memory; CPU 0
 * then ends the machine. Needs the local APICs of the kernel. With them HLT never ends the machine, so
 * the end is a write to debug-exit.
 */
#include "guest.inc"
#define APIC 0xfee00000      /* Intel SDM, vol. 3, table 11-1 */
#define APIC_SVR 0xf0
#define APIC_ICR_LOW 0x300
#define APIC_ICR_HIGH 0x310
#define SVR_ENABLED 0x100
#define SVR_VECTOR 0xff       /* of spurious interrupts: none comes, all are off */
#define ICR_INIT 0x00004500  /* delivery mode INIT, level assert */
#define ICR_STARTUP 0x00004600
#define ICR_PENDING 0x1000   /* delivery status: not yet taken */
#define ICR_TO_CPU_1 (1 << 24)
#define CPU_1_START 0x2000   /* a page below 1 MiB: the SIPI vector is its number */

.code64
    leaq cpu_0_text(%rip), %rsi
    cld
1:  lodsb
    testb %al, %al
    jz 2f
    SEND_AL
    jmp 1b
2:
    /* Intel SDM, vol. 3, 9.4.4.1: enable the own APIC, send INIT, then SIPI twice. It asks for 10 ms
     * and 200 us between these, for a bus of wires; a virtual APIC has taken the one before when the
     * write is done. Without the first step KVM knows no CPU but this one. */
    movl $APIC, %ebx
    movl $(SVR_ENABLED | SVR_VECTOR), APIC_SVR(%rbx)
    movl $ICR_INIT, %eax
    call send_to_cpu_1
    movl $(ICR_STARTUP | CPU_1_START >> 12), %eax
    call send_to_cpu_1
    call send_to_cpu_1

3:  pause
    cmpb $0, cpu_1_done(%rip)
    je 3b
    xorl %eax, %eax
    outb %al, $DEBUG_EXIT
    STOP

/* Sends the command in EAX and waits until it is delivered. */
send_to_cpu_1:
    movl $ICR_TO_CPU_1, APIC_ICR_HIGH(%rbx)
    movl %eax, APIC_ICR_LOW(%rbx)  /* this write sends it */
4:  testl $ICR_PENDING, APIC_ICR_LOW(%rbx)
    jnz 4b
    ret

cpu_0_text:
    .asciz "cpu 0\n"
cpu_1_done:
    .byte 0

/* The start of CPU 1: CS is the vector << 8, IP is 0, the other segments are 0. */
    .org CPU_1_START - 0x1000  /* from where the binary is loaded */
.code16
    movw $cpu_1_text, %si
    SEND_STRING_AT_SI
    movb $1, cpu_1_done
    STOP
cpu_1_text:
    .asciz "cpu 1\n"
