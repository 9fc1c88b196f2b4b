// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_READ_PLAN_H_
#define CARDCAGE_MACHINES_CLI_READ_PLAN_H_

#include <optional>
#include <string>

#include "machines/assembly/plan.h"

namespace cardcage {

// A machine file that was read and makes sense.
struct ReadPlan {
  Source source;
  Plan plan;
};

// Reads a machine file; where it is wrong, nothing, and `errors` says all of it for a terminal.
std::optional<ReadPlan> ReadMachineFile(const std::string& path, const TypeRegistry& types,
                                        const PlanOptions& options, std::string* errors);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_READ_PLAN_H_
