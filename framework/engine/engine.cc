// SPDX-License-Identifier: MIT
#include "framework/engine/engine.h"

namespace cardcage {

absl::Status Vcpu::DriveClock(DrivenClock& /*clock*/) {
  return absl::UnimplementedError("this engine does not count instructions");
}

absl::Status Engine::SetInterrupt(uint32_t /*gsi*/, bool /*level*/) {
  return absl::UnimplementedError("this engine has no interrupt controllers of its own");
}

}  // namespace cardcage
