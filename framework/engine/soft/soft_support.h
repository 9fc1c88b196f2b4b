// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_SUPPORT_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_SUPPORT_H_

#include <vector>

#include "framework/engine/engine_type.h"

namespace cardcage {

// What the soft engine does not have.
inline std::vector<EngineRefusal> SoftRefusals(const EngineConfig& config) {
  std::vector<EngineRefusal> refusals;
  if (config.cpus > 1) {
    refusals.push_back({"cpu.count",
                        "the soft engine has one CPU: two would take turns on one thread, and no "
                        "guest could tell how"});
  }
  if (config.kernel_irqchip) {
    refusals.push_back({"chipset.irqchip",
                        "the soft engine has no kernel behind it, and so none of the kernel's "
                        "interrupt controllers"});
  }
  return refusals;
}

// The soft engine as it is known, whether this build can make one or not.
constexpr EngineType SoftEngineType(decltype(EngineType::create) create) {
  return {.name = "soft",
          .description = "software, without KVM",
          .owned_ranges = [](const EngineConfig&) { return std::vector<OwnedRange>(); },
          .refusals = &SoftRefusals,
          .create = create};
}

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_SOFT_SUPPORT_H_
