// SPDX-License-Identifier: MIT
// Spec:     none: a tool of tests and tutorials, in the manner of other machines' exit ports.
// Modelled: a write of 1, 2 or 4 bytes ends the machine with the value as the guest's code.
// Missing:  nothing.
// Ignored:  writes that do not begin at the first byte; reads are unclaimed.
// Guest may: end its own machine, with any code; nothing more.
// Threads:  one handler at a time.
// Units:    none.
#include <cstdint>

#include "cardcage/device.h"

namespace {

struct DebugExitConfig {};

class DebugExit {
 public:
  using Config = DebugExitConfig;
  DebugExit(const Config& /*config*/, cardcage::Host host) : host_(host) {}

  void Reset() {}
  template <class Archive>
  void State(Archive& /*archive*/) {}

  void Exit(uint64_t offset, unsigned /*size*/, uint64_t code) {
    if (offset == 0) host_.Stop(code);
  }

 private:
  const cardcage::Host host_;
};

constexpr cardcage::Declaration kDebugExit{
    cardcage::Type<DebugExit>("debug-exit", "a write ends the machine with that code"),
    cardcage::Window<DebugExit, nullptr, &DebugExit::Exit>(
        "code", {.space = cardcage::Space::kEither,
                 .size = 4,
                 .sizes = CARDCAGE_SIZE_1 | CARDCAGE_SIZE_2 | CARDCAGE_SIZE_4}),
};

}  // namespace

CARDCAGE_PLUGIN("debug-exit", "0.1.0", "MIT", kDebugExit);
