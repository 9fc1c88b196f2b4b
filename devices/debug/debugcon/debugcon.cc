// SPDX-License-Identifier: MIT
// Spec:     none: the debug console of Bochs and QEMU (port 0xe9), and of firmware (port 0x402).
// Modelled: a byte written goes to the backend; a read gives what tells that the port is there.
// Missing:  nothing.
// Ignored:  nothing.
// Quirks:   a guest cannot see whether there is room: what the host does not take is dropped and counted.
// Guest may: send bytes to the backend.
// Threads:  one handler at a time.
// Units:    none.
#include <cstddef>
#include <cstdint>
#include <span>

#include "cardcage/device.h"

namespace {

struct DebugconConfig {
  cardcage::CharLink console;
  uint8_t answer = 0xe9;
};

class Debugcon {
 public:
  using Config = DebugconConfig;
  explicit Debugcon(const Config& config) : config_(config) {}

  void Reset() {}
  template <class Archive>
  void State(Archive& /*archive*/) {}

  uint8_t Answer() const { return config_.answer; }
  void Send(uint8_t byte) { config_.console.Write(byte); }
  // Firmware writes whole lines by `rep outsb`.
  size_t SendMany(std::span<const uint8_t> bytes) {
    config_.console.Write(bytes.data(), bytes.size());
    return bytes.size();
  }

 private:
  const Config config_;
};

constexpr cardcage::Declaration kDebugcon{
    cardcage::Type<Debugcon>("debugcon", "a port that takes text, for firmware and kernels"),
    cardcage::Param<&DebugconConfig::console>("console", {.doc = "where the text goes to"}),
    cardcage::Param<&DebugconConfig::answer>("answer",
                                             {.doc = "what a read gives: guests look for 0xe9"}),
    cardcage::Port<&Debugcon::Answer, &Debugcon::Send, nullptr, &Debugcon::SendMany>(
        "data", {.reset = 0xe9}),
};

}  // namespace

CARDCAGE_PLUGIN("debugcon", "0.1.0", "MIT", kDebugcon);
