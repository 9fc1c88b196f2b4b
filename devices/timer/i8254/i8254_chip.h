// SPDX-License-Identifier: MIT
// The state machine of the 8254 interval timer. It knows no host: time is given to it, and the levels of
// its outputs, and when they will change, are asked from it.
//
// Spec:     Intel 8254 data sheet (231164, September 1993); its sections in brackets.
// Modelled: all six modes with GATE, binary and BCD, one- and two-byte counts, counter latch, read-back
//           of count and status, null count. Pulses of CLK at their exact times: a count is in the
//           counter with the pulse behind its write, and nothing drifts.
// Missing:  the half pulses: a pulse of CLK samples GATE and counts at the same time, and sees every
//           write before it, however short that was before.
//           CE between a control word and its count: it stands at 0.
// Quirks:   A count of 1 in modes 2 and 3, which the part does not permit, leaves OUT high. A BCD digit
//           beyond 9 counts with its weight. A counter latch is read from its first byte on. A trigger
//           between the two bytes of a count takes the old count.
// KVM:      a count is in the counter at once and never null; BCD counts in binary; mode 2's OUT is high
//           for one pulse instead of low; kControl reads as 0.
// Guest may: write anything at any time. No call takes longer for a longer time that went by.
// Units:    `now` is virtual time in ns, and never goes back.
#ifndef I8254_CHIP_H_
#define I8254_CHIP_H_

#include <array>
#include <cstdint>
#include <optional>

#include "i8254_counter.h"
#include "i8254_registers.h"

namespace i8254 {

inline constexpr uint32_t kClockHz = 1193182;  // a PC's: 14.31818 MHz by 12

class Chip {
 public:
  // `clock_hz`: of CLK, of all three counters; 1 to 10^9.
  explicit Chip(uint32_t clock_hz = kClockHz);

  // Power-on. GATEs stay as the other side has them, at first high.
  void Reset(uint64_t now);

  // A register of the guest's, at kCounter0 to kControl.
  uint8_t Read(uint64_t offset, uint64_t now);
  void Write(uint64_t offset, uint8_t value, uint64_t now);
  // What a read would give, without its effects.
  uint8_t Peek(uint64_t offset, uint64_t now) const;

  // Requires, of all that follow: counter < kCounters.
  void SetGate(unsigned counter, bool level, uint64_t now);
  bool Gate(unsigned counter) const { return counters_[counter].gate(); }
  bool Output(unsigned counter, uint64_t now) const;

  // When OUT changes next by itself, if it does, seen from the last AdvanceTo() or access. To see each
  // edge, also one that is over after a single pulse, go on by AdvanceTo(*Deadline(counter)).
  std::optional<uint64_t> Deadline(unsigned counter) const;
  void AdvanceTo(uint64_t now);

  template <class Archive>
  void State(Archive& archive) {
    archive("pulses", pulses_);
    archive("counters", counters_);
  }

 private:
  uint64_t PulsesAt(uint64_t now) const;
  std::optional<uint64_t> TimeOf(uint64_t pulse) const;
  Counter CounterAt(unsigned counter, uint64_t now) const;
  void WriteControl(Control value);
  void ReadBackCommand(ReadBack value);

  uint32_t clock_hz_;
  uint64_t pulses_ = 0;  // of CLK since the time 0, that the counters have seen
  std::array<Counter, kCounters> counters_;
};

}  // namespace i8254

#endif  // I8254_CHIP_H_
