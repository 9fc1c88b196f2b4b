// SPDX-License-Identifier: MIT
#include "framework/plugin/plugin_folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/plugin/build_id.h"
#include "framework/plugin/regular_file.h"

namespace cardcage {
namespace {

absl::StatusOr<Manifest> ReadManifest(const std::string& path) {
  const auto file = RegularFile::Open(path);
  if (!file.ok()) return file.status();
  const auto text = (*file)->Read(kMostManifestBytes + 1);  // more is refused by ParseManifest
  if (!text.ok()) return text.status();
  return ParseManifest(*text);
}

absl::StatusOr<std::string> BuildIdOf(const std::string& path) {
  const auto file = RegularFile::Open(path);
  if (!file.ok()) return file.status();
  return ReadBuildId((*file)->fd());
}

// The manifest of a shared object. Its error is the whole warning.
absl::StatusOr<Manifest> Look(const std::string& file) {
  const std::string manifest_file = ManifestPath(file);
  const std::string cure = absl::StrCat("\n  write it anew: ", ManifestCommand(file));
  auto manifest = ReadManifest(manifest_file);
  if (absl::IsNotFound(manifest.status())) {
    return absl::NotFoundError(absl::StrCat(file, " is skipped: it has no manifest (",
                                            manifest_file, ": ", manifest.status().message(), ")",
                                            cure));
  }
  if (!manifest.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(manifest_file, " is skipped: ", manifest.status().message(), cure));
  }
  const auto build_id = BuildIdOf(file);
  if (!build_id.ok()) {
    return absl::FailedPreconditionError(absl::StrCat(
        file, " is skipped: ", build_id.status().message(),
        "\n  a plugin is a shared object with a build-id, as cardcage_add_device() builds it"));
  }
  if (*build_id != manifest->build_id) {
    return absl::FailedPreconditionError(
        absl::StrCat(manifest_file, " is skipped: it is of another build of ", file, " (",
                     manifest->build_id, ", the file has ", *build_id, ")", cure));
  }
  return manifest;
}

}  // namespace

std::string ManifestCommand(const std::string& file) {
  return absl::StrCat("cardcage describe ", file, " --manifest >", ManifestPath(file));
}

absl::StatusOr<std::vector<OfferedPlugin>> FindPlugins(const std::string& folder,
                                                       std::vector<std::string>* warnings) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(opendir(folder.c_str()), &closedir);
  if (entries == nullptr) return absl::NotFoundError(strerror(errno));
  std::vector<std::string> files;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(".so")) files.push_back(absl::StrCat(folder, "/", entry->d_name));
  }
  std::sort(files.begin(), files.end());
  std::vector<OfferedPlugin> found;
  for (const std::string& file : files) {
    auto manifest = Look(file);
    if (manifest.ok()) {
      found.push_back({file, *std::move(manifest)});
    } else {
      warnings->emplace_back(manifest.status().message());
    }
  }
  return found;
}

}  // namespace cardcage
