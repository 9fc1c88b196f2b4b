// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_TYPE_REGISTRY_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_TYPE_REGISTRY_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "cardcage/abi.h"

namespace cardcage {

// The device types that a machine can have, by id. Filled first, then read by any thread.
class TypeRegistry {
 public:
  // Where a plugin comes from, in the order in which a type is looked for: the first that has it serves it.
  enum class Step { kOption, kBuiltIn };

  // Adds all types of a plugin, or none. The plugin outlives the registry.
  // Errors: FailedPrecondition (not a plugin, another major version, needs a later minor; both
  // versions are named), InvalidArgument (a type that breaks the contract), AlreadyExists (an id that
  // another plugin of the same step has; both are named).
  absl::Status Add(const cardcage_plugin& plugin, Step step = Step::kBuiltIn);

  // The type, or null. Its struct is as long as this host's: what its plugin does not know is 0.
  const cardcage_type* Find(std::string_view id) const;

  // Who serves a type that is there, and from which step; whether the same type of a later step is hidden by it.
  struct Provider {
    const cardcage_plugin* plugin;
    Step step;
    bool hides_another;
  };
  Provider ProviderOf(std::string_view id) const;

  // All ids, sorted.
  std::vector<std::string> Ids() const;

 private:
  struct Entry {
    std::unique_ptr<const cardcage_type> type;  // whole, whatever its plugin knows
    const cardcage_plugin* plugin;
  };
  // By id, and of one id by step.
  absl::btree_map<std::string, absl::btree_map<Step, Entry>> types_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_TYPE_REGISTRY_H_
