// SPDX-License-Identifier: MIT
// Spec:     none: stands where a chip is that nobody has modelled yet.
// Modelled: the first read and the first write of each offset are logged; reads give one value.
// Missing:  the chip.
// Ignored:  what is written.
// Quirks:   logs 31 places, then that there are more.
// Guest may: fill those lines; nothing more.
// Threads:  one handler at a time.
// Units:    size in bytes.
#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <utility>

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
    Note(offset, /*is_write=*/false, size, value);
    return value;
  }
  void Write(uint64_t offset, unsigned size, uint64_t value) {
    Note(offset, /*is_write=*/true, size, value);
  }

 private:
  // Places that were logged: an offset and a direction.
  struct Place {
    uint64_t offset;
    bool is_write;
    bool operator==(const Place&) const = default;
  };

  void Note(uint64_t offset, bool is_write, unsigned size, uint64_t value) {
    const Place place{offset, is_write};
    auto* const end = places_.begin() + count_;
    if (std::find(places_.begin(), end, place) != end) return;
    if (end == places_.end()) {
      if (!std::exchange(is_full_, true)) host_.Log(cardcage::Severity::kInfo, "there is more");
      return;
    }
    *end = place;
    ++count_;
    Log(is_write ? "write" : "read", offset, size, value);
  }
  void Log(const char* verb, uint64_t offset, unsigned size, uint64_t value) {
    std::array<char, 100> line{};
    std::snprintf(line.data(), line.size(), "%s of %u byte%s at offset 0x%" PRIx64 ": 0x%" PRIx64,
                  verb, size, size == 1 ? "" : "s", offset, value);
    host_.Log(cardcage::Severity::kInfo, line.data());
  }

  const Config config_;
  const cardcage::Host host_;
  std::array<Place, 31> places_{};
  unsigned count_ = 0;
  bool is_full_ = false;
};

constexpr cardcage::Declaration kUnimplemented{
    cardcage::Type<Unimplemented>("unimplemented",
                                  "takes a range, logs what the guest does there, answers"),
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
