// SPDX-License-Identifier: MIT
#include "framework/engine/engine.h"

namespace cardcage {

absl::Status Engine::SetInterrupt(uint32_t /*gsi*/, bool /*level*/) {
  return absl::UnimplementedError("this engine has no interrupt controllers of its own");
}

}  // namespace cardcage
