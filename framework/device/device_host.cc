// SPDX-License-Identifier: MIT
#include "framework/device/device_host.h"

#include <cstdio>
#include <deque>
#include <mutex>
#include <type_traits>
#include <utility>

#include "framework/device/device.h"

namespace cardcage {
namespace {

std::string_view Text(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

// A call out of time is a mistake of the plugin's that nobody else hears of: the machine may be gone.
Device* DeviceHost::Find(void* self) {
  auto& host = *static_cast<DeviceHost*>(self);
  Device* const device = host.device_.load();
  if (device == nullptr && host.sees_late_) {
    std::fprintf(
        stderr,
        "cardcage: device %s broke the contract: it called its host after it was destroyed\n",
        host.name_.c_str());
  }
  return device;
}

template <auto Function, class... Given>
auto DeviceHost::Enter(void* self, Given... given) {
  using Result = std::invoke_result_t<decltype(Function), Device&, Given...>;
  Device* const device = Find(self);
  if constexpr (std::is_void_v<Result>) {
    if (device != nullptr) (device->*Function)(given...);
  } else {
    return device == nullptr ? Result{} : (device->*Function)(given...);
  }
}

DeviceHost::DeviceHost(Device& device, std::vector<ParamValue> values, CharBackend& null,
                       bool sees_late)
    : name_(device.name()),
      sees_late_(sees_late),
      device_(&device),
      table_{
          .struct_size = sizeof(cardcage_host),
          .abi_major = CARDCAGE_ABI_MAJOR,
          .abi_minor = CARDCAGE_ABI_MINOR,
          .self = this,
          .log = [](void* self, uint32_t severity,
                    const char* line) { Enter<&Device::Log>(self, severity, Text(line)); },
          .count = &Enter<&Device::Count, uint32_t, uint64_t>,
          .failed = [](void* self,
                       const char* reason) { Enter<&Device::Fail>(self, Text(reason)); },
          .stop = &Enter<&Device::Stop, uint64_t>,
          .extension = [](void* /*self*/, const char* /*id*/) -> const void* { return nullptr; },
          .complete = &Enter<&Device::Complete, uint32_t, cardcage_status, uint64_t>,
          .finished = &Enter<&Device::Finished>,
          .set_signal = &Enter<&Device::SetSignal, uint32_t, uint32_t>,
          .now = &Enter<&Device::Now>,
          .set_timer = &Enter<&Device::SetTimer, uint32_t, uint64_t>,
          .start_time = &Enter<&Device::StartTime, uint32_t>,
          .post = &Enter<&Device::Post, uint64_t>,
          .watch_fd = &Enter<&Device::WatchFd, int, uint32_t>,
          .map = [](void* self, uint64_t address, uint64_t size, uint32_t flags,
                    cardcage_view* view) -> cardcage_status {
            Device* const its = Find(self);
            return its == nullptr ? CARDCAGE_UNCLAIMED : its->Map(address, size, flags, view);
          },
          .unmap = &Enter<&Device::Unmap, cardcage_view*, uint64_t>,
          .region_space = &Enter<&Device::RegionSpace, uint32_t>,
      },
      values_(device.type(), std::move(values), null) {}

void DeviceHost::Retire(std::unique_ptr<DeviceHost> host, bool may_be_called) {
  host->device_.store(nullptr);
  if (!may_be_called && !host->sees_late_) return;
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::unique_ptr<DeviceHost>>;
  static auto* const gone = new std::deque<std::unique_ptr<DeviceHost>>;
  const std::lock_guard lock(mutex);
  if (may_be_called) return kept->push_back(std::move(host));
  gone->push_back(std::move(host));
  if (gone->size() > kMostGone) gone->pop_front();
}

}  // namespace cardcage
