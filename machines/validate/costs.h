// SPDX-License-Identifier: MIT
// What the calling thread costs between two moments. The program that links this has its own malloc, which counts.
#ifndef CARDCAGE_MACHINES_VALIDATE_COSTS_H_
#define CARDCAGE_MACHINES_VALIDATE_COSTS_H_

#include <cstdint>

namespace cardcage {

// Allocations of the calling thread so far: malloc and its kin, and with them operator new.
uint64_t Allocations();

// Has each system call of the calling thread noted from now on, until the first one or End(). One thread at a time.
class SystemCallWatch {
 public:
  // Whether this kernel can: Linux 5.11 or later (prctl PR_SET_SYSCALL_USER_DISPATCH).
  static bool Prepare();
  static void Begin();
  // The number of the first, or -1.
  static int64_t End();
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_COSTS_H_
