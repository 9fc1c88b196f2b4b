// SPDX-License-Identifier: MIT
#include "framework/engine/registers.h"

#include "absl/strings/str_format.h"

namespace cardcage {

int CpuRegisters::CodeBits() const {
  if ((efer & kEferLongActive) != 0 && cs.long_mode) return 64;
  if ((cr0 & kCr0Protected) != 0 && cs.default_32) return 32;
  return 16;
}

uint64_t CpuRegisters::InstructionAddress() const {
  if (CodeBits() == 64) return rip;
  return (cs.base + rip) & 0xffffffff;
}

bool CpuRegisters::IsResetState() const {
  return rip == 0xfff0 && cs.selector == 0xf000 && cs.base == 0xffff0000 &&
         (cr0 & (kCr0Protected | kCr0Paging)) == 0;
}

std::string Format(const CpuRegisters& r) {
  std::string text = absl::StrFormat(
      "rax %016x  rbx %016x  rcx %016x  rdx %016x\n"
      "rsi %016x  rdi %016x  rsp %016x  rbp %016x\n"
      "r8  %016x  r9  %016x  r10 %016x  r11 %016x\n"
      "r12 %016x  r13 %016x  r14 %016x  r15 %016x\n"
      "rip %016x  rflags %08x  cr0 %08x  cr2 %016x  cr3 %016x  cr4 %08x  efer %x\n",
      r.rax, r.rbx, r.rcx, r.rdx, r.rsi, r.rdi, r.rsp, r.rbp, r.r8, r.r9, r.r10, r.r11, r.r12,
      r.r13, r.r14, r.r15, r.rip, r.rflags, r.cr0, r.cr2, r.cr3, r.cr4, r.efer);
  const struct {
    const char* name;
    const Segment& segment;
  } segments[] = {{"cs", r.cs}, {"ds", r.ds}, {"es", r.es},
                  {"fs", r.fs}, {"gs", r.gs}, {"ss", r.ss}};
  for (const auto& [name, s] : segments) {
    absl::StrAppendFormat(&text, "%s %04x base %x limit %x type %x%s%s%s\n", name, s.selector,
                          s.base, s.limit, s.type, s.present ? "" : " absent",
                          s.default_32 ? " 32-bit" : "", s.long_mode ? " 64-bit" : "");
  }
  absl::StrAppendFormat(&text, "gdt base %x limit %x  idt base %x limit %x\n", r.gdt.base,
                        r.gdt.limit, r.idt.base, r.idt.limit);
  return text;
}

}  // namespace cardcage
