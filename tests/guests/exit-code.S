/* SPDX-License-Identifier: MIT
 *
 * Ends with the code in EAX.
 */
#include "guest.h"
.code16
    outl %eax, $DEBUG_EXIT
    STOP
