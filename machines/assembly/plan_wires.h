// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_ASSEMBLY_PLAN_WIRES_H_
#define CARDCAGE_MACHINES_ASSEMBLY_PLAN_WIRES_H_

#include "machines/assembly/plan.h"

namespace cardcage {

// Finds where the outputs of the planned devices lead. Every mistake is added to the diagnostics.
void PlanWires(const MachineSpec& spec, Plan& plan, Diagnostics& diagnostics);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_PLAN_WIRES_H_
