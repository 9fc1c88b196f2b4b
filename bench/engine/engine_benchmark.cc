// SPDX-License-Identifier: MIT
// The soft engine's pace, and KVM's beside it where there is one: instructions that leave nothing to do,
// and writes to a port that a device takes.
#include <string>

#include "benchmark/benchmark.h"
#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"

namespace cardcage {
namespace {

cardcage_status Take(void* self, cardcage_access* access) {
  *static_cast<uint64_t*>(self) += access->value;
  return CARDCAGE_OK;
}

// A guest of a few bytes at 0x1000 in real mode, with ECX = `count`, on a bus with one port at 0x80.
class Guest {
 public:
  Guest(const EngineType& type, std::vector<uint8_t> code, uint64_t count) {
    auto slot = MemorySlot::Create("ram", {0x1000, 0x1000}, MemorySlot::Kind::kRam);
    if (!slot.ok() || !memory_.Add(*std::move(slot)).ok() ||
        !memory_.Write(0x1000, std::as_bytes(std::span(code))).ok()) {
      return;
    }
    auto mapping = std::make_unique<Mapping>();
    mapping->range = {0x80, 1};
    mapping->write = &Take;
    mapping->device = &taken_;
    mapping->sizes = 1;
    if (!bus_.ports.Add(std::move(mapping)).ok()) return;
    bus_.ports.Publish();
    auto engine = type.create({}, memory_, nullptr);
    if (!engine.ok()) {
      why_not_ = std::string(engine.status().message());
      return;
    }
    engine_ = *std::move(engine);
    if (auto vcpu = engine_->CreateVcpu(bus_); vcpu.ok()) vcpu_ = *std::move(vcpu);
    begin_.rip = 0x1000;
    begin_.rcx = count;
    begin_.rdx = 0x80;
  }

  // Empty where it can run.
  const std::string& why_not() const { return why_not_; }
  // To its HLT.
  bool Run() {
    return vcpu_ != nullptr && vcpu_->SetRegisters(begin_).ok() &&
           vcpu_->Run().reason == VmExit::Reason::kHalt;
  }

 private:
  GuestMemory memory_;
  Bus bus_;
  uint64_t taken_ = 0;
  std::string why_not_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Vcpu> vcpu_;
  CpuRegisters begin_;
};

void Measure(benchmark::State& state, const EngineType& type, std::vector<uint8_t> code,
             uint64_t rounds, uint64_t items_a_round) {
  Guest guest(type, std::move(code), rounds);
  if (!guest.why_not().empty()) {
    state.SkipWithError(guest.why_not().substr(0, guest.why_not().find('\n')).c_str());
    return;
  }
  for (auto _ : state) {
    if (!guest.Run()) {
      state.SkipWithError("the guest did not come to its HLT");
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(rounds * items_a_round));
}

// again: add ebx, eax; dec ecx; jnz again; hlt. Items are instructions.
void Instructions(benchmark::State& state, const EngineType& type) {
  Measure(state, type, {0x66, 0x01, 0xc3, 0x66, 0x49, 0x75, 0xf9, 0xf4}, 1'000'000, 3);
}
// again: out dx, al; dec ecx; jnz again; hlt. Items are writes.
void PortWrites(benchmark::State& state, const EngineType& type) {
  Measure(state, type, {0xee, 0x66, 0x49, 0x75, 0xfb, 0xf4}, 100'000, 1);
}

BENCHMARK_CAPTURE(Instructions, soft, kSoftEngine)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Instructions, kvm, kKvmEngine)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PortWrites, soft, kSoftEngine)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(PortWrites, kvm, kKvmEngine)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cardcage
