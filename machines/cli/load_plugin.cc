// SPDX-License-Identifier: MIT
#include "machines/cli/load_plugin.h"

#include <cstdio>

namespace cardcage {

std::unique_ptr<PluginFile> LoadPlugin(const std::string& file, TypeRegistry& types) {
  auto opened = PluginFile::Open(file);
  if (!opened.ok()) {
    std::fprintf(stderr, "cardcage: %s\n", std::string(opened.status().message()).c_str());
    return nullptr;
  }
  const absl::Status added = types.Add((*opened)->plugin(), TypeRegistry::Step::kOption);
  if (added.ok()) return *std::move(opened);
  std::fprintf(stderr, "cardcage: %s: %s\n", file.c_str(), std::string(added.message()).c_str());
  return nullptr;
}

}  // namespace cardcage
