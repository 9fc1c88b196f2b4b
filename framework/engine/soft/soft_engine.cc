// SPDX-License-Identifier: MIT
#include "framework/engine/soft/soft_engine.h"

#include "framework/engine/soft/soft_support.h"
#include "framework/engine/soft/soft_vcpu.h"

namespace cardcage {
namespace {

class SoftEngine final : public Engine {
 public:
  static absl::StatusOr<std::unique_ptr<Engine>> Create(const EngineConfig& config,
                                                        GuestMemory& memory,
                                                        const Reporter& /*reporter*/) {
    // Now rather than with the first CPU: what is missing is the host's.
    if (const auto library = UnicornLibrary::Get(config.installation); !library.ok()) {
      return library.status();
    }
    return std::unique_ptr<Engine>(new SoftEngine(memory));
  }

  absl::StatusOr<std::unique_ptr<Vcpu>> CreateVcpu(Bus& bus) override {
    return SoftVcpu::Create(memory_, bus);
  }

 private:
  explicit SoftEngine(GuestMemory& memory) : memory_(memory) {}

  GuestMemory& memory_;
};

}  // namespace

const EngineType kSoftEngine = SoftEngineType(&SoftEngine::Create);

}  // namespace cardcage
