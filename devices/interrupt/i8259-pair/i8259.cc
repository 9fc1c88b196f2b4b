// SPDX-License-Identifier: MIT
// Spec:     Intel 8259A data sheet. The chips themselves are i8259_chip.h, and i8259_pair.h the two of
//           them as a PC has them.
// Modelled: all that these model.
// Missing:  all that these miss.
// Ignored:  input 2, which is the cascade.
// Quirks:   keep_edges, on by default: an edge stays a request when its input has fallen before the CPU took
//           it. The chip forgets it and gives the spurious vector 7; KVM and most chip sets keep it, and a
//           guest that lost its CPU for a while loses no tick by it.
// Guest may: write anything at any time; nothing grows.
// Threads:  one handler at a time.
// Units:    none.
#include "cardcage/device.h"
#include "i8259_pair.h"

namespace i8259 {
namespace {

constexpr const char* kInputNames[] = {"0", "1", "2",  "3",  "4",  "5",  "6",  "7",
                                       "8", "9", "10", "11", "12", "13", "14", "15"};

struct PairConfig {
  bool keep_edges = true;
};

class Device {
 public:
  using Config = PairConfig;
  explicit Device(const Config& config) : pair_(config.keep_edges) {}

  void Reset() { pair_.Reset(); }
  bool Interrupt() const { return pair_.Output(); }
  uint8_t Acknowledge() { return pair_.Acknowledge(); }
  void SetInput(uint32_t input, bool level) { pair_.SetInput(input, level); }
  template <class Archive>
  void State(Archive& archive) {
    archive("pair", pair_);
  }

  template <Pair::Half kHalf, uint64_t kOffset>
  uint8_t Read() {
    return pair_.Read(kHalf, kOffset);
  }
  template <Pair::Half kHalf, uint64_t kOffset>
  void Write(uint8_t value) {
    pair_.Write(kHalf, kOffset, value);
  }
  template <Pair::Half kHalf>
  uint8_t ReadElcr() const {
    return pair_.ReadElcr(kHalf);
  }
  template <Pair::Half kHalf>
  void WriteElcr(uint8_t value) {
    pair_.WriteElcr(kHalf, value);
  }

 private:
  Pair pair_;
};

constexpr auto kMaster = Pair::Half::kMaster;
constexpr auto kSlave = Pair::Half::kSlave;

constexpr cardcage::Declaration kI8259Pair{
    cardcage::Type<Device>("i8259-pair", "the two interrupt controllers of a PC",
                           {.document = "Intel 8259A (231468), December 1988"}),
    cardcage::Param<&PairConfig::keep_edges>(
        "keep_edges", {.doc = "whether an edge stays a request when its input falls"}),
    cardcage::Output<&Device::Interrupt>("int", {.doc = "INT of the master"}),
    cardcage::Inputs<&Device::SetInput>(kInputNames),
    cardcage::InterruptController<&Device::Acknowledge>(),
    cardcage::Registers(
        "master", {.size = 2},
        cardcage::Register<&Device::Read<kMaster, kCommand>, &Device::Write<kMaster, kCommand>>(
            kCommand, "IRR/ISR/ICW1/OCW2/OCW3"),
        cardcage::Register<&Device::Read<kMaster, kData>, &Device::Write<kMaster, kData>>(
            kData, "IMR/ICW2-4")),
    cardcage::Registers(
        "slave", {.size = 2},
        cardcage::Register<&Device::Read<kSlave, kCommand>, &Device::Write<kSlave, kCommand>>(
            kCommand, "IRR/ISR/ICW1/OCW2/OCW3"),
        cardcage::Register<&Device::Read<kSlave, kData>, &Device::Write<kSlave, kData>>(
            kData, "IMR/ICW2-4")),
    cardcage::Registers(
        "elcr", {.size = 2},
        cardcage::Register<&Device::ReadElcr<kMaster>, &Device::WriteElcr<kMaster>>(0, "ELCR1"),
        cardcage::Register<&Device::ReadElcr<kSlave>, &Device::WriteElcr<kSlave>>(1, "ELCR2")),
};

}  // namespace
}  // namespace i8259

CARDCAGE_PLUGIN("i8259-pair", "0.1.0", "MIT", i8259::kI8259Pair);
