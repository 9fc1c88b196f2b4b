// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_PLUGIN_FOLDER_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_PLUGIN_FOLDER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/plugin/manifest.h"

namespace cardcage {

// A shared object that a folder offers, by its manifest.
struct OfferedPlugin {
  std::string file;
  Manifest manifest;
};

// The plugins of a folder (its files *.so), by name. Only manifests are read, and of the shared objects their
// build-ids: no code of a plugin runs. One whose manifest is missing, wrong or another build's is left out,
// and said in a line of `warnings`, with the file, what is wrong and the cure.
// Errors: NotFound (no such folder, or it cannot be read), with the reason.
absl::StatusOr<std::vector<OfferedPlugin>> FindPlugins(const std::string& folder,
                                                       std::vector<std::string>* warnings);

// What writes a shared object's manifest, for a shell.
std::string ManifestCommand(const std::string& file);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_PLUGIN_FOLDER_H_
