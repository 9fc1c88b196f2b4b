// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_REGULAR_FILE_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_REGULAR_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace cardcage {

// A file that can be read to its end: no pipe or device, which would have one wait.
class RegularFile {
 public:
  // Errors: NotFound, with the reason and no name.
  static absl::StatusOr<std::unique_ptr<RegularFile>> Open(const std::string& path);
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  int fd() const { return fd_; }
  // In bytes, as it was opened.
  uint64_t size() const { return size_; }
  // The first bytes, no more than that: fewer where it ends, or was cut meanwhile.
  // Errors: NotFound, with the reason and no name.
  absl::StatusOr<std::string> Read(uint64_t most) const;

 private:
  explicit RegularFile(int fd) : fd_(fd) {}

  const int fd_;
  uint64_t size_ = 0;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_REGULAR_FILE_H_
