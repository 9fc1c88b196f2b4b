// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <span>

#include "absl/strings/str_cat.h"
#include "framework/backend/char_backend.h"
#include "framework/bus/address_space.h"
#include "framework/device/device.h"
#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"
#include "framework/event/event_loop.h"
#include "framework/event/virtual_clock.h"
#include "framework/memory/guest_memory.h"
#include "framework/plugin/type_registry.h"
#include "framework/testing/guest_cpu.h"
#include "framework/wire/wire.h"

namespace cardcage::testing {
namespace {

[[noreturn]] void Die(absl::string_view what) {
  std::fputs(absl::StrCat("TestCage: ", what, "\n").c_str(), stderr);
  std::abort();
}

template <class Value>
Value Must(absl::StatusOr<Value> made) {
  if (!made.ok()) Die(made.status().message());
  return *std::move(made);
}
void Must(const absl::Status& done) {
  if (!done.ok()) Die(done.message());
}

absl::StatusOr<std::unique_ptr<GuestCpu>> MakeCpu(TestEngine engine, const char* installation,
                                                  GuestMemory& memory, Bus& bus) {
  const EngineType& type = engine == TestEngine::kKvm ? kKvmEngine : kSoftEngine;
  return GuestCpu::Create(type, installation, memory, bus);
}

// Where in a list of the type's, or of the plugin's, the one of that name stands.
template <class Named>
uint32_t IndexOf(std::string_view name, const Named* const* all, uint32_t count,
                 const char* Named::*its_name, absl::string_view whose, absl::string_view what) {
  std::string known;
  for (uint32_t i = 0; i < count; ++i) {
    if (all[i]->*its_name == name) return i;
    absl::StrAppend(&known, known.empty() ? "; it has: " : ", ", all[i]->*its_name);
  }
  Die(absl::StrCat(whose, " has no ", what, " `", std::string(name), "`", known));
}

// The public console as a backend of the framework.
class ConsoleBackend final : public CharBackend {
 public:
  explicit ConsoleBackend(FakeCharBackend& console) : console_(console) {}

  size_t Write(std::span<const uint8_t> data) override {
    const size_t taken = std::min(console_.room, data.size());
    console_.output.append(data.begin(), data.begin() + static_cast<ptrdiff_t>(taken));
    if (console_.room != SIZE_MAX) console_.room -= taken;
    ++console_.writes;
    return taken;
  }
  size_t WriteRoom() override { return console_.room; }
  size_t Read(std::span<uint8_t> data) override {
    std::deque<uint8_t>& input = console_.input;
    const auto given = static_cast<ptrdiff_t>(std::min(input.size(), data.size()));
    std::copy_n(input.begin(), given, data.begin());
    input.erase(input.begin(), input.begin() + given);
    return static_cast<size_t>(given);
  }
  bool Readable() override { return console_.Readable(); }
  void Dropped(size_t count) override { console_.dropped += count; }

 private:
  FakeCharBackend& console_;
};

constexpr uint64_t kMemorySize = 1 << 20;

// Where regions lie: behind the device's memory and the guest's.
constexpr uint64_t kFirstPort = 0x1000;
constexpr uint64_t kFirstAddress = 0x4000'0000;

using Params = std::map<std::string, Setting>;

ParamValue ValueOf(const Setting& setting) {
  ParamValue value{.number = setting.number, .text = setting.text, .bytes = setting.bytes};
  for (const Setting& item : setting.items) value.items.push_back(ValueOf(item));
  return value;
}

std::vector<ParamValue> ValuesOf(const cardcage_type& type, const Params& params,
                                 CharBackend& console) {
  std::vector<ParamValue> values;
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    values.push_back(DefaultOf(*param));
    if (param->kind == CARDCAGE_KIND_CHAR) values.back().character = &console;
  }
  for (const auto& [key, setting] : params) {
    const uint32_t index =
        IndexOf(key, type.params, type.param_count, &cardcage_param::key, type.id, "parameter");
    const cardcage_param& param = *type.params[index];
    if (param.kind == CARDCAGE_KIND_CHAR) continue;
    values[index] = ValueOf(setting);
    const std::string misfit = MisfitOf(param, values[index]);
    if (!misfit.empty()) Die(absl::StrCat(type.id, "'s parameter `", key, "` ", misfit));
  }
  return values;
}

// Of a region, in bytes, as the chip has it.
uint64_t SizeOf(const cardcage_region& region, const cardcage_type& type,
                const std::vector<ParamValue>& values) {
  for (size_t i = 0; region.size_param != nullptr && i < values.size(); ++i) {
    if (std::string_view(type.params[i]->key) == region.size_param) return values[i].number;
  }
  return region.size;
}

}  // namespace

TestEngine EngineOfThisRun() {
  const char* const said = std::getenv("CARDCAGE_TEST_ENGINE");
  const std::string_view engine = said == nullptr ? "" : said;
  if (engine.empty() || engine == "none") return TestEngine::kNone;
  if (engine == "soft") return TestEngine::kSoft;
  if (engine == "kvm") return TestEngine::kKvm;
  Die(absl::StrCat("CARDCAGE_TEST_ENGINE is `", std::string(engine),
                   "`, and not none, soft or kvm"));
}

std::string WhyNoEngine(TestEngine engine, const char* installation) {
  if (engine == TestEngine::kNone) return "";
  // Of each, once: an engine takes its time, and every test of a program asks.
  static std::map<std::pair<TestEngine, std::string>, std::string> known;
  const auto [found, is_new] = known.try_emplace({engine, installation});
  if (is_new) {
    GuestMemory memory;
    Bus bus;
    const absl::Status made = MakeCpu(engine, installation, memory, bus).status();
    found->second =
        std::string(made.message().substr(0, made.message().find('\n')));  // behind it, cures
  }
  return found->second;
}

// The cage as the framework sees it, and what it is made of. The device goes first.
class TestCage::Inside final : public DeviceServices {
 public:
  // Makes the device; `refusal` says why where it cannot be made.
  Inside(const cardcage_plugin& plugin, std::string_view type_id, const Params& params)
      : type(FindType(plugin, type_id)), values(ValuesOf(type, params, backend)) {
    event_loop = Must(EventLoop::Create());
    AddMemory();
    std::string wrong;
    auto made = Device::Create(type, "device", values, *this, &wrong);
    if (made.ok()) {
      device = *std::move(made);
    } else {
      refusal = std::string(made.status().message());
    }
  }

  // Connects it, and resets it.
  void Begin(const Board& board) {
    ConnectOutputs();
    ConnectConsole();
    PlaceRegions(board);
    if (board.engine != TestEngine::kNone) {
      cpu = Must(MakeCpu(board.engine, board.installation, guest_memory, bus));
    }
    accessor().wait = [this] { AwaitAnswer(); };
    ResetDevice();
  }

  void AddMemory() {
    ram = Must(MemorySlot::Create("ram", {0, kMemorySize}, MemorySlot::Kind::kRam));
    ram->TrackWrites();
    Must(guest_memory.Add(ram));
  }

  void ResetDevice() {
    device->Reset();
    Await("reset", [this] { return device->is_settled(); });
  }
  void PauseDevice() {
    device->Pause();
    Await("pause", [this] { return device->is_settled(); });
  }

  // Lets in what comes from outside until something is done.
  void Await(const char* what, const std::function<bool()>& is_done) {
    if (!event_loop->RunUntil(is_done, Device::kMostWait)) {
      Die(absl::StrCat("the device did not finish its ", what, " in ", Device::kMostWait.count(),
                       " s"));
    }
  }
  // The same for an answer, with the time that its timers need.
  void AwaitAnswer() {
    Await("answer", [this] {
      const uint64_t next = driven_clock.Next();
      if (!accessor().answer.WaitFor({}) && next != VirtualClock::kNever) driven_clock.RunTo(next);
      return accessor().answer.WaitFor({});
    });
  }

  const cardcage_type& FindType(const cardcage_plugin& plugin, std::string_view id) {
    Must(registry.Add(plugin));
    return *registry.Find(plugin
                              .types[IndexOf(id, plugin.types, plugin.type_count,
                                             &cardcage_type::id, plugin.name, "type")]
                              ->id);
  }

  void ConnectOutputs() {
    outputs.resize(type.signal_count);
    for (uint32_t i = 0; i < type.signal_count; ++i) {
      wires.push_back(std::make_unique<Wire>([&line = outputs[i]](bool now) {
        line.level = now;
        line.pulses += now ? 1 : 0;
      }));
      device->Connect(i, *wires.back(), nullptr);
    }
  }

  void ConnectConsole() {
    console.tell_ = [this] {
      for (uint32_t i = 0; i < type.param_count; ++i) {
        if (type.params[i]->kind == CARDCAGE_KIND_CHAR) device->Ready(i);
      }
    };
  }

  void PlaceRegions(const Board& board) {
    const RegisterLayout layout = {.shift = board.shift, .width = board.width};
    uint64_t base_of_space[] = {kFirstAddress, kFirstPort};
    for (uint32_t i = 0; i < type.region_count; ++i) {
      const cardcage_region& region = *type.regions[i];
      const bool port = (region.spaces & CARDCAGE_SPACE_PORT) != 0 &&
                        (!board.in_memory || (region.spaces & CARDCAGE_SPACE_MMIO) == 0);
      uint64_t& base = base_of_space[port];
      const AddressRange range = {base, SizeOf(region, type, values) << board.shift};
      places.push_back({port, range});
      base += (range.size + kPageSize - 1) / kPageSize * kPageSize;
      AddressSpace& space = bus.space(port);
      Must(space.Add(device->MakeMapping(i, port, range, layout)));
      space.Publish();
    }
  }

  // DeviceServices:
  void DeviceLog(const std::string& /*device*/, uint32_t /*severity*/,
                 std::string_view line) override {
    log.emplace_back(line);
  }
  void DeviceBroke(const std::string& /*device*/, Rule rule, std::string_view how) override {
    breaches.push_back({std::string(NameOf(rule)), std::string(how)});
  }
  void DeviceStop(const std::string& /*device*/, uint64_t code) override {
    if (!stop_code) stop_code = code;
  }
  DrivenClock& clock() override { return driven_clock; }
  EventLoop& loop() override { return *event_loop; }
  int64_t StartTime(bool local) override { return kStartTime + (local ? kLocalOffset : 0); }

  const GuestMemory& memory() override { return guest_memory; }
  PendingAnswer* AnswerOf(uint32_t vcpu) override {
    return vcpu == accessor().vcpu ? &accessor().answer : nullptr;
  }
  bool ChecksRules() const override { return true; }

  void Drive(uint32_t input, bool level) {
    inputs[input] = level;
    device->OnSignal(input, level);
  }

  struct Place {
    bool is_port;
    AddressRange range;
  };
  // Whether the guest's CPU makes this access, and not the test itself.
  bool IsTheCpus(const Place& place, uint64_t offset, unsigned size) const {
    return cpu != nullptr && GuestCpu::Makes(place.is_port, size) &&
           (place.is_port || place.range.base + offset + size <= GuestCpu::kReach);
  }
  // Its way onto the bus, or the test's.
  Accessor& accessor() { return cpu != nullptr ? cpu->accessor() : own_accessor; }
  struct Line {
    bool level = false;
    unsigned pulses = 0;
  };
  const Line& FindOutput(std::string_view name) const {
    return outputs[IndexOf(name, type.signals, type.signal_count, &cardcage_signal::name, type.id,
                           "output")];
  }

  TypeRegistry registry;
  FakeCharBackend console;
  ConsoleBackend backend{console};
  const cardcage_type& type;
  const std::vector<ParamValue> values;
  std::string refusal;
  DrivenClock driven_clock;
  std::unique_ptr<EventLoop> event_loop;
  GuestMemory guest_memory;
  std::shared_ptr<MemorySlot> ram;
  Bus bus;
  std::vector<Place> places;  // of the regions
  Accessor own_accessor{0};
  std::unique_ptr<GuestCpu> cpu;  // where the cage has an engine
  std::optional<uint64_t> stop_code;
  std::vector<std::string> log;
  std::vector<Breach> breaches;
  std::vector<Line> outputs;        // as the type declares them
  std::map<uint32_t, bool> inputs;  // that were driven
  std::vector<std::unique_ptr<Wire>> wires;
  std::unique_ptr<Device> device;
};

TestCage::TestCage(const cardcage_plugin& plugin, std::string_view type, const Params& params,
                   const Board& board)
    : inside_(std::make_unique<Inside>(plugin, type, params)) {
  if (inside_->device == nullptr) {
    Die(absl::StrCat(std::string(type), " refuses its parameters: ", inside_->refusal));
  }
  inside_->Begin(board);
}

TestCage::~TestCage() = default;

std::string TestCage::WhyRefused(const cardcage_plugin& plugin, std::string_view type,
                                 const Params& params) {
  return Inside(plugin, type, params).refusal;
}

uint64_t TestCage::ReadRegion(unsigned region, uint64_t offset, unsigned size) {
  Inside& in = *inside_;
  const Inside::Place& place = in.places.at(region);
  const uint64_t address = place.range.base + offset;
  if (in.IsTheCpus(place, offset, size)) return Must(in.cpu->Read(place.is_port, address, size));
  return place.is_port ? in.bus.ports.Read(in.accessor(), address, size)
                       : in.bus.mmio.Read(in.accessor(), address, size);
}

void TestCage::WriteRegion(unsigned region, uint64_t offset, uint64_t value, unsigned size) {
  Inside& in = *inside_;
  const Inside::Place& place = in.places.at(region);
  const uint64_t address = place.range.base + offset;
  if (in.IsTheCpus(place, offset, size)) {
    Must(in.cpu->Write(place.is_port, address, size, value));
  } else if (place.is_port) {
    in.bus.ports.Write(in.accessor(), address, size, value);
  } else {
    in.bus.mmio.Write(in.accessor(), address, size, value);
  }
}

const cardcage_type& TestCage::type() const { return inside_->type; }

uint64_t TestCage::RegionSize(unsigned region) const {
  return inside_->places.at(region).range.size;
}

uint8_t TestCage::Acknowledge() { return inside_->device->Acknowledge(); }

std::vector<uint64_t> TestCage::ReadManyOfRegion(unsigned region, uint64_t offset, uint32_t count,
                                                 unsigned size) {
  Inside& in = *inside_;
  const Inside::Place& place = in.places.at(region);
  const uint64_t address = place.range.base + offset;
  std::vector<uint64_t> words(count);  // aligned for any size
  auto* const bytes = reinterpret_cast<uint8_t*>(words.data());
  if (place.is_port && in.IsTheCpus(place, offset, size)) {
    Must(in.cpu->ReadString(address, size, {bytes, size_t{count} * size}));
  } else if (place.is_port) {
    in.bus.ports.ReadMany(in.accessor(), address, size, bytes, count);
  } else {
    in.bus.mmio.ReadMany(in.accessor(), address, size, bytes, count);
  }
  std::vector<uint64_t> values(count);
  for (uint32_t i = 0; i < count; ++i) std::memcpy(&values[i], bytes + size_t{i} * size, size);
  return values;
}

void TestCage::WriteManyToRegion(unsigned region, uint64_t offset,
                                 const std::vector<uint64_t>& values, unsigned size) {
  Inside& in = *inside_;
  const Inside::Place& place = in.places.at(region);
  const uint64_t address = place.range.base + offset;
  std::vector<uint64_t> words(values.size());
  auto* const bytes = reinterpret_cast<uint8_t*>(words.data());
  for (size_t i = 0; i < values.size(); ++i) std::memcpy(bytes + i * size, &values[i], size);
  const auto count = static_cast<uint32_t>(values.size());
  if (place.is_port && in.IsTheCpus(place, offset, size)) {
    Must(in.cpu->WriteString(address, size, {bytes, size_t{count} * size}));
  } else if (place.is_port) {
    in.bus.ports.WriteMany(in.accessor(), address, size, bytes, count);
  } else {
    in.bus.mmio.WriteMany(in.accessor(), address, size, bytes, count);
  }
}

std::span<uint8_t> TestCage::memory() {
  const std::span<std::byte> bytes = inside_->ram->bytes();
  return {reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()};
}

void TestCage::Reset() { inside_->ResetDevice(); }

void TestCage::Pause() { inside_->PauseDevice(); }

void TestCage::Resume() { inside_->device->Resume(); }

void TestCage::End() { inside_->device.reset(); }

std::optional<uint64_t> TestCage::PeekRegion(unsigned region, uint64_t offset, unsigned size) {
  Inside& in = *inside_;
  const auto& [is_port, range] = in.places.at(region);
  return is_port ? in.bus.ports.Peek(range.base + offset, size)
                 : in.bus.mmio.Peek(range.base + offset, size);
}

SavedState TestCage::Save() {
  Pause();
  const auto saved = inside_->device->Save();
  if (!saved.ok()) Die(saved.status().message());
  Resume();
  SavedState state{.version = saved->version, .fields = {}};
  for (const DeviceState::Field& field : saved->fields) state.fields[field.name] = field.numbers;
  return state;
}

std::string TestCage::Load(const SavedState& state) {
  DeviceState loaded{.type = inside_->device->type().id, .version = state.version, .fields = {}};
  for (const auto& [name, numbers] : state.fields) loaded.fields.push_back({name, numbers});
  Pause();
  const absl::Status status = inside_->device->Load(loaded);
  Resume();
  return std::string(status.message());
}

void TestCage::Advance(uint64_t nanoseconds) {
  inside_->driven_clock.RunTo(inside_->driven_clock.Now() + nanoseconds);
}

uint64_t TestCage::now() const { return inside_->driven_clock.Now(); }

void TestCage::Follow(TestCage& other) {
  Inside& in = *inside_;
  in.driven_clock.RunTo(other.now());
  for (const uint64_t page : other.inside_->ram->TouchedPages()) {
    const size_t at = page * kPageSize;
    std::ranges::copy(other.memory().subspan(at, kPageSize), memory().begin() + at);
  }
  for (const auto& [input, level] : other.inside_->inputs) in.Drive(input, level);
  in.console.CopyFrom(other.console());
}

void TestCage::SetInput(std::string_view name, bool level) {
  const cardcage_type& type = inside_->type;
  inside_->Drive(
      IndexOf(name, type.inputs, type.input_count, &cardcage_signal::name, type.id, "input"),
      level);
}

void TestCage::RunLoop() { inside_->event_loop->RunReady(); }

bool TestCage::output(std::string_view name) const { return inside_->FindOutput(name).level; }

unsigned TestCage::pulses(std::string_view name) const { return inside_->FindOutput(name).pulses; }

FakeCharBackend& TestCage::console() { return inside_->console; }

std::optional<uint64_t> TestCage::stop_code() const { return inside_->stop_code; }

const std::vector<std::string>& TestCage::log() const { return inside_->log; }

uint64_t TestCage::unclaimed() const { return inside_->accessor().unclaimed.value(); }

uint64_t TestCage::failed() const { return inside_->accessor().failed.value(); }

uint64_t TestCage::split() const { return inside_->accessor().split.value(); }

uint64_t TestCage::counter(std::string_view name) const {
  const cardcage_type& type = inside_->device->type();
  return inside_->device->counter(IndexOf(name, type.counters, type.counter_count,
                                          &cardcage_counter::name, type.id, "counter"));
}

const std::vector<Breach>& TestCage::breaches() const { return inside_->breaches; }

std::vector<uint64_t> TestCage::TakeWrittenPages() { return inside_->ram->TakeWritten(); }

size_t TestCage::views() const { return inside_->device->views(); }

bool TestCage::has_failed() const { return inside_->device->has_failed(); }

}  // namespace cardcage::testing
