// SPDX-License-Identifier: MIT
#include "framework/device/device.h"

#include <errno.h>
#include <sys/epoll.h>

#include <array>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "framework/device/device_host.h"

namespace cardcage {
namespace {

// What a device's registers answer once it has failed.
cardcage_status AnswerFailed(void* /*device*/, cardcage_access* /*access*/) {
  return CARDCAGE_FAILED;
}

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

void DeviceServices::DeviceBroke(const std::string& device, Rule /*rule*/, std::string_view how) {
  DeviceLog(device, CARDCAGE_LOG_ERROR,
            absl::StrCat("the device broke the contract: ", std::string(how)));
}

Device::Device(const cardcage_type& type, std::string name, std::vector<ParamValue> values,
               DeviceServices& services)
    : type_(type),
      name_(std::move(name)),
      services_(services),
      host_(std::make_unique<DeviceHost>(*this, std::move(values), null_, services.ChecksRules())),
      turn_(services.ChecksRules()),
      spaces_(type.region_count),
      outputs_(type.signal_count),
      counters_(type.counter_count) {
  for (uint32_t i = 0; i < type.timer_count; ++i) {
    timers_.push_back({.number = services.clock().AddTimer([this, i] { OnTimer(i); })});
  }
}

absl::StatusOr<std::unique_ptr<Device>> Device::Create(const cardcage_type& type, std::string name,
                                                       std::vector<ParamValue> values,
                                                       DeviceServices& services,
                                                       std::string* wrong_param) {
  wrong_param->clear();
  auto device =
      std::unique_ptr<Device>(new Device(type, std::move(name), std::move(values), services));
  std::array<char, 1024> message{};
  cardcage_error error{.struct_size = sizeof(cardcage_error),
                       .capacity = static_cast<uint32_t>(message.size()),
                       .message = message.data(),
                       .param = nullptr};
  const auto given = device->host_->values();
  {
    const std::lock_guard turn(device->turn_);
    device->self_ = type.create(device->host_->table(), given.data(), given.size(), &error);
  }
  if (device->self_ == nullptr) {
    message.back() = '\0';
    if (error.param != nullptr) *wrong_param = error.param;
    return absl::InvalidArgumentError(
        message[0] == '\0' ? "the device cannot be made, and gives no reason" : message.data());
  }
  return device;
}

Device::~Device() {
  if (self_ != nullptr) {
    Begin(Step::kDestroy, [&] { return type_.destroy(self_); });
    if (!services_.loop().RunUntil([this] { return is_settled(); }, kMostWait)) {
      Breach(Rule::kEnd, absl::StrCat("its end was not finished in ", kMostWait.count(),
                                      " s: it is left as it is"));
    }
  }
  for (const Timer& timer : timers_) services_.clock().Set(timer.number, VirtualClock::kNever);
  for (const auto& [fd, is_awaited] : fds_) services_.loop().Unwatch(fd);
  DeviceHost::Retire(std::move(host_), /*may_be_called=*/!is_settled());
}

// --- The steps of its life -------------------------------------------------------------------------

template <class Call>
void Device::Begin(Step step, Call call) {
  awaited_.store(step);
  cardcage_status status = CARDCAGE_OK;
  {
    const std::lock_guard turn(turn_);
    status = call();
  }
  if (status != CARDCAGE_PENDING) End(step);
}

void Device::End(Step step) {
  if (step == Step::kPause) motion_.store(Motion::kStands);
  if (step != Step::kReset && views_.count() > 0) {
    Breach(Rule::kViews,
           absl::StrCat("it kept ", views_.count(), views_.count() == 1 ? " view" : " views",
                        " of guest memory beyond its ", step == Step::kPause ? "pause" : "end",
                        ": unmap gives them back"));
  }
  awaited_.store(Step::kNone);
}

void Device::Finished() {
  const Step step = awaited_.load();
  if (step == Step::kNone)
    return Breach(Rule::kFinished, "it called finished, and nothing was to be finished");
  End(step);
}

void Device::Reset() {
  if (has_failed()) return;
  Begin(Step::kReset, [&] { return type_.reset(self_); });
}

void Device::Pause() {
  motion_.store(Motion::kHalts);
  Begin(Step::kPause, [&] { return type_.pause == nullptr ? CARDCAGE_OK : type_.pause(self_); });
  if (after_ != nullptr) after_->RunIfPending();
}

void Device::Resume() {
  if (motion_.load() != Motion::kStands) return;
  std::vector<std::function<void()>> held;
  {
    const std::lock_guard turn(turn_);
    motion_.store(Motion::kRuns);
    held.swap(held_);
    if (type_.resume != nullptr && !has_failed()) type_.resume(self_);
  }
  for (const auto& event : held) Deliver(event);
  if (after_ != nullptr) after_->RunIfPending();
}

absl::StatusOr<DeviceState> Device::Save() {
  const std::lock_guard turn(turn_);
  return SaveState(type_, self_);
}

absl::Status Device::Load(const DeviceState& state) {
  const std::lock_guard turn(turn_);
  return LoadState(type_, self_, state);
}

// --- What comes for it -----------------------------------------------------------------------------

template <class Event>
bool Device::Takes(const Event& event, bool halts_too) {
  if (has_failed()) return false;
  const Motion motion = motion_.load();
  if (motion == Motion::kRuns || (motion == Motion::kHalts && !halts_too)) return true;
  held_.emplace_back(event);
  return false;
}

template <class Event>
void Device::Deliver(const Event& event, bool halts_too) {
  {
    const std::lock_guard turn(turn_);
    if (!Takes(event, halts_too)) return;
    event();
  }
  if (after_ != nullptr) after_->RunIfPending();
}

std::unique_ptr<Mapping> Device::MakeMapping(uint32_t region, bool is_port, AddressRange range,
                                             RegisterLayout layout) {
  const cardcage_region& declared = *type_.regions[region];
  spaces_[region] = is_port ? CARDCAGE_SPACE_PORT : CARDCAGE_SPACE_MMIO;
  auto mapping = std::make_unique<Mapping>();
  const bool is_concurrent = (type_.flags & CARDCAGE_TYPE_CONCURRENT) != 0;
  mapping->range = range;
  mapping->read = declared.read;
  mapping->write = declared.write;
  mapping->read_batch = declared.read_batch;
  mapping->write_batch = declared.write_batch;
  mapping->device = self_;
  mapping->lock = is_concurrent ? nullptr : &turn_.spin_lock();
  mapping->after = after_;
  mapping->region = region;
  mapping->sizes = static_cast<uint8_t>(declared.sizes);
  mapping->unaligned = declared.unaligned != 0;
  if (!layout.IsPlain()) {
    spread_.push_back(std::make_unique<SpreadRegion>(*mapping, layout));
  }
  if (services_.ChecksRules() && !is_concurrent) {
    checked_.push_back(std::make_unique<CheckedRegion>(*mapping, turn_));
  }
  mapping->owner = type_.region_count == 1 ? name_ : absl::StrCat(name_, ".", declared.name);
  mappings_.push_back(mapping.get());
  if (has_failed()) StopAnswering();
  return mapping;
}

void Device::Connect(uint32_t output, Wire& wire, AfterTurn* after) {
  outputs_[output] = {&wire, wire.Join()};
  if (after != nullptr) after_ = after;
}

void Device::OnSignal(uint32_t input, bool level) {
  if (type_.input == nullptr || input >= type_.input_count) return;
  const auto event = [this, input, level] { type_.input(self_, input, level ? 1 : 0); };
  const std::lock_guard turn(turn_);  // who calls this delivers what follows
  if (Takes(event, /*halts_too=*/false)) event();
}

uint8_t Device::Acknowledge() {
  const cardcage_interrupt_controller* const controller = InterruptControllerOf(type_);
  if (controller == nullptr || has_failed()) return 0;
  uint32_t vector = 0;
  {
    const std::lock_guard turn(turn_);
    vector = controller->acknowledge(self_);
  }
  if (after_ != nullptr) after_->RunIfPending();
  return static_cast<uint8_t>(vector);
}

void Device::Ready(uint32_t param) {
  if (type_.ready == nullptr) return;
  Deliver([this, param] { type_.ready(self_, param); });
}

// The clock's call may have been under way while the device set the timer anew.
void Device::OnTimer(uint32_t timer) {
  if (type_.timer == nullptr) return;
  Deliver(
      [this, timer] {
        uint64_t& when = timers_[timer].when;
        if (when == VirtualClock::kNever || when > Now()) return;
        when = VirtualClock::kNever;
        type_.timer(self_, timer);
      },
      /*halts_too=*/true);
}

// The loop's call may have been under way while the device let go of the descriptor.
void Device::OnFd(int fd, uint32_t events) {
  Deliver([this, fd, events] {
    const auto known = fds_.find(fd);
    if (known == fds_.end() || !std::exchange(known->second, false)) return;
    type_.fd_ready(self_, fd, events);
  });
}

// --- What it asks for ------------------------------------------------------------------------------

void Device::Breach(Rule rule, std::string_view how) {
  if (TakesLine()) services_.DeviceBroke(name_, rule, how);
}

void Device::RequireTurn(std::string_view call) {
  if ((type_.flags & CARDCAGE_TYPE_CONCURRENT) != 0 || turn_.IsMine()) return;
  Breach(Rule::kTurn, absl::StrCat("it called ", std::string(call), " outside of its turn"));
}

bool Device::TakesLine() {
  const unsigned before = lines_.fetch_add(1, std::memory_order_relaxed);
  if (before == kLogLimit) {
    services_.DeviceLog(name_, CARDCAGE_LOG_WARNING, "that was its last line: it logs too much");
  }
  return before < kLogLimit;
}

void Device::Log(uint32_t severity, std::string_view line) {
  if (TakesLine()) services_.DeviceLog(name_, severity, line);
}

// An index beyond the type's own is a plugin's slip, here and below: nothing has it.
void Device::Count(uint32_t counter, uint64_t n) {
  if (counter >= counters_.size())
    return Breach(Rule::kIndex, absl::StrCat("it has no counter ", counter));
  counters_[counter].fetch_add(n, std::memory_order_relaxed);
}

void Device::Fail(std::string_view reason) {
  if (has_failed_.exchange(true)) return;
  services_.DeviceLog(name_, CARDCAGE_LOG_ERROR,
                      absl::StrCat("the device cannot go on: ",
                                   reason.empty() ? "it gives no reason" : std::string(reason)));
  StopAnswering();
}

void Device::StopAnswering() {
  for (Mapping* mapping : mappings_) {
    if (mapping->read != nullptr) mapping->read = &AnswerFailed;
    if (mapping->write != nullptr) mapping->write = &AnswerFailed;
    mapping->read_batch = nullptr;
    mapping->write_batch = nullptr;
  }
}

void Device::Stop(uint64_t code) { services_.DeviceStop(name_, code); }

void Device::Complete(uint32_t vcpu, cardcage_status status, uint64_t value) {
  RequireTurn("complete");
  PendingAnswer* const answer = services_.AnswerOf(vcpu);
  if (answer != nullptr) answer->Give(&turn_.spin_lock(), status, value);
}

void Device::SetSignal(uint32_t output, uint32_t level) {
  RequireTurn("set_signal");
  if (output >= outputs_.size())
    return Breach(Rule::kIndex, absl::StrCat("it has no signal ", output));
  const Connection& to = outputs_[output];
  if (to.wire == nullptr) return;
  if ((type_.signals[output]->flags & CARDCAGE_SIGNAL_EDGE) == 0) {
    to.wire->Set(to.output, level != 0);
  } else if (level != 0) {
    to.wire->Pulse();
  }
}

uint64_t Device::Now() { return services_.clock().Now(); }

int64_t Device::StartTime(uint32_t local) { return services_.StartTime(local != 0); }

void Device::SetTimer(uint32_t timer, uint64_t when) {
  RequireTurn("set_timer");
  if (timer >= timers_.size()) return Breach(Rule::kIndex, absl::StrCat("it has no timer ", timer));
  timers_[timer].when = when;
  services_.clock().Set(timers_[timer].number, when);
}

void Device::Post(uint64_t value) {
  if (type_.posted == nullptr)
    return Breach(Rule::kPost, "it called post, and has no function `posted`");
  services_.loop().Post([this, value] { Deliver([this, value] { type_.posted(self_, value); }); });
}

int Device::WatchFd(int fd, uint32_t events) {
  RequireTurn("watch_fd");
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

cardcage_status Device::Map(uint64_t address, uint64_t size, uint32_t flags, cardcage_view* view) {
  return views_.Map(services_.memory(), address, size, flags, *view);
}

void Device::Unmap(cardcage_view* view, uint64_t written) {
  if (!views_.Unmap(*view, written))
    Breach(Rule::kViews, "it called unmap for what is no view of its own");
}

uint32_t Device::RegionSpace(uint32_t region) const {
  return region < spaces_.size() ? spaces_[region] : 0;
}

}  // namespace cardcage
