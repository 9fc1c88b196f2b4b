// SPDX-License-Identifier: MIT
#include "machines/cli/plugins.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "framework/plugin/plugin_folder.h"
#include "framework/plugin/version_range.h"
#include "machines/assembly/files.h"
#include "machines/cli/helpers.h"

namespace cardcage {
namespace {

constexpr char kPath[] = "CARDCAGE_PLUGIN_PATH";

// What is wrong, and the cure, which stands in a line of its own.
void AddError(Place place, const absl::Status& status, Diagnostics& diagnostics) {
  const std::vector<std::string> parts =
      absl::StrSplit(std::string(status.message()), absl::MaxSplits("\n  ", 1));
  diagnostics.Error(place, parts[0], parts.size() > 1 ? parts[1] : "");
}

void PrintWarnings(const std::vector<std::string>& warnings) {
  constexpr size_t kMost = 10;  // a wrong folder should not fill a screen
  for (size_t i = 0; i < std::min(warnings.size(), kMost); ++i) {
    std::fprintf(stderr, "cardcage: warning: %s\n", warnings[i].c_str());
  }
  if (warnings.size() > kMost) {
    std::fprintf(stderr, "cardcage: and %zu more warnings\n", warnings.size() - kMost);
  }
}

// Why a plugin's version is not what the machine file asks for.
absl::Status CheckVersion(const cardcage_plugin& plugin, const VersionRange& range) {
  const std::string text = plugin.version == nullptr ? "" : plugin.version;
  const auto version = ParseVersion(text);
  if (version && range.Contains(*version)) return absl::OkStatus();
  const std::string name = absl::StrCat("plugin ", plugin.name);
  if (!version) {
    return absl::FailedPreconditionError(
        absl::StrCat(name, " has the version `", text, "`, which is none, and ", range.text(),
                     " is asked for\n  leave `version` out, to take it as it is"));
  }
  return absl::FailedPreconditionError(absl::StrCat(name, " is version ", text, ", and ",
                                                    range.text(),
                                                    " is asked for\n  name a file of such a "
                                                    "version, or take this one by another range"));
}

}  // namespace

bool Plugins::Find(const std::vector<std::string>& files) {
  const auto refuse = [](const absl::Status& status) {
    std::fprintf(stderr, "cardcage: %s\n", std::string(status.message()).c_str());
    return false;
  };
  for (const std::string& file : files) {
    const auto loaded = Load(file, TypeRegistry::Step::kOption, types_);
    if (!loaded.ok()) return refuse(loaded.status());
  }
  std::vector<std::string> warnings;
  const char* const path = std::getenv(kPath);
  const std::vector<std::string> folders =
      absl::StrSplit(path == nullptr ? "" : path, ':', absl::SkipEmpty());
  std::set<std::string> seen;
  for (const std::string& folder : folders) {
    if (!seen.insert(folder).second) continue;
    absl::Status status = Announce(folder, TypeRegistry::Step::kPath, &warnings);
    if (absl::IsNotFound(status)) {
      warnings.push_back(absl::StrCat(kPath, ": ", folder, ": ", status.message(),
                                      "\n  it has folders, separated by :"));
    } else if (!status.ok()) {
      PrintWarnings(warnings);
      return refuse(status);
    }
  }
  const std::string installed = (ProgramFolder() / CARDCAGE_INSTALLED_PLUGINS).lexically_normal();
  const absl::Status status = Announce(installed, TypeRegistry::Step::kInstalled, &warnings);
  PrintWarnings(warnings);
  return status.ok() || absl::IsNotFound(status) || refuse(status);
}

bool Plugins::IsBuiltIn(const Manifest& manifest) const {
  return std::all_of(manifest.types.begin(), manifest.types.end(), [&](const Manifest::Type& type) {
    const auto providers = types_.ProvidersOf(type.id);
    return !providers.empty() && providers.back().step == TypeRegistry::Step::kBuiltIn &&
           providers.back().plugin == manifest.plugin &&
           providers.back().version == manifest.version;
  });
}

absl::Status Plugins::Announce(const std::string& folder, TypeRegistry::Step step,
                               std::vector<std::string>* warnings) {
  const auto offered = FindPlugins(folder, warnings);
  if (!offered.ok()) return offered.status();
  for (const OfferedPlugin& plugin : *offered) {
    if (step == TypeRegistry::Step::kInstalled && IsBuiltIn(plugin.manifest)) continue;
    const absl::Status status = types_.Announce(plugin.manifest, step, plugin.file);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<const PluginFile*> Plugins::Open(const std::string& file) {
  const auto known = open_.find(file);
  if (known != open_.end()) return known->second.get();
  auto opened = PluginFile::Open(file);
  if (!opened.ok()) return opened.status();
  return open_.emplace(file, *std::move(opened)).first->second.get();
}

absl::StatusOr<const PluginFile*> Plugins::Load(const std::string& file, TypeRegistry::Step step,
                                                TypeRegistry& types) {
  const auto opened = Open(file);
  if (!opened.ok()) return opened;
  const absl::Status added = types.Add((*opened)->plugin(), step, file);
  if (added.ok()) return opened;
  return absl::Status(added.code(), absl::StrCat(file, ": ", added.message()));
}

absl::Status Plugins::LoadAnnounced(const std::string& id, TypeRegistry& types) {
  const TypeRegistry::Provider provider = types.ProvidersOf(id).front();
  const auto loaded = Load(provider.file, provider.step, types);
  if (!loaded.ok()) return loaded.status();
  if (types.Find(id) != nullptr) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      provider.file, ": it has no type ", id,
      ", although its manifest says so\n  write it anew: ", ManifestCommand(provider.file)));
}

bool Plugins::LoadNamed(const PluginSpec& spec, const std::string& machine_file,
                        TypeRegistry& types, Diagnostics& diagnostics) {
  const auto file = ResolveFile(spec.file.value, machine_file);
  if (!file.ok()) {
    AddError(spec.file.place, file.status(), diagnostics);
    return false;
  }
  const auto loaded = Load(*file, TypeRegistry::Step::kMachineFile, types);
  if (!loaded.ok()) {
    AddError(spec.file.place, loaded.status(), diagnostics);
    return false;
  }
  if (!spec.version) return true;
  const absl::Status fits = CheckVersion((*loaded)->plugin(), spec.version->value);
  if (!fits.ok()) AddError(spec.version->place, fits, diagnostics);
  return fits.ok();
}

bool Plugins::LoadFor(const MachineSpec& spec, const Source& source, TypeRegistry& types,
                      Diagnostics& diagnostics) {
  types = types_;
  bool is_whole = true;
  for (const PluginSpec& plugin : spec.plugins) {
    if (!LoadNamed(plugin, source.name, types, diagnostics)) is_whole = false;
  }
  std::set<std::string> refused;  // files: each is said once
  for (const DeviceSpec& device : spec.devices) {
    const std::string& id = device.type.value;
    const auto providers = types.ProvidersOf(id);
    if (providers.empty() || providers.front().type != nullptr) continue;
    const std::string file = providers.front().file;
    if (refused.contains(file)) continue;
    const absl::Status loaded = LoadAnnounced(id, types);
    if (loaded.ok()) continue;
    AddError(device.type.place, loaded, diagnostics);
    refused.insert(file);
    is_whole = false;
  }
  return is_whole;
}

}  // namespace cardcage
