// SPDX-License-Identifier: MIT
// The state machine of the MC146818A real-time clock with the PC's index and data port, and the 128
// bytes of CMOS RAM that PCs came to have. It knows no host and no tick: each call says what time it is,
// and the chip works out what has happened since, in constant time however long that was.
//
// Reference: Motorola, MC146818A data sheet (1984); names of its sections are in quotes.
// Not modelled: time bases other than 32.768 kHz (each divider setting but reset counts as that one),
//   the SQW pin (a PC does not wire it), and the extended bank of later chip sets at 0x72.
// Ignored: daylight saving. Its dates are those of the law before 1987, and later chip sets keep the bit
//   for old software without the function (Intel 5 Series data sheet, register B). DSE reads back.
// Guest may: have an interrupt 8192 times a second at most, every 122 us, and each only after it has
//   read register C for the one before. A guest that does not costs nothing.
#ifndef MC146818_CHIP_H_
#define MC146818_CHIP_H_

#include <array>
#include <cstdint>
#include <optional>

#include "mc146818_registers.h"

namespace mc146818 {

// What comes again in time: `frequency` times a second, once of them at `phase` ns within the second.
struct Beat {
  uint64_t phase = 0;  // below one second
  uint64_t frequency = 1;

  // How many there have been until `now`, but for a constant. Requires: frequency up to 1 MHz.
  uint64_t Count(uint64_t now) const;
  // How long it is to the next one: 1 ns to one second.
  uint64_t ToNext(uint64_t now) const;
};

class Chip {
 public:
  // As a PC's firmware leaves it: BCD, 24 hours, periodic rate 1024 Hz and not enabled. The calendar
  // shows `seconds` since the Unix epoch at `now` = 0, in UTC or local time as the caller has shifted
  // it, of the years 0 to 9999; the century byte is set to fit, and the guest's from then on.
  explicit Chip(int64_t seconds);

  // The RESET pin ("RESET"): interrupts off, flags cleared. The calendar and all other bytes stay.
  void Reset();

  // A port of the guest's. `now` is the virtual time in ns, and never goes back.
  uint8_t Read(uint64_t offset, uint64_t now);
  void Write(uint64_t offset, uint8_t value, uint64_t now);
  // What a read would give, without its effects.
  uint8_t Peek(uint64_t offset, uint64_t now) const;

  // A byte of RAM, at kRam to kBytes - 1, as firmware or the host sees it. Others are left alone.
  void SetCmos(uint8_t index, uint8_t value);
  // A byte as it was at the last call that told the time.
  uint8_t Cmos(uint8_t index) const { return bytes_[index % kBytes]; }

  // Whether the guest holds NMI back, by the index port's top bit.
  bool IsNmiMasked() const { return index_.Test(Index::kNmiMask); }

  // --- Interrupt and time -----------------------------------------------------------------------

  // Whether the IRQ pin is active, as of the last call that told the time.
  bool Interrupt() const { return (flags_.Get(C::kFlags) & b().Get(B::kEnables)) != 0; }
  // When Interrupt() next rises by itself, if ever. Flags that are not enabled have no deadline, nor
  // has anything while the interrupt waits for the guest: reading tells them all the same.
  std::optional<uint64_t> Deadline() const;
  void AdvanceTo(uint64_t now);

  template <class Archive>
  void State(Archive& archive) {
    archive("now", now_);
    archive("update_phase", update_phase_);
    archive("index", index_);
    archive("flags", flags_);
    archive("bytes", bytes_);
  }

 private:
  A a() const { return A(bytes_[kA]); }
  B b() const { return B(bytes_[kB]); }
  bool IsDividerReset() const { return a().Get(A::kDividerReset) == 3; }
  bool IsUpdating() const { return !IsDividerReset() && !b().Test(B::kSet); }
  Beat Updates() const { return {.phase = update_phase_}; }
  std::optional<Beat> Periodic() const;

  uint8_t ReadByte();
  uint8_t ReadA() const;
  uint8_t ReadC();
  void WriteByte(uint8_t value);
  void WriteA(A value);
  void WriteB(B value);

  void Update(uint64_t count);
  void AddTo(uint64_t seconds);
  void AddDays(uint64_t days);
  std::optional<uint64_t> UpdatesToAlarm() const;

  uint8_t Encode(unsigned value) const;
  uint8_t EncodeHour(unsigned hour) const;
  unsigned Decode(uint8_t byte) const;
  unsigned Get(uint8_t index, unsigned least, unsigned most) const;
  unsigned GetHour(uint8_t byte) const;

  uint64_t now_ = 0;           // of the last call, in ns
  uint64_t update_phase_ = 0;  // at which ns of a second an update ends
  Index index_;
  C flags_;  // PF, AF and UF; IRQF is worked out
  std::array<uint8_t, kBytes> bytes_{};
};

}  // namespace mc146818

#endif  // MC146818_CHIP_H_
