// SPDX-License-Identifier: MIT
#include "machines/cli/check_command.h"

#include <cstdio>

#include "machines/cli/read_plan.h"
#include "machines/report/outcome.h"

namespace cardcage {

int CheckCommand(const CheckOptions& options, const TypeRegistry& types) {
  int exit_code = 0;
  for (const std::string& file : options.files) {
    std::string errors;
    if (ReadMachineFile(file, types, {}, &errors)) continue;
    std::fputs(errors.c_str(), stderr);
    exit_code = kExitFile;
  }
  return exit_code;
}

}  // namespace cardcage
