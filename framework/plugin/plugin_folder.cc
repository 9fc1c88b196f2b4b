// SPDX-License-Identifier: MIT
#include "framework/plugin/plugin_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/plugin/build_id.h"

namespace cardcage {
namespace {

// A regular file that is read: a pipe of that name would have one wait.
class File {
 public:
  explicit File(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (fd_ < 0) {
      error_ = strerror(errno);
    } else if (fstat(fd_, &info_) != 0 || !S_ISREG(info_.st_mode)) {
      error_ = "it is no file";
    }
  }
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int fd() const { return fd_; }
  uint64_t size() const { return static_cast<uint64_t>(info_.st_size); }
  // Why it cannot be read, or an empty string.
  const std::string& error() const { return error_; }

 private:
  const int fd_;
  struct stat info_ {};
  std::string error_;
};

absl::StatusOr<Manifest> ReadManifest(const std::string& path) {
  const File file(path);
  if (!file.error().empty()) return absl::NotFoundError(file.error());
  // One more than is taken, which ParseManifest says.
  std::string text(std::min<uint64_t>(file.size(), kMostManifestBytes + 1), '\0');
  size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file.fd(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::NotFoundError(strerror(errno));
    if (got == 0) break;  // it was cut meanwhile
    size += static_cast<size_t>(got);
  }
  text.resize(size);
  return ParseManifest(text);
}

absl::StatusOr<std::string> BuildIdOf(const std::string& path) {
  const File file(path);
  if (!file.error().empty()) return absl::NotFoundError(file.error());
  return ReadBuildId(file.fd());
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
