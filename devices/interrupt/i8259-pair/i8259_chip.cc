// SPDX-License-Identifier: MIT
#include "i8259_chip.h"

namespace i8259 {
namespace {

constexpr unsigned kSpuriousLevel = 7;

constexpr uint8_t BitOf(unsigned line) { return static_cast<uint8_t>(1u << line); }
constexpr bool Has(uint8_t lines, unsigned line) { return (lines & BitOf(line)) != 0; }
constexpr uint8_t With(uint8_t lines, unsigned line) {
  return static_cast<uint8_t>(lines | BitOf(line));
}
constexpr uint8_t Without(uint8_t lines, unsigned line) {
  return static_cast<uint8_t>(lines & ~BitOf(line));
}

}  // namespace

void Chip::Reset() {
  const uint8_t inputs = inputs_;
  *this = Chip(role_, elcr_mask_, kept_edges_);
  inputs_ = inputs;
}

// --- The guest's side --------------------------------------------------------------------------

uint8_t Chip::Read(uint64_t offset) {
  const uint8_t value = Peek(offset);
  if (poll_) {  // at either address: the next RD pulse is the acknowledge
    poll_ = false;
    Take();
  }
  return value;
}

uint8_t Chip::Peek(uint64_t offset) const {
  if (poll_) return PollValue().raw();
  if (offset == kMask) return imr_;
  return reads_isr_ ? isr_ : Irr();
}

void Chip::Write(uint64_t offset, uint8_t value) {
  const Command command(value);
  if (offset == kData) {
    if (expects_ == Expects::kOcw1) {
      imr_ = value;
    } else {
      WriteInitialization(value);
    }
  } else if (command.Test(Command::kIsIcw1)) {
    WriteIcw1(Icw1(value));
  } else if (command.Test(Command::kIsOcw3)) {
    WriteOcw3(Ocw3(value));
  } else {
    WriteOcw2(Ocw2(value));
  }
  Resolve();
}

void Chip::WriteElcr(uint8_t value) {
  elcr_ = value & elcr_mask_;
  Resolve();
}

// [ICW1, ICW2], a to f: edges must come anew, the mask is clear, input 7 has the lowest priority, the
// slave's number is 7, status reads give IRR, and without ICW4 all that it selects is off.
void Chip::WriteIcw1(Icw1 value) {
  edges_ = 0;
  imr_ = 0;
  isr_ = 0;
  lowest_ = 7;
  icw1_ = value;
  icw3_ = Icw3();
  if (role_ == Role::kSlave) icw3_.Put(Icw3::kId, 7);
  if (!value.Test(Icw1::kNeedsIcw4)) icw4_ = Icw4();
  rotates_in_automatic_eoi_ = false;
  special_mask_ = false;
  reads_isr_ = false;
  poll_ = false;
  expects_ = Expects::kIcw2;
}

// The words behind ICW1, of which SNGL and IC4 leave some out [figure 6].
void Chip::WriteInitialization(uint8_t value) {
  const Expects last = icw1_.Test(Icw1::kNeedsIcw4) ? Expects::kIcw4 : Expects::kOcw1;
  switch (expects_) {
    case Expects::kIcw2:
      icw2_ = Icw2(value);
      expects_ = icw1_.Test(Icw1::kSingle) ? last : Expects::kIcw3;
      break;
    case Expects::kIcw3:
      icw3_ = Icw3(value);
      expects_ = last;
      break;
    case Expects::kIcw4:
      icw4_ = Icw4(value);
      expects_ = Expects::kOcw1;
      break;
    case Expects::kOcw1:
      break;
  }
}

void Chip::WriteOcw2(Ocw2 value) {
  const unsigned level = value.Get(Ocw2::kLevel);
  switch (static_cast<Ocw2Command>(value.Get(Ocw2::kCommand))) {
    case Ocw2Command::kClearRotateInAutomaticEoi:
      rotates_in_automatic_eoi_ = false;
      break;
    case Ocw2Command::kSetRotateInAutomaticEoi:
      rotates_in_automatic_eoi_ = true;
      break;
    case Ocw2Command::kNonspecificEoi:
      EndOfInterrupt();
      break;
    case Ocw2Command::kRotateOnNonspecificEoi:
      lowest_ = EndOfInterrupt().value_or(lowest_);
      break;
    case Ocw2Command::kSpecificEoi:
      EndOfInterrupt(level);
      break;
    case Ocw2Command::kRotateOnSpecificEoi:
      EndOfInterrupt(level);
      lowest_ = level;
      break;
    case Ocw2Command::kSetPriority:
      lowest_ = level;
      break;
    case Ocw2Command::kNoOperation:
      break;
  }
}

void Chip::WriteOcw3(Ocw3 value) {
  if (value.Test(Ocw3::kEnableSpecialMask)) special_mask_ = value.Test(Ocw3::kSpecialMask);
  if (value.Test(Ocw3::kReadRegister)) reads_isr_ = value.Test(Ocw3::kReadIsr);
  if (value.Test(Ocw3::kPoll)) poll_ = true;  // overrides the status until the read
}

// Of all in service the one of highest priority; in special mask mode not one that is masked [End of
// Interrupt].
std::optional<unsigned> Chip::EndOfInterrupt() {
  const auto line = Highest(special_mask_ ? static_cast<uint8_t>(isr_ & ~imr_) : isr_);
  if (line) EndOfInterrupt(*line);
  return line;
}

void Chip::EndOfInterrupt(unsigned line) { isr_ = Without(isr_, line); }

PollWord Chip::PollValue() const {
  const auto line = Request();
  PollWord word;
  word.Set(PollWord::kInterrupt, line.has_value());
  word.Put(PollWord::kLevel, static_cast<uint8_t>(line.value_or(kSpuriousLevel)));
  return word;
}

// --- Inputs and acknowledge --------------------------------------------------------------------

// A fall takes the request back, but not INT: whoever acknowledges then gets level 7.
void Chip::SetInput(unsigned line, bool level) {
  if (Has(inputs_, line) == level) return;
  if (level) {
    inputs_ = With(inputs_, line);
    edges_ = With(edges_, line);
    if (!output_) Resolve();
  } else {
    inputs_ = Without(inputs_, line);
    if (!Has(kept_edges_, line)) edges_ = Without(edges_, line);
  }
}

uint8_t Chip::Acknowledge() {
  Icw2 vector;
  vector.Put(Icw2::kVector, icw2_.Get(Icw2::kVector));
  return static_cast<uint8_t>(vector.raw() | Take().value_or(kSpuriousLevel));
}

// The request of highest priority comes into service; at once also out of it in automatic EOI mode.
std::optional<unsigned> Chip::Take() {
  const auto line = Request();
  if (line) {
    edges_ = Without(edges_, *line);
    if (!icw4_.Test(Icw4::kAutomaticEoi)) {
      isr_ = With(isr_, *line);
    } else if (rotates_in_automatic_eoi_) {
      lowest_ = *line;
    }
  }
  Resolve();
  return line;
}

// --- Priority ----------------------------------------------------------------------------------

uint8_t Chip::LevelTriggered() const {
  return icw1_.Test(Icw1::kLevelTriggered) ? uint8_t{0xff} : elcr_;
}

uint8_t Chip::Irr() const {
  const uint8_t level = LevelTriggered();
  return static_cast<uint8_t>((inputs_ & level) | (edges_ & ~level));
}

// 0 is the highest.
unsigned Chip::PriorityOf(unsigned line) const { return (line + kLines - 1 - lowest_) % kLines; }

std::optional<unsigned> Chip::Highest(uint8_t lines) const {
  for (unsigned priority = 0; priority < kLines; ++priority) {
    const unsigned line = (lowest_ + 1 + priority) % kLines;
    if (Has(lines, line)) return line;
  }
  return std::nullopt;
}

// Fully nested: only what has a higher priority than all in service. Special fully nested: also a
// slave's level that is in service itself, as the slave knows better [The Special Fully Nested Mode].
std::optional<unsigned> Chip::Request() const {
  const auto line = Highest(static_cast<uint8_t>(Irr() & ~imr_));
  if (!line) return std::nullopt;
  const auto served = Highest(special_mask_ ? static_cast<uint8_t>(isr_ & ~imr_) : isr_);
  if (!served || PriorityOf(*line) < PriorityOf(*served)) return line;
  const bool is_nested_slave =
      *line == *served && icw4_.Test(Icw4::kSpecialFullyNested) && HasSlaveAt(*line);
  return is_nested_slave ? line : std::nullopt;
}

bool Chip::HasSlaveAt(unsigned line) const {
  return role_ == Role::kMaster && !icw1_.Test(Icw1::kSingle) &&
         Has(icw3_.Get(Icw3::kSlaves), line);
}

bool Chip::AnswersTo(unsigned line) const {
  return icw1_.Test(Icw1::kSingle) || icw3_.Get(Icw3::kId) == line;
}

}  // namespace i8259
