// SPDX-License-Identifier: MIT
#include "tests/support/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace cardcage::testing {
namespace {

void Close(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

// A pipe that no program inherits by chance. Ours is the end that does not block.
struct Pipe {
  int read_end = -1, write_end = -1;
};

Pipe MakePipe(bool we_read) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  fcntl(we_read ? ends[0] : ends[1], F_SETFL, O_NONBLOCK);
  return {ends[0], ends[1]};
}

// Reads what there is now; closes the descriptor at its end.
void ReadInto(std::string& text, int& fd) {
  std::array<char, 65536> buffer{};
  while (fd >= 0) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size > 0) {
      text.append(buffer.data(), static_cast<size_t>(size));
    } else if (size == 0 || errno != EINTR) {
      if (size == 0 || errno != EAGAIN) Close(fd);
      return;
    }
  }
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> MergedEnvironment(const std::vector<std::string>& own) {
  std::vector<std::string> merged = own;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view name(*variable, std::strcspn(*variable, "=") + 1);
    if (std::none_of(own.begin(), own.end(),
                     [&](const std::string& ours) { return ours.starts_with(name); })) {
      merged.emplace_back(*variable);
    }
  }
  return merged;
}

}  // namespace

Process::Process(Command command) : command_(std::move(command)), started_(Clock::now()) {
  // A program that ends before it has read its input is not the test's end.
  signal(SIGPIPE, SIG_IGN);
  Start();
}

Process::~Process() {
  if (pid_ > 0 && !ended_) {
    Signal(SIGKILL);
    Reap();
  }
  for (int* fd : {&feed_, &output_, &errors_, &pidfd_}) Close(*fd);
}

void Process::Start() {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  std::array<int, 3> theirs = {command_.stdin_fd, command_.stdout_fd, command_.stderr_fd};
  std::array<int*, 3> ours = {&feed_, &output_, &errors_};
  std::array<int, 3> to_close = {-1, -1, -1};
  for (int fd = 0; fd < 3; ++fd) {
    if (theirs[fd] == Command::kPipe) {
      const bool we_read = fd != STDIN_FILENO;
      const Pipe pipe = MakePipe(we_read);
      *ours[fd] = we_read ? pipe.read_end : pipe.write_end;
      theirs[fd] = to_close[fd] = we_read ? pipe.write_end : pipe.read_end;
    }
  }
  if (output_ >= 0 && command_.stdout_capacity > 0) {
    fcntl(output_, F_SETPIPE_SZ, command_.stdout_capacity);
  }
  // What the caller gave may itself be one of the three: take copies before they are overwritten.
  for (int fd = 0; fd < 3; ++fd) {
    if (theirs[fd] == Command::kClosed) continue;
    const int copy = fcntl(theirs[fd], F_DUPFD_CLOEXEC, 3);
    Close(to_close[fd]);
    theirs[fd] = to_close[fd] = copy;
  }
  for (int fd = 0; fd < 3; ++fd) {
    if (theirs[fd] == Command::kClosed) {
      posix_spawn_file_actions_addclose(&actions, fd);
    } else {
      posix_spawn_file_actions_adddup2(&actions, theirs[fd], fd);
    }
  }

  // The test ignores SIGPIPE; the program is started as a shell does it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> environment = MergedEnvironment(command_.environment);
  started_ = Clock::now();
  if (posix_spawnp(&pid_, command_.arguments.at(0).c_str(), &actions, &attributes,
                   Pointers(command_.arguments).data(), Pointers(environment).data()) == 0) {
    pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  } else {
    outcome_.code = 127;
    ended_ = true;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  for (int& fd : to_close) Close(fd);
}

void Process::Signal(int number) const {
  if (!ended_) kill(pid_, number);
}

void Process::Feed() {
  while (feed_ >= 0 && fed_ < command_.input.size()) {
    const ssize_t size = write(feed_, command_.input.data() + fed_, command_.input.size() - fed_);
    if (size > 0) {
      fed_ += static_cast<size_t>(size);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR) {
      Close(feed_);
    }
  }
  if (!command_.input_stays_open) Close(feed_);
}

void Process::Reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  outcome_.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  ended_ = true;
}

bool Process::Pump(Clock::time_point deadline, const std::function<bool()>& done) {
  while (!done()) {
    if (ended_) return false;
    const auto now = Clock::now();
    const auto read_from = started_ + command_.stdout_unread_for;
    auto wait = deadline - now;
    if (now < read_from) wait = std::min(wait, read_from - now);
    if (now >= deadline) return false;

    const bool feeding = fed_ < command_.input.size() || !command_.input_stays_open;
    // A descriptor of -1 is passed over by poll().
    std::array<pollfd, 4> ready = {
        {{.fd = feeding ? feed_ : -1, .events = POLLOUT, .revents = 0},
         {.fd = now < read_from ? -1 : output_, .events = POLLIN, .revents = 0},
         {.fd = errors_, .events = POLLIN, .revents = 0},
         {.fd = pidfd_, .events = POLLIN, .revents = 0}}};
    poll(ready.data(), ready.size(), static_cast<int>(std::chrono::ceil<Duration>(wait).count()));
    if (ready[0].revents != 0) Feed();
    if (ready[1].revents != 0) ReadInto(outcome_.output, output_);
    if (ready[2].revents != 0) ReadInto(outcome_.errors, errors_);
    if (ready[3].revents != 0) {
      outcome_.elapsed = std::chrono::duration_cast<Duration>(Clock::now() - started_);
      Reap();
      // What it left behind. Not to the end: a program that it has started may hold the pipe.
      ReadInto(outcome_.output, output_);
      ReadInto(outcome_.errors, errors_);
    }
  }
  return true;
}

bool Process::WaitForOutput(std::string_view text, Duration patience) {
  return Pump(Clock::now() + patience,
              [this, text] { return outcome_.output.find(text) != std::string::npos; });
}

bool Process::WaitForErrors(std::string_view text, Duration patience) {
  return Pump(Clock::now() + patience,
              [this, text] { return outcome_.errors.find(text) != std::string::npos; });
}

Outcome Process::Wait(Duration patience) {
  if (!ended_ && !Pump(Clock::now() + patience, [this] { return ended_; })) {
    Signal(SIGKILL);
    Reap();
    outcome_.code = -1;
  }
  return outcome_;
}

}  // namespace cardcage::testing
