// SPDX-License-Identifier: MIT
// Spec:     Motorola MC146818A data sheet (1984). The chip itself is mc146818_chip.h.
// Modelled: all that it models; the calendar begins with the host's, or where `start` says.
// Missing:  all that it misses. What is kept when the power is off: each run begins anew.
// Ignored:  daylight saving.
// Quirks:   the index port reads 0xff.
// Guest may: have 8192 interrupts a second, each after it has answered the one before.
// Threads:  one handler at a time.
// Units:    start in seconds.
#include "cardcage/device.h"
#include "mc146818_chip.h"

namespace mc146818 {
namespace {

enum class Zone : uint8_t { kUtc, kLocal };
constexpr const char* kZones[] = {"utc", "local"};  // as enum Zone has them

struct DeviceConfig {
  Zone time = Zone::kUtc;
  uint64_t start = 0;
};

class Device {
 public:
  using Config = DeviceConfig;
  Device(const Config& config, cardcage::Host host)
      : chip_(config.start != 0 ? static_cast<int64_t>(config.start)
                                : host.StartTime(config.time == Zone::kLocal)),
        host_(host) {}

  void Reset() { chip_.Reset(); }
  bool Interrupt() const { return chip_.Interrupt(); }
  std::optional<uint64_t> Deadline() const { return chip_.Deadline(); }
  void OnDeadline() { chip_.AdvanceTo(host_.Now()); }

  template <class Archive>
  void State(Archive& archive) {
    archive("chip", chip_);
  }

  uint8_t ReadIndex() const { return chip_.Peek(kIndex, host_.Now()); }
  void WriteIndex(uint8_t value) { chip_.Write(kIndex, value, host_.Now()); }
  uint8_t ReadData() { return chip_.Read(kData, host_.Now()); }
  void WriteData(uint8_t value) { chip_.Write(kData, value, host_.Now()); }

 private:
  Chip chip_;
  const cardcage::Host host_;
};

constexpr uint64_t kLastYear = 253'402'300'799;  // the end of 9999

constexpr cardcage::Declaration kMc146818{
    cardcage::Type<Device>("mc146818", "real-time clock and CMOS memory of a PC",
                           {.document = "Motorola MC146818A, 1984", .battery = true}),
    cardcage::Param<&DeviceConfig::time>("time",
                                         {.doc = "which of the host's times", .names = kZones}),
    cardcage::Param<&DeviceConfig::start>(
        "start", {.doc = "time at first, since 1970-01-01 00:00; 0: the host's",
                  .unit = "seconds",
                  .max = kLastYear}),
    cardcage::Output<&Device::Interrupt>("irq", {.doc = "IRQ"}),
    cardcage::Timer<&Device::Deadline, &Device::OnDeadline>(),
    cardcage::Registers("registers", {.size = 2},
                        cardcage::Register<&Device::ReadIndex, &Device::WriteIndex>(
                            kIndex, "INDEX", {.reset = 0xff}),
                        cardcage::Register<&Device::ReadData, &Device::WriteData>(kData, "DATA")),
};

}  // namespace
}  // namespace mc146818

CARDCAGE_PLUGIN("mc146818", "0.1.0", "MIT", mc146818::kMc146818);
