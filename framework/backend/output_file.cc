// SPDX-License-Identifier: MIT
#include "framework/backend/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

// Standard error is given as a duplicate: the command's own messages go there too, and the loop watches
// a number but once. A FIFO that nobody reads is an error here; without O_NONBLOCK it would be waited for.
int OpenDescriptor(const std::string& path, bool append) {
  if (path.empty()) return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  const int how = append ? O_APPEND : O_TRUNC;
  return open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | how, 0666);
}

}  // namespace

absl::StatusOr<std::unique_ptr<OutputFile>> OutputFile::Open(const std::string& path,
                                                             Options options, EventLoop& loop,
                                                             std::function<void()> on_room) {
  const int fd = OpenDescriptor(path, options.append);
  if (fd < 0) {
    const char* why = errno == ENXIO ? "nobody reads it" : strerror(errno);
    return absl::FailedPreconditionError(
        absl::StrCat(path.empty() ? "standard error" : path, ": ", why));
  }
  return std::unique_ptr<OutputFile>(new OutputFile(fd, options, loop, std::move(on_room)));
}

OutputFile::OutputFile(int fd, Options options, EventLoop& loop, std::function<void()> on_room)
    : fd_(fd),
      options_(options),
      stream_(std::make_unique<OutputStream>(
          fd, loop, nullptr, options.patient ? std::function<void()>() : std::move(on_room))) {
  stream_->set_spare(options.spare);
}

OutputFile::~OutputFile() {
  stream_.reset();
  close(fd_);
}

size_t OutputFile::Write(std::string_view data) {
  const std::span bytes(reinterpret_cast<const uint8_t*>(data.data()), data.size());
  if (!options_.patient) return stream_->Write(bytes);
  stream_->WriteAll(bytes);
  return data.size();
}

}  // namespace cardcage
