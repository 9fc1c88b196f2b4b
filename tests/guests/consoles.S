/* SPDX-License-Identifier: MIT
 *
 * Two serial ports, each a console of its own: each says which it is and sends back what comes to it,
 * until Ctrl-D comes to one of them.
 */
#include "guest.inc"
#define COM2 0x2f8
.code16
    movw $COM1, %bx
    movw $one, %si
    call send_string
    movw $COM2, %bx
    movw $two, %si
    call send_string
next:
    movw $COM1, %bx
    call echo
    movw $COM2, %bx
    call echo
    jmp next

/* Sends back a byte of the port at BX, if one came. */
echo:
    leaw COM1_LSR - COM1(%bx), %dx
    inb %dx, %al
    testb $LSR_DR, %al
    jz 1f
    movw %bx, %dx
    inb %dx, %al
    cmpb $CTRL_D, %al
    je done
    call send
1:  ret

/* Sends AL to the port at BX, once its transmitter takes it. */
send:
    movb %al, %ah
    leaw COM1_LSR - COM1(%bx), %dx
1:  inb %dx, %al
    testb $LSR_THRE, %al
    jz 1b
    movb %ah, %al
    movw %bx, %dx
    outb %al, %dx
    ret

send_string:
    cld
1:  lodsb
    testb %al, %al
    jz 2f
    call send
    jmp 1b
2:  ret

done:
    STOP

one: .asciz "one\n"
two: .asciz "two\n"
