// SPDX-License-Identifier: MIT
#include "bench/lab/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace cardcage::bench {
namespace {

[[noreturn]] void Fail(const Subject& subject, const std::string& what) {
  throw std::runtime_error(subject.arguments[0] + ": " + what);
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& string : strings) pointers.push_back(const_cast<char*>(string.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

std::array<int, 2> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
  }
  return ends;
}

// When a run began, and when its output did and ended.
struct Times {
  std::chrono::steady_clock::time_point start, first, last;
};

double Milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

// All that comes, to the end, and when it came.
std::string ReadAll(int fd, Times* times = nullptr) {
  std::string text;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return text;
    if (times != nullptr) times->last = std::chrono::steady_clock::now();
    if (times != nullptr && text.empty()) times->first = times->last;
    text.append(buffer.data(), static_cast<size_t>(size));
  }
}

void CheckEnd(const Subject& subject, int status, const std::string& output) {
  if (!WIFEXITED(status)) {
    Fail(subject, "ended by signal " + std::to_string(WTERMSIG(status)));
  }
  if (WEXITSTATUS(status) != 0) {
    Fail(subject, "ended with " + std::to_string(WEXITSTATUS(status)));
  }
  if (output != subject.output) {
    Fail(subject, "printed something else: " + output.substr(0, 200));
  }
}

// "VmHWM:     4032 kB" of /proc/PID/status.
int64_t StatusLine(const std::string& status, const std::string& name) {
  const size_t at = status.find("\n" + name + ":");
  if (at == std::string::npos) return 0;
  return std::stoll(status.substr(at + name.size() + 2));
}

// The end of a traced process: with its main thread stopped in exit(2) the memory is still mapped.
// Gives the status that waitpid() has at last.
int FollowToExit(const Subject& subject, pid_t pid, Resident* resident) {
  int status = 0;
  // The SIGTRAP after execve(2).
  if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) return status;
  if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL) != 0) {
    Fail(subject, std::string("cannot be traced: ") + std::strerror(errno));
  }
  ptrace(PTRACE_CONT, pid, 0, 0);
  while (waitpid(pid, &status, 0) >= 0 && WIFSTOPPED(status)) {
    int signal = WSTOPSIG(status);
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
      std::stringstream text;
      text << std::ifstream("/proc/" + std::to_string(pid) + "/status").rdbuf();
      resident->peak = StatusLine(text.str(), "VmHWM");
      resident->shared = StatusLine(text.str(), "RssShmem");
      signal = 0;
    }
    ptrace(PTRACE_CONT, pid, 0, signal);
  }
  return status;
}

// Runs it with nothing on stdin and a pipe for its output.
Times RunTimed(const Subject& subject) {
  const auto ends = MakePipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t pid = -1;
  Times times;
  times.start = std::chrono::steady_clock::now();
  const int error = posix_spawn(&pid, subject.arguments[0].c_str(), &actions, nullptr,
                                Pointers(subject.arguments).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output;
  if (error == 0) output = ReadAll(ends[0], &times);
  close(ends[0]);
  if (error != 0) Fail(subject, std::strerror(error));
  int status = 0;
  waitpid(pid, &status, 0);
  CheckEnd(subject, status, output);
  return times;
}

}  // namespace

double MillisecondsToFirstByte(const Subject& subject) {
  const Times times = RunTimed(subject);
  return Milliseconds(times.first - times.start);
}

double MillisecondsOfOutput(const Subject& subject) {
  const Times times = RunTimed(subject);
  return Milliseconds(times.last - times.first);
}

Resident ResidentAtExit(const Subject& subject) {
  const auto ends = MakePipe();
  const std::vector<char*> arguments = Pointers(subject.arguments);
  const pid_t pid = fork();
  if (pid < 0) Fail(subject, std::string("fork: ") + std::strerror(errno));
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    if (ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  Resident resident;
  // What it prints fits into the pipe, so it need not be read before the end.
  const int status = FollowToExit(subject, pid, &resident);
  const std::string output = ReadAll(ends[0]);
  close(ends[0]);
  CheckEnd(subject, status, output);
  if (resident.peak == 0) Fail(subject, "its memory could not be seen");
  return resident;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace cardcage::bench
