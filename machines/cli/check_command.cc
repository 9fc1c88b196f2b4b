// SPDX-License-Identifier: MIT
#include "machines/cli/check_command.h"

#include <cstdio>

#include "machines/cli/read_plan.h"
#include "machines/report/outcome.h"

namespace cardcage {

int CheckCommand(const CheckOptions& options, Plugins& plugins) {
  int exit_code = 0;
  for (const std::string& file : options.files) {
    ReadFailure failure;
    if (ReadMachineFile(file, plugins, {}, &failure)) continue;
    std::fputs(failure.errors.c_str(), stderr);
    if (exit_code != kExitFile) exit_code = failure.exit_code;
  }
  return exit_code;
}

}  // namespace cardcage
