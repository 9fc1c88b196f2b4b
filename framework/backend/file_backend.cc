// SPDX-License-Identifier: MIT
#include "framework/backend/file_backend.h"

namespace cardcage {

absl::StatusOr<std::unique_ptr<FileBackend>> FileBackend::Create(const std::string& path,
                                                                 OutputFile::Options options,
                                                                 EventLoop& loop) {
  auto backend = std::unique_ptr<FileBackend>(new FileBackend());
  auto file =
      OutputFile::Open(path, options, loop, [self = backend.get()] { self->TellListener(); });
  if (!file.ok()) return file.status();
  backend->file_ = *std::move(file);
  return backend;
}

}  // namespace cardcage
