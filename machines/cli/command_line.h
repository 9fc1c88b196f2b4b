// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_COMMAND_LINE_H_
#define CARDCAGE_MACHINES_CLI_COMMAND_LINE_H_

#include <span>

#include "cardcage/abi.h"

namespace cardcage {

// Runs the command with these built-in devices and returns its exit code (report/outcome.h has them).
// Data goes to stdout, all else to stderr.
int Main(int argc, char** argv, std::span<const cardcage_plugin* const> builtin_devices);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_COMMAND_LINE_H_
