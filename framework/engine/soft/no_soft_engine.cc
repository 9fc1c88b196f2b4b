// SPDX-License-Identifier: MIT
// What stands for the soft engine in a build without Unicorn's headers.
#include "framework/engine/soft/soft_engine.h"
#include "framework/engine/soft/soft_support.h"

namespace cardcage {
namespace {

absl::StatusOr<std::unique_ptr<Engine>> Refuse(const EngineConfig& /*config*/,
                                               GuestMemory& /*memory*/,
                                               const Engine::Reporter& /*reporter*/) {
  return absl::UnavailableError(
      "this build has no soft engine: it was made without Unicorn\n"
      "  cure:  apt-get install libunicorn-dev, and build again");
}

}  // namespace

const EngineType kSoftEngine = SoftEngineType(&Refuse);

}  // namespace cardcage
