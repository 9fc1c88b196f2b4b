// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_MANIFEST_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_MANIFEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "cardcage/abi.h"

namespace cardcage {

// What a plugin says of itself, in a JSON file beside its shared object, so that no code of it runs where somebody
// only wants to know what there is: dice.so has dice.manifest.json.
struct Manifest {
  struct Type {
    std::string id;
    std::string summary;
  };
  std::string file;      // the shared object's name, without its folder
  std::string build_id;  // the shared object's, in hex: of another build the manifest says nothing
  std::string abi;       // it was built with: "0.1"
  std::string needs;     // at least
  std::string plugin;    // its name
  std::string version;
  std::string license;
  std::vector<Type> types;
};

// The bounds of what is read; a file that exceeds one is refused.
inline constexpr size_t kMostManifestBytes = 64 * 1024;
inline constexpr size_t kMostManifestTypes = 256;
inline constexpr size_t kMostManifestText = 256;  // bytes of each text

// A text of a plugin's tables, which may be NULL.
inline std::string OrNothing(const char* text) { return text == nullptr ? "" : text; }

// The path of a shared object's manifest.
std::string ManifestPath(std::string_view plugin_file);

// What a loaded plugin's manifest says. The plugin is one that TypeRegistry takes.
Manifest ManifestOf(const cardcage_plugin& plugin, std::string_view file, std::string build_id);

// As the file has it, with a line feed.
std::string ManifestText(const Manifest& manifest);

// Reads such a file's text, which may be anybody's: its texts fit on a terminal, ids are letters, digits, . - and _.
// Keys that are not known here are a later release's, and skipped.
// Errors: InvalidArgument, with what is wrong and no more.
absl::StatusOr<Manifest> ParseManifest(std::string_view text);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_MANIFEST_H_
