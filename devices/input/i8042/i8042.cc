// SPDX-License-Identifier: MIT
// Spec:     the PC's keyboard controller, as i8042_registers.h names its documents. The chip itself is
//           i8042_chip.h.
// Modelled: all that it models; its reset pin, held or pulsed, as one pulse.
// Missing:  a keyboard and a mouse: whoever looks for them finds nothing, at once.
// Ignored:  A20 is a latch: KVM has no gate for it, and address line 20 is always on.
// Quirks:   as i8042_chip.h.
// Guest may: end the machine, where its reset leads there.
// Threads:  one handler at a time.
// Units:    none.
#include "cardcage/device.h"
#include "i8042_chip.h"

namespace i8042 {
namespace {

class Device {
 public:
  struct Config {};
  explicit Device(const Config& /*config*/) {}

  void Reset() { chip_.Reset(); }
  bool Keyboard() const { return chip_.KeyboardInterrupt(); }
  bool Mouse() const { return chip_.AuxInterrupt(); }
  bool A20() const { return chip_.A20(); }
  uint32_t Resets() const { return resets_; }

  template <class Archive>
  void State(Archive& archive) {
    archive("chip", chip_);
    archive("resets", resets_);
  }

  uint8_t ReadData() { return chip_.Read(kData); }
  uint8_t ReadStatus() const { return chip_.Peek(kStatus); }
  template <uint64_t kOffset>
  void Write(uint8_t value) {
    const bool was_held = chip_.ResetLine();
    chip_.Write(kOffset, value);
    if (chip_.TakeResetPulse() || (chip_.ResetLine() && !was_held)) ++resets_;
  }

 private:
  Chip chip_;
  uint32_t resets_ = 0;
};

constexpr cardcage::Declaration kI8042{
    cardcage::Type<Device>("i8042", "keyboard controller of a PC, with nothing plugged in",
                           {.document = "IBM PS/2 Hardware Interface Technical Reference, 1988"}),
    cardcage::Output<&Device::Keyboard>("keyboard", {.doc = "IRQ 1"}),
    cardcage::Output<&Device::Mouse>("mouse", {.doc = "IRQ 12"}),
    cardcage::Output<&Device::A20>("a20", {.doc = "gate of address line 20"}),
    cardcage::PulseOutput<&Device::Resets>("reset", {.doc = "the machine's"}),
    cardcage::Port<&Device::ReadData, &Device::Write<kData>>("data"),
    cardcage::Port<&Device::ReadStatus, &Device::Write<kCommand>>("command", {.reset = 0x10}),
};

}  // namespace
}  // namespace i8042

CARDCAGE_PLUGIN("i8042", "0.1.0", "MIT", i8042::kI8042);
