// SPDX-License-Identifier: MIT
#include "framework/plugin/regular_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace cardcage {

absl::StatusOr<std::unique_ptr<RegularFile>> RegularFile::Open(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return absl::NotFoundError(strerror(errno));
  std::unique_ptr<RegularFile> file(new RegularFile(fd));
  struct stat info {};
  if (fstat(fd, &info) != 0) return absl::NotFoundError(strerror(errno));
  if (S_ISDIR(info.st_mode)) return absl::NotFoundError("it is no file, but a folder");
  if (!S_ISREG(info.st_mode)) return absl::NotFoundError("it is no file");
  file->size_ = static_cast<uint64_t>(info.st_size);
  return file;
}

RegularFile::~RegularFile() { close(fd_); }

absl::StatusOr<std::string> RegularFile::Read(uint64_t most) const {
  std::string content(std::min(size_, most), '\0');
  size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = read(fd_, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return absl::NotFoundError(strerror(errno));
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  content.resize(size);
  return content;
}

}  // namespace cardcage
