// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_CHECK_COMMAND_H_
#define CARDCAGE_MACHINES_CLI_CHECK_COMMAND_H_

#include <string>
#include <vector>

#include "framework/plugin/type_registry.h"

namespace cardcage {

struct CheckOptions {
  std::vector<std::string> files;
};

// `cardcage check`: 0, or 65 with every mistake of every file on stderr. Asks the host for nothing
// but the files.
int CheckCommand(const CheckOptions& options, const TypeRegistry& types);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_CHECK_COMMAND_H_
