// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_CHECK_COMMAND_H_
#define CARDCAGE_MACHINES_CLI_CHECK_COMMAND_H_

#include <string>
#include <vector>

#include "machines/cli/plugins.h"

namespace cardcage {

struct CheckOptions {
  std::vector<std::string> files;
};

// `cardcage check`: 0, or with every mistake of every file on stderr 65, or 66 where all that is wrong are plugins
// that cannot be loaded. Asks the host for nothing but the files.
int CheckCommand(const CheckOptions& options, Plugins& plugins);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_CHECK_COMMAND_H_
