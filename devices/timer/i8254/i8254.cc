// SPDX-License-Identifier: MIT
// Spec:     Intel 8254 data sheet. The chip itself is i8254_chip.h, and port 0x61 port61.h.
// Modelled: all that these model, and OUT of counter 0 as the interrupt.
// Missing:  all that these miss. A speaker: nobody hears counter 2.
// Ignored:  nothing.
// Quirks:   Each edge of the interrupt is shown, also where the host comes late: the time that the guest sees
//           then waits at the edge until it was. Where it is late by more than 1 ms, one pulse stands for those
//           that there were, as on a CPU that was held up for longer than a period.
// Guest may: have an interrupt with each microsecond, and so keep one thread of the host busy.
// Threads:  one handler at a time.
// Units:    clock_hz in Hz.
#include "cardcage/device.h"
#include "i8254_chip.h"
#include "port61.h"

namespace i8254 {
namespace {

struct DeviceConfig {
  cardcage::Frequency clock_hz{kClockHz};
};

class Device {
 public:
  using Config = DeviceConfig;
  Device(const Config& config, cardcage::Host host)
      : chip_(static_cast<uint32_t>(config.clock_hz.hertz)), host_(host) {}

  void Reset() {
    now_ = host_.Now();
    chip_.Reset(now_);
    port61_.Reset(chip_, now_);
  }
  bool Interrupt() const { return chip_.Output(0, now_); }
  std::optional<uint64_t> Deadline() const { return chip_.Deadline(0); }
  void OnDeadline() {
    const uint64_t due = chip_.Deadline(0).value_or(0);
    const bool was_high = Interrupt();
    chip_.AdvanceTo(Time());
    skips_ = !was_high && Interrupt() && host_.Now() - due > kMostLate;
  }

  template <class Archive>
  void State(Archive& archive) {
    archive("chip", chip_);
    archive("port61", port61_);
    archive("now", now_);
    archive("skips", skips_);
  }

  template <uint64_t kOffset>
  uint8_t Read() {
    return chip_.Read(kOffset, Time());
  }
  template <uint64_t kOffset>
  void Write(uint8_t value) {
    chip_.Write(kOffset, value, Time());
  }
  uint8_t ReadPort61() const { return port61_.Read(chip_, host_.Now()); }
  void WritePort61(uint8_t value) { port61_.Write(value, chip_, Time()); }

 private:
  // A host that is later than this shows one pulse, and not each that there was.
  static constexpr uint64_t kMostLate = 1'000'000;  // ns

  // The time that this call sees: now, but not beyond an edge that nobody has seen yet.
  uint64_t Time() {
    const uint64_t now = std::max(host_.Now(), now_);
    const auto edge = chip_.Deadline(0);
    now_ = edge && *edge < now && !skips_ ? *edge : now;
    skips_ = false;
    return now_;
  }

  Chip chip_;
  Port61 port61_;
  const cardcage::Host host_;
  uint64_t now_ = 0;    // the chip's: the latest that it was told, in ns
  bool skips_ = false;  // the host is late, and a pulse was just shown: the others are lost
};

constexpr cardcage::Declaration kI8254{
    cardcage::Type<Device>("i8254", "interval timer of a PC, with port 0x61",
                           {.document = "Intel 8254 (231164), September 1993"}),
    cardcage::Param<&DeviceConfig::clock_hz>("clock_hz",
                                             {.doc = "of CLK", .min = 1, .max = 1'000'000'000}),
    cardcage::Output<&Device::Interrupt>("irq", {.doc = "OUT 0"}),
    cardcage::Timer<&Device::Deadline, &Device::OnDeadline>(),
    cardcage::Registers("counters", {.size = 4},
                        cardcage::Register<&Device::Read<kCounter0>, &Device::Write<kCounter0>>(
                            kCounter0, "COUNTER 0"),
                        cardcage::Register<&Device::Read<kCounter1>, &Device::Write<kCounter1>>(
                            kCounter1, "COUNTER 1"),
                        cardcage::Register<&Device::Read<kCounter2>, &Device::Write<kCounter2>>(
                            kCounter2, "COUNTER 2"),
                        cardcage::Register<&Device::Read<kControl>, &Device::Write<kControl>>(
                            kControl, "CONTROL", {.reset = 0xff})),
    cardcage::Port<&Device::ReadPort61, &Device::WritePort61>("port61"),
};

}  // namespace
}  // namespace i8254

CARDCAGE_PLUGIN("i8254", "0.1.0", "MIT", i8254::kI8254);
