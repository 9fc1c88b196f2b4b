// SPDX-License-Identifier: MIT
// What the contract costs: an access of a device through abi.h, as the bus makes it behind the look-up and the
// lock, against the virtual call of an equal device in C++. In the program and as a plugin, in one run, the
// repetitions of all in random order.
//
// Options are Google Benchmark's. Behind its table stand the medians and what is lost to the virtual call. Exit
// code: 0; 1 where that is more than the 2 ns that are promised, or nothing could be measured.
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/contract/virtual_chip.h"
#include "benchmark/benchmark.h"
#include "cardcage/abi.h"
#include "framework/bus/address_space.h"
#include "framework/plugin/plugin_file.h"

extern "C" const cardcage_plugin cardcage_builtin_bench_chip;

namespace cardcage {
namespace {

constexpr double kMost = 2;  // ns
constexpr uint64_t kBase = 0x3f8;
constexpr uint64_t kSize = 8;

// The rounds of a benchmark go through all registers.
uint64_t Next(uint64_t address) { return kBase + (address + 1) % kSize; }

class Line final : public VirtualLine {
 public:
  void Set(bool level) override { changes_ += level ? 1 : 0; }
  static void SetSignal(void* self, uint32_t /*signal*/, uint32_t level) {
    static_cast<Line*>(self)->Set(level != 0);
  }

 private:
  uint64_t changes_ = 0;
};

// A device behind the contract, with its mapping.
class ContractDevice {
 public:
  explicit ContractDevice(const cardcage_plugin& plugin) : type_(*plugin.types[0]) {
    host_.struct_size = sizeof(host_);
    host_.self = &line_;
    host_.set_signal = &Line::SetSignal;
    cardcage_error error{};
    device_ = type_.create(&host_, nullptr, 0, &error);
    type_.reset(device_);
    Place(mapping_);
  }
  ~ContractDevice() { type_.destroy(device_); }
  ContractDevice(const ContractDevice&) = delete;
  ContractDevice& operator=(const ContractDevice&) = delete;

  Mapping& mapping() { return mapping_; }
  void Place(Mapping& mapping) const {
    mapping.range = {kBase, kSize};
    mapping.read = type_.regions[0]->read;
    mapping.write = type_.regions[0]->write;
    mapping.device = device_;
    mapping.sizes = 1;
  }

 private:
  const cardcage_type& type_;
  cardcage_host host_{};
  Line line_;
  void* device_;
  Mapping mapping_;
};

// As AddressSpace makes one.
cardcage_access MakeAccess(const Mapping& mapping, uint64_t address, uint8_t flags,
                           uint64_t value) {
  return {.struct_size = sizeof(cardcage_access),
          .region = mapping.region,
          .offset = address - mapping.range.base,
          .value = value,
          .vcpu = 0,
          .size = 1,
          .flags = flags,
          .reserved = 0};
}

void ReadContract(benchmark::State& state, ContractDevice* device) {
  Mapping& mapping = device->mapping();
  uint64_t address = kBase;
  for (auto _ : state) {
    cardcage_access access = MakeAccess(mapping, address, 0, 0);
    const cardcage_status status =
        mapping.read.load(std::memory_order_relaxed)(mapping.device, &access);
    uint64_t value = status == CARDCAGE_OK ? access.value : 0xff;
    benchmark::DoNotOptimize(value);
    address = Next(address);
  }
}
void WriteContract(benchmark::State& state, ContractDevice* device) {
  Mapping& mapping = device->mapping();
  uint64_t address = kBase;
  for (auto _ : state) {
    cardcage_access access = MakeAccess(mapping, address, CARDCAGE_ACCESS_WRITE, address);
    const cardcage_status status =
        mapping.write.load(std::memory_order_relaxed)(mapping.device, &access);
    benchmark::DoNotOptimize(status);
    address = Next(address);
  }
}

void ReadVirtual(benchmark::State& state, VirtualDevice* device) {
  const Mapping mapping{.range = {kBase, kSize}};
  uint64_t address = kBase;
  for (auto _ : state) {
    uint64_t value = device->Read(address - mapping.range.base, 1);
    benchmark::DoNotOptimize(value);
    address = Next(address);
  }
}
void WriteVirtual(benchmark::State& state, VirtualDevice* device) {
  const Mapping mapping{.range = {kBase, kSize}};
  uint64_t address = kBase;
  for (auto _ : state) {
    device->Write(address - mapping.range.base, 1, address);
    address = Next(address);
  }
}

// The whole way of an access of a vCPU: look-up, lock, count, call. For comparison; nothing is promised of it.
class PlacedDevice {
 public:
  explicit PlacedDevice(const ContractDevice& device) {
    auto mapping = std::make_unique<Mapping>();
    device.Place(*mapping);
    mapping->lock = &lock_;
    if (bus_.ports.Add(std::move(mapping)).ok()) bus_.ports.Publish();
  }
  RoutedSpace<PortTable>& ports() { return bus_.ports; }

 private:
  SpinLock lock_;
  Bus bus_;
};
void ReadBus(benchmark::State& state, PlacedDevice* device) {
  Accessor by(0);
  uint64_t address = kBase;
  for (auto _ : state) {
    uint64_t value = device->ports().Read(by, address, 1);
    benchmark::DoNotOptimize(value);
    address = Next(address);
  }
}
void WriteBus(benchmark::State& state, PlacedDevice* device) {
  Accessor by(0);
  uint64_t address = kBase;
  for (auto _ : state) {
    device->ports().Write(by, address, 1, address);
    address = Next(address);
  }
}

// Keeps the medians, by the benchmark's name.
class Reporter : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.aggregate_name == "median") medians_[run.run_name.str()] = run.GetAdjustedCPUTime();
    }
    benchmark::ConsoleReporter::ReportRuns(runs);
  }
  const std::map<std::string, double>& medians() const { return medians_; }

 private:
  std::map<std::string, double> medians_;
};

int Main(int argc, char** argv) {
  auto plugin = PluginFile::Open(CARDCAGE_BENCH_CHIP);
  if (!plugin.ok()) {
    std::fprintf(stderr, "contract_benchmark: %s\n",
                 std::string(plugin.status().message()).c_str());
    return 1;
  }

  // Before the options of the command line, which win.
  std::vector<char*> arguments{argv[0]};
  for (const char* option :
       {"--benchmark_repetitions=25", "--benchmark_min_time=0.02",
        "--benchmark_enable_random_interleaving=true", "--benchmark_report_aggregates_only=true"}) {
    arguments.push_back(const_cast<char*>(option));
  }
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;

  Line line;
  const std::unique_ptr<VirtualDevice> twin = MakeVirtualChip(line);
  ContractDevice builtin(cardcage_builtin_bench_chip);
  ContractDevice loaded((*plugin)->plugin());
  PlacedDevice placed(builtin);
  benchmark::RegisterBenchmark("read/virtual", &ReadVirtual, twin.get());
  benchmark::RegisterBenchmark("read/builtin", &ReadContract, &builtin);
  benchmark::RegisterBenchmark("read/plugin", &ReadContract, &loaded);
  benchmark::RegisterBenchmark("read/bus", &ReadBus, &placed);
  benchmark::RegisterBenchmark("write/virtual", &WriteVirtual, twin.get());
  benchmark::RegisterBenchmark("write/builtin", &WriteContract, &builtin);
  benchmark::RegisterBenchmark("write/plugin", &WriteContract, &loaded);
  benchmark::RegisterBenchmark("write/bus", &WriteBus, &placed);
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);

  bool kept = false;
  bool broken = false;
  for (const std::string operation : {"read", "write"}) {
    const auto direct = reporter.medians().find(operation + "/virtual");
    for (const std::string subject : {"builtin", "plugin"}) {
      std::string name = operation;
      name += "/" + subject;
      const auto median = reporter.medians().find(name);
      if (direct == reporter.medians().end() || median == reporter.medians().end()) continue;
      const double more = median->second - direct->second;
      std::printf("%-5s %-7s %6.2f ns, a virtual call %6.2f ns: %+.2f ns%s\n", operation.c_str(),
                  subject.c_str(), median->second, direct->second, more,
                  more > kMost ? ", more than the 2 ns that are promised" : "");
      kept = kept || more <= kMost;
      broken = broken || more > kMost;
    }
  }
  return kept && !broken ? 0 : 1;
}

}  // namespace
}  // namespace cardcage

int main(int argc, char** argv) { return cardcage::Main(argc, argv); }
