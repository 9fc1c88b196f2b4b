// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_LOG_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_LOG_BACKEND_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/log_format.h"
#include "framework/backend/output_file.h"

namespace cardcage {

// `log`: lines of output, each with the host's time since the backend was made. No input.
class LogBackend final : public CharBackend {
 public:
  // See OutputFile::Open().
  static absl::StatusOr<std::unique_ptr<LogBackend>> Create(const std::string& path,
                                                            OutputFile::Options options,
                                                            EventLoop& loop);

  size_t Write(std::span<const uint8_t> data) override;
  size_t WriteRoom() override;
  size_t Read(std::span<uint8_t> /*data*/) override { return 0; }
  bool Readable() override { return false; }
  void Flush(std::chrono::milliseconds patience) override;
  void StopWaiting() override { file_->StopWaiting(); }
  OutputReport report() const override { return file_->report(dropped()); }

 private:
  LogBackend() = default;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  LogFormat format_;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_LOG_BACKEND_H_
