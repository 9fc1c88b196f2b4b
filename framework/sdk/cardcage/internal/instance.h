// SPDX-License-Identifier: MIT
// A device at work, behind the functions of abi.h: how it is made, how the host's calls reach it, and how the
// host is told of its outputs and deadlines behind each of them.
#ifndef CARDCAGE_INTERNAL_INSTANCE_H_
#define CARDCAGE_INTERNAL_INSTANCE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "cardcage/abi.h"
#include "cardcage/host.h"
#include "cardcage/internal/items.h"
#include "cardcage/param.h"
#include "cardcage/signals.h"
#include "cardcage/state.h"

namespace cardcage {
inline namespace v0 {
namespace internal {

// Of the declaration Decl. What the host calls a device is one of `Held`.
template <const auto& Decl>
struct Instance {
  using Device = typename std::remove_cvref_t<decltype(Decl)>::Device;
  using Config = typename Device::Config;
  using Items = ItemsOf<Decl>;
  template <size_t I>
  using Item = typename Items::template Item<I>;
  template <size_t I>
  static constexpr const Item<I>& Get() {
    return std::get<I>(Decl.items);
  }

  // A step of its life that gives false ends later, with Host::Finished().
  template <class Call>
  static cardcage_status Step(Call call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      return CARDCAGE_OK;
    } else {
      return call() ? CARDCAGE_OK : CARDCAGE_PENDING;
    }
  }

  // What the host has for a device: the device itself, or with what was last told of it.
  static constexpr size_t kOutputCount = Items::template kCount<IsOutput>;
  static constexpr size_t kTimerCount = Items::template kCount<IsTimer>;
  static constexpr bool kSettles = kOutputCount + kTimerCount > 0;
  struct Settling {
    Settling(const Config& config, const cardcage_host* its_host)
        : device(Make(config, its_host)), host(its_host) {
      deadlines.fill(CARDCAGE_NEVER);
    }
    Device device;
    const cardcage_host* host;
    std::array<uint32_t, kOutputCount> outputs{};  // levels, or pulses so far
    std::array<uint64_t, kTimerCount> deadlines{};
  };
  using Held = std::conditional_t<kSettles, Settling, Device>;

  static Device Make(const Config& config, const cardcage_host* host) {
    if constexpr (std::is_constructible_v<Device, const Config&, Host>) {
      return Device(config, Host(host));
    } else {
      return Device(config);
    }
  }
  static Device& Self(void* instance) {
    if constexpr (kSettles) {
      return static_cast<Settling*>(instance)->device;
    } else {
      return *static_cast<Device*>(instance);
    }
  }

  // Behind each handler: tells the host of outputs and deadlines that have changed.
  static void Settle([[maybe_unused]] void* instance) {
    if constexpr (kSettles) {
      auto& with = *static_cast<Settling*>(instance);
      Items::template ForEach<IsOutput>([&](auto i) { SettleOutput<i>(with); });
      Items::template ForEach<IsTimer>([&](auto i) { SettleTimer<i>(with); });
    }
  }
  template <size_t I>
  static void SettleOutput(Settling& with) {
    constexpr uint32_t kIndex = Items::template kCount<IsOutput, I>;
    const uint32_t value = (with.device.*Item<I>::kValue)();
    if (value == with.outputs[kIndex]) return;
    with.outputs[kIndex] = value;
    with.host->set_signal(with.host->self, kIndex, Item<I>::kIsEdge ? 1 : value);
  }
  template <size_t I>
  static void SettleTimer(Settling& with) {
    constexpr uint32_t kIndex = Items::template kCount<IsTimer, I>;
    const uint64_t when = (with.device.*Item<I>::kDeadline)().value_or(CARDCAGE_NEVER);
    if (when == with.deadlines[kIndex]) return;
    with.deadlines[kIndex] = when;
    with.host->set_timer(with.host->self, kIndex, when);
  }

  // After loading the host is told of everything once more, but for pulses: those were.
  static void Forget(Settling& with) {
    Items::template ForEach<IsOutput>([&](auto i) {
      const uint32_t value = (with.device.*Item<i>::kValue)();
      with.outputs[Items::template kCount<IsOutput, i>] = Item<i>::kIsEdge ? value : value ^ 1;
    });
    Items::template ForEach<IsTimer>([&](auto i) {
      const uint64_t when = (with.device.*Item<i>::kDeadline)().value_or(CARDCAGE_NEVER);
      with.deadlines[Items::template kCount<IsTimer, i>] = ~when;
    });
  }

  static void* Create(const cardcage_host* host, const cardcage_value* const* values,
                      [[maybe_unused]] size_t count, cardcage_error* error) noexcept {
    try {
      Config config;
      [[maybe_unused]] size_t next = 0;
      Items::template ForEach<IsParam>([&](auto i) { Item<i>::Set(config, *values[next++]); });
      if constexpr (kSettles) {
        return new Settling(config, host);
      } else {
        return new Device(Make(config, host));
      }
    } catch (const std::exception& e) {
      std::snprintf(error->message, error->capacity, "%s", e.what());
    } catch (...) {
      std::snprintf(error->message, error->capacity, "the constructor threw");
    }
    return nullptr;
  }
  static cardcage_status Destroy(void* instance) noexcept {
    if constexpr (kHasClose) {
      Self(instance).Close(Closer(&Delete, instance));
      return CARDCAGE_PENDING;
    } else {
      Delete(instance);
      return CARDCAGE_OK;
    }
  }
  static void Delete(void* instance) noexcept { delete static_cast<Held*>(instance); }
  static cardcage_status Reset(void* instance) noexcept {
    const cardcage_status status = Step([&] { return Self(instance).Reset(); });
    Settle(instance);
    return status;
  }

  // What a type may have and need not.
  static constexpr bool kHasReady = requires(Device & device) { device.Ready(); };
  static constexpr bool kHasPosted = requires(Device & device) { device.Posted(uint64_t{}); };
  static constexpr bool kHasFdReady = requires(Device & device) { device.FdReady(0, uint32_t{}); };
  static constexpr bool kHasClose = requires(Device & device, Closer closer) {
    device.Close(closer);
  };
  static constexpr bool kHasPause = requires(Device & device) { device.Pause(); };
  static constexpr bool kHasResume = requires(Device & device) { device.Resume(); };
  static constexpr bool kHasState = requires(Device & device, Archive& archive) {
    device.State(archive);
  };
  static void Ready(void* instance, uint32_t /*param*/) noexcept {
    Self(instance).Ready();
    Settle(instance);
  }
  static void Posted(void* instance, uint64_t value) noexcept {
    Self(instance).Posted(value);
    Settle(instance);
  }
  static void FdReady(void* instance, int fd, uint32_t events) noexcept {
    Self(instance).FdReady(fd, events);
    Settle(instance);
  }
  static cardcage_status Pause(void* instance) noexcept {
    const cardcage_status status = Step([&] { return Self(instance).Pause(); });
    Settle(instance);
    return status;
  }
  static void Resume(void* instance) noexcept {
    Self(instance).Resume();
    Settle(instance);
  }
  static void State(void* instance, const cardcage_archive* table) noexcept {
    Archive archive(*table);
    Self(instance).State(archive);
    if constexpr (kSettles) {
      if (archive.is_loading()) Forget(*static_cast<Settling*>(instance));
    }
    Settle(instance);
  }

  // What a type has by its items.
  static void OnInput(void* instance, uint32_t input, uint32_t level) noexcept {
    Items::template ForEach<IsInputs>(
        [&](auto i) { (Self(instance).*Item<i>::kOnChange)(input, level != 0); });
    Settle(instance);
  }
  static void OnTimer(void* instance, uint32_t timer) noexcept {
    Items::template ForEach<IsTimer>([&](auto i) {
      if (timer != Items::template kCount<IsTimer, i>) return;
      static_cast<Settling*>(instance)->deadlines[timer] = CARDCAGE_NEVER;
      (Self(instance).*Item<i>::kOnDeadline)();
    });
    Settle(instance);
  }
  static uint32_t OnAcknowledge(void* instance) noexcept {
    uint32_t vector = 0;
    Items::template ForEach<IsController>(
        [&](auto i) { vector = (Self(instance).*Item<i>::kAcknowledge)(); });
    Settle(instance);
    return vector;
  }
  static constexpr cardcage_interrupt_controller kController = {
      .struct_size = sizeof(cardcage_interrupt_controller),
      .reserved = 0,
      .acknowledge = &OnAcknowledge};
  static const void* Extension(const char* id) noexcept {
    return std::string_view(id) == CARDCAGE_EXTENSION_INTERRUPT_CONTROLLER ? &kController : nullptr;
  }
};

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_INSTANCE_H_
