// SPDX-License-Identifier: MIT
#include "i8254_counter.h"

namespace i8254 {
namespace {

constexpr uint8_t Low(uint16_t word) { return static_cast<uint8_t>(word); }
constexpr uint8_t High(uint16_t word) { return static_cast<uint8_t>(word >> 8); }
constexpr uint16_t Word(uint8_t high, uint8_t low) {
  return static_cast<uint16_t>(high << 8 | low);
}

// A digit beyond 9, which the part does not permit, counts with its weight.
constexpr uint32_t FromBcd(uint16_t digits) {
  uint32_t value = 0;
  for (int shift = 12; shift >= 0; shift -= 4) value = value * 10 + ((digits >> shift) & 0xfu);
  return value;
}

constexpr uint16_t ToBcd(uint32_t value) {
  uint32_t digits = 0;
  for (int shift = 0; shift < 16; shift += 4) {
    digits |= value % 10 << shift;
    value /= 10;
  }
  return static_cast<uint16_t>(digits);
}

}  // namespace

// --- Programming -------------------------------------------------------------------------------

void Counter::Reset() {
  const bool gate = gate_;
  *this = Counter();
  gate_ = gate;
  Control value;
  value.Put(Control::kReadWrite, static_cast<uint8_t>(ReadWrite::kLowThenHigh));
  Program(value);
}

// At once, without a pulse: OUT has its initial level, CR is 0, and all waits for a count [Operation
// Common to All Modes].
void Counter::Program(Control value) {
  programmed_ = value;
  register_ = 0;
  element_ = 0;
  loaded_ = 0;
  has_low_ = false;
  reads_high_ = false;
  null_count_ = true;
  has_count_ = false;
  is_written_ = false;
  trigger_ = false;
  expired_ = false;
  latched_count_.reset();
  latched_status_.reset();
  output_ = mode() != Mode::kTerminalCount;
}

ReadWrite Counter::read_write() const {
  return static_cast<ReadWrite>(programmed_.Get(Control::kReadWrite));
}

Mode Counter::mode() const {
  const uint8_t value = programmed_.Get(Control::kMode);
  return static_cast<Mode>(value > 5 ? value - 4 : value);
}

void Counter::Write(uint8_t value) {
  switch (read_write()) {
    case ReadWrite::kLow:
      CountWritten(value);
      break;
    case ReadWrite::kHigh:
      CountWritten(Word(value, 0));
      break;
    default:
      has_low_ = !has_low_;
      if (!has_low_) {
        CountWritten(Word(value, low_byte_));
        break;
      }
      low_byte_ = value;
      // [Mode 0]: the first byte stops the counting and sets OUT low, without a pulse.
      if (mode() == Mode::kTerminalCount) output_ = false;
  }
}

// When the new count comes into CE is the mode's: with the next pulse in modes 0 and 4, in 2 and 3 only
// the first one behind a control word, else at the end of a period; in 1 and 5 with a trigger.
void Counter::CountWritten(uint16_t count) {
  register_ = count;
  has_count_ = true;
  null_count_ = true;
  if (IsOneOf(Mode::kTerminalCount, Mode::kSoftwareTriggered)) is_written_ = true;
  if (IsPeriodic() && loaded_ == 0) is_written_ = true;
  if (mode() == Mode::kTerminalCount) output_ = false;
}

uint8_t Counter::Read() {
  if (latched_status_) {
    const uint8_t status = latched_status_->raw();
    latched_status_.reset();
    return status;
  }
  const uint16_t count = latched_count_.value_or(VisibleCount());
  const bool is_two_bytes = read_write() == ReadWrite::kLowThenHigh;
  const bool is_high = is_two_bytes ? reads_high_ : read_write() == ReadWrite::kHigh;
  reads_high_ = is_two_bytes && !reads_high_;
  if (!reads_high_) latched_count_.reset();
  return is_high ? High(count) : Low(count);
}

// What is latched is read from its first byte on, even in the middle of another read.
void Counter::LatchCount() {
  if (latched_count_) return;
  latched_count_ = VisibleCount();
  reads_high_ = false;
}

void Counter::LatchStatus() {
  if (latched_status_) return;
  Status status;
  status.Set(Status::kOutput, output_);
  status.Set(Status::kNullCount, null_count_);
  status.Put(Status::kProgrammed, programmed_.Get(Control::kProgrammed));
  latched_status_ = status;
}

// [Gate, figure 21]: modes 2 and 3 have OUT high while GATE is low; a rise is a trigger, which the next
// pulse sees even where GATE has fallen again.
void Counter::SetGate(bool level) {
  if (level == gate_) return;
  gate_ = level;
  if (level) {
    trigger_ = true;
  } else if (IsPeriodic()) {
    output_ = true;
  }
}

// --- Counts ------------------------------------------------------------------------------------

// 0 is the largest count.
uint32_t Counter::InitialCount() const {
  const uint32_t count = IsBcd() ? FromBcd(register_) : register_;
  return count == 0 ? Modulus() : count;
}

uint16_t Counter::VisibleCount() const {
  const uint32_t count = element_ % Modulus();
  return IsBcd() ? ToBcd(count) : static_cast<uint16_t>(count);
}

// How long OUT keeps its level from a load on, in mode 3: of an odd count it is high for one more. So a
// count of 1, which the part does not permit, has no low half, and leaves OUT high.
uint32_t Counter::PulsesOfHalf() const { return (loaded_ + (output_ ? 1 : 0)) / 2; }

bool Counter::IsLoadDue() const {
  const bool has_triggers = IsPeriodic() || IsOneOf(Mode::kOneShot, Mode::kHardwareTriggered);
  return is_written_ || (trigger_ && has_count_ && has_triggers);
}

bool Counter::IsCounting() const {
  if (loaded_ == 0) return false;
  if (mode() == Mode::kTerminalCount && has_low_) return false;
  return gate_ || IsOneOf(Mode::kOneShot, Mode::kHardwareTriggered);
}

// --- Pulses ------------------------------------------------------------------------------------

void Counter::Advance(uint64_t pulses) {
  if (pulses == 0) return;
  const bool is_load_due = IsLoadDue();
  trigger_ = false;
  if (is_load_due) {
    Load();
    --pulses;
  }
  if (pulses > 0) Count(pulses);
}

// A pulse that loads CE, and does not count.
void Counter::Load() {
  loaded_ = InitialCount();
  // [Mode 3]: an odd count is loaded minus one, as it goes down by two.
  element_ = mode() == Mode::kSquare ? loaded_ & ~1u : loaded_;
  null_count_ = false;
  is_written_ = false;
  expired_ = false;
  if (mode() == Mode::kOneShot) output_ = false;
  if (IsStrobe()) output_ = true;
}

void Counter::Count(uint64_t pulses) {
  if (IsStrobe()) output_ = true;  // it was low for one pulse at most, whatever GATE is
  if (!IsCounting()) return;
  switch (mode()) {
    case Mode::kRate:
      return CountRate(pulses);
    case Mode::kSquare:
      return CountSquare(pulses);
    default:
      return CountDown(pulses);
  }
}

// Modes 0, 1, 4 and 5: once to 0, and on from the largest count without further effect.
void Counter::CountDown(uint64_t pulses) {
  if (!expired_ && pulses >= element_) {
    expired_ = true;
    output_ = !IsStrobe() || pulses > element_;
  }
  if (pulses <= element_) {
    element_ -= static_cast<uint32_t>(pulses);
  } else {
    const auto beyond = static_cast<uint32_t>((pulses - element_) % Modulus());
    element_ = (Modulus() - beyond) % Modulus();
  }
}

// Mode 2: from the count to 1, where OUT is low, and with the next pulse the count again. A count of 1,
// which the part does not permit, leaves OUT high.
void Counter::CountRate(uint64_t pulses) {
  if (pulses >= element_) {
    pulses -= element_;
    Load();
    output_ = true;
    pulses %= loaded_;
    if (pulses == 0) return;
  }
  element_ -= static_cast<uint32_t>(pulses);
  output_ = element_ != 1;
}

// The end of a half period.
void Counter::Reload() {
  Load();
  output_ = !output_;
}

// Mode 3: down by two, each half of the period from the count on.
void Counter::CountSquare(uint64_t pulses) {
  // CE is even, and an odd count's high half has one pulse more behind its 0.
  const uint64_t left = element_ / 2 + (output_ && loaded_ % 2 == 1 ? 1 : 0);
  if (pulses >= left) {
    pulses -= left;
    Reload();
    pulses %= loaded_;
    if (pulses >= PulsesOfHalf()) {
      pulses -= PulsesOfHalf();
      Reload();
    }
  }
  element_ -= static_cast<uint32_t>(2 * pulses);
}

// --- The next change ---------------------------------------------------------------------------

std::optional<uint64_t> Counter::PulsesToChange() const {
  if (!IsLoadDue()) return CountsToChange();
  Counter loaded = *this;
  loaded.Advance(1);
  if (loaded.output_ != output_) return 1;
  const auto more = loaded.CountsToChange();
  return more ? std::optional<uint64_t>(*more + 1) : std::nullopt;
}

std::optional<uint64_t> Counter::CountsToChange() const {
  if (IsStrobe() && !output_) return 1;
  if (!IsCounting()) return std::nullopt;
  switch (mode()) {
    case Mode::kRate:
      if (!output_) return 1;
      if (element_ > 1) return element_ - 1;
      if (InitialCount() > 1) return InitialCount();  // out of a count of 1, by one reload
      return std::nullopt;
    case Mode::kSquare:
      if (output_ && InitialCount() == 1) return std::nullopt;
      return element_ / 2 + (output_ && loaded_ % 2 == 1 ? 1 : 0);
    default:
      if (expired_) return std::nullopt;
      return element_;
  }
}

}  // namespace i8254
