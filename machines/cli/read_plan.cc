// SPDX-License-Identifier: MIT
#include "machines/cli/read_plan.h"

#include "absl/strings/str_cat.h"
#include "machines/assembly/engines.h"
#include "machines/report/outcome.h"
#include "machines/spec/machine_reader.h"

namespace cardcage {

std::optional<ReadPlan> ReadMachineFile(const std::string& path, Plugins& plugins,
                                        const PlanOptions& options, ReadFailure* failure) {
  auto source = ReadSource(path);
  if (!source.ok()) {
    *failure = {absl::StrCat(path, ": error: ", source.status().message(), "\n"), kExitFile};
    return std::nullopt;
  }
  ReadPlan read{.source = *std::move(source), .types = {}, .plan = {}};
  Diagnostics diagnostics(read.source);
  const MachineSpec spec = ReadMachine(read.source, diagnostics);
  // Without all plugins, nobody knows what its devices mean.
  const bool is_loaded = plugins.LoadFor(spec, read.source, read.types, diagnostics);
  if (is_loaded)
    read.plan = MakePlan(spec, read.source, read.types, kEngines, options, diagnostics);
  if (diagnostics.ok()) return read;
  *failure = {diagnostics.Format(), is_loaded ? kExitFile : kExitPlugin};
  return std::nullopt;
}

}  // namespace cardcage
