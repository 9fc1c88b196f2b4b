// SPDX-License-Identifier: MIT
#include "framework/engine/soft/x86_64/interrupts.h"

#include <algorithm>

namespace cardcage::x86_64 {
namespace {

constexpr uint64_t kTrap = 1u << 8;             // TF
constexpr uint64_t kNestedTask = 1u << 14;      // NT
constexpr uint64_t kResume = 1u << 16;          // RF
constexpr uint64_t kVirtual8086 = 1u << 17;     // VM
constexpr uint64_t kAlignmentCheck = 1u << 18;  // AC

// Bits of an error code that names a selector (SDM, vol. 3, figure 6-7).
constexpr uint32_t kExternal = 1u << 0;
constexpr uint32_t kInIdt = 1u << 1;

// A fault that delivery meets.
struct Fault {
  uint8_t vector;
  uint32_t error_code;
  uint64_t address = 0;  // of a page fault
};
using MaybeFault = std::optional<Fault>;

// A descriptor of the GDT or LDT.
struct Descriptor {
  uint64_t raw = 0;

  uint64_t base() const { return (raw >> 16 & 0xffffff) | (raw >> 56 & 0xff) << 24; }
  uint32_t limit() const {
    const auto pages = static_cast<uint32_t>((raw & 0xffff) | (raw >> 32 & 0xf0000));
    return granularity() ? pages << 12 | 0xfff : pages;
  }
  uint8_t type() const { return raw >> 40 & 0xf; }
  bool code_or_data() const { return (raw >> 44 & 1) != 0; }
  uint8_t privilege() const { return raw >> 45 & 3; }
  bool present() const { return (raw >> 47 & 1) != 0; }
  bool long_mode() const { return (raw >> 53 & 1) != 0; }
  bool default_32() const { return (raw >> 54 & 1) != 0; }
  bool granularity() const { return (raw >> 55 & 1) != 0; }
  bool is_code() const { return code_or_data() && (type() & 8) != 0; }
  bool conforming() const { return (type() & 4) != 0; }
  bool is_writable_data() const { return code_or_data() && (type() & 8) == 0 && (type() & 2) != 0; }

  Segment ToSegment(uint16_t selector) const {
    return {.selector = selector,
            .base = base(),
            .limit = limit(),
            .type = static_cast<uint8_t>(type() | 1),  // accessed
            .present = present(),
            .privilege = privilege(),
            .default_32 = default_32(),
            .code_or_data = code_or_data(),
            .long_mode = long_mode(),
            .granularity = granularity()};
  }
};

// The delivery of one event, on a copy of the state.
class Attempt {
 public:
  Attempt(CpuState& state, PhysicalMemory& memory, const Event& event)
      : state_(state),
        r_(state.registers),
        memory_(memory),
        event_(event),
        external_(event.kind == Event::Kind::kSoftware ? 0 : kExternal) {}

  MaybeFault Run() {
    if ((r_.cr0 & CpuRegisters::kCr0Protected) == 0) return RunReal();
    return RunProtected();
  }
  bool met_task_gate() const { return met_task_gate_; }

 private:
  bool is_long() const { return (r_.efer & CpuRegisters::kEferLongActive) != 0; }
  bool is_virtual() const { return (r_.rflags & kVirtual8086) != 0; }

  // --- Linear memory, as the system itself accesses it ------------------------------------------

  MaybeFault Access(uint64_t linear, unsigned size, uint64_t* value, bool write) {
    if (is_long() && !IsCanonical(linear)) return Fault{kGeneralProtection, external_};
    for (unsigned done = 0; done < size;) {
      // Part by part, where it goes over a page's end.
      const uint64_t at = linear + done;
      const unsigned part =
          static_cast<unsigned>(std::min<uint64_t>(size - done, 0x1000 - (at & 0xfff)));
      const Translation found =
          Translate(r_, memory_, at, {.write = write, .user = false, .fetch = false, .mark = true});
      if (!found.ok) return Fault{kPageFault, found.error_code, at};
      if (write) {
        memory_.Write(found.physical, part, *value >> 8 * done);
      } else {
        *value |= memory_.Read(found.physical, part) << 8 * done;
      }
      done += part;
    }
    return {};
  }
  MaybeFault Read(uint64_t linear, unsigned size, uint64_t* value) {
    *value = 0;
    return Access(linear, size, value, /*write=*/false);
  }

  // --- The stack --------------------------------------------------------------------------------

  // Pushes onto `ss`:`rsp`, `size` bytes.
  MaybeFault Push(uint64_t value, unsigned size) {
    if (is_long()) {
      rsp_ -= size;
      if (!IsCanonical(rsp_)) return Fault{kStackFault, external_};
      return Access(rsp_, size, &value, /*write=*/true);
    }
    const uint64_t mask = ss_.default_32 ? 0xffffffff : 0xffff;
    const uint64_t offset = (rsp_ - size) & mask;
    const bool expands_down = (ss_.type & 0xc) == 4;
    if (!expands_down && offset + size - 1 > ss_.limit) return Fault{kStackFault, external_};
    rsp_ = (rsp_ & ~mask) | offset;
    return Access((ss_.base + offset) & 0xffffffff, size, &value, /*write=*/true);
  }
  // All of them, the first first.
  template <class... Values>
  MaybeFault PushAll(unsigned size, Values... values) {
    MaybeFault fault;
    (void)((fault = Push(values, size), !fault) && ...);
    return fault;
  }

  // --- Real mode (SDM, vol. 3, 20.1.4) ----------------------------------------------------------

  MaybeFault RunReal() {
    const uint64_t entry = uint64_t{event_.vector} * 4;
    if (entry + 3 > r_.idt.limit) return Fault{kGeneralProtection, 0};
    uint64_t vector = 0;
    if (auto fault = Read(r_.idt.base + entry, 4, &vector)) return fault;
    ss_ = r_.ss;
    rsp_ = r_.rsp;
    if (auto fault = PushAll(2, r_.rflags, uint64_t{r_.cs.selector}, event_.return_rip))
      return fault;
    r_.rsp = rsp_;
    r_.cs.selector = static_cast<uint16_t>(vector >> 16);
    r_.cs.base = uint64_t{r_.cs.selector} << 4;
    r_.rip = vector & 0xffff;
    r_.rflags &= ~(CpuRegisters::kRflagsInterrupts | kTrap | kResume | kAlignmentCheck);
    return {};
  }

  // --- Protected and 64-bit mode ----------------------------------------------------------------

  MaybeFault RunProtected() {
    const uint32_t gate_error = event_.vector * 8u | kInIdt | external_;
    const unsigned gate_size = is_long() ? 16 : 8;
    const uint64_t entry = uint64_t{event_.vector} * gate_size;
    if (entry + gate_size - 1 > r_.idt.limit) return Fault{kGeneralProtection, gate_error};
    uint64_t gate = 0;
    uint64_t gate_high = 0;
    if (auto fault = Read(r_.idt.base + entry, 8, &gate)) return fault;
    if (is_long()) {
      if (auto fault = Read(r_.idt.base + entry + 8, 8, &gate_high)) return fault;
    }
    const unsigned type = gate >> 40 & 0x1f;
    const bool is_task_gate = type == 5 && !is_long();
    const bool is_trap_gate = (type & 1) != 0;
    const bool is_16_bit = (type & 8) == 0;
    if (!is_task_gate && type != 14 && type != 15 && (is_long() || (type != 6 && type != 7))) {
      return Fault{kGeneralProtection, gate_error};
    }
    const uint8_t gate_privilege = gate >> 45 & 3;
    if (event_.kind == Event::Kind::kSoftware && gate_privilege < state_.privilege) {
      return Fault{kGeneralProtection, gate_error};
    }
    if ((gate >> 47 & 1) == 0) return Fault{kSegmentNotPresent, gate_error};
    if (is_task_gate) {
      met_task_gate_ = true;
      return {};
    }
    const uint64_t target = (gate & 0xffff) | (gate >> 48 & 0xffff) << 16 |
                            (is_long() ? (gate_high & 0xffffffff) << 32 : 0);

    // The code that it leads to.
    const auto selector = static_cast<uint16_t>(gate >> 16);
    Descriptor code;
    if (auto fault = ReadDescriptor(selector, kGeneralProtection, &code)) return fault;
    const uint32_t code_error = (selector & ~3u) | external_;
    if (!code.is_code() || code.privilege() > state_.privilege ||
        (is_long() && (!code.long_mode() || code.default_32()))) {
      return Fault{kGeneralProtection, code_error};
    }
    if (!code.present()) return Fault{kSegmentNotPresent, code_error};
    const bool goes_inward = !code.conforming() && code.privilege() < state_.privilege;
    if (is_virtual() && (code.conforming() || code.privilege() != 0)) {
      return Fault{kGeneralProtection, code_error};
    }
    const uint8_t privilege = goes_inward ? code.privilege() : state_.privilege;

    ss_ = r_.ss;
    rsp_ = r_.rsp;
    MaybeFault fault = is_long() ? PushLong(goes_inward, privilege, gate >> 32 & 7)
                                 : PushProtected(goes_inward, privilege, is_16_bit ? 2 : 4);
    if (fault) return fault;
    if (is_long() ? !IsCanonical(target) : target > code.limit()) {
      return Fault{kGeneralProtection, external_};
    }

    if (is_virtual()) {  // its data segments mean nothing to a handler in protected mode
      for (Segment* segment : {&r_.ds, &r_.es, &r_.fs, &r_.gs}) *segment = {.present = false};
    }
    r_.ss = ss_;
    r_.rsp = rsp_;
    r_.cs = code.ToSegment(static_cast<uint16_t>((selector & ~3u) | privilege));
    r_.rip = is_16_bit ? target & 0xffff : target;
    r_.rflags &= ~(kTrap | kNestedTask | kResume | kVirtual8086);
    if (!is_trap_gate) r_.rflags &= ~CpuRegisters::kRflagsInterrupts;
    state_.privilege = privilege;
    return {};
  }

  // `vector` is that of the fault where there is no such descriptor.
  MaybeFault ReadDescriptor(uint16_t selector, uint8_t vector, Descriptor* descriptor) {
    if ((selector & ~3) == 0) return Fault{vector, external_};
    const bool is_local = (selector & 4) != 0;
    const uint64_t base = is_local ? state_.ldt.base : r_.gdt.base;
    const uint32_t limit = is_local ? (state_.ldt.present ? state_.ldt.limit : 0) : r_.gdt.limit;
    const uint32_t offset = selector & ~7u;
    if (offset + 7 > limit) return Fault{vector, (selector & ~3u) | external_};
    return Read(base + offset, 8, &descriptor->raw);
  }

  // The frame of 64-bit mode (SDM, vol. 3, 6.14).
  MaybeFault PushLong(bool goes_inward, uint8_t privilege, unsigned ist) {
    if (ist != 0 || goes_inward) {
      const uint64_t offset = ist != 0 ? 0x1c + 8 * ist : 4 + 8u * privilege;
      if (offset + 7 > state_.tr.limit) {
        return Fault{kInvalidTss, (state_.tr.selector & ~3u) | external_};
      }
      if (auto fault = Read(state_.tr.base + offset, 8, &rsp_)) return fault;
      if (!IsCanonical(rsp_)) return Fault{kStackFault, external_};
    }
    if (goes_inward) {
      ss_ = {.selector = privilege, .limit = 0xffffffff, .present = false, .privilege = privilege};
    }
    rsp_ &= ~uint64_t{15};
    if (auto fault = PushAll(8, uint64_t{r_.ss.selector}, r_.rsp, r_.rflags,
                             uint64_t{r_.cs.selector}, event_.return_rip)) {
      return fault;
    }
    return PushErrorCode(8);
  }

  MaybeFault PushProtected(bool goes_inward, uint8_t privilege, unsigned size) {
    if (goes_inward) {
      if (auto fault = SwitchStack(privilege)) return fault;
      if (is_virtual()) {
        if (auto fault = PushAll(size, uint64_t{r_.gs.selector}, uint64_t{r_.fs.selector},
                                 uint64_t{r_.ds.selector}, uint64_t{r_.es.selector})) {
          return fault;
        }
      }
      if (auto fault = PushAll(size, uint64_t{r_.ss.selector}, r_.rsp)) return fault;
    }
    if (auto fault = PushAll(size, r_.rflags, uint64_t{r_.cs.selector}, event_.return_rip)) {
      return fault;
    }
    return PushErrorCode(size);
  }

  MaybeFault PushErrorCode(unsigned size) {
    if (event_.kind != Event::Kind::kException || !HasErrorCode(event_.vector)) return {};
    return Push(event_.error_code, size);
  }

  // The stack of an inner privilege, from the task's state segment (SDM, vol. 3, 5.8.5 and 7.2).
  MaybeFault SwitchStack(uint8_t privilege) {
    const bool is_32_bit = (state_.tr.type & 8) != 0;
    const unsigned pointer_size = is_32_bit ? 4 : 2;
    const uint64_t offset = pointer_size + 2u * pointer_size * privilege;
    if (offset + pointer_size + 1 > state_.tr.limit) {
      return Fault{kInvalidTss, (state_.tr.selector & ~3u) | external_};
    }
    uint64_t selector_bits = 0;
    if (auto fault = Read(state_.tr.base + offset, pointer_size, &rsp_)) return fault;
    if (auto fault = Read(state_.tr.base + offset + pointer_size, 2, &selector_bits)) return fault;
    const auto selector = static_cast<uint16_t>(selector_bits);
    const uint32_t error = (selector & ~3u) | external_;
    Descriptor stack;
    if (auto fault = ReadDescriptor(selector, kInvalidTss, &stack)) return fault;
    if ((selector & 3) != privilege || stack.privilege() != privilege ||
        !stack.is_writable_data()) {
      return Fault{kInvalidTss, error};
    }
    if (!stack.present()) return Fault{kStackFault, error};
    ss_ = stack.ToSegment(selector);
    return {};
  }

  CpuState& state_;
  CpuRegisters& r_;
  PhysicalMemory& memory_;
  const Event& event_;
  const uint32_t external_;
  bool met_task_gate_ = false;
  Segment ss_;  // the handler's stack, while its frame is made
  uint64_t rsp_ = 0;
};

enum class Class { kBenign, kContributory, kPageFault };

// SDM, vol. 3, table 6-4. What no instruction's check raises is benign.
Class ClassOf(const Event& event) {
  if (event.kind != Event::Kind::kException) return Class::kBenign;
  switch (event.vector) {
    case 0:
    case kInvalidTss:
    case kSegmentNotPresent:
    case kStackFault:
    case kGeneralProtection:
      return Class::kContributory;
    case kPageFault:
      return Class::kPageFault;
    default:
      return Class::kBenign;
  }
}

}  // namespace

bool HasErrorCode(uint8_t vector) {
  switch (vector) {
    case kDoubleFault:
    case kInvalidTss:
    case kSegmentNotPresent:
    case kStackFault:
    case kGeneralProtection:
    case kPageFault:
    case 17:  // alignment check
      return true;
    default:
      return false;
  }
}

Delivery Deliver(CpuState& state, PhysicalMemory& memory, Event event) {
  const CpuState before = state;
  uint64_t cr2 = state.registers.cr2;
  for (;;) {
    state = before;
    state.registers.cr2 = cr2;
    Attempt attempt(state, memory, event);
    const MaybeFault fault = attempt.Run();
    if (!fault && !attempt.met_task_gate()) return Delivery::kDone;
    if (!fault || event.vector == kDoubleFault) {
      state = before;
      return fault ? Delivery::kShutdown : Delivery::kTaskGate;
    }
    Event next{.kind = Event::Kind::kException,
               .vector = fault->vector,
               .error_code = fault->error_code,
               .return_rip = event.fault_rip,
               .fault_rip = event.fault_rip};
    if (fault->vector == kPageFault) cr2 = fault->address;
    const Class first = ClassOf(event);
    const Class second = ClassOf(next);
    if ((first == Class::kContributory && second == Class::kContributory) ||
        (first == Class::kPageFault && second != Class::kBenign)) {
      next.vector = kDoubleFault;
      next.error_code = 0;
    }
    event = next;
  }
}

}  // namespace cardcage::x86_64
