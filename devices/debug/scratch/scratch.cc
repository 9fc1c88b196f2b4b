// SPDX-License-Identifier: MIT
// Spec:     none: plain registers, for tests and benchmarks.
// Modelled: `size` bytes that hold what is written to them, little endian, at any width and alignment.
// Missing:  nothing.
// Ignored:  nothing.
// Guest may: read and write these bytes; nothing more.
// Threads:  one handler at a time.
// Units:    size in bytes.
#include <cstdint>
#include <vector>

#include "cardcage/device.h"

namespace {

struct ScratchConfig {
  cardcage::Size size{16};
};

class Scratch {
 public:
  using Config = ScratchConfig;
  explicit Scratch(const Config& config) : bytes_(config.size.bytes) {}

  void Reset() { bytes_.assign(bytes_.size(), 0); }
  template <class Archive>
  void State(Archive& archive) {
    const size_t size = bytes_.size();
    archive("bytes", bytes_);
    if (bytes_.size() != size) {
      bytes_.resize(size);
      archive.Refuse("another size");
    }
  }

  uint64_t Read(uint64_t offset, unsigned size) const {
    uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) value |= uint64_t{bytes_[offset + i]} << (8 * i);
    return value;
  }
  void Write(uint64_t offset, unsigned size, uint64_t value) {
    for (unsigned i = 0; i < size; ++i) {
      bytes_[offset + i] = static_cast<uint8_t>(value >> (8 * i));
    }
  }

 private:
  std::vector<uint8_t> bytes_;  // as many as the region has, so every offset is inside
};

constexpr cardcage::Declaration kScratch{
    cardcage::Type<Scratch>("scratch", "plain registers that keep what is written to them"),
    cardcage::Param<&ScratchConfig::size>(
        "size", {.doc = "how many bytes of registers", .min = 1, .max = 1 << 20}),
    cardcage::Window<Scratch, &Scratch::Read, &Scratch::Write>(
        "registers",
        {.space = cardcage::Space::kEither,
         .size_param = "size",
         .sizes = CARDCAGE_SIZE_1 | CARDCAGE_SIZE_2 | CARDCAGE_SIZE_4 | CARDCAGE_SIZE_8,
         .unaligned = true}),
};

}  // namespace

CARDCAGE_PLUGIN("scratch", "0.1.0", "MIT", kScratch);
