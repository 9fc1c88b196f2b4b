// SPDX-License-Identifier: MIT
// The state machine of the PC's keyboard controller, with the mouse's port of the PS/2 and with nothing
// plugged into either: what guests need of it to find that out, to reset the machine and to switch A20.
// It knows no host and no time: each write is done at once, and IBF is never seen.
//
// References: as i8042_registers.h names them.
// Not modelled: a keyboard or mouse, and with them translation, parity and the lock; the password
//   (A5, A6), the diagnostic dump (AC), input port polling (C1, C2). Commands that are not known do
//   nothing. Pulses of other pins than reset's: A20 low for 6 us is seen by nobody.
// Guest may: pull the machine's reset and switch A20. One byte waits for it at most: nothing grows.
#ifndef I8042_CHIP_H_
#define I8042_CHIP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "i8042_registers.h"

namespace i8042 {

class Chip {
 public:
  Chip() { Reset(); }

  // Power-on: both interfaces disabled, A20 on, the self-test not yet passed.
  void Reset();

  // A port of the guest's, at kData or kStatus.
  uint8_t Read(uint64_t offset);
  void Write(uint64_t offset, uint8_t value);
  // What a read would give, without its effects.
  uint8_t Peek(uint64_t offset) const;

  // --- Pins -------------------------------------------------------------------------------------

  // Levels of IRQ 1 and IRQ 12: a byte waits, and the command byte lets its interrupt out. An answer of
  // the controller's own counts as the keyboard's, as the pin follows OBF (8042 data sheet, "EN FLAGS").
  bool KeyboardInterrupt() const;
  bool AuxInterrupt() const;
  bool A20() const { return output_port_.Test(OutputPort::kA20); }
  // Whether the guest holds the machine in reset, by the output port.
  bool ResetLine() const { return !output_port_.Test(OutputPort::kNotReset); }
  // Whether the guest has pulsed reset since the last call.
  bool TakeResetPulse();

  template <class Archive>
  void State(Archive& archive) {
    archive("ram", ram_);
    archive("output_port", output_port_);
    archive("output", output_);
    archive("is_full", is_full_);
    archive("timed_out", timed_out_);
    archive("source", source_);
    archive("was_command", was_command_);
    archive("pending", pending_);
    archive("reset_pulsed", reset_pulsed_);
  }

 private:
  enum class Source : uint8_t { kKeyboard, kAux };

  CommandByte command_byte() const { return CommandByte(ram_[0]); }
  void SetCommandBit(CommandByte::Bit bit, bool on);
  Status StatusValue() const;
  OutputPort OutputPortValue() const;
  TestInputs TestInputsValue() const;
  bool IsWaiting(Source source) const { return is_full_ && source_ == source; }

  void WriteCommand(uint8_t value);
  void WriteData(uint8_t value);
  void Pulse(uint8_t low_pins);
  void SendToDevice(Source device);
  void Put(uint8_t byte, Source source = Source::kKeyboard);

  std::array<uint8_t, 32> ram_{};  // from the command byte on
  OutputPort output_port_;         // as written: but for the interrupts, its pins
  uint8_t output_ = 0;             // the output buffer; keeps its byte when it is read
  bool is_full_ = false;
  bool timed_out_ = false;  // belongs to the byte, as does its source
  Source source_ = Source::kKeyboard;
  bool was_command_ = false;        // the last write
  std::optional<uint8_t> pending_;  // the command that awaits its data
  bool reset_pulsed_ = false;
};

}  // namespace i8042

#endif  // I8042_CHIP_H_
