// SPDX-License-Identifier: MIT
// Spec:     none: stands where a chip is that nobody has modelled yet.
// Modelled: each access is logged; reads give one value.
// Missing:  the chip.
// Ignored:  what is written.
// Quirks:   the host silences a device that logs too much (64 lines).
// Guest may: fill those lines; nothing more.
// Threads:  one handler at a time.
// Units:    size in bytes.
#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>

#include "cardcage/device.h"

namespace {

struct UnimplementedConfig {
  cardcage::Size size{1};
  uint64_t answer = 0;
};

class Unimplemented {
 public:
  using Config = UnimplementedConfig;
  Unimplemented(const Config& config, cardcage::Host host) : config_(config), host_(host) {}

  void Reset() {}
  template <class Archive>
  void State(Archive& /*archive*/) {}

  uint64_t Read(uint64_t offset, unsigned size) {
    const uint64_t value = config_.answer & (~uint64_t{0} >> (64 - 8 * size));
    Log("read", offset, size, value);
    return value;
  }
  void Write(uint64_t offset, unsigned size, uint64_t value) { Log("write", offset, size, value); }

 private:
  void Log(const char* verb, uint64_t offset, unsigned size, uint64_t value) {
    std::array<char, 100> line{};
    std::snprintf(line.data(), line.size(), "%s of %u byte%s at offset 0x%" PRIx64 ": 0x%" PRIx64,
                  verb, size, size == 1 ? "" : "s", offset, value);
    host_.Log(cardcage::Severity::kInfo, line.data());
  }

  const Config config_;
  const cardcage::Host host_;
};

constexpr cardcage::Declaration kUnimplemented{
    cardcage::Type<Unimplemented>("unimplemented", "takes a range, logs each access, answers"),
    cardcage::Param<&UnimplementedConfig::size>(
        "size", {.doc = "of the range", .required = true, .min = 1}),
    cardcage::Param<&UnimplementedConfig::answer>("answer", {.doc = "what each read gives"}),
    cardcage::Window<Unimplemented, &Unimplemented::Read, &Unimplemented::Write>(
        "range", {.space = cardcage::Space::kEither,
                  .size_param = "size",
                  .sizes = CARDCAGE_SIZE_1 | CARDCAGE_SIZE_2 | CARDCAGE_SIZE_4 | CARDCAGE_SIZE_8,
                  .unaligned = true}),
};

}  // namespace

CARDCAGE_PLUGIN("unimplemented", "0.1.0", "MIT", kUnimplemented);
