// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_FILE_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_FILE_BACKEND_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/output_file.h"

namespace cardcage {

// `file`: output as it is. No input.
class FileBackend final : public CharBackend {
 public:
  // See OutputFile::Open().
  static absl::StatusOr<std::unique_ptr<FileBackend>> Create(const std::string& path,
                                                             OutputFile::Options options,
                                                             EventLoop& loop);

  size_t Write(std::span<const uint8_t> data) override {
    return file_->Write({reinterpret_cast<const char*>(data.data()), data.size()});
  }
  size_t WriteRoom() override { return file_->Room(); }
  size_t Read(std::span<uint8_t> /*data*/) override { return 0; }
  bool Readable() override { return false; }
  void Flush(std::chrono::milliseconds patience) override { file_->Flush(patience); }
  void StopWaiting() override { file_->StopWaiting(); }
  OutputReport report() const override { return file_->report(dropped()); }

 private:
  FileBackend() = default;
  std::unique_ptr<OutputFile> file_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_FILE_BACKEND_H_
