// SPDX-License-Identifier: MIT
#include "machines/cli/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>

namespace cardcage {

void PrepareProcess() {
  for (int fd = 0; fd <= 2; ++fd) {
    // Opened the wrong way round, so that the first use fails as on a closed one.
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY);
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}

ProcessSignals::ProcessSignals(EventLoop& loop, std::function<void(int signal)> on_end,
                               std::function<void()> on_stop, std::function<void()> on_continue)
    : loop_(loop),
      on_end_(std::move(on_end)),
      on_stop_(std::move(on_stop)),
      on_continue_(std::move(on_continue)) {
  sigset_t taken;
  sigemptyset(&taken);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP}) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    sigaddset(&taken, number);
  }
  sigprocmask(SIG_BLOCK, &taken, nullptr);
  fd_ = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd_ >= 0) (void)loop_.Watch(fd_, EPOLLIN, [this](uint32_t) { Take(); });
}

ProcessSignals::~ProcessSignals() {
  if (fd_ < 0) return;
  loop_.Unwatch(fd_);
  close(fd_);
}

void ProcessSignals::Take() {
  signalfd_siginfo info{};
  while (read(fd_, &info, sizeof(info)) == sizeof(info)) {
    if (info.ssi_signo == SIGTSTP) {
      on_stop_();
      raise(SIGSTOP);  // comes back at SIGCONT
      on_continue_();
    } else {
      on_end_(static_cast<int>(info.ssi_signo));
    }
  }
  loop_.Rearm(fd_, EPOLLIN);
}

}  // namespace cardcage
