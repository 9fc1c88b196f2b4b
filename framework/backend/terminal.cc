// SPDX-License-Identifier: MIT
#include "framework/backend/terminal.h"

#include <signal.h>
#include <unistd.h>

#include <array>

namespace cardcage {
namespace {

constexpr std::array kFatalSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What a fatal signal's handler needs; set before the handlers are.
int fatal_fd = -1;
termios fatal_found;

void GiveBackAndDie(int signal) {
  tcsetattr(fatal_fd, TCSANOW, &fatal_found);  // async-signal-safe: signal-safety(7)
  raise(signal);                               // its action was reset when this handler was entered
}

// What was there before the handlers.
std::array<struct sigaction, kFatalSignals.size()> found_actions;

void SetFatalHandlers() {
  struct sigaction action {};
  action.sa_handler = GiveBackAndDie;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (size_t i = 0; i < kFatalSignals.size(); ++i) {
    sigaction(kFatalSignals[i], &action, &found_actions[i]);
  }
}

void RestoreFatalHandlers() {
  for (size_t i = 0; i < kFatalSignals.size(); ++i) {
    sigaction(kFatalSignals[i], &found_actions[i], nullptr);
  }
}

}  // namespace

std::unique_ptr<RawTerminal> RawTerminal::Enter(int fd) {
  termios found{};
  // A background job that sets a terminal is stopped (SIGTTOU): so it does not.
  if (tcgetattr(fd, &found) != 0 || tcgetpgrp(fd) != getpgrp()) return nullptr;
  return std::unique_ptr<RawTerminal>(new RawTerminal(fd, found));
}

RawTerminal::RawTerminal(int fd, const termios& found) : fd_(fd), found_(found) {
  fatal_fd = fd;
  fatal_found = found;
  SetFatalHandlers();
  Return();
}

RawTerminal::~RawTerminal() {
  Leave();
  RestoreFatalHandlers();
}

void RawTerminal::Leave() { tcsetattr(fd_, TCSADRAIN, &found_); }

void RawTerminal::Return() {
  termios raw = found_;
  raw.c_iflag &= ~static_cast<tcflag_t>(BRKINT | ICRNL | INLCR | IGNCR | INPCK | ISTRIP | IXON);
  raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | IEXTEN | ISIG);
  raw.c_cflag = (raw.c_cflag & ~static_cast<tcflag_t>(CSIZE | PARENB)) | CS8;
  // Output is left as it was found, so that a bare line feed still begins a new line.
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(fd_, TCSADRAIN, &raw);
}

size_t EscapeKeys::Filter(std::span<uint8_t> typed) {
  size_t kept = 0;
  for (const uint8_t key : typed) {
    if (escaped_) {
      escaped_ = false;
      if (key == kEscape) {
        typed[kept++] = key;
      } else {
        command_(key);
      }
    } else if (key == kEscape) {
      escaped_ = true;
    } else {
      typed[kept++] = key;
    }
  }
  return kept;
}

}  // namespace cardcage
