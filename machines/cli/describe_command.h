// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_DESCRIBE_COMMAND_H_
#define CARDCAGE_MACHINES_CLI_DESCRIBE_COMMAND_H_

#include <string>

#include "framework/plugin/type_registry.h"

namespace cardcage {

struct DescribeOptions {
  std::string what;  // a type, a plugin's file, or empty: all types
  bool json = false;
};

// `cardcage describe`: what there is to put into a machine, to stdout. A file is loaded in a child process alone,
// so that no plugin takes the command down. Ends with 64 for a type that is not there, 66 for a file that is no
// plugin.
int DescribeCommand(const DescribeOptions& options, const TypeRegistry& types);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_DESCRIBE_COMMAND_H_
