// SPDX-License-Identifier: MIT
// What stands for the soft engine in a build without Unicorn's headers.
#include "framework/engine/soft/soft_engine.h"
#include "framework/engine/soft/soft_support.h"

namespace cardcage {

const EngineType kSoftEngine = {
    .name = "soft",
    .description = "software, without KVM",
    .owned_ranges = [](const EngineConfig&) { return std::vector<OwnedRange>(); },
    .refusals = &SoftRefusals,
    .create = [](const EngineConfig&, GuestMemory&,
                 Engine::Reporter) -> absl::StatusOr<std::unique_ptr<Engine>> {
      return absl::UnavailableError(
          "this build has no soft engine: it was made without Unicorn\n"
          "  cure:  apt-get install libunicorn-dev, and build again");
    },
};

}  // namespace cardcage
