// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_REPORT_FAULT_REPORT_H_
#define CARDCAGE_MACHINES_REPORT_FAULT_REPORT_H_

#include <string>

#include "machines/assembly/machine.h"

namespace cardcage {

// What a CPU was doing when its guest faulted: the registers, the instructions at rip, the last
// accesses. Where the hardware has reset the CPU (SVM does so on a shutdown), only the last accesses.
// The machine has ended.
std::string FaultReport(Machine& machine, uint32_t cpu, const VmExit& exit);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_REPORT_FAULT_REPORT_H_
