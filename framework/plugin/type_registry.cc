// SPDX-License-Identifier: MIT
#include "framework/plugin/type_registry.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "absl/strings/str_cat.h"
#include "framework/device/params.h"

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

// What is wrong with a whole type, or an empty string. A plugin may be written in any language: nothing of
// it was checked by a compiler of ours.
std::string Fault(const cardcage_type& type) {
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

// The type with all that this host knows of; what its plugin does not know has the value 0.
cardcage_type Whole(const cardcage_type& type) {
  cardcage_type whole{};
  std::memcpy(&whole, &type, std::min<size_t>(type.struct_size, sizeof(whole)));
  whole.struct_size = sizeof(whole);
  return whole;
}

std::string Version(unsigned major, unsigned minor) { return absl::StrCat(major, ".", minor); }

}  // namespace

absl::Status TypeRegistry::Add(const cardcage_plugin& plugin, Step step) {
  if (plugin.struct_size < sizeof(cardcage_plugin) || plugin.magic != CARDCAGE_ABI_MAGIC ||
      plugin.name == nullptr) {
    return absl::FailedPreconditionError("this is not a Cardcage plugin: its entry has no magic");
  }
  const std::string host = Version(CARDCAGE_ABI_MAJOR, CARDCAGE_ABI_MINOR);
  if (plugin.abi_major != CARDCAGE_ABI_MAJOR) {
    return absl::FailedPreconditionError(absl::StrCat(
        "plugin ", plugin.name, " was built for ABI ", Version(plugin.abi_major, plugin.abi_minor),
        ", this program speaks ", host, ": build the plugin anew with this release's headers"));
  }
  if (plugin.needs_minor > CARDCAGE_ABI_MINOR) {
    return absl::FailedPreconditionError(absl::StrCat(
        "plugin ", plugin.name, " needs ABI ", Version(plugin.abi_major, plugin.needs_minor),
        " or later, this program speaks ", host, ": use a later Cardcage"));
  }
  std::vector<std::unique_ptr<const cardcage_type>> added;
  for (const cardcage_type* given : std::span(plugin.types, plugin.type_count)) {
    if (given == nullptr || given->struct_size < sizeof(cardcage_type)) {
      return absl::InvalidArgumentError(
          absl::StrCat("plugin ", plugin.name, " breaks the contract: a type is missing, or its ",
                       "struct_size is too small"));
    }
    added.push_back(std::make_unique<const cardcage_type>(Whole(*given)));
    const cardcage_type& type = *added.back();
    if (const std::string fault = Fault(type); !fault.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("plugin ", plugin.name, " breaks the contract: type ",
                       type.id == nullptr ? "?" : type.id, ": ", fault));
    }
    const auto others = types_.find(type.id);
    if (others == types_.end()) continue;
    if (const auto other = others->second.find(step); other != others->second.end()) {
      return absl::AlreadyExistsError(absl::StrCat("device type ", type.id, " is in plugin ",
                                                   other->second.plugin->name, " and in plugin ",
                                                   plugin.name));
    }
  }
  for (auto& type : added) {
    const std::string id = type->id;
    types_[id].insert_or_assign(step, Entry{std::move(type), &plugin});
  }
  return absl::OkStatus();
}

const cardcage_type* TypeRegistry::Find(std::string_view id) const {
  const auto found = types_.find(std::string(id));
  return found == types_.end() ? nullptr : found->second.begin()->second.type.get();
}

TypeRegistry::Provider TypeRegistry::ProviderOf(std::string_view id) const {
  const auto& entries = types_.find(std::string(id))->second;
  return {entries.begin()->second.plugin, entries.begin()->first, entries.size() > 1};
}

std::vector<std::string> TypeRegistry::Ids() const {
  std::vector<std::string> ids;
  for (const auto& [id, entry] : types_) ids.push_back(id);
  return ids;
}

}  // namespace cardcage
