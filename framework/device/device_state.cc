// SPDX-License-Identifier: MIT
#include "framework/device/device_state.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

bool IsWidth(uint32_t width) { return width == 1 || width == 2 || width == 4 || width == 8; }

// Behind an archive's functions: the state, and what is wrong with it.
struct Saving {
  DeviceState& state;
  std::string fault;
};
struct Loading {
  const DeviceState& state;
  std::set<std::string, std::less<>> used;
  std::string fault;
};

// The first one counts.
void Refuse(std::string& fault, std::string_view reason) {
  if (fault.empty()) fault = reason.empty() ? "no reason given" : std::string(reason);
}

uint64_t SaveField(void* self, const char* name, void* data, uint32_t width, uint64_t count) {
  auto& saving = *static_cast<Saving*>(self);
  if (name == nullptr || *name == '\0' || !IsWidth(width) || (data == nullptr && count > 0)) {
    Refuse(saving.fault, "a field without a name, or of a width that is not 1, 2, 4 or 8");
    return 0;
  }
  if (saving.state.Find(name) != nullptr) {
    Refuse(saving.fault, absl::StrCat("field `", name, "` is there twice"));
    return 0;
  }
  DeviceState::Field field{.name = name, .numbers = std::vector<uint64_t>(count)};
  const auto* from = static_cast<const uint8_t*>(data);
  for (uint64_t i = 0; i < count; ++i) std::memcpy(&field.numbers[i], from + i * width, width);
  saving.state.fields.push_back(std::move(field));
  return count;
}

uint64_t LoadField(void* self, const char* name, void* data, uint32_t width, uint64_t count) {
  auto& loading = *static_cast<Loading*>(self);
  const DeviceState::Field* field = name == nullptr ? nullptr : loading.state.Find(name);
  if (field == nullptr || !IsWidth(width)) return 0;
  loading.used.insert(field->name);
  auto* to = static_cast<uint8_t*>(data);
  const uint64_t given = data == nullptr ? 0 : std::min<uint64_t>(count, field->numbers.size());
  for (uint64_t i = 0; i < given; ++i) {
    const uint64_t number = field->numbers[i];
    if (width < 8 && number >> (8 * width) != 0) {
      Refuse(loading.fault,
             absl::StrCat("field `", name, "`: ", number, " is more than ", width, " bytes hold"));
      return given;
    }
    std::memcpy(to + i * width, &number, width);
  }
  return field->numbers.size();
}

void RefuseLoading(void* self, const char* reason) {
  Refuse(static_cast<Loading*>(self)->fault, reason == nullptr ? "" : reason);
}
void RefuseSaving(void* self, const char* reason) {
  Refuse(static_cast<Saving*>(self)->fault, reason == nullptr ? "" : reason);
}

absl::Status HasState(const cardcage_type& type) {
  if (type.state != nullptr) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat("the type ", type.id, " does not say what its state is"));
}

}  // namespace

const DeviceState::Field* DeviceState::Find(std::string_view name) const {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const Field& field) { return field.name == name; });
  return found == fields.end() ? nullptr : &*found;
}

absl::StatusOr<DeviceState> SaveState(const cardcage_type& type, void* device) {
  if (absl::Status has = HasState(type); !has.ok()) return has;
  DeviceState state{.type = type.id, .version = type.state_version};
  Saving saving{state, {}};
  const cardcage_archive archive{.struct_size = sizeof(archive),
                                 .is_loading = 0,
                                 .version = type.state_version,
                                 .reserved = 0,
                                 .self = &saving,
                                 .field = &SaveField,
                                 .refuse = &RefuseSaving};
  type.state(device, &archive);
  if (!saving.fault.empty()) return absl::InternalError(saving.fault);
  return state;
}

absl::Status LoadState(const cardcage_type& type, void* device, const DeviceState& state) {
  if (absl::Status has = HasState(type); !has.ok()) return has;
  if (state.type != type.id) {
    return absl::InvalidArgumentError(
        absl::StrCat("this is the state of a ", state.type, ", not of a ", type.id));
  }
  if (state.version > type.state_version) {
    return absl::InvalidArgumentError(absl::StrCat(
        "it was saved by version ", state.version, " of ", type.id, "'s state, this one knows ",
        "those up to ", type.state_version, ": use a later version of its plugin"));
  }
  Loading loading{state, {}, {}};
  const cardcage_archive archive{.struct_size = sizeof(archive),
                                 .is_loading = 1,
                                 .version = state.version,
                                 .reserved = 0,
                                 .self = &loading,
                                 .field = &LoadField,
                                 .refuse = &RefuseLoading};
  type.state(device, &archive);
  if (!loading.fault.empty()) return absl::InvalidArgumentError(loading.fault);
  // An older one may have had what is of no use any more.
  if (state.version == type.state_version) {
    for (const DeviceState::Field& field : state.fields) {
      if (!loading.used.contains(field.name)) {
        return absl::InvalidArgumentError(
            absl::StrCat("field `", field.name, "` is none that a ", type.id, " has"));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace cardcage
