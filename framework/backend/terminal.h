// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_TERMINAL_H_
#define CARDCAGE_FRAMEWORK_BACKEND_TERMINAL_H_

#include <termios.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace cardcage {

// A terminal whose keys go to the guest as they are pressed: no echo, no line editing, no signals
// from keys. It is given back as it was found when this goes, and also when the process ends by a
// fatal signal (SEGV, BUS, FPE, ILL, ABRT). One a process.
class RawTerminal {
 public:
  // Null where `fd` is no terminal, or belongs to another job (this one is in the background).
  static std::unique_ptr<RawTerminal> Enter(int fd);
  ~RawTerminal();
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

  // For a stop (Ctrl-Z of another terminal, kill -TSTP) and the continuation after it.
  void Leave();
  void Return();

 private:
  RawTerminal(int fd, const termios& found);

  const int fd_;
  const termios found_;
};

// Finds Ctrl-A and the key after it in what a person types.
//   Ctrl-A x quits · Ctrl-A n goes to the next console · Ctrl-A h helps
//   Ctrl-A Ctrl-A is one Ctrl-A for the guest
class EscapeKeys {
 public:
  // Gets the key after Ctrl-A.
  using Command = std::function<void(uint8_t key)>;
  explicit EscapeKeys(Command command) : command_(std::move(command)) {}

  // Keeps, in place, what is for the guest, and returns how many bytes.
  size_t Filter(std::span<uint8_t> typed);

 private:
  static constexpr uint8_t kEscape = 0x01;  // Ctrl-A
  const Command command_;
  bool escaped_ = false;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_TERMINAL_H_
