// SPDX-License-Identifier: MIT
// Random register operations, input, back pressure and steps of the clock: no report of the sanitizers, and
// status bits that agree with the backend.
#include <cstdlib>

#include "cardcage/testing/test_cage.h"
#include "ns16550a_registers.h"

extern "C" const cardcage_plugin cardcage_builtin_ns16550a;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardcage::testing::TestCage cage(cardcage_builtin_ns16550a, "ns16550a");
  for (size_t i = 0; i + 2 < size; i += 3) {
    const uint64_t offset = data[i] & 0x0f;
    const unsigned width = 1 + ((data[i] >> 4) & 7);
    const uint64_t value = data[i + 1] * uint64_t{0x0101010101010101};
    const unsigned action = data[i + 2] % 5;
    if (action == 0) {
      cage.Write(offset, value, width);
    } else if (action == 1) {
      cage.Read(offset, width);
    } else if (action == 2 && cage.console().input.size() < 64) {
      cage.console().Type("fuzz");
    } else if (action == 3) {
      cage.console().room = data[i + 1] % 4;
    } else if (action == 4) {
      cage.Advance(uint64_t{data[i + 1]} * 20'000);  // up to 5 ms
    }
    const ns16550a::Lsr lsr(static_cast<uint8_t>(cage.Read(ns16550a::kLsr)));
    if (lsr.Test(ns16550a::Lsr::kHoldingEmpty) != (cage.console().room > 0)) std::abort();
    const ns16550a::Mcr mcr(static_cast<uint8_t>(cage.Read(ns16550a::kMcr)));
    const bool waits = cage.console().Readable() && !mcr.Test(ns16550a::Mcr::kLoopback);
    if (waits && !lsr.Test(ns16550a::Lsr::kDataReady)) std::abort();
  }
  return 0;
}
