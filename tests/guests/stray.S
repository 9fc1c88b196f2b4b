/* SPDX-License-Identifier: MIT
 *
 * Jumps to memory that nobody backs: no engine can fetch an instruction there.
 */
#include "guest.inc"
#define NOBODY_SEGMENT 0xe000
.code16
    ljmp $NOBODY_SEGMENT, $0
