// SPDX-License-Identifier: MIT
// Spec:     SMSC LPC47M14x data sheet (2001), "Port 92 register". The register itself is port92_chip.h.
// Modelled: the fast reset, and A20 as a latch.
// Missing:  what PS/2s had beside: disk lights, watchdog, password lock.
// Ignored:  bits other than the two.
// Quirks:   A20 stays on whatever is written: KVM has no gate for it.
// Guest may: end the machine, where its reset leads there.
// Threads:  one handler at a time.
// Units:    none.
#include "cardcage/device.h"
#include "port92_chip.h"

namespace port92 {
namespace {

class Device {
 public:
  struct Config {};
  explicit Device(const Config& /*config*/) {}

  void Reset() { chip_.Reset(); }
  bool A20() const { return chip_.A20(); }
  uint32_t Resets() const { return resets_; }

  template <class Archive>
  void State(Archive& archive) {
    archive("chip", chip_);
    archive("resets", resets_);
  }

  uint8_t Read() const { return chip_.Read(); }
  void Write(uint8_t value) {
    chip_.Write(value);
    if (chip_.TakeResetPulse()) ++resets_;
  }

 private:
  Chip chip_;
  uint32_t resets_ = 0;
};

constexpr cardcage::Declaration kPort92{
    cardcage::Type<Device>("port92", "fast reset and A20 gate of a PC",
                           {.document = "SMSC LPC47M14x, 2001"}),
    cardcage::Output<&Device::A20>("a20", {.doc = "gate of address line 20"}),
    cardcage::PulseOutput<&Device::Resets>("reset", {.doc = "the machine's"}),
    cardcage::Port<&Device::Read, &Device::Write>("port92", {.reset = kResetValue}),
};

}  // namespace
}  // namespace port92

CARDCAGE_PLUGIN("port92", "0.1.0", "MIT", port92::kPort92);
