/* SPDX-License-Identifier: MIT
 *
 * Writes to a port as often as ECX says, and stops. For measurements, and for a look at which system
 * calls an exit costs.
 */
#include "guest.inc"
.code16
    movw $SCRATCH_PORT, %dx
1:  outb %al, %dx
    decl %ecx
    jnz 1b
    STOP
