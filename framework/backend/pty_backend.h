// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_PTY_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_PTY_BACKEND_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "framework/backend/connection_backend.h"

namespace cardcage {

// `pty`: a pseudo-terminal, raw, for a terminal program to attach to.
class PtyBackend final : public ConnectionBackend {
 public:
  // How often somebody is looked for while nobody is there: the kernel tells of no opening.
  static constexpr std::chrono::milliseconds kLook{100};

  // With `link`, a symbolic link of that path leads to it until the backend goes; an old link is
  // replaced. Before the loop runs.
  // Errors: FailedPrecondition where `link` is something else, or cannot be made; ResourceExhausted
  // where the host has no pseudo-terminal left.
  static absl::StatusOr<std::unique_ptr<PtyBackend>> Create(std::string link, EventLoop& loop);
  ~PtyBackend() override;

  // Of the side to attach to: /dev/pts/5.
  const std::string& path() const { return path_; }

  // Waits also until who is attached has read what the kernel has: it would be lost with the pty.
  void Flush(std::chrono::milliseconds patience) override;

 private:
  PtyBackend(int master, std::string path, EventLoop& loop);
  bool Hears() override { return !IsHungUp(); }
  void OnEndOfInput() override { LookForHangUp(); }
  void OnEndOfOutput() override { LookForHangUp(); }
  bool IsHungUp() const;
  // Makes the other side raw and empty, whoever had it before, and hung up.
  absl::Status ResetSlave();
  int OpenSlave() const;
  void LookForHangUp();
  void LookForSomebody();

  const int master_;
  const std::string path_;
  std::string link_;  // empty: none
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_PTY_BACKEND_H_
