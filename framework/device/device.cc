// SPDX-License-Identifier: MIT
#include "framework/device/device.h"

#include <errno.h>
#include <sys/epoll.h>

#include <array>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

Device* Self(void* self) { return static_cast<Device*>(self); }

// The contract's events of a descriptor, and epoll's.
constexpr std::pair<uint32_t, uint32_t> kFdEvents[] = {{CARDCAGE_FD_READ, EPOLLIN},
                                                       {CARDCAGE_FD_WRITE, EPOLLOUT},
                                                       {CARDCAGE_FD_HANG_UP, EPOLLHUP},
                                                       {CARDCAGE_FD_HANG_UP, EPOLLERR}};

uint32_t ToEpoll(uint32_t events) {
  uint32_t epoll = 0;
  for (const auto& [ours, theirs] : kFdEvents) epoll |= (events & ours) != 0 ? theirs : 0;
  return epoll;
}

uint32_t FromEpoll(uint32_t epoll) {
  uint32_t events = 0;
  for (const auto& [ours, theirs] : kFdEvents) events |= (epoll & theirs) != 0 ? ours : 0;
  return events;
}

}  // namespace

const cardcage_interrupt_controller* InterruptControllerOf(const cardcage_type& type) {
  if (type.extension == nullptr) return nullptr;
  return static_cast<const cardcage_interrupt_controller*>(
      type.extension(CARDCAGE_EXTENSION_INTERRUPT_CONTROLLER));
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
                           uint32_t level) { Self(self)->SetOutput(signal, level != 0); },
          .now = [](void* self) { return Self(self)->services_.clock().Now(); },
          .set_timer = [](void* self, uint32_t timer,
                          uint64_t when) { Self(self)->SetTimer(timer, when); },
          .post = [](void* self, uint64_t value) { Self(self)->Post(value); },
          .watch_fd = [](void* self, int fd,
                         uint32_t events) { return Self(self)->WatchFd(fd, events); },
          .start_time = [](void* self,
                           uint32_t local) { return Self(self)->services_.StartTime(local != 0); },
          .region_space = [](void* self, uint32_t region) -> uint32_t {
            return region < Self(self)->spaces_.size() ? Self(self)->spaces_[region] : 0;
          },
      },
      spaces_(type.region_count),
      outputs_(type.signal_count) {
  for (uint32_t i = 0; i < type.timer_count; ++i) {
    timers_.push_back({.number = services.clock().AddTimer([this, i] { OnTimer(i); })});
  }
}

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
  for (const Timer& timer : timers_) services_.clock().Set(timer.number, VirtualClock::kNever);
  for (const auto& [fd, is_awaited] : fds_) services_.loop().Unwatch(fd);
}

template <class Call>
void Device::TakeTurn(Call call) {
  {
    const std::lock_guard turn(lock_);
    call();
  }
  if (after_ != nullptr) after_->RunIfPending();
}

std::unique_ptr<Mapping> Device::MakeMapping(uint32_t region, bool is_port, AddressRange range,
                                             RegisterLayout layout) {
  const cardcage_region& declared = *type_.regions[region];
  spaces_[region] = is_port ? CARDCAGE_SPACE_PORT : CARDCAGE_SPACE_MMIO;
  auto mapping = std::make_unique<Mapping>();
  mapping->range = range;
  mapping->read = declared.read;
  mapping->write = declared.write;
  mapping->device = self_;
  mapping->lock = (type_.flags & CARDCAGE_TYPE_CONCURRENT) != 0 ? nullptr : &lock_;
  mapping->after = after_;
  mapping->region = region;
  mapping->sizes = static_cast<uint8_t>(declared.sizes);
  mapping->unaligned = declared.unaligned != 0;
  if (!layout.IsPlain()) {
    spread_.push_back(std::make_unique<SpreadRegion>(*mapping, layout));
  }
  mapping->owner = type_.region_count == 1 ? name_ : absl::StrCat(name_, ".", declared.name);
  return mapping;
}

void Device::Reset() {
  const std::lock_guard turn(lock_);
  type_.reset(self_);
}

void Device::Connect(uint32_t output, Wire& wire, AfterTurn* after) {
  outputs_[output] = {&wire, wire.Join()};
  if (after != nullptr) after_ = after;
}

// An index beyond the type's own is a plugin's slip, here and below: nothing has it.
void Device::SetOutput(uint32_t output, bool level) {
  if (output >= outputs_.size()) return;
  const Connection& to = outputs_[output];
  if (to.wire == nullptr) return;
  if ((type_.signals[output]->flags & CARDCAGE_SIGNAL_EDGE) == 0) {
    to.wire->Set(to.output, level);
  } else if (level) {
    to.wire->Pulse();
  }
}

void Device::OnSignal(uint32_t input, bool level) {
  if (type_.input == nullptr || input >= type_.input_count) return;
  const std::lock_guard turn(lock_);  // who calls this delivers what follows
  type_.input(self_, input, level ? 1 : 0);
}

uint8_t Device::Acknowledge() {
  const cardcage_interrupt_controller* const controller = InterruptControllerOf(type_);
  uint32_t vector = 0;
  if (controller != nullptr) TakeTurn([&] { vector = controller->acknowledge(self_); });
  return static_cast<uint8_t>(vector);
}

void Device::Stop() {
  if (type_.stop == nullptr) return;
  TakeTurn([&] { type_.stop(self_); });
}

void Device::Ready(uint32_t param) {
  if (type_.ready == nullptr) return;
  TakeTurn([&] { type_.ready(self_, param); });
}

void Device::SetTimer(uint32_t timer, uint64_t when) {
  if (timer >= timers_.size()) return;
  timers_[timer].when = when;
  services_.clock().Set(timers_[timer].number, when);
}

// The clock's call may have been under way while the device set the timer anew.
void Device::OnTimer(uint32_t timer) {
  if (type_.timer == nullptr) return;
  TakeTurn([&] {
    uint64_t& when = timers_[timer].when;
    if (when == VirtualClock::kNever || when > services_.clock().Now()) return;
    when = VirtualClock::kNever;
    type_.timer(self_, timer);
  });
}

void Device::Post(uint64_t value) {
  if (type_.posted == nullptr) return;
  services_.loop().Post([this, value] { TakeTurn([&] { type_.posted(self_, value); }); });
}

int Device::WatchFd(int fd, uint32_t events) {
  if (type_.fd_ready == nullptr) return EINVAL;
  EventLoop& loop = services_.loop();
  const auto known = fds_.find(fd);
  if (events == 0) {
    if (known == fds_.end()) return 0;
    fds_.erase(known);
    loop.Unwatch(fd);
    return 0;
  }
  if (known != fds_.end()) {
    known->second = true;
    loop.Rearm(fd, ToEpoll(events));
    return 0;
  }
  const absl::Status watched =
      loop.Watch(fd, ToEpoll(events), [this, fd](uint32_t epoll) { OnFd(fd, FromEpoll(epoll)); });
  if (watched.ok()) {
    fds_[fd] = true;
    return 0;
  }
  return absl::IsFailedPrecondition(watched) ? EPERM
         : absl::IsAlreadyExists(watched)    ? EEXIST
                                             : EBADF;
}

// The loop's call may have been under way while the device let go of the descriptor.
void Device::OnFd(int fd, uint32_t events) {
  TakeTurn([&] {
    const auto known = fds_.find(fd);
    if (known == fds_.end() || !std::exchange(known->second, false)) return;
    type_.fd_ready(self_, fd, events);
  });
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
