// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_PLUGINS_H_
#define CARDCAGE_MACHINES_CLI_PLUGINS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "framework/plugin/plugin_file.h"
#include "framework/plugin/type_registry.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/machine_spec.h"

namespace cardcage {

// The plugins of one command: those that it names, those that folders offer, and of these what is loaded. What is
// loaded stays so as long as this. One thread, before the process has others.
class Plugins {
 public:
  // `builtin` are the program's own types.
  explicit Plugins(TypeRegistry builtin) : types_(std::move(builtin)) {}

  // Loads the files of `--plugin`, and reads the manifests of what CARDCAGE_PLUGIN_PATH and the installation offer.
  // An installed plugin with the name and version of a built-in one is that one, and is not loaded a second time.
  // False where one is refused. All that is to be said goes to stderr, warnings too.
  bool Find(const std::vector<std::string>& files);

  // What there is, whatever machine is run: those of `--plugin`, of folders (announced, not loaded), and built in.
  const TypeRegistry& types() const { return types_; }

  // The types for a machine: those that there are, those of the files that it names, and what its devices need of
  // the folders loaded. Each plugin that is refused is an error of `diagnostics`, at its place. Whether there is none
  // is the result.
  bool LoadFor(const MachineSpec& spec, const Source& source, TypeRegistry& types,
               Diagnostics& diagnostics);

  // Loads the file that has announced a type, which then is there.
  // Errors: as PluginFile::Open and TypeRegistry::Add, with the file.
  absl::Status LoadAnnounced(const std::string& id, TypeRegistry& types);

  // Loads a file, once, and adds its types. Errors: as above.
  absl::StatusOr<const PluginFile*> Load(const std::string& file, TypeRegistry::Step step,
                                         TypeRegistry& types);

 private:
  absl::StatusOr<const PluginFile*> Open(const std::string& file);
  bool IsBuiltIn(const Manifest& manifest) const;
  absl::Status Announce(const std::string& folder, TypeRegistry::Step step,
                        std::vector<std::string>* warnings);
  bool LoadNamed(const PluginSpec& spec, const std::string& machine_file, TypeRegistry& types,
                 Diagnostics& diagnostics);

  TypeRegistry types_;
  std::map<std::string, std::unique_ptr<PluginFile>> open_;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_PLUGINS_H_
