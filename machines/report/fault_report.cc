// SPDX-License-Identifier: MIT
#include "machines/report/fault_report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machines/report/disassembly.h"

namespace cardcage {
namespace {

constexpr size_t kMostInstructionBytes = 15;
constexpr int kInstructionsShown = 3;

// The bytes at rip, as far as they can be reached.
std::vector<uint8_t> CodeAt(Machine& machine, Vcpu& vcpu, uint64_t linear) {
  std::vector<uint8_t> bytes;
  for (uint64_t i = 0; i < kInstructionsShown * kMostInstructionBytes; ++i) {
    const auto physical = vcpu.Translate(linear + i);
    std::byte byte{};
    if (!physical.ok() || !machine.memory().Read(*physical, {&byte, 1}).ok()) break;
    bytes.push_back(static_cast<uint8_t>(byte));
  }
  return bytes;
}

std::string LastAccesses(const Vcpu& vcpu) {
  const auto entries = vcpu.trail().Entries();
  if (entries.empty()) return "it made no access to a port or a device\n";
  std::string text = "its last accesses, the latest at the end:\n";
  for (const auto& entry : entries) absl::StrAppend(&text, "  ", Describe(entry), "\n");
  return text;
}

}  // namespace

std::string FaultReport(Machine& machine, uint32_t cpu, const VmExit& exit) {
  Vcpu& vcpu = *machine.cpus()[cpu];
  std::string text = absl::StrCat("cpu ", cpu, ": ", std::string(Describe(exit.reason)));
  if (!exit.detail.empty()) absl::StrAppend(&text, ": ", exit.detail);
  text += "\n";

  const auto registers = vcpu.GetRegisters();
  if (!registers.ok()) {
    return absl::StrCat(text, "its registers cannot be read: ", registers.status().message(), "\n",
                        LastAccesses(vcpu));
  }
  if (exit.reason == VmExit::Reason::kShutdown && registers->IsResetState()) {
    return absl::StrCat(text, "the hardware has reset it, so its registers are lost\n",
                        LastAccesses(vcpu));
  }
  text += Format(*registers);
  std::vector<uint8_t> bytes = exit.bytes;
  if (bytes.empty()) bytes = CodeAt(machine, vcpu, registers->InstructionAddress());
  if (bytes.empty()) {
    absl::StrAppendFormat(&text, "there is no memory at rip (linear address 0x%x)\n",
                          registers->InstructionAddress());
  } else {
    absl::StrAppend(&text, "at rip:\n",
                    Disassemble(bytes, registers->CodeBits(), registers->rip, kInstructionsShown));
  }
  return text + LastAccesses(vcpu);
}

}  // namespace cardcage
