// SPDX-License-Identifier: MIT
#include "framework/backend/pty_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

absl::Status MakeLink(const std::string& path, const std::string& link) {
  struct stat info {};
  if (lstat(link.c_str(), &info) == 0) {
    if (!S_ISLNK(info.st_mode)) {
      return absl::FailedPreconditionError(
          absl::StrCat(link, " exists and is no symbolic link: it is left as it is"));
    }
    unlink(link.c_str());
  }
  if (symlink(path.c_str(), link.c_str()) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(link, ": ", strerror(errno)));
}

// Removes the link, unless it has become another's.
void RemoveLink(const std::string& path, const std::string& link) {
  std::string target(path.size() + 1, '\0');
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  if (size >= 0 && target.substr(0, static_cast<size_t>(size)) == path) unlink(link.c_str());
}

}  // namespace

absl::StatusOr<std::unique_ptr<PtyBackend>> PtyBackend::Create(std::string link, EventLoop& loop) {
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  std::array<char, 64> path{};
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
      ptsname_r(master, path.data(), path.size()) != 0) {
    const int error = errno;
    if (master >= 0) close(master);
    return absl::ResourceExhaustedError(absl::StrCat("no pseudo-terminal: ", strerror(error)));
  }
  auto backend = std::unique_ptr<PtyBackend>(new PtyBackend(master, path.data(), loop));
  if (absl::Status status = backend->ResetSlave(); !status.ok()) return status;
  if (!link.empty()) {
    if (absl::Status status = MakeLink(backend->path_, link); !status.ok()) return status;
    backend->link_ = std::move(link);
  }
  backend->OpenOutput(master);
  backend->LookForSomebody();
  return backend;
}

PtyBackend::PtyBackend(int master, std::string path, EventLoop& loop)
    : ConnectionBackend(loop), master_(master), path_(std::move(path)) {}

PtyBackend::~PtyBackend() {
  Release();
  if (!link_.empty()) RemoveLink(path_, link_);
  close(master_);
}

bool PtyBackend::IsHungUp() const {
  pollfd ready{.fd = master_, .events = 0, .revents = 0};
  return poll(&ready, 1, 0) > 0 && (ready.revents & POLLHUP) != 0;
}

int PtyBackend::OpenSlave() const {
  return open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
}

// A master has hung up only once its slave was open: so this is also what makes a new one begin that way.
absl::Status PtyBackend::ResetSlave() {
  const int slave = OpenSlave();
  termios raw{};
  if (slave < 0 || tcgetattr(slave, &raw) != 0) {
    const int error = errno;
    if (slave >= 0) close(slave);
    return absl::ResourceExhaustedError(absl::StrCat(path_, ": ", strerror(error)));
  }
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  tcflush(slave, TCIFLUSH);
  close(slave);
  return absl::OkStatus();
}

void PtyBackend::LookForHangUp() {
  if (!attached()) return;
  Detach();
  if (IsHungUp()) (void)ResetSlave();  // else somebody else has come by now
  OpenOutput(master_);
  LookForSomebody();
}

void PtyBackend::LookForSomebody() {
  if (!IsHungUp()) {
    Attach(master_);
    return;
  }
  ForgetHeld();
  loop().CallAt(EventLoop::Clock::now() + kLook, [this] { LookForSomebody(); });
}

void PtyBackend::Flush(std::chrono::milliseconds patience) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kPause{5};
  if (IsHungUp() || !FlushOutput(patience)) return;
  // The kernel moves bytes to where they are counted in its own time: so none is none twice.
  int unread_before = 1;
  for (auto deadline = Clock::now() + patience; Clock::now() < deadline && !IsHungUp();) {
    const int slave = OpenSlave();
    int unread = 0;
    if (slave < 0 || ioctl(slave, FIONREAD, &unread) != 0) unread = 0;
    if (slave >= 0) close(slave);
    if (unread == 0 && unread_before == 0) return;
    if (unread < unread_before) deadline = Clock::now() + patience;
    unread_before = unread;
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace cardcage
