// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_PLUGIN_FILE_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_PLUGIN_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "cardcage/abi.h"
#include "framework/plugin/build_id.h"

namespace cardcage {

// A plugin's shared object, loaded.
//
// A copy of the file is what is loaded: building the plugin anew under a running machine harms nothing. A plugin
// is code of its author's, which runs when it is loaded, before anything can be asked: so it is loaded in a child
// process first, and one that ends the child is refused with what it said.
class PluginFile {
 public:
  // Loads it. Its symbols stay its own. Nothing of it was checked yet but that it has an entry.
  // Before the process has further threads. Blocks for the child, at most some seconds.
  // Errors, each with the file, the cause and, in a line of its own, the cure: NotFound (no such file, or it cannot
  // be read), FailedPrecondition (not a shared object, another machine's, cut off, a symbol that nobody has, no
  // entry, a constructor that throws, aborts or does not come back), Internal (the host's).
  static absl::StatusOr<std::unique_ptr<PluginFile>> Open(const std::string& path);
  ~PluginFile();
  PluginFile(const PluginFile&) = delete;
  PluginFile& operator=(const PluginFile&) = delete;

  const std::string& path() const { return path_; }
  // Valid as long as this.
  const cardcage_plugin& plugin() const { return *plugin_; }
  // Of what was loaded, whatever the file has become. Errors: as ReadBuildId.
  absl::StatusOr<std::string> BuildId() const { return ReadBuildId(copy_); }

 private:
  PluginFile(std::string path, int copy, void* handle, const cardcage_plugin* plugin)
      : path_(std::move(path)), copy_(copy), handle_(handle), plugin_(plugin) {}

  const std::string path_;
  // Kept: the loader takes two files for one whose descriptors have the same number.
  const int copy_;
  void* const handle_;
  const cardcage_plugin* const plugin_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_PLUGIN_FILE_H_
