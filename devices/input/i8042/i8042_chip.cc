// SPDX-License-Identifier: MIT
#include "i8042_chip.h"

namespace i8042 {
namespace {

constexpr uint8_t kRamMask = 0x1f;   // in the commands that read and write RAM
constexpr uint8_t kPulseMask = 0xf;  // in those that pulse pins

// A command by its name, without the number that some carry.
Command Named(uint8_t value) {
  for (const Command ranged : {Command::kReadRam, Command::kWriteRam}) {
    if ((value & ~kRamMask) == static_cast<uint8_t>(ranged)) return ranged;
  }
  if ((value & ~kPulseMask) == static_cast<uint8_t>(Command::kPulse)) return Command::kPulse;
  return static_cast<Command>(value);
}

// Nothing is locked, the display is in colour, and lines that lead nowhere are high.
InputPort InputPortValue() {
  InputPort port;
  port.Set(InputPort::kUnlocked);
  port.Set(InputPort::kNoManufacturing);
  port.Set(InputPort::kRam);
  port.Set(InputPort::kAuxData);
  port.Set(InputPort::kKeyboardData);
  return port;
}

}  // namespace

void Chip::Reset() {
  ram_ = {};
  SetCommandBit(CommandByte::kDisableAux, true);
  SetCommandBit(CommandByte::kDisableKeyboard, true);
  output_port_ = OutputPort(0xcf);
  output_ = 0;
  is_full_ = false;
  timed_out_ = false;
  source_ = Source::kKeyboard;
  was_command_ = false;
  pending_.reset();
  reset_pulsed_ = false;
}

// --- The guest's side --------------------------------------------------------------------------

uint8_t Chip::Read(uint64_t offset) {
  const uint8_t value = Peek(offset);
  if (offset == kData) is_full_ = false;
  return value;
}

uint8_t Chip::Peek(uint64_t offset) const {
  switch (offset) {
    case kData:
      return output_;
    case kStatus:
      return StatusValue().raw();
    default:
      return 0xff;
  }
}

void Chip::Write(uint64_t offset, uint8_t value) {
  if (offset != kData && offset != kCommand) return;
  was_command_ = offset == kCommand;
  if (was_command_) {
    WriteCommand(value);
  } else {
    WriteData(value);
  }
}

void Chip::WriteCommand(uint8_t value) {
  pending_.reset();  // a command in place of another's data takes that back
  switch (Named(value)) {
    case Command::kReadRam:
      return Put(ram_[value & kRamMask]);
    case Command::kWriteRam:
    case Command::kWriteOutputPort:
    case Command::kLoopKeyboard:
    case Command::kLoopAux:
    case Command::kWriteAux:
      pending_ = value;
      return;
    case Command::kTestPassword:
      return Put(kNoPassword);
    case Command::kDisableAux:
      return SetCommandBit(CommandByte::kDisableAux, true);
    case Command::kEnableAux:
      return SetCommandBit(CommandByte::kDisableAux, false);
    case Command::kTestAux:
    case Command::kTestKeyboard:
      return Put(kInterfaceGood);
    case Command::kSelfTest:
      SetCommandBit(CommandByte::kSystem, true);
      return Put(kSelfTestPassed);
    case Command::kDisableKeyboard:
      return SetCommandBit(CommandByte::kDisableKeyboard, true);
    case Command::kEnableKeyboard:
      return SetCommandBit(CommandByte::kDisableKeyboard, false);
    case Command::kReadInputPort:
      return Put(InputPortValue().raw());
    case Command::kReadOutputPort:
      return Put(OutputPortValue().raw());
    case Command::kA20Off:
      return output_port_.Set(OutputPort::kA20, false);
    case Command::kA20On:
      return output_port_.Set(OutputPort::kA20, true);
    case Command::kReadTestInputs:
      return Put(TestInputsValue().raw());
    case Command::kPulse:
      return Pulse(static_cast<uint8_t>(~value & kPulseMask));
  }
}

// Data that no command awaits goes to the keyboard (AT).
void Chip::WriteData(uint8_t value) {
  if (!pending_) return SendToDevice(Source::kKeyboard);
  const uint8_t command = *pending_;
  pending_.reset();
  switch (Named(command)) {
    case Command::kWriteRam:
      ram_[command & kRamMask] = value;
      return;
    case Command::kWriteOutputPort:
      output_port_ = OutputPort(value);
      return;
    case Command::kLoopKeyboard:
      return Put(value, Source::kKeyboard);
    case Command::kLoopAux:
      return Put(value, Source::kAux);
    default:  // kWriteAux
      return SendToDevice(Source::kAux);
  }
}

void Chip::Pulse(uint8_t low_pins) {
  if (OutputPort(low_pins).Test(OutputPort::kNotReset)) reset_pulsed_ = true;
}

// Nothing clocks the byte out. Real controllers give up after their time limit, with "resend" in the
// output buffer and the time-out in the status (AT, "Sending data to the keyboard"); here at once, so
// that a guest's probe ends fast. Sending enables the keyboard's interface: old Linux counts on it.
void Chip::SendToDevice(Source device) {
  if (device == Source::kKeyboard) SetCommandBit(CommandByte::kDisableKeyboard, false);
  Put(kResend, device);
  timed_out_ = true;
}

// A byte that still waits is lost to the new one, as the hardware's buffer has one place.
void Chip::Put(uint8_t byte, Source source) {
  output_ = byte;
  source_ = source;
  timed_out_ = false;
  is_full_ = true;
}

void Chip::SetCommandBit(CommandByte::Bit bit, bool on) {
  CommandByte value = command_byte();
  value.Set(bit, on);
  ram_[0] = value.raw();
}

// --- What the registers show -------------------------------------------------------------------

Status Chip::StatusValue() const {
  Status status;
  status.Set(Status::kTimeout, is_full_ && timed_out_);
  status.Set(Status::kAuxFull, IsWaiting(Source::kAux));
  status.Set(Status::kUninhibited);
  status.Set(Status::kCommand, was_command_);
  status.Set(Status::kSystem, command_byte().Test(CommandByte::kSystem));
  status.Set(Status::kOutputFull, is_full_);
  return status;
}

OutputPort Chip::OutputPortValue() const {
  OutputPort port = output_port_;
  port.Set(OutputPort::kAuxInterrupt, AuxInterrupt());
  port.Set(OutputPort::kKeyboardInterrupt, KeyboardInterrupt());
  return port;
}

// An interface that is disabled has its clock held low.
TestInputs Chip::TestInputsValue() const {
  TestInputs inputs;
  inputs.Set(TestInputs::kAuxClock, !command_byte().Test(CommandByte::kDisableAux));
  inputs.Set(TestInputs::kKeyboardClock, !command_byte().Test(CommandByte::kDisableKeyboard));
  return inputs;
}

// --- Pins --------------------------------------------------------------------------------------

bool Chip::KeyboardInterrupt() const {
  return IsWaiting(Source::kKeyboard) && command_byte().Test(CommandByte::kKeyboardInterrupt);
}

bool Chip::AuxInterrupt() const {
  return IsWaiting(Source::kAux) && command_byte().Test(CommandByte::kAuxInterrupt);
}

bool Chip::TakeResetPulse() {
  const bool pulsed = reset_pulsed_;
  reset_pulsed_ = false;
  return pulsed;
}

}  // namespace i8042
