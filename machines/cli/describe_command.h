// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_DESCRIBE_COMMAND_H_
#define CARDCAGE_MACHINES_CLI_DESCRIBE_COMMAND_H_

#include <string>
#include <string_view>
#include <vector>

#include "machines/cli/plugins.h"

namespace cardcage {

struct DescribeOptions {
  std::string what;  // a type, a plugin's file, or empty: all types
  bool json = false;
  bool manifest = false;  // of a file
  std::vector<std::string> plugins;
};

// Whether a word is taken for a plugin's file: it has a slash, or ends with .so.
bool IsPluginFile(std::string_view what);

// `cardcage describe`: what there is to put into a machine, to stdout. What folders offer is listed by manifests
// alone. A file, and a type that is not loaded yet, is loaded in a child process, so that no plugin takes the command
// down. Ends with 64 for a type that is not there, 66 for a plugin that is refused, 69 where stdout takes no more.
int DescribeCommand(const DescribeOptions& options, Plugins& plugins);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_DESCRIBE_COMMAND_H_
