// SPDX-License-Identifier: MIT
#include "i8259_pair.h"

namespace i8259 {
namespace {

constexpr uint8_t kFloatingBus = 0xff;

}  // namespace

void Pair::Reset() {
  slave_.Reset();
  Cascade();
  master_.Reset();
}

// What a register access takes back in the slave is taken back in the master too: the guest knows of it,
// while a device's glitch stays held.
uint8_t Pair::Read(Half half, uint64_t offset) {
  const bool is_acknowledge = Select(half).IsPolled();
  const uint8_t value = Select(half).Read(offset);
  if (is_acknowledge && half == Half::kSlave) {
    CascadeAnew();
    master_.Resolve();
  }
  return value;
}

void Pair::Write(Half half, uint64_t offset, uint8_t value) {
  Select(half).Write(offset, value);
  Cascade();
  master_.Resolve();
}

void Pair::WriteElcr(Half half, uint8_t value) {
  Select(half).WriteElcr(value);
  Cascade();
  master_.Resolve();
}

void Pair::SetInput(unsigned input, bool level) {
  if (input == kCascade) return;
  if (input < kLines) {
    master_.SetInput(input, level);
  } else {
    slave_.SetInput(input - kLines, level);
    Cascade();
  }
}

uint8_t Pair::Acknowledge() {
  const auto line = master_.Request();
  const uint8_t vector = master_.Acknowledge();
  return line && master_.HasSlaveAt(*line) ? AcknowledgeSlave(*line) : vector;
}

uint8_t Pair::AcknowledgeSlave(unsigned line) {
  if (!slave_.AnswersTo(line)) return kFloatingBus;
  const uint8_t vector = slave_.Acknowledge();
  CascadeAnew();
  return vector;
}

// An acknowledge takes the slave's INT down; where it goes up again at once, for the next request, that
// is an edge for the master.
void Pair::CascadeAnew() {
  master_.SetInput(kCascade, false);
  Cascade();
}

}  // namespace i8259
