// SPDX-License-Identifier: MIT
#include "machines/assembly/machine.h"

#include <time.h>

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/engine/long_mode.h"
#include "machines/assembly/files.h"

namespace cardcage {
namespace {

// Takes a range for an owner who is no device. Accesses to it are dropped in silence where the owner
// answers elsewhere, else they are nobody's.
absl::Status ClaimRange(AddressSpace& space, const AddressRange& range, std::string owner,
                        bool answers_elsewhere) {
  auto claim = std::make_unique<Mapping>();
  claim->range = range;
  claim->is_claim = answers_elsewhere;
  claim->owner = std::move(owner);
  return space.Add(std::move(claim)).status();
}

}  // namespace

Machine::Machine(const Plan& plan, EventLoop& loop, Log log)
    : plan_(plan), loop_(loop), log_(std::move(log)) {}

std::unique_ptr<Machine> Machine::Create(const Plan& plan, EventLoop& loop, Log log,
                                         Console console, Failure* failure) {
  auto machine = std::unique_ptr<Machine>(new Machine(plan, loop, std::move(log)));
  if (!machine->BuildMemory(failure) || !machine->BuildClock(failure) ||
      !machine->BuildBackends(std::move(console), failure) || !machine->BuildDevices(failure) ||
      !machine->PlaceDevices(failure) || !machine->BuildCpus(failure) ||
      !machine->PowerOn(failure)) {
    return nullptr;
  }
  return machine;
}

Machine::~Machine() {
  threads_.clear();
  devices_.clear();  // while there is still an engine behind their wires
  while (!backends_.empty()) backends_.pop_back();  // a tee before its members
}

bool Machine::BuildMemory(Failure* failure) {
  using Whose = Failure::Whose;
  for (const Plan::Slot& slot : plan_.slots) {
    auto made = MemorySlot::Create(slot.name, slot.range, slot.kind);
    absl::Status status = made.status();
    if (status.ok()) status = memory_.Add(*std::move(made));
    if (status.ok()) {
      // The slot's addresses are taken on the bus too, so that nothing else can lie there.
      status = ClaimRange(bus_.mmio, slot.range, absl::StrCat("memory slot ", slot.name),
                          slot.kind != MemorySlot::Kind::kReserved);
    }
    if (!status.ok()) {
      *failure = {Whose::kHost, slot.place, std::string(status.message())};
      return false;
    }
  }
  for (const Plan::Load& load : plan_.loads) {
    absl::Status status;
    if (load.path.empty()) {
      status = memory_.Write(load.at, std::as_bytes(std::span(load.bytes)));
    } else {
      std::vector<std::byte> content(load.size);
      status = ReadFile(load.path, content);
      if (status.ok()) status = memory_.Write(load.at, content);
    }
    if (!status.ok()) {
      *failure = {Whose::kFile, load.place,
                  absl::StrCat(load.path, load.path.empty() ? "" : ": ", status.message())};
      return false;
    }
  }
  if (plan_.has_tables) {
    if (absl::Status status = BuildIdentityMap(memory_, plan_.tables); !status.ok()) {
      *failure = {Whose::kFile, plan_.boot_place, std::string(status.message())};
      return false;
    }
  }
  return true;
}

bool Machine::BuildClock(Failure* failure) {
  if (plan_.engine_config.clock == EngineConfig::Clock::kInstructions) {
    auto clock = std::make_unique<DrivenClock>();
    driven_clock_ = clock.get();
    clock_ = std::move(clock);
    return true;
  }
  auto clock = RealClock::Create(loop_, plan_.clock_rate);
  if (!clock.ok()) {
    *failure = {Failure::Whose::kHost, {}, std::string(clock.status().message())};
    return false;
  }
  real_clock_ = clock->get();
  clock_ = *std::move(clock);
  return true;
}

bool Machine::BuildBackends(Console console, Failure* failure) {
  using Whose = Failure::Whose;
  const auto make_stdio = [&]() -> Stdio& {
    if (stdio_ == nullptr) {
      Stdio::Events events{
          .output_closed = [this] { RequestEnd({.cause = MachineEnd::Cause::kOutputClosed}); },
          .escape = std::move(console.escape_key),
          .say = log_};
      stdio_ = std::make_unique<Stdio>(loop_, std::move(events), std::move(console.script));
    }
    return *stdio_;
  };
  for (const Plan::Backend& planned : plan_.backends) {
    backend_of_.push_back(nullptr);
    if (!planned.is_used) continue;
    BackendHost host{.loop = loop_,
                     .log =
                         [this, name = planned.name](std::string_view line) {
                           log_(absl::StrCat("backend ", name, ": ", std::string(line)));
                         },
                     .name = planned.name,
                     .is_deterministic = plan_.engine_config.deterministic,
                     .stdio = make_stdio,
                     .members = {}};
    for (const size_t member : planned.members) host.members.push_back(backend_of_[member]);
    auto made = planned.type->make(planned.values, host);
    if (!made.ok()) {
      const bool is_files = absl::IsFailedPrecondition(made.status());
      *failure = {is_files ? Whose::kFile : Whose::kHost, planned.place,
                  absl::StrCat("backend ", planned.name, ": ", made.status().message())};
      return false;
    }
    backend_of_.back() = made->get();
    backends_.push_back({planned.name, *std::move(made)});
  }
  return true;
}

bool Machine::BuildDevices(Failure* failure) {
  using Whose = Failure::Whose;
  for (const Plan::Device& planned : plan_.devices) {
    std::vector<ParamValue> values;
    for (const Plan::Param& param : planned.params) {
      values.push_back(param.value);
      if (param.backend) values.back().character = backend_of_[*param.backend];
    }
    std::string wrong_param;
    auto device =
        Device::Create(*planned.type, planned.name, std::move(values), *this, &wrong_param);
    if (!device.ok()) {
      Place place = planned.place;
      for (size_t i = 0; i < planned.params.size(); ++i) {
        if (wrong_param == planned.type->params[i]->key && planned.params[i].place.line != 0) {
          place = planned.params[i].place;
        }
      }
      *failure = {Whose::kFile, place,
                  absl::StrCat("device ", planned.name, ": ", device.status().message())};
      return false;
    }
    for (uint32_t i = 0; i < planned.params.size(); ++i) {
      const auto& backend = planned.params[i].backend;
      if (backend)
        backend_of_[*backend]->set_listener([made = device->get(), i] { made->Ready(i); });
    }
    devices_.push_back(*std::move(device));
  }
  ConnectWires();
  return true;
}

void Machine::ConnectWires() {
  for (size_t i = 0; i < devices_.size(); ++i) {
    for (const Plan::Irq& irq : plan_.devices[i].irqs) {
      devices_[i]->Connect(irq.output, WireTo(irq),
                           irq.to == Plan::Irq::To::kDevice ? &signals_ : nullptr);
    }
  }
}

// The one wire that leads there.
Wire& Machine::WireTo(const Plan::Irq& irq) {
  std::unique_ptr<Wire>& wire = wires_[{irq.to, irq.device, irq.input}];
  if (wire == nullptr) wire = std::make_unique<Wire>(SinkOf(irq));
  return *wire;
}

Wire::Sink Machine::SinkOf(const Plan::Irq& irq) {
  using To = Plan::Irq::To;
  switch (irq.to) {
    case To::kEngine:
      return [this, gsi = irq.input](bool level) {
        const absl::Status set = engine_->SetInterrupt(gsi, level);
        if (!set.ok()) log_(absl::StrCat("irq ", gsi, ": ", set.message()));
      };
    case To::kDevice:
      return [this, target = devices_[irq.device].get(), input = irq.input](bool level) {
        signals_.Add(*target, input, level);
      };
    case To::kCpu:
      return [this](bool level) {
        vcpus_[0]->SetInterruptLine(level);
        if (level) threads_[0]->Wake();
      };
    case To::kReset:
      return [this](bool level) {
        if (level) RequestEnd({.cause = MachineEnd::Cause::kReset});
      };
  }
  return {};
}

// Once they are connected: a mapping knows what follows a handler.
bool Machine::PlaceDevices(Failure* failure) {
  for (size_t i = 0; i < devices_.size(); ++i) {
    const Plan::Device& planned = plan_.devices[i];
    for (const Plan::Region& region : planned.regions) {
      const auto added = bus_.space(region.is_port)
                             .Add(devices_[i]->MakeMapping(region.index, region.is_port,
                                                           region.range, planned.layout));
      if (!added.ok()) {
        *failure = {Failure::Whose::kFile, planned.place, std::string(added.status().message())};
        return false;
      }
    }
  }
  for (const bool is_port : {true, false}) {
    bus_.space(is_port).set_reporter([this](std::string_view line) { log_(line); });
  }
  return true;
}

// The first engine that this host can run, with all its CPUs: it is only known once they are there.
bool Machine::BuildCpus(Failure* failure) {
  std::string refused;  // by the host, of the engines before
  for (const EngineType* type : plan_.engines) {
    const absl::Status made = TryEngine(*type);
    if (made.ok()) {
      if (!refused.empty()) {
        log_(absl::StrCat(refused.substr(0, refused.find('\n')), ": running on the engine `",
                          std::string(type->name), "` (", std::string(type->description), ")"));
      }
      return true;
    }
    vcpus_.clear();
    engine_.reset();
    if (absl::IsInvalidArgument(made)) {
      *failure = {Failure::Whose::kFile, plan_.boot_place, std::string(made.message())};
      return false;
    }
    absl::StrAppend(&refused, refused.empty() ? "" : "\n", std::string(made.message()));
  }
  *failure = {Failure::Whose::kHost, {}, refused};
  return false;
}

// InvalidArgument is about the first CPU's state, anything else about the host.
absl::Status Machine::TryEngine(const EngineType& type) {
  auto engine =
      type.create(plan_.engine_config, memory_, [this](std::string_view line) { log_(line); });
  if (!engine.ok()) return engine.status();
  engine_ = *std::move(engine);
  for (uint32_t i = 0; i < plan_.engine_config.cpus; ++i) {
    auto vcpu = engine_->CreateVcpu(bus_);
    if (!vcpu.ok()) return vcpu.status();
    vcpus_.push_back(*std::move(vcpu));
  }
  if (driven_clock_ != nullptr) {
    if (absl::Status driven = vcpus_[0]->DriveClock(*driven_clock_); !driven.ok()) return driven;
  }
  for (size_t i = 0; i < devices_.size(); ++i) {
    for (const Plan::Irq& irq : plan_.devices[i].irqs) {
      if (irq.to != Plan::Irq::To::kCpu) continue;
      vcpus_[0]->ConnectInterrupts([device = devices_[i].get()] { return device->Acknowledge(); });
    }
  }
  // The others wait for the first to start them.
  if (absl::Status set = vcpus_[0]->SetRegisters(plan_.registers); !set.ok()) return set;
  engine_type_ = &type;
  return absl::OkStatus();
}

// What needs the engine that was chosen: its ranges on the bus, the guest's way to the devices, their
// reset, and a thread for each CPU.
bool Machine::PowerOn(Failure* failure) {
  for (const OwnedRange& owned : engine_type_->owned_ranges(plan_.engine_config)) {
    const absl::Status status =
        ClaimRange(bus_.space(owned.is_port), owned.range, owned.owner, /*answers_elsewhere=*/true);
    if (!status.ok()) {
      *failure = {Failure::Whose::kFile, {}, std::string(status.message())};
      return false;
    }
  }
  for (const bool is_port : {true, false}) bus_.space(is_port).Publish();
  for (uint32_t i = 0; i < vcpus_.size(); ++i) {
    threads_.push_back(std::make_unique<VcpuThread>(*vcpus_[i], [this, i](VmExit exit) {
      RequestEnd({.cause = MachineEnd::Cause::kCpu, .cpu = i, .exit = std::move(exit)});
    }));
  }
  // Now that there is something behind their wires.
  for (const auto& device : devices_) device->Reset();
  signals_.RunIfPending();
  if (!loop_.RunUntil([this] { return Unsettled().empty(); }, Device::kMostWait)) {
    *failure = {Failure::Whose::kFile,
                {},
                absl::StrCat("the reset of ", Unsettled(), " was not finished in ",
                             Device::kMostWait.count(), " s")};
    return false;
  }
  return true;
}

void Machine::Start() {
  if (real_clock_ != nullptr) real_clock_->Start();
  // A timer that somebody else sets is one that a halted CPU has to hear of.
  if (driven_clock_ != nullptr) {
    driven_clock_->set_on_earlier([this] { threads_[0]->Wake(); });
  }
  for (const auto& thread : threads_) thread->Start();
}

void Machine::RequestEnd(MachineEnd end) {
  if (ending_.exchange(true)) return;
  end_ = std::move(end);
  for (const auto& [name, backend] : backends_) backend->StopWaiting();
  for (const auto& thread : threads_) thread->RequestStop();
  loop_.Post([this] {
    for (const auto& thread : threads_) thread->Join();
    for (const auto& device : devices_) device->Pause();
    QuitWhenPaused(EventLoop::Clock::now() + Device::kMostWait);
  });
}

void Machine::QuitWhenPaused(EventLoop::Clock::time_point limit) {
  const std::string late = Unsettled();
  const auto now = EventLoop::Clock::now();
  if (!late.empty() && now < limit) {
    loop_.CallAt(now + std::chrono::milliseconds(1), [this, limit] { QuitWhenPaused(limit); });
    return;
  }
  if (!late.empty()) {
    log_(absl::StrCat("the pause of ", late, " was not finished in ", Device::kMostWait.count(),
                      " s: the machine ends without it"));
  }
  loop_.Quit();
}

std::string Machine::Unsettled() const {
  std::vector<std::string> names;
  for (const auto& device : devices_) {
    if (!device->is_settled()) names.push_back(device->name());
  }
  return absl::StrJoin(names, ", ");
}

void Machine::DeviceLog(const std::string& device, uint32_t severity, std::string_view line) {
  const char* kind = severity == CARDCAGE_LOG_ERROR     ? "error: "
                     : severity == CARDCAGE_LOG_WARNING ? "warning: "
                                                        : "";
  log_(absl::StrCat(device, ": ", kind, std::string(line)));
}

int64_t Machine::StartTime(bool local) {
  constexpr int64_t kSameInEachRun = 946'684'800;  // 2000-01-01 00:00
  if (plan_.engine_config.deterministic) return kSameInEachRun;
  const time_t now = time(nullptr);
  if (!local) return now;
  tm parts{};
  return localtime_r(&now, &parts) == nullptr ? now : now + parts.tm_gmtoff;
}

void Machine::DeviceStop(const std::string& device, uint64_t code) {
  RequestEnd({.cause = MachineEnd::Cause::kDevice, .code = code, .device = device});
}

}  // namespace cardcage
