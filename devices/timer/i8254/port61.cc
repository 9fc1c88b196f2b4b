// SPDX-License-Identifier: MIT
#include "port61.h"

namespace i8254 {
namespace {

constexpr unsigned kSpeakerCounter = 2;

}  // namespace

uint8_t Port61::Read(const Chip& chip, uint64_t now) const {
  SystemControl value = written_;
  value.Set(SystemControl::kRefresh, now / kRefreshNs % 2 == 1);
  value.Set(SystemControl::kOutput2, chip.Output(kSpeakerCounter, now));
  return value.raw();
}

void Port61::Write(uint8_t value, Chip& chip, uint64_t now) {
  written_.Put(SystemControl::kWritable, value);
  chip.SetGate(kSpeakerCounter, written_.Test(SystemControl::kGate2), now);
}

bool Port61::Speaker(const Chip& chip, uint64_t now) const {
  return written_.Test(SystemControl::kSpeaker) && chip.Output(kSpeakerCounter, now);
}

}  // namespace i8254
