// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_TYPE_REGISTRY_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_TYPE_REGISTRY_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "cardcage/abi.h"
#include "framework/plugin/manifest.h"

namespace cardcage {

// The device types that a machine can have, by id. Filled first, then read by any thread. A copy has the same types,
// and is filled on its own.
class TypeRegistry {
 public:
  // Where a plugin comes from, in the order in which a type is looked for: the first that has it serves it.
  enum class Step { kOption, kMachineFile, kPath, kInstalled, kBuiltIn };

  // Who has a type.
  struct Provider {
    Step step;
    std::string plugin;
    std::string version;
    std::string file;     // empty: it is compiled in
    std::string summary;  // of the type
    // Whole, with all that it leads to: see WholeType. Null: announced, not loaded yet.
    std::shared_ptr<const cardcage_type> type;
  };

  // Adds all types of a plugin, or none. The plugin outlives the registry and its copies. `file` is where it was
  // loaded from; types that were announced of the same file are there from now on.
  // Errors: FailedPrecondition (not a plugin, another major version, needs a later minor; both
  // versions are named), InvalidArgument (a type that breaks the contract), AlreadyExists (an id that
  // another plugin of the same step has; both are named). All say the cure, in a line of its own.
  absl::Status Add(const cardcage_plugin& plugin, Step step = Step::kBuiltIn,
                   const std::string& file = "");

  // Adds the types that a manifest names, of a file that is loaded once one of them is needed. All or none.
  // Errors: AlreadyExists, as above.
  absl::Status Announce(const Manifest& manifest, Step step, const std::string& file);

  // The type, or null: nobody has it, or who serves it was not loaded yet.
  const cardcage_type* Find(std::string_view id) const;

  // All that have a type: the first serves it, and hides the others. Valid until the registry changes.
  std::span<const Provider> ProvidersOf(std::string_view id) const;

  // All ids, sorted, those that are announced included.
  std::vector<std::string> Ids() const;

 private:
  absl::Status Insert(std::vector<std::pair<std::string, Provider>>&& added);

  // By id; of one id by step, one each.
  absl::btree_map<std::string, std::vector<Provider>> types_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_TYPE_REGISTRY_H_
