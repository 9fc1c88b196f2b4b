// SPDX-License-Identifier: MIT
#include "framework/engine/kvm/x86_64/state.h"

#include <linux/kvm.h>

#include "absl/strings/str_cat.h"

namespace cardcage::x86_64 {
namespace {

Segment FromKvm(const kvm_segment& segment) {
  return {.selector = segment.selector,
          .base = segment.base,
          .limit = segment.limit,
          .type = segment.type,
          .present = segment.present != 0 && segment.unusable == 0,
          .privilege = segment.dpl,
          .default_32 = segment.db != 0,
          .code_or_data = segment.s != 0,
          .long_mode = segment.l != 0,
          .granularity = segment.g != 0};
}

void ToKvm(const Segment& segment, kvm_segment& to) {
  to = {};
  to.selector = segment.selector;
  to.base = segment.base;
  to.limit = segment.limit;
  to.type = segment.type;
  to.present = segment.present ? 1 : 0;
  to.unusable = segment.present ? 0 : 1;
  to.dpl = segment.privilege;
  to.db = segment.default_32 ? 1 : 0;
  to.s = segment.code_or_data ? 1 : 0;
  to.l = segment.long_mode ? 1 : 0;
  to.g = segment.granularity ? 1 : 0;
}

// The members that both structs have under one name, one after the other.
template <class From, class To>
void CopyGeneral(const From& from, To& to) {
  to.rax = from.rax;
  to.rbx = from.rbx;
  to.rcx = from.rcx;
  to.rdx = from.rdx;
  to.rsi = from.rsi;
  to.rdi = from.rdi;
  to.rsp = from.rsp;
  to.rbp = from.rbp;
  to.r8 = from.r8;
  to.r9 = from.r9;
  to.r10 = from.r10;
  to.r11 = from.r11;
  to.r12 = from.r12;
  to.r13 = from.r13;
  to.r14 = from.r14;
  to.r15 = from.r15;
  to.rip = from.rip;
  to.rflags = from.rflags;
}

}  // namespace

absl::StatusOr<CpuRegisters> GetRegisters(const KvmFd& vcpu) {
  kvm_regs regs{};
  kvm_sregs sregs{};
  if (auto called = CARDCAGE_KVM_CALL(vcpu, KVM_GET_REGS, &regs); !called.ok()) {
    return called.status();
  }
  if (auto called = CARDCAGE_KVM_CALL(vcpu, KVM_GET_SREGS, &sregs); !called.ok()) {
    return called.status();
  }
  CpuRegisters registers;
  CopyGeneral(regs, registers);
  registers.cs = FromKvm(sregs.cs);
  registers.ds = FromKvm(sregs.ds);
  registers.es = FromKvm(sregs.es);
  registers.fs = FromKvm(sregs.fs);
  registers.gs = FromKvm(sregs.gs);
  registers.ss = FromKvm(sregs.ss);
  registers.gdt = {.base = sregs.gdt.base, .limit = sregs.gdt.limit};
  registers.idt = {.base = sregs.idt.base, .limit = sregs.idt.limit};
  registers.cr0 = sregs.cr0;
  registers.cr2 = sregs.cr2;
  registers.cr3 = sregs.cr3;
  registers.cr4 = sregs.cr4;
  registers.efer = sregs.efer;
  return registers;
}

absl::Status SetRegisters(const KvmFd& vcpu, const CpuRegisters& registers) {
  // What CpuRegisters does not have (TR, LDTR, APIC base, CR8) stays as it is.
  kvm_sregs sregs{};
  if (auto called = CARDCAGE_KVM_CALL(vcpu, KVM_GET_SREGS, &sregs); !called.ok()) {
    return called.status();
  }
  ToKvm(registers.cs, sregs.cs);
  ToKvm(registers.ds, sregs.ds);
  ToKvm(registers.es, sregs.es);
  ToKvm(registers.fs, sregs.fs);
  ToKvm(registers.gs, sregs.gs);
  ToKvm(registers.ss, sregs.ss);
  sregs.gdt.base = registers.gdt.base;
  sregs.gdt.limit = registers.gdt.limit;
  sregs.idt.base = registers.idt.base;
  sregs.idt.limit = registers.idt.limit;
  sregs.cr0 = registers.cr0;
  sregs.cr2 = registers.cr2;
  sregs.cr3 = registers.cr3;
  sregs.cr4 = registers.cr4;
  sregs.efer = registers.efer;
  if (auto called = CARDCAGE_KVM_CALL(vcpu, KVM_SET_SREGS, &sregs); !called.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the CPU refuses these segments or control registers (", called.status().message(), ")"));
  }
  kvm_regs regs{};
  CopyGeneral(registers, regs);
  return CARDCAGE_KVM_CALL(vcpu, KVM_SET_REGS, &regs).status();
}

}  // namespace cardcage::x86_64
