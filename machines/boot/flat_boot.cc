// SPDX-License-Identifier: MIT
#include "machines/boot/flat_boot.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/engine/long_mode.h"

namespace cardcage {
namespace {

// The register of that name; null for a segment.
uint64_t* Find(std::string_view name, CpuRegisters& r) {
  const struct {
    std::string_view name;
    uint64_t& value;
  } all[] = {{"rax", r.rax}, {"rbx", r.rbx},  {"rcx", r.rcx},       {"rdx", r.rdx}, {"rsi", r.rsi},
             {"rdi", r.rdi}, {"rsp", r.rsp},  {"rbp", r.rbp},       {"r8", r.r8},   {"r9", r.r9},
             {"r10", r.r10}, {"r11", r.r11},  {"r12", r.r12},       {"r13", r.r13}, {"r14", r.r14},
             {"r15", r.r15}, {"rip", r.rip},  {"rflags", r.rflags}, {"cr0", r.cr0}, {"cr3", r.cr3},
             {"cr4", r.cr4}, {"efer", r.efer}};
  for (const auto& entry : all) {
    if (entry.name == name) return &entry.value;
  }
  return nullptr;
}

Segment* FindSegment(std::string_view name, CpuRegisters& r) {
  const struct {
    std::string_view name;
    Segment& value;
  } all[] = {{"cs", r.cs}, {"ds", r.ds}, {"es", r.es}, {"fs", r.fs}, {"gs", r.gs}, {"ss", r.ss}};
  for (const auto& entry : all) {
    if (entry.name == name) return &entry.value;
  }
  return nullptr;
}

void ApplyEntry(const Placed<EntrySpec>& entry, BootMode mode, CpuRegisters& registers,
                Diagnostics& diagnostics) {
  const auto& [address, segment] = entry.value;
  if (segment) {
    if (mode == BootMode::kLong) {
      diagnostics.Error(entry.place, "in long mode an entry is an address, without a segment");
      return;
    }
    registers.cs.selector = *segment;
    registers.cs.base = uint64_t{*segment} << 4;
  } else if (mode == BootMode::kReal && address > 0xffff) {
    diagnostics.Error(
        entry.place, absl::StrFormat("in real mode 0x%x is beyond the reach of IP", address),
        address > 0xfffff
            ? "below 1 MiB, as segment and offset: \"1000:0000\""
            : absl::StrFormat("as segment and offset: \"%04x:%04x\"", address >> 4, address & 0xf));
    return;
  }
  registers.rip = address;
}

}  // namespace

CpuRegisters BootRegisters(const BootSpec& boot, Diagnostics& diagnostics) {
  CpuRegisters registers;
  const BootMode mode = boot.mode.value;
  if (mode == BootMode::kLong) {
    if (!boot.tables) {
      diagnostics.Error(boot.mode.place, "long mode needs page tables, and `tables` is not said",
                        "add tables: ADDRESS, with 24 KiB of RAM there for them");
    } else if (boot.tables->value % kPageSize != 0) {
      diagnostics.Error(boot.tables->place, "page tables lie at a multiple of 4096 (0x1000)");
    } else if (boot.tables->value >= uint64_t{1} << 32) {
      diagnostics.Error(boot.tables->place, "page tables lie below 4 GiB, which is what they map");
    }
    EnterLongMode(boot.tables ? boot.tables->value : 0, registers);
  } else if (boot.tables) {
    diagnostics.Error(boot.tables->place, "`tables` is for mode long", "add mode: long");
  }

  if (boot.entry) ApplyEntry(*boot.entry, mode, registers, diagnostics);
  for (const RegisterSpec& spec : boot.registers) {
    const std::string& name = spec.name.value;
    if (boot.entry && (name == "rip" || name == "cs")) {
      diagnostics.Error(spec.name.place,
                        absl::StrCat("`", name, "` and `entry` both say where the CPU begins"),
                        "leave one of them out");
      diagnostics.Note(boot.entry->place, "`entry` is here");
      continue;
    }
    if (spec.is_segment) {
      Segment& segment = *FindSegment(name, registers);
      segment.selector = static_cast<uint16_t>(spec.value);
      if (spec.base) {
        segment.base = *spec.base;
      } else if (mode == BootMode::kReal) {
        segment.base = spec.value << 4;
      }
    } else if (name == "rip" && mode == BootMode::kReal && spec.value > 0xffff) {
      diagnostics.Error(spec.name.place,
                        absl::StrFormat("in real mode 0x%x is beyond the reach of IP", spec.value),
                        "up to 0xffff; `cs` says in which segment");
    } else {
      *Find(name, registers) = spec.value;
    }
  }
  return registers;
}

}  // namespace cardcage
