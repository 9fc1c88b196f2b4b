// SPDX-License-Identifier: MIT
#include "machines/assembly/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

absl::Status FileError(int error) {
  const std::string why = strerror(error);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(why);
    case EACCES:
    case EPERM:
      return absl::PermissionDeniedError(why);
    default:
      return absl::InvalidArgumentError(why);
  }
}

}  // namespace

absl::StatusOr<std::string> ResolveFile(std::string_view name, const std::string& machine_file,
                                        const std::string& installation) {
  namespace fs = std::filesystem;
  constexpr std::string_view kShipped = "cardcage:";
  if (!name.starts_with(kShipped)) {
    const fs::path path(name);
    if (path.is_absolute()) return path.string();
    return (fs::path(machine_file).parent_path() / path).string();
  }
  name.remove_prefix(kShipped.size());
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error).parent_path();
  // Beside the program in a build folder, under share/ in an installation.
  std::vector<fs::path> folders = {self, self.parent_path() / "share" / "cardcage"};
  if (!installation.empty()) folders.push_back(fs::path(installation) / "share" / "cardcage");
  std::string looked_for;
  for (const fs::path& folder : folders) {
    const fs::path path = folder / name;
    if (fs::exists(path, error)) return path.string();
    absl::StrAppend(&looked_for, looked_for.empty() ? "" : " and ", "no ", path.string());
  }
  return absl::NotFoundError(absl::StrCat("not shipped with this build: there is ", looked_for));
}

absl::StatusOr<uint64_t> FileSize(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return FileError(errno);
  if (S_ISDIR(info.st_mode)) return absl::InvalidArgumentError("it is a folder");
  if (!S_ISREG(info.st_mode)) return absl::InvalidArgumentError("it is no regular file");
  if (access(path.c_str(), R_OK) != 0) return FileError(errno);
  return static_cast<uint64_t>(info.st_size);
}

absl::Status ReadFile(const std::string& path, std::span<std::byte> data) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError(errno);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  while (!data.empty()) {
    const ssize_t got = read(fd, data.data(), data.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError(errno);
    if (got == 0) return absl::InvalidArgumentError("it has become shorter while it was read");
    data = data.subspan(static_cast<size_t>(got));
  }
  return absl::OkStatus();
}

}  // namespace cardcage
