// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_TESTERS_TEMPORARY_FOLDER_H_
#define CARDCAGE_FRAMEWORK_TESTERS_TEMPORARY_FOLDER_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace cardcage {

// A folder of one test's own, for the files that it writes: tests run beside each other, each in
// its process. It goes with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / "cardcage-XXXXXX") {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }
  // The path of a file in it, which need not exist.
  std::string Path(std::string_view name) const {
    return (std::filesystem::path(path_) / name).string();
  }
  // Writes a file, and returns its path.
  std::string Write(std::string_view name, std::string_view content) const {
    std::string path = Path(name);
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

 private:
  std::string path_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_TESTERS_TEMPORARY_FOLDER_H_
