/* SPDX-License-Identifier: MIT
 *
 * Ends with the code in EAX.
 */
#include "guest.inc"
.code16
    outl %eax, $DEBUG_EXIT
    STOP
