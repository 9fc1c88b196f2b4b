// SPDX-License-Identifier: MIT
// A device in C++20, over the SDK: a model to copy.
//
// Spec:     none: four wires in, one out.
// Modelled: the rising edges of the inputs are kept; those that MASK has drive the output.
// Missing:  nothing.
// Guest may: write any value anywhere; bits that belong to no input read 0.
#include <cstdint>

#include "cardcage/device.h"

namespace {

constexpr const char* kInputs[] = {"0", "1", "2", "3"};
constexpr uint32_t kAllInputs = 0xf;

class Gate {
 public:
  struct Config {};
  explicit Gate(const Config& /*config*/) {}

  void Reset() { pending_ = mask_ = count_ = 0; }

  uint32_t ReadPending() const { return pending_; }
  void WritePending(uint32_t value) { pending_ &= ~value; }
  uint32_t ReadMask() const { return mask_; }
  void WriteMask(uint32_t value) { mask_ = value & kAllInputs; }
  uint32_t ReadCount() const { return count_; }

  // Called when one of them changes: in the turn of this device, behind that of the one that drives it.
  void OnInput(uint32_t input, bool level) {
    if (!level) return;
    pending_ |= 1U << input;
    ++count_;
  }
  // Asked behind each of the above. The SDK tells the host where it has changed.
  bool Irq() const { return (pending_ & mask_) != 0; }

  template <class Archive>
  void State(Archive& archive) {
    archive("pending", pending_);
    archive("mask", mask_);
    archive("count", count_);
    pending_ &= kAllInputs;  // what is loaded may be anything
    mask_ &= kAllInputs;
  }

 private:
  uint32_t pending_ = 0;
  uint32_t mask_ = 0;
  uint32_t count_ = 0;
};

constexpr cardcage::Declaration kGate{
    cardcage::Type<Gate>("example.gate", "lets interrupts through, and counts them"),
    cardcage::Registers("registers", {.space = cardcage::Space::kEither, .size = 12},
                        cardcage::Register<&Gate::ReadPending, &Gate::WritePending>(
                            0x0, "PENDING", {.doc = "inputs that rose; a 1 written clears"}),
                        cardcage::Register<&Gate::ReadMask, &Gate::WriteMask>(
                            0x4, "MASK", {.doc = "inputs that interrupt"}),
                        cardcage::Register<&Gate::ReadCount, nullptr>(
                            0x8, "COUNT", {.doc = "edges so far, of all inputs"})),
    cardcage::Inputs<&Gate::OnInput>(kInputs),
    cardcage::Output<&Gate::Irq>("irq", {.doc = "high while PENDING has a bit of MASK"}),
};

}  // namespace

CARDCAGE_PLUGIN("gate", "1.0.0", "MIT", kGate);
