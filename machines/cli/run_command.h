// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_RUN_COMMAND_H_
#define CARDCAGE_MACHINES_CLI_RUN_COMMAND_H_

#include <chrono>
#include <optional>
#include <string>

#include "machines/cli/plugins.h"

namespace cardcage {

struct RunOptions {
  std::string file;
  std::optional<std::chrono::nanoseconds> timeout;
  std::string result_file;  // empty: none
  bool deterministic = false;
};

// `cardcage run`: runs a machine to its end and returns the command's exit code.
int RunCommand(const RunOptions& options, Plugins& plugins);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_RUN_COMMAND_H_
