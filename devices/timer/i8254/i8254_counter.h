// SPDX-License-Identifier: MIT
// One of the three counters of the 8254. Its time is pulses of CLK: a write or a change of GATE lies
// between two of them, and counts for the next one [Operation Common to All Modes].
#ifndef I8254_COUNTER_H_
#define I8254_COUNTER_H_

#include <cstdint>
#include <optional>

#include "i8254_registers.h"

namespace i8254 {

class Counter {
 public:
  // Power-on: the part has no reset, and leaves all undefined. Here it is a control word of mode 0.
  // GATE stays.
  void Reset();

  // The guest's: a control word for this counter, a byte of a count, a byte of what is latched or
  // counted, and the two latches. A second latch before the first one was read is ignored.
  void Program(Control value);
  void Write(uint8_t value);
  uint8_t Read();
  void LatchCount();
  void LatchStatus();

  void SetGate(bool level);
  bool gate() const { return gate_; }
  bool output() const { return output_; }

  // That many pulses of CLK go by; takes no longer for more.
  void Advance(uint64_t pulses);
  // How many pulses it takes until OUT changes, if it does so by itself. At least 1.
  std::optional<uint64_t> PulsesToChange() const;

  template <class Archive>
  void State(Archive& archive) {
    archive("programmed", programmed_);
    archive("register", register_);
    archive("element", element_);
    archive("loaded", loaded_);
    archive("low_byte", low_byte_);
    archive("has_low", has_low_);
    archive("reads_high", reads_high_);
    archive("gate", gate_);
    archive("output", output_);
    archive("null_count", null_count_);
    archive("has_count", has_count_);
    archive("is_written", is_written_);
    archive("trigger", trigger_);
    archive("expired", expired_);
    archive("latched_count", latched_count_);
    archive("latched_status", latched_status_);
  }

 private:
  ReadWrite read_write() const;
  Mode mode() const;
  bool IsBcd() const { return programmed_.Test(Control::kBcd); }
  bool IsOneOf(Mode a, Mode b) const { return mode() == a || mode() == b; }
  bool IsStrobe() const { return IsOneOf(Mode::kSoftwareTriggered, Mode::kHardwareTriggered); }
  bool IsPeriodic() const { return IsOneOf(Mode::kRate, Mode::kSquare); }

  uint32_t Modulus() const { return IsBcd() ? 10000 : 0x10000; }
  uint32_t InitialCount() const;
  uint16_t VisibleCount() const;
  uint32_t PulsesOfHalf() const;

  void CountWritten(uint16_t count);
  bool IsLoadDue() const;
  bool IsCounting() const;
  void Load();
  void Reload();
  void Count(uint64_t pulses);
  void CountDown(uint64_t pulses);
  void CountRate(uint64_t pulses);
  void CountSquare(uint64_t pulses);
  std::optional<uint64_t> CountsToChange() const;

  Control programmed_;       // the last control word
  uint16_t register_ = 0;    // CR: the count as it was written
  uint32_t element_ = 0;     // CE: 1 to Modulus() behind a load, 0 where it expired
  uint32_t loaded_ = 0;      // the count that CE was loaded with last, or 0 since the control word
  uint8_t low_byte_ = 0;     // of a count whose high byte is still to come
  bool has_low_ = false;     // the next write is the high byte
  bool reads_high_ = false;  // the next read is the high byte
  bool gate_ = true;
  bool output_ = false;
  bool null_count_ = true;
  bool has_count_ = false;   // CR was written since the control word
  bool is_written_ = false;  // the next pulse loads CE, as CR was written
  bool trigger_ = false;     // GATE rose since the last pulse
  bool expired_ = false;     // modes 0, 1, 4, 5: CE was 0 since the load
  std::optional<uint16_t> latched_count_;
  std::optional<Status> latched_status_;
};

}  // namespace i8254

#endif  // I8254_COUNTER_H_
