// SPDX-License-Identifier: MIT
#include "machines/cli/read_plan.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"
#include "machines/spec/machine_reader.h"

namespace cardcage {

// In order of preference.
constexpr std::array<const EngineType*, 2> kEngines = {&kKvmEngine, &kSoftEngine};

std::optional<ReadPlan> ReadMachineFile(const std::string& path, const TypeRegistry& types,
                                        const PlanOptions& options, std::string* errors) {
  auto source = ReadSource(path);
  if (!source.ok()) {
    *errors = absl::StrCat(path, ": error: ", source.status().message(), "\n");
    return std::nullopt;
  }
  ReadPlan read{.source = *std::move(source), .plan = {}};
  Diagnostics diagnostics(read.source);
  const MachineSpec spec = ReadMachine(read.source, diagnostics);
  read.plan = MakePlan(spec, read.source, types, kEngines, options, diagnostics);
  if (diagnostics.ok()) return read;
  *errors = diagnostics.Format();
  return std::nullopt;
}

}  // namespace cardcage
