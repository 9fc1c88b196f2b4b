// SPDX-License-Identifier: MIT
#include "i8254_chip.h"

#include <algorithm>
#include <limits>

namespace i8254 {
namespace {

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
constexpr uint8_t kFloatingBus = 0xff;  // [figure 14]: there is nothing to read at kControl

}  // namespace

Chip::Chip(uint32_t clock_hz)
    : clock_hz_(std::clamp<uint32_t>(clock_hz, 1, kNanosecondsPerSecond)) {
  Reset(0);
}

void Chip::Reset(uint64_t now) {
  AdvanceTo(now);
  for (Counter& counter : counters_) counter.Reset();
}

// --- The guest's side --------------------------------------------------------------------------

uint8_t Chip::Read(uint64_t offset, uint64_t now) {
  AdvanceTo(now);
  return offset < kCounters ? counters_[offset].Read() : kFloatingBus;
}

uint8_t Chip::Peek(uint64_t offset, uint64_t now) const {
  if (offset >= kCounters) return kFloatingBus;
  return CounterAt(static_cast<unsigned>(offset), now).Read();
}

void Chip::Write(uint64_t offset, uint8_t value, uint64_t now) {
  AdvanceTo(now);
  if (offset < kCounters) {
    counters_[offset].Write(value);
  } else if (offset == kControl) {
    WriteControl(Control(value));
  }
}

void Chip::WriteControl(Control value) {
  const uint8_t selected = value.Get(Control::kCounter);
  if (selected == kReadBackCounter) return ReadBackCommand(ReadBack(value.raw()));
  Counter& counter = counters_[selected];
  if (static_cast<ReadWrite>(value.Get(Control::kReadWrite)) == ReadWrite::kLatch) {
    counter.LatchCount();
  } else {
    counter.Program(value);
  }
}

void Chip::ReadBackCommand(ReadBack value) {
  for (unsigned i = 0; i < kCounters; ++i) {
    if ((value.Get(ReadBack::kCounters) >> i & 1) == 0) continue;
    if (!value.Test(ReadBack::kNoCount)) counters_[i].LatchCount();
    if (!value.Test(ReadBack::kNoStatus)) counters_[i].LatchStatus();
  }
}

// --- Pins --------------------------------------------------------------------------------------

void Chip::SetGate(unsigned counter, bool level, uint64_t now) {
  AdvanceTo(now);
  counters_[counter].SetGate(level);
}

bool Chip::Output(unsigned counter, uint64_t now) const { return CounterAt(counter, now).output(); }

// --- Time --------------------------------------------------------------------------------------

void Chip::AdvanceTo(uint64_t now) {
  const uint64_t pulses = PulsesAt(now);
  if (pulses <= pulses_) return;
  for (Counter& counter : counters_) counter.Advance(pulses - pulses_);
  pulses_ = pulses;
}

Counter Chip::CounterAt(unsigned counter, uint64_t now) const {
  Counter later = counters_[counter];
  const uint64_t pulses = PulsesAt(now);
  if (pulses > pulses_) later.Advance(pulses - pulses_);
  return later;
}

std::optional<uint64_t> Chip::Deadline(unsigned counter) const {
  const auto pulses = counters_[counter].PulsesToChange();
  if (!pulses || *pulses > kMost - pulses_) return std::nullopt;
  return TimeOf(pulses_ + *pulses);
}

// Pulse n is at the first ns that is not before n / clock_hz. Whole seconds and the rest are converted
// apart: neither product goes beyond 64 bits.
uint64_t Chip::PulsesAt(uint64_t now) const {
  const uint64_t seconds = now / kNanosecondsPerSecond;
  const uint64_t rest = now % kNanosecondsPerSecond;
  return seconds * clock_hz_ + rest * clock_hz_ / kNanosecondsPerSecond;
}

// None where it is beyond the last ns that can be told.
std::optional<uint64_t> Chip::TimeOf(uint64_t pulse) const {
  const uint64_t seconds = pulse / clock_hz_;
  const uint64_t rest = pulse % clock_hz_;
  const uint64_t nanoseconds = (rest * kNanosecondsPerSecond + clock_hz_ - 1) / clock_hz_;
  if (seconds > (kMost - nanoseconds) / kNanosecondsPerSecond) return std::nullopt;
  return seconds * kNanosecondsPerSecond + nanoseconds;
}

}  // namespace i8254
