// SPDX-License-Identifier: MIT
// The programs that are measured: this build's, and the raw loop that it is held against.
#ifndef CARDCAGE_BENCH_LAB_SUBJECTS_H_
#define CARDCAGE_BENCH_LAB_SUBJECTS_H_

#include <optional>
#include <string>

#include "bench/lab/measure.h"

namespace cardcage::bench {

// A folder for files of one measurement.
class TemporaryFolder {
 public:
  // Throws std::runtime_error.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Writes a file and returns its path.
  std::string Write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

// The two that run a machine of configs/, with what its guest prints.
struct Subjects {
  Subject cardcage;
  std::optional<Subject> raw;  // the raw loop is KVM's
};

// `folder` holds what is written for it. Throws std::runtime_error where something is not built.
Subjects FindSubjects(const std::string& name, const std::string& engine, const std::string& output,
                      const TemporaryFolder& folder);

}  // namespace cardcage::bench

#endif  // CARDCAGE_BENCH_LAB_SUBJECTS_H_
