// SPDX-License-Identifier: MIT
#include "framework/plugin/type_registry.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/device/params.h"
#include "framework/plugin/whole_type.h"

namespace cardcage {
namespace {

constexpr uint32_t kAllSizes =
    CARDCAGE_SIZE_1 | CARDCAGE_SIZE_2 | CARDCAGE_SIZE_4 | CARDCAGE_SIZE_8;

// The keys of a device that are the framework's own.
constexpr std::array<std::string_view, 5> kReservedKeys = {"type", "at", "irq", "dma", "cage"};

const cardcage_param* FindParam(const cardcage_type& type, std::string_view key) {
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    if (param->key == key) return param;
  }
  return nullptr;
}

// What is wrong with a region's registers, or an empty string.
std::string RegisterFault(const cardcage_region& region) {
  if (region.registers == nullptr && region.register_count > 0) return "lacks its registers";
  for (const cardcage_register* row : std::span(region.registers, region.register_count)) {
    if (row == nullptr || row->struct_size < sizeof(cardcage_register) || row->name == nullptr) {
      return "has a register without a name, or with a struct_size that is too small";
    }
    if (row->width == 0 || (row->width & ~kAllSizes) != 0 || std::popcount(row->width) != 1) {
      return absl::StrCat("has the register ", row->name, ", whose width is not 1, 2, 4 or 8");
    }
    if (row->fields == nullptr && row->field_count > 0) {
      return absl::StrCat("has the register ", row->name, ", which lacks its fields");
    }
    for (const cardcage_field* field : std::span(row->fields, row->field_count)) {
      if (field == nullptr || field->struct_size < sizeof(cardcage_field) ||
          field->name == nullptr || field->low > field->high || field->high >= 8 * row->width) {
        return absl::StrCat("has the register ", row->name,
                            " with a field that has no name, or lies outside of it");
      }
    }
  }
  return "";
}

bool LacksAList(const cardcage_type& type) {
  return (type.params == nullptr && type.param_count > 0) ||
         (type.regions == nullptr && type.region_count > 0) ||
         (type.signals == nullptr && type.signal_count > 0) ||
         (type.inputs == nullptr && type.input_count > 0) ||
         (type.counters == nullptr && type.counter_count > 0);
}

// What is wrong with a type, made whole, or an empty string. A plugin may be written in any language: nothing of
// it was checked by a compiler of ours.
std::string Fault(const cardcage_type& type) {
  if (LacksAList(type)) return "a list of it is missing, and its count is not 0";
  if (type.id == nullptr || *type.id == '\0') return "it has no id";
  if (type.create == nullptr || type.destroy == nullptr || type.reset == nullptr) {
    return "it lacks create, destroy or reset";
  }
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    if (param == nullptr || param->struct_size < sizeof(cardcage_param) || param->key == nullptr) {
      return "a parameter has no key, or a struct_size that is too small";
    }
    for (const std::string_view reserved : kReservedKeys) {
      if (param->key == reserved) {
        return absl::StrCat("its parameter ", param->key, " is a key of the framework's own");
      }
    }
    if (FindParam(type, param->key) != param) {
      return absl::StrCat("two parameters have the key ", param->key);
    }
    if (const std::string fault = ParamFault(*param); !fault.empty()) {
      return absl::StrCat("its parameter ", param->key, " ", fault);
    }
  }
  for (const cardcage_region* region : std::span(type.regions, type.region_count)) {
    if (region == nullptr || region->struct_size < sizeof(cardcage_region) ||
        region->name == nullptr) {
      return "a region has no name, or a struct_size that is too small";
    }
    const std::string name = absl::StrCat("its region ", region->name);
    if ((region->spaces & (CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO)) == 0) {
      return absl::StrCat(name, " is for neither ports nor memory");
    }
    if (region->sizes == 0 || (region->sizes & ~kAllSizes) != 0) {
      return absl::StrCat(name, " takes no access size, or one that is not 1, 2, 4 or 8");
    }
    if ((region->read_batch != nullptr && region->read == nullptr) ||
        (region->write_batch != nullptr && region->write == nullptr)) {
      return absl::StrCat(name, " takes batches in a direction in which it takes no single access");
    }
    if (region->size_param != nullptr) {
      const cardcage_param* param = FindParam(type, region->size_param);
      if (param == nullptr || IsList(*param) ||
          (param->kind != CARDCAGE_KIND_SIZE && param->kind != CARDCAGE_KIND_U64)) {
        return absl::StrCat(name, " has its size from ", region->size_param,
                            ", which is not a size parameter of the type");
      }
    } else if (region->size == 0) {
      return absl::StrCat(name, " has no size");
    }
    if (const std::string fault = RegisterFault(*region); !fault.empty()) {
      return absl::StrCat(name, " ", fault);
    }
  }
  for (const auto& signals :
       {std::span(type.signals, type.signal_count), std::span(type.inputs, type.input_count)}) {
    for (const cardcage_signal* signal : signals) {
      if (signal == nullptr || signal->struct_size < sizeof(cardcage_signal) ||
          signal->name == nullptr) {
        return "a signal has no name, or a struct_size that is too small";
      }
    }
  }
  for (const cardcage_counter* counter : std::span(type.counters, type.counter_count)) {
    if (counter == nullptr || counter->struct_size < sizeof(cardcage_counter) ||
        counter->name == nullptr) {
      return "a counter has no name, or a struct_size that is too small";
    }
  }
  if (type.state != nullptr && type.state_version == 0) {
    return "it has a function `state`, and state_version 0";
  }
  if (type.input_count > 0 && type.input == nullptr)
    return "it has inputs, and no function `input`";
  if (type.timer_count > 0 && type.timer == nullptr)
    return "it has timers, and no function `timer`";
  constexpr uint32_t kMostTimers = 1024;  // more is no number that somebody meant
  if (type.timer_count > kMostTimers) return "it has more than 1024 timers";
  return "";
}

// The type as this host knows it: one that was built for this very minor is so already.
std::shared_ptr<const cardcage_type> AsKnown(const cardcage_type& given,
                                             const cardcage_plugin& plugin) {
  const bool is_so =
      plugin.abi_minor == CARDCAGE_ABI_MINOR && given.struct_size == sizeof(cardcage_type);
  if (!is_so) return WholeType(given);
  return {std::shared_ptr<void>(), &given};  // the plugin outlives it
}

std::string Dotted(unsigned major, unsigned minor) { return absl::StrCat(major, ".", minor); }

std::string NameOf(const TypeRegistry::Provider& provider) {
  const std::string name = absl::StrCat("plugin ", provider.plugin);
  return provider.file.empty() ? name : absl::StrCat(name, " (", provider.file, ")");
}

// Whether the host can talk with it.
absl::Status Handshake(const cardcage_plugin& plugin) {
  if (plugin.struct_size < sizeof(cardcage_plugin) || plugin.magic != CARDCAGE_ABI_MAGIC ||
      plugin.name == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrFormat("this is not a Cardcage plugin: its entry has no magic (0x%08x, not 0x%08x)"
                        "\n  CARDCAGE_PLUGIN(…) in one of its sources makes the entry",
                        plugin.magic, CARDCAGE_ABI_MAGIC));
  }
  const std::string host = Dotted(CARDCAGE_ABI_MAJOR, CARDCAGE_ABI_MINOR);
  if (plugin.abi_major != CARDCAGE_ABI_MAJOR) {
    return absl::FailedPreconditionError(absl::StrCat(
        "plugin ", plugin.name, " was built for ABI ", Dotted(plugin.abi_major, plugin.abi_minor),
        ", this program speaks ", host, "\n  ",
        plugin.abi_major > CARDCAGE_ABI_MAJOR ? "use a later Cardcage, or " : "",
        "build the plugin anew with this one's headers"));
  }
  if (plugin.needs_minor > CARDCAGE_ABI_MINOR) {
    return absl::FailedPreconditionError(absl::StrCat(
        "plugin ", plugin.name, " needs ABI ", Dotted(plugin.abi_major, plugin.needs_minor),
        " or later, this program speaks ", host,
        "\n  use a later Cardcage, or build the plugin anew with this one's headers"));
  }
  return absl::OkStatus();
}

absl::Status Breach(const cardcage_plugin& plugin, std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("plugin ", plugin.name, " breaks the contract: ", std::string(what),
                   "\n  its author can mend that: cardcage/abi.h has the rules"));
}

}  // namespace

absl::Status TypeRegistry::Add(const cardcage_plugin& plugin, Step step, const std::string& file) {
  const cardcage_plugin entry = Whole(plugin);
  if (absl::Status status = Handshake(entry); !status.ok()) return status;
  if (entry.types == nullptr && entry.type_count > 0) return Breach(entry, "it has no types");
  std::vector<std::pair<std::string, Provider>> added;
  for (const cardcage_type* given : std::span(entry.types, entry.type_count)) {
    const auto type = given == nullptr ? nullptr : AsKnown(*given, entry);
    if (type == nullptr || type->struct_size < sizeof(cardcage_type)) {
      return Breach(entry, "a type is missing, or its struct_size is too small");
    }
    if (const std::string fault = Fault(*type); !fault.empty()) {
      return Breach(entry,
                    absl::StrCat("type ", type->id == nullptr ? "?" : type->id, ": ", fault));
    }
    Provider provider{.step = step,
                      .plugin = entry.name,
                      .version = OrNothing(entry.version),
                      .file = file,
                      .summary = OrNothing(type->summary),
                      .type = type};
    added.emplace_back(type->id, std::move(provider));
  }
  return Insert(std::move(added));
}

absl::Status TypeRegistry::Announce(const Manifest& manifest, Step step, const std::string& file) {
  std::vector<std::pair<std::string, Provider>> added;
  for (const Manifest::Type& type : manifest.types) {
    added.emplace_back(type.id, Provider{.step = step,
                                         .plugin = manifest.plugin,
                                         .version = manifest.version,
                                         .file = file,
                                         .summary = type.summary,
                                         .type = nullptr});
  }
  return Insert(std::move(added));
}

absl::Status TypeRegistry::Insert(std::vector<std::pair<std::string, Provider>>&& added) {
  // With what is there from the same step, unless it was announced and is loaded now.
  const auto clashes = [](const Provider& old, const Provider& now) {
    const bool is_loaded_now = old.type == nullptr && now.type != nullptr && old.file == now.file;
    return old.step == now.step && !is_loaded_now;
  };
  absl::btree_set<std::string_view> seen;
  for (const auto& [id, now] : added) {
    if (!seen.insert(id).second) {
      return absl::AlreadyExistsError(absl::StrCat(
          NameOf(now), " has device type ", id,
          " twice\n  its author can mend that: each of its types has an id of its own"));
    }
    for (const Provider& old : ProvidersOf(id)) {
      if (!clashes(old, now)) continue;
      return absl::AlreadyExistsError(absl::StrCat("device type ", id, " is in ", NameOf(old),
                                                   " and in ", NameOf(now),
                                                   "\n  leave one of the two out"));
    }
  }
  for (auto& [id, provider] : added) {
    std::vector<Provider>& providers = types_[id];
    const Step step = provider.step;
    std::erase_if(providers, [step](const Provider& old) { return old.step == step; });
    const auto later = std::find_if(providers.begin(), providers.end(),
                                    [step](const Provider& old) { return old.step > step; });
    providers.insert(later, std::move(provider));
  }
  return absl::OkStatus();
}

const cardcage_type* TypeRegistry::Find(std::string_view id) const {
  const std::span<const Provider> providers = ProvidersOf(id);
  return providers.empty() ? nullptr : providers.front().type.get();
}

std::span<const TypeRegistry::Provider> TypeRegistry::ProvidersOf(std::string_view id) const {
  const auto found = types_.find(std::string(id));
  if (found == types_.end()) return {};
  return found->second;
}

std::vector<std::string> TypeRegistry::Ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, entry] : types_) ids.push_back(id);
  return ids;
}

}  // namespace cardcage
