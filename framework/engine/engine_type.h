// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_ENGINE_TYPE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_ENGINE_TYPE_H_

#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/engine/engine.h"

namespace cardcage {

// How an engine is known to whoever assembles a machine. A constant.
struct EngineType {
  std::string_view name;         // as under cpu.engine
  std::string_view description;  // a few words for people

  // The ranges that it answers itself on such a machine. No host is asked.
  std::vector<OwnedRange> (*owned_ranges)(const EngineConfig& config);

  // What it cannot give to such a machine on any host; nothing where it can. No host is asked.
  std::vector<EngineRefusal> (*refusals)(const EngineConfig& config);

  // Makes one with this memory, which outlives it and gets no further slot.
  // Errors: Unavailable, PermissionDenied, ResourceExhausted, FailedPrecondition: the host cannot;
  // each says what was asked, what came back, the likely cause and the cure.
  absl::StatusOr<std::unique_ptr<Engine>> (*create)(const EngineConfig& config, GuestMemory& memory,
                                                    const Engine::Reporter& reporter);
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_ENGINE_TYPE_H_
