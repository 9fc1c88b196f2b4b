// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_READ_PLAN_H_
#define CARDCAGE_MACHINES_CLI_READ_PLAN_H_

#include <optional>
#include <string>

#include "machines/assembly/plan.h"
#include "machines/cli/plugins.h"

namespace cardcage {

// A machine file that was read and makes sense.
struct ReadPlan {
  Source source;
  TypeRegistry types;  // that the plan is made of
  Plan plan;
};

// What is wrong with one: all of it, for a terminal, and the command's exit code.
struct ReadFailure {
  std::string errors;
  int exit_code = 0;
};

// Reads a machine file, and loads the plugins that it needs, which outlive the plan. Nothing where the file is
// wrong or a plugin is refused, and `failure` says so.
std::optional<ReadPlan> ReadMachineFile(const std::string& path, Plugins& plugins,
                                        const PlanOptions& options, ReadFailure* failure);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_READ_PLAN_H_
