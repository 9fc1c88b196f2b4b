// SPDX-License-Identifier: MIT
// Checks of a plugin, each in a process of its own: no plugin can take the command down.
#ifndef CARDCAGE_MACHINES_VALIDATE_RUNNER_H_
#define CARDCAGE_MACHINES_VALIDATE_RUNNER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "machines/validate/check.h"

namespace cardcage {

struct Finding {
  std::string id;      // of the check whose kind of fault it is
  std::string what;    // a line, behind the type's name
  std::string action;  // what was done last before it was found
};

struct CheckResult {
  std::vector<Finding> findings;  // at most one of an id
  std::string skipped;            // why the check can say nothing, or empty
};

// What a plugin says of itself.
struct PluginSummary {
  std::string name;
  std::string version;
  std::vector<std::string> types;
};

class Runner {
 public:
  explicit Runner(std::string file) : file_(std::move(file)) {}

  // Errors: as PluginFile::Open and TypeRegistry::Add; whatever the loading process ends with.
  absl::StatusOr<PluginSummary> Load();

  // Of a type by its place in the plugin. With `is_traced`, each action is a line on stdout before it is done.
  // A process that does not come back, or ends before its time, is a finding.
  CheckResult Run(const Check& check, size_t type, uint64_t seed, bool is_traced = false);

 private:
  const std::string file_;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_RUNNER_H_
