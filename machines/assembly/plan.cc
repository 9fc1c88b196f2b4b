// SPDX-License-Identifier: MIT
#include "machines/assembly/plan.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/device/device.h"
#include "framework/engine/long_mode.h"
#include "machines/assembly/files.h"
#include "machines/assembly/param_values.h"
#include "machines/assembly/plan_backends.h"
#include "machines/assembly/plan_wires.h"
#include "machines/boot/flat_boot.h"
#include "machines/spec/scalars.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

// Somebody's right to a range of addresses.
struct Claim {
  bool is_port;
  AddressRange range;
  std::string owner;
  Place place;             // line 0: nobody wrote it, the engine has it
  std::string because_of;  // the key that made the engine have it, if one did
};

std::string Describe(const Claim& claim) {
  return absl::StrFormat("%s 0x%x-0x%x", claim.is_port ? "port" : "mmio", claim.range.base,
                         claim.range.end() - 1);
}

class Planner {
 public:
  Planner(const MachineSpec& spec, const Source& source, const TypeRegistry& types,
          std::span<const EngineType* const> engines, const PlanOptions& options,
          Diagnostics& diagnostics)
      : spec_(spec),
        source_(source),
        types_(types),
        engines_(engines),
        options_(options),
        diagnostics_(diagnostics) {}

  Plan Make() {
    const bool complete = diagnostics_.ok();
    PlanEngine();
    PlanMemory();
    backends_.ReadDeclared();
    for (const DeviceSpec& device : spec_.devices) PlanDevice(device);
    PlanWires(spec_, plan_, diagnostics_);
    backends_.Finish();
    // Whatever could not be read may be just what the boot part needs.
    if (complete) PlanBoot();
    CheckOverlaps();
    return std::move(plan_);
  }

 private:
  void PlanClock();
  void PlanEngine();
  void PlanMemory();
  void PlanDevice(const DeviceSpec& spec);
  void PlanParams(const DeviceSpec& spec, Plan::Device& device);
  void PlanParam(const cardcage_param& param, const ParamSpec& spec, const std::string& what,
                 const std::string& backend_name, Plan::Param& planned);
  void PlanLayout(const DeviceSpec& spec, Plan::Device& device);
  void PlanRegions(const DeviceSpec& spec, Plan::Device& device);
  std::optional<uint32_t> FindRegion(const PlacementSpec& at, const cardcage_type& type);
  void RefuseEngines(std::span<const EngineType* const> engines);
  void PlaceRegion(const PlacementSpec& at, uint32_t index, Plan::Device& device);
  void PlanBoot();
  void PlanLoad(const LoadSpec& spec);
  void CheckOverlaps();
  // How many bytes from the address on are RAM, or ROM where that will do, at most `limit`.
  uint64_t MemoryFrom(uint64_t address, uint64_t limit, bool rom_too = true) const;
  std::string DescribeMemory() const;

  const MachineSpec& spec_;
  const Source& source_;
  const TypeRegistry& types_;
  const std::span<const EngineType* const> engines_;
  const PlanOptions& options_;
  Diagnostics& diagnostics_;
  Plan plan_;
  std::vector<Claim> claims_;
  BackendPlanner backends_{spec_, source_, plan_, diagnostics_};
};

// What the machine's time follows. A deterministic one goes by instructions.
void Planner::PlanClock() {
  using Clock = EngineConfig::Clock;
  const ClockSpec& clock = spec_.clock;
  const bool says_rate = clock.rate.place.line != 0;
  const bool says_source = clock.by_instructions.place.line != 0;
  plan_.clock_rate = clock.rate.value;
  plan_.engine_config.clock = options_.deterministic || clock.by_instructions.value
                                  ? Clock::kInstructions
                              : plan_.clock_rate != 1 ? Clock::kScaled
                                                      : Clock::kReal;
  if (clock.by_instructions.value && says_rate) {
    diagnostics_.Error(clock.rate.place, "clock.rate is the real clock's",
                       "an instruction takes 10 ns: leave `rate` out");
  } else if (options_.deterministic && says_rate) {
    diagnostics_.Error(clock.rate.place,
                       "clock.rate is the real clock's, and --deterministic goes by instructions",
                       "leave `rate` out, or the option");
  }
  if (options_.deterministic && says_source && !clock.by_instructions.value) {
    diagnostics_.Error(clock.by_instructions.place,
                       "a real clock is another each time, and --deterministic is to be the same",
                       "source: instructions, or leave it out");
  }
}

void Planner::PlanEngine() {
  const bool kernel_irqchip = spec_.chipset.irqchip.value == Irqchip::kKernel;
  plan_.engine_config.deterministic = options_.deterministic;
  plan_.engine_config.installation = options_.installation;
  plan_.engine_config.kernel_irqchip = kernel_irqchip;
  PlanClock();
  const uint64_t count = spec_.cpu.count.value;
  plan_.engine_config.cpus = static_cast<uint32_t>(std::min<uint64_t>(count, UINT32_MAX));
  if (count > 1 && !kernel_irqchip) {
    diagnostics_.Error(spec_.cpu.count.place,
                       "the second CPU could never be started: that takes INIT and SIPI, and so a "
                       "local APIC, which only the kernel's controllers bring",
                       "add chipset: { irqchip: kernel }");
  }
  const std::string& name = spec_.cpu.engine.value;
  std::vector<std::string> known = {"auto"};
  std::vector<const EngineType*> wanted;
  for (const EngineType* engine : engines_) {
    known.emplace_back(engine->name);
    if (name == "auto" || name == engine->name) wanted.push_back(engine);
  }
  if (wanted.empty()) {
    diagnostics_.Error(spec_.cpu.engine.place, absl::StrCat("there is no engine `", name, "`"),
                       Suggest(name, known));
    return;
  }
  for (const EngineType* engine : wanted) {
    if (engine->refusals(plan_.engine_config).empty()) plan_.engines.push_back(engine);
  }
  if (plan_.engines.empty()) RefuseEngines(wanted);
  for (const EngineType* engine : plan_.engines) {
    for (OwnedRange& owned : engine->owned_ranges(plan_.engine_config)) {
      claims_.push_back(
          {owned.is_port, owned.range, std::move(owned.owner), {}, std::move(owned.because_of)});
    }
  }
}

// Says of each engine that the file allows why it cannot be.
void Planner::RefuseEngines(std::span<const EngineType* const> engines) {
  for (const EngineType* engine : engines) {
    for (const EngineRefusal& refusal : engine->refusals(plan_.engine_config)) {
      // What asks for it, or else what names the engine.
      const Place place = refusal.key == "cpu.count"         ? spec_.cpu.count.place
                          : refusal.key == "chipset.irqchip" ? spec_.chipset.irqchip.place
                          : refusal.key == "clock.source"    ? spec_.clock.by_instructions.place
                          : refusal.key == "clock.rate"      ? spec_.clock.rate.place
                                                             : spec_.cpu.engine.place;
      diagnostics_.Error(place, absl::StrCat(refusal.key, " cannot be on the engine `",
                                             std::string(engine->name), "`: ", refusal.reason));
    }
  }
}

void Planner::PlanMemory() {
  for (const MemorySpec& slot : spec_.memory) {
    const AddressRange range{slot.at.value, slot.size.value};
    bool ok = true;
    if (range.base % kPageSize != 0) {
      diagnostics_.Error(slot.at.place,
                         absl::StrFormat("memory slot %s begins inside a page", slot.name.value),
                         absl::StrFormat("a multiple of 4096 (0x1000): 0x%x",
                                         range.base - range.base % kPageSize));
      ok = false;
    }
    if (range.size == 0 || range.size % kPageSize != 0) {
      diagnostics_.Error(slot.size.place,
                         absl::StrFormat("memory slot %s has %d bytes, which are no whole pages",
                                         slot.name.value, range.size),
                         "a multiple of 4KiB, and at least one");
      ok = false;
    }
    if (range.Wraps() || (range.size != 0 && range.end() == 0)) {
      diagnostics_.Error(slot.size.place,
                         absl::StrFormat("memory slot %s reaches beyond the last 64-bit address",
                                         slot.name.value));
      ok = false;
    }
    if (!ok) continue;
    claims_.push_back(
        {false, range, absl::StrCat("memory slot ", slot.name.value), slot.name.place, ""});
    plan_.slots.push_back({slot.name.value, range, slot.kind, slot.name.place});
  }
}

void Planner::PlanDevice(const DeviceSpec& spec) {
  const cardcage_type* type = types_.Find(spec.type.value);
  if (type == nullptr) {
    diagnostics_.Error(spec.type.place, absl::StrCat("unknown device type `", spec.type.value, "`"),
                       Suggest(spec.type.value, types_.Ids()));
    return;
  }
  Plan::Device device{.name = spec.name.value,
                      .type = type,
                      .params = {},
                      .regions = {},
                      .irqs = {},
                      .layout = {},
                      .place = spec.name.place};
  if (spec.dma) {
    diagnostics_.Error(*spec.dma, absl::StrCat("type ", type->id, " does not reach guest memory"),
                       "leave `dma` out");
  }
  PlanParams(spec, device);
  PlanLayout(spec, device);
  PlanRegions(spec, device);
  plan_.devices.push_back(std::move(device));
}

void Planner::PlanParam(const cardcage_param& param, const ParamSpec& spec, const std::string& what,
                        const std::string& backend_name, Plan::Param& planned) {
  planned.place = spec.value.place;
  if (param.kind == CARDCAGE_KIND_CHAR) {
    planned.backend = backends_.UseByDevice(spec.value, what, backend_name);
  } else if (auto value = ReadParam(param, spec.value, what, source_, diagnostics_)) {
    planned.value = *std::move(value);
  }
}

void Planner::PlanParams(const DeviceSpec& spec, Plan::Device& device) {
  const std::span params(device.type->params, device.type->param_count);
  std::vector<std::string> known = {"type", "at", "irq", "dma", "cage"};
  for (const cardcage_param* param : params) known.emplace_back(param->key);
  for (const ParamSpec& given : spec.params) {
    if (std::find(known.begin(), known.end(), given.key.value) == known.end()) {
      diagnostics_.Error(given.key.place,
                         absl::StrCat("unknown key `", given.key.value, "` of device ", device.name,
                                      ", which is of type ", device.type->id),
                         Suggest(given.key.value, known));
    }
  }
  const auto lines = std::count_if(params.begin(), params.end(), [](const cardcage_param* param) {
    return param->kind == CARDCAGE_KIND_CHAR;
  });
  for (const cardcage_param* param : params) {
    const std::string what = absl::StrCat("`", param->key, "` of device ", device.name);
    Plan::Param planned{.value = DefaultOf(*param)};
    const auto given =
        std::find_if(spec.params.begin(), spec.params.end(),
                     [&](const ParamSpec& candidate) { return candidate.key.value == param->key; });
    if (given != spec.params.end()) {
      PlanParam(*param, *given, what,
                lines > 1 ? absl::StrCat(device.name, ".", param->key) : device.name, planned);
    } else if ((param->flags & CARDCAGE_PARAM_REQUIRED) != 0) {
      diagnostics_.Error(spec.name.place,
                         absl::StrCat("device ", device.name, " lacks the key `", param->key,
                                      "`: ", param->doc == nullptr ? "" : param->doc));
    } else {
      planned.value = DefaultParam(*param, absl::StrCat("the default of ", what), spec.name.place,
                                   source_, diagnostics_);
    }
    device.params.push_back(std::move(planned));
  }
}

// How the board lays out the registers of the device.
void Planner::PlanLayout(const DeviceSpec& spec, Plan::Device& device) {
  if (!spec.shift && !spec.width) return;
  const Place place = spec.shift ? spec.shift->place : spec.width->place;
  uint32_t widest = 0;
  for (const cardcage_region* region : std::span(device.type->regions, device.type->region_count)) {
    if (std::popcount(region->sizes) != 1) {
      diagnostics_.Error(place, absl::StrCat("region ", region->name, " of type ", device.type->id,
                                             " takes accesses of several sizes: its registers "
                                             "cannot be laid out otherwise"));
      return;
    }
    widest = std::max(widest, region->sizes);
  }
  const uint64_t shift = spec.shift ? spec.shift->value : 0;
  if (shift > RegisterLayout::kMostShift) {
    diagnostics_.Error(spec.shift->place,
                       absl::StrFormat("cage.shift is %d: it is the number of address bits between "
                                       "two registers, from 0 to %d",
                                       shift, RegisterLayout::kMostShift));
    return;
  }
  const uint64_t distance = uint64_t{widest} << shift;
  if (spec.width && (!std::has_single_bit(spec.width->value) || spec.width->value < widest ||
                     spec.width->value > std::min<uint64_t>(distance, 8))) {
    diagnostics_.Error(
        spec.width->place,
        absl::StrFormat("cage.width is %d: with registers %d bytes apart it is 1, 2, 4 or 8 "
                        "bytes, from %d to %d",
                        spec.width->value, distance, widest, std::min<uint64_t>(distance, 8)));
    return;
  }
  device.layout = {.shift = static_cast<uint8_t>(shift),
                   .width = static_cast<uint8_t>(spec.width ? spec.width->value : 0)};
}

// The region of the type that a placement is for; nothing, with an error, where there is no such one.
std::optional<uint32_t> Planner::FindRegion(const PlacementSpec& at, const cardcage_type& type) {
  std::vector<std::string> names;
  for (const cardcage_region* region : std::span(type.regions, type.region_count)) {
    names.emplace_back(region->name);
  }
  if (at.region.place.line == 0) {
    if (names.size() == 1) return 0;
    diagnostics_.Error(
        at.address.place,
        absl::StrCat("type ", type.id, " has ", names.size(), " regions: say where each lies"),
        names.empty() ? "leave `at` out" : absl::StrCat("at: { ", names[0], ": mmio ADDRESS, … }"));
    return std::nullopt;
  }
  const auto found = std::find(names.begin(), names.end(), at.region.value);
  if (found != names.end()) return static_cast<uint32_t>(found - names.begin());
  diagnostics_.Error(at.region.place,
                     absl::StrCat("type ", type.id, " has no region `", at.region.value, "`"),
                     Suggest(at.region.value, names));
  return std::nullopt;
}

// Puts a region at its place, where it may be there and fits.
void Planner::PlaceRegion(const PlacementSpec& at, uint32_t index, Plan::Device& device) {
  const cardcage_region& region = *device.type->regions[index];
  const uint32_t space = at.is_port ? CARDCAGE_SPACE_PORT : CARDCAGE_SPACE_MMIO;
  if ((region.spaces & space) == 0) {
    diagnostics_.Error(
        at.address.place,
        absl::StrCat("region ", region.name, " of type ", device.type->id, " is for ",
                     at.is_port ? "memory, not for ports" : "ports, not for memory"));
    return;
  }
  AddressRange range{at.address.value, region.size};
  for (size_t i = 0; region.size_param != nullptr && i < device.params.size(); ++i) {
    if (std::string_view(device.type->params[i]->key) == region.size_param) {
      range.size = device.params[i].value.number;
    }
  }
  range.size <<= device.layout.shift;
  const uint64_t last = at.is_port ? 0xffff : ~uint64_t{0} - 1;
  if (range.base > last || range.size == 0 || range.size - 1 > last - range.base) {
    diagnostics_.Error(
        at.address.place,
        absl::StrFormat("device %s, with 0x%x bytes at 0x%x, does not fit below the last %s, 0x%x",
                        device.name, range.size, range.base, at.is_port ? "port" : "address",
                        last));
    return;
  }
  device.regions.push_back({index, at.is_port, range});
  claims_.push_back(
      {at.is_port, range, absl::StrCat("device ", device.name), at.address.place, ""});
}

void Planner::PlanRegions(const DeviceSpec& spec, Plan::Device& device) {
  const std::span regions(device.type->regions, device.type->region_count);
  std::vector<bool> placed(regions.size());
  bool wrong = spec.at_is_wrong;
  for (const PlacementSpec& at : spec.at) {
    if (const auto index = FindRegion(at, *device.type)) {
      placed[*index] = true;
      PlaceRegion(at, *index, device);
    } else {
      wrong = true;
    }
  }
  const auto missing = std::find(placed.begin(), placed.end(), false);
  if (missing == placed.end() || wrong) return;
  const cardcage_region& region = *regions[static_cast<size_t>(missing - placed.begin())];
  diagnostics_.Error(
      spec.name.place,
      absl::StrCat("device ", device.name, " has no place",
                   regions.size() == 1 ? "" : absl::StrCat(" for its region ", region.name)),
      (region.spaces & CARDCAGE_SPACE_PORT) != 0 ? "add at: port ADDRESS" : "add at: mmio ADDRESS");
}

uint64_t Planner::MemoryFrom(uint64_t address, uint64_t limit, bool rom_too) const {
  uint64_t extent = 0;
  bool more = true;
  while (more && extent < limit) {
    more = false;
    for (const Plan::Slot& slot : plan_.slots) {
      const bool will_do =
          slot.kind == MemorySlot::Kind::kRam || (rom_too && slot.kind == MemorySlot::Kind::kRom);
      if (will_do && slot.range.Contains(address + extent)) {
        extent = slot.range.end() - address;
        more = true;
        break;
      }
    }
  }
  return std::min(extent, limit);
}

std::string Planner::DescribeMemory() const {
  if (plan_.slots.empty())
    return "the machine has no memory: add memory: { ram: { at: 0, size: 1MiB } }";
  std::string text = "there is ";
  constexpr size_t kNamed = 4;
  for (size_t i = 0; i < std::min(plan_.slots.size(), kNamed); ++i) {
    const Plan::Slot& slot = plan_.slots[i];
    absl::StrAppendFormat(&text, "%s%s at 0x%x-0x%x", i == 0 ? "" : ", ", slot.name,
                          slot.range.base, slot.range.end() - 1);
  }
  if (plan_.slots.size() > kNamed) absl::StrAppend(&text, " and more");
  return text;
}

void Planner::PlanLoad(const LoadSpec& spec) {
  Plan::Load load{.at = spec.at.value,
                  .size = spec.bytes.size(),
                  .bytes = spec.bytes,
                  .path = "",
                  .place = spec.at.place};
  if (spec.file) {
    load.place = spec.file->place;
    auto path = ResolveFile(spec.file->value, source_.name, options_.installation);
    if (!path.ok()) {
      diagnostics_.Error(load.place, absl::StrCat(spec.file->value, ": ", path.status().message()));
      return;
    }
    const auto size = FileSize(*path);
    if (!size.ok()) {
      diagnostics_.Error(load.place, absl::StrCat(*path, ": ", size.status().message()),
                         "a relative path begins at the machine file's folder");
      return;
    }
    load.path = *std::move(path);
    load.size = *size;
  }
  if (const uint64_t fits = MemoryFrom(load.at, load.size); fits < load.size) {
    diagnostics_.Error(spec.at.place,
                       absl::StrFormat("a load of %d bytes at 0x%x does not fit: no memory at 0x%x",
                                       load.size, load.at, load.at + fits),
                       DescribeMemory());
    return;
  }
  plan_.loads.push_back(std::move(load));
}

void Planner::PlanBoot() {
  const BootSpec& boot = spec_.boot;
  if (boot.place.line == 0) return;  // there is none, and that was said
  plan_.boot_place = boot.place;
  for (const LoadSpec& load : boot.load) PlanLoad(load);

  const size_t errors = diagnostics_.count();
  plan_.registers = BootRegisters(boot, diagnostics_);
  if (boot.mode.value == BootMode::kLong && boot.tables && diagnostics_.count() == errors) {
    const uint64_t at = boot.tables->value;
    plan_.has_tables = true;
    plan_.tables = at;
    // The CPU sets Accessed bits in them.
    if (MemoryFrom(at, kIdentityMapSize, /*rom_too=*/false) < kIdentityMapSize) {
      diagnostics_.Error(boot.tables->place,
                         absl::StrFormat("no RAM for 24 KiB of page tables at 0x%x", at),
                         DescribeMemory());
    }
    for (const Plan::Load& load : plan_.loads) {
      if (!AddressRange{load.at, load.size}.Overlaps({at, kIdentityMapSize})) continue;
      diagnostics_.Error(boot.tables->place, "the page tables and a load are in the same place");
      diagnostics_.Note(load.place, "the load is here");
    }
  }

  if (diagnostics_.count() != errors) return;
  const uint64_t first = plan_.registers.InstructionAddress();
  const bool is_mapped = boot.mode.value != BootMode::kLong || first < uint64_t{1} << 32;
  if (MemoryFrom(first, 1) == 1 && is_mapped) return;
  Place place = boot.place;
  if (boot.entry) place = boot.entry->place;
  for (const RegisterSpec& spec : boot.registers) {
    if (spec.name.value == "rip") place = spec.name.place;
  }
  if (!is_mapped) {
    diagnostics_.Error(
        place,
        absl::StrFormat("the first instruction, at 0x%x, is beyond what `tables` maps", first),
        "below 4 GiB");
    return;
  }
  diagnostics_.Error(
      place, absl::StrFormat("the first instruction is outside memory, at 0x%x", first),
      boot.entry ? DescribeMemory()
                 : absl::StrCat("say where the guest begins (entry: ADDRESS); ", DescribeMemory()));
}

void Planner::CheckOverlaps() {
  std::sort(claims_.begin(), claims_.end(), [](const Claim& a, const Claim& b) {
    return std::tie(a.is_port, a.range.base, a.place.line) <
           std::tie(b.is_port, b.range.base, b.place.line);
  });
  const Claim* reaching = nullptr;  // of those before, the one that reaches furthest
  for (const Claim& claim : claims_) {
    if (reaching != nullptr && reaching->is_port == claim.is_port &&
        reaching->range.Overlaps(claim.range)) {
      // At the one that stands later in the file; the engine's stand nowhere.
      const bool swap = std::tie(claim.place.line, claim.place.column) <
                        std::tie(reaching->place.line, reaching->place.column);
      const Claim& later = swap ? *reaching : claim;
      const Claim& earlier = swap ? claim : *reaching;
      std::string help;
      if (earlier.place.line == 0) {
        help = "place it elsewhere";
        if (!earlier.because_of.empty()) {
          absl::StrAppend(&help, ", or leave out ", earlier.because_of);
        }
      }
      diagnostics_.Error(later.place,
                         absl::StrCat(later.owner, " (", Describe(later), ") overlaps ",
                                      earlier.owner, " (", Describe(earlier), ")"),
                         help);
      if (earlier.place.line != 0) {
        diagnostics_.Note(earlier.place, absl::StrCat(earlier.owner, " is here"));
      }
    }
    if (reaching == nullptr || reaching->is_port != claim.is_port ||
        claim.range.end() > reaching->range.end()) {
      reaching = &claim;
    }
  }
}

}  // namespace

Plan MakePlan(const MachineSpec& spec, const Source& source, const TypeRegistry& types,
              std::span<const EngineType* const> engines, const PlanOptions& options,
              Diagnostics& diagnostics) {
  return Planner(spec, source, types, engines, options, diagnostics).Make();
}

}  // namespace cardcage
