/* SPDX-License-Identifier: MIT
 *
 * Writes and reads plain registers in memory, 1, 2 and 4 bytes wide, and checks that each byte lands
 * in its own lane: x86 is little-endian, so byte 0 of a wider access is its lowest. Prints "mmio ok",
 * or what failed, and then ends with code 1.
 */
#include "guest.inc"
.code16

/* Each compares what is at an offset with a value, and gives up with a name where they differ. */
.macro EXPECT8 offset, value, name
    movw $\name, %si
    cmpb $\value, \offset
    jne failed
.endm
.macro EXPECT16 offset, value, name
    movw $\name, %si
    cmpw $\value, \offset
    jne failed
.endm
.macro EXPECT32 offset, value, name
    movw $\name, %si
    cmpl $\value, \offset
    jne failed
.endm

    movw $(SCRATCH_MMIO >> 4), %ax
    movw %ax, %ds             /* the texts are read through CS, whose base is 0 */

    EXPECT32 0, 0, after_reset

    movl $0x44332211, 0
    EXPECT8 0, 0x11, lane_of_long
    EXPECT8 1, 0x22, lane_of_long
    EXPECT8 2, 0x33, lane_of_long
    EXPECT8 3, 0x44, lane_of_long
    EXPECT16 0, 0x2211, half_of_long
    EXPECT16 2, 0x4433, half_of_long
    EXPECT32 0, 0x44332211, long_as_written

    movb $0xaa, 1             /* its neighbours keep their values */
    EXPECT32 0, 0x4433aa11, byte_write
    movw $0xbbcc, 2
    EXPECT32 0, 0xbbccaa11, word_write

    movb $0x01, 4
    movb $0x02, 5
    movb $0x03, 6
    movb $0x04, 7
    EXPECT16 6, 0x0403, bytes_as_word
    EXPECT32 4, 0x04030201, bytes_as_long
    EXPECT16 1, 0xccaa, unaligned_word
    EXPECT32 3, 0x030201bb, unaligned_long
    movl $0x88776655, 9
    EXPECT32 8, 0x77665500, unaligned_write
    EXPECT32 12, 0x00000088, unaligned_write

    movb $0x5a, SCRATCH_LAST
    EXPECT8 SCRATCH_LAST, 0x5a, last_byte

    movw $passed, %si
    call print
    STOP

failed:
    call print
    END_WITH 1

/* Prints the text at CS:SI. */
print:
    movw %cs, %ax
    movw %ax, %ds
    SEND_STRING_AT_SI
    ret

passed:          .asciz "mmio ok\n"
after_reset:     .asciz "mmio: not 0 after reset\n"
lane_of_long:    .asciz "mmio: a byte of a long is wrong\n"
half_of_long:    .asciz "mmio: a half of a long is wrong\n"
long_as_written: .asciz "mmio: a long is not what was written\n"
byte_write:      .asciz "mmio: a byte written in a long\n"
word_write:      .asciz "mmio: a word written in a long\n"
bytes_as_word:   .asciz "mmio: two bytes as a word\n"
bytes_as_long:   .asciz "mmio: four bytes as a long\n"
unaligned_word:  .asciz "mmio: a word at an odd address\n"
unaligned_long:  .asciz "mmio: a long across two longs, read\n"
unaligned_write: .asciz "mmio: a long across two longs, written\n"
last_byte:       .asciz "mmio: the last byte\n"
