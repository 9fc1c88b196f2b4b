// SPDX-License-Identifier: MIT
#include "framework/device/device.h"

#include <array>
#include <mutex>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

Device* Self(void* self) { return static_cast<Device*>(self); }

// Whether the type's struct reaches to its end, as ABI 0.2 has it.
bool HasSignals(const cardcage_type& type) { return type.struct_size >= sizeof(cardcage_type); }

}  // namespace

std::span<const cardcage_signal* const> SignalsOf(const cardcage_type& type) {
  if (!HasSignals(type)) return {};
  return {type.signals, type.signal_count};
}

Device::Device(const cardcage_type& type, std::string name, DeviceServices& services)
    : type_(type),
      name_(std::move(name)),
      services_(services),
      host_{
          .struct_size = sizeof(cardcage_host),
          .abi_major = CARDCAGE_ABI_MAJOR,
          .abi_minor = CARDCAGE_ABI_MINOR,
          .self = this,
          .log = [](void* self, uint32_t severity,
                    const char* line) { Self(self)->Log(severity, line == nullptr ? "" : line); },
          .stop = [](void* self,
                     uint64_t code) { Self(self)->services_.DeviceStop(Self(self)->name_, code); },
          .extension = [](void* /*self*/, const char* /*id*/) -> const void* { return nullptr; },
          .set_signal = [](void* self, uint32_t signal,
                           uint32_t level) { Self(self)->SetSignal(signal, level != 0); },
      },
      signals_(SignalsOf(type).size()) {}

absl::StatusOr<std::unique_ptr<Device>> Device::Create(const cardcage_type& type, std::string name,
                                                       const std::vector<ParamValue>& values,
                                                       DeviceServices& services,
                                                       std::string* wrong_param) {
  wrong_param->clear();
  auto device = std::unique_ptr<Device>(new Device(type, std::move(name), services));
  std::vector<cardcage_value> abi_values(type.param_count);
  std::vector<const cardcage_value*> pointers(type.param_count);
  for (size_t i = 0; i < type.param_count; ++i) {
    CharBackend* character = values[i].character;
    abi_values[i] = {.struct_size = sizeof(cardcage_value),
                     .kind = type.params[i]->kind,
                     .u64 = values[i].number,
                     .character = (character != nullptr ? character : &device->null_)->table()};
    pointers[i] = &abi_values[i];
  }
  std::array<char, 1024> message{};
  cardcage_error error{.struct_size = sizeof(cardcage_error),
                       .capacity = static_cast<uint32_t>(message.size()),
                       .message = message.data(),
                       .param = nullptr};
  device->self_ = type.create(&device->host_, pointers.data(), pointers.size(), &error);
  if (device->self_ == nullptr) {
    message.back() = '\0';
    if (error.param != nullptr) *wrong_param = error.param;
    return absl::InvalidArgumentError(
        message[0] == '\0' ? "the device cannot be made, and gives no reason" : message.data());
  }
  return device;
}

Device::~Device() {
  if (self_ != nullptr) type_.destroy(self_);
}

std::unique_ptr<Mapping> Device::MakeMapping(uint32_t region, AddressRange range) {
  const cardcage_region& declared = *type_.regions[region];
  auto mapping = std::make_unique<Mapping>();
  mapping->range = range;
  mapping->read = declared.read;
  mapping->write = declared.write;
  mapping->device = self_;
  mapping->lock = (type_.flags & CARDCAGE_TYPE_CONCURRENT) != 0 ? nullptr : &lock_;
  mapping->region = region;
  mapping->sizes = static_cast<uint8_t>(declared.sizes);
  mapping->unaligned = declared.unaligned != 0;
  mapping->owner = type_.region_count == 1 ? name_ : absl::StrCat(name_, ".", declared.name);
  return mapping;
}

void Device::Reset() {
  const std::lock_guard turn(lock_);
  type_.reset(self_);
}

void Device::Connect(uint32_t signal, Wire& wire) { signals_[signal] = {&wire, wire.Join()}; }

void Device::SetSignal(uint32_t signal, bool level) {
  if (signal >= signals_.size()) return;  // a plugin's slip: it has no such signal
  if (const Connection& to = signals_[signal]; to.wire != nullptr) to.wire->Set(to.output, level);
}

void Device::Ready(uint32_t param) {
  if (!HasSignals(type_) || type_.ready == nullptr) return;
  const std::lock_guard turn(lock_);
  type_.ready(self_, param);
}

void Device::Log(uint32_t severity, std::string_view line) {
  const unsigned before = lines_.fetch_add(1, std::memory_order_relaxed);
  if (before >= kLogLimit) return;
  services_.DeviceLog(name_, severity, line);
  if (before + 1 == kLogLimit) {
    services_.DeviceLog(name_, CARDCAGE_LOG_WARNING, "that was its last line: it logs too much");
  }
}

}  // namespace cardcage
