// SPDX-License-Identifier: MIT
// The least that a VMM can do: `raw-loop two-plus-two|smp|stream GUEST.bin` runs a guest of tests/guests with
// everything that it needs written out, and nothing else. What `cardcage run` of the same machine costs
// beside this is what the framework costs.
//
// It makes the ioctls of framework/engine/kvm, in that order, and has a thread a CPU as that has.
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr uint64_t kPage = 4096;

// The machines, as configs/ has them.
struct Machine {
  uint64_t memory_at;
  uint64_t memory_size;
  uint64_t tables;  // of the identity map; 0: the CPU starts in real mode
  unsigned cpus;
  bool irqchip;
  unsigned fifo;  // how many bytes the serial port gathers for one write
};
constexpr uint64_t kEntry = 0x1000;
constexpr Machine kTwoPlusTwo = {0x1000, kPage, 0, 1, false, 1};
constexpr Machine kSmp = {0, 32 * kPage, 0x10000, 2, true, 1};
constexpr Machine kStream = {0, 16 * kPage, 0, 1, false, 16};

// Not -1, or the end.
int Must(int result, const char* call) {
  if (result >= 0) return result;
  std::fprintf(stderr, "raw-loop: %s: %s\n", call, std::strerror(errno));
  _exit(69);
}
#define MUST(call) Must(call, #call)

// struct kvm_cpuid2 with room; its own flexible array has another size in C++, and so its ioctls
// would have other numbers.
struct Cpuid {
  uint32_t count = 128;
  uint32_t padding = 0;
  kvm_cpuid_entry2 entries[128] = {};
};
constexpr unsigned long kGetSupportedCpuid = _IOWR(KVMIO, 0x05, uint64_t);
constexpr unsigned long kSetCpuid2 = _IOW(KVMIO, 0x90, uint64_t);

// The first 4 GiB, each address on itself, in pages of 2 MiB: one PML4, one PDPT, four PDs.
void MapIdentity(uint64_t* tables, uint64_t at) {
  constexpr uint64_t kTable = 3;   // present, writable
  constexpr uint64_t kLeaf = 131;  // and a page of its own
  tables[0] = (at + kPage) | kTable;
  for (uint64_t i = 0; i < 4; ++i) {
    tables[512 + i] = (at + (2 + i) * kPage) | kTable;
    for (uint64_t j = 0; j < 512; ++j) tables[1024 + i * 512 + j] = (i * 512 + j) << 21 | kLeaf;
  }
}

void EnterLongMode(kvm_sregs& sregs, uint64_t tables) {
  sregs.cr0 = 0x80000031;  // PG, NE, ET, PE
  sregs.cr3 = tables;
  sregs.cr4 = 0x20;    // PAE
  sregs.efer = 0x500;  // LMA, LME
  kvm_segment code{};
  code.limit = 0xffffffff;
  code.selector = 8;
  code.type = 11;
  code.present = code.s = code.l = code.g = 1;
  kvm_segment data = code;
  data.selector = 16;
  data.type = 3;
  data.l = 0;
  data.db = 1;
  sregs.cs = code;
  sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
}

std::atomic<bool> ended{false};

void End() {
  ended = true;
  ended.notify_one();
}

// What the serial port has gathered, and how many bytes it gathers.
uint8_t gathered[16];
unsigned gathered_size = 0;
unsigned fifo = 1;

// The devices: a transmitter that is always empty, and debug-exit.
void ServePort(kvm_run* run) {
  uint8_t* const data = reinterpret_cast<uint8_t*>(run) + run->io.data_offset;
  if (run->io.direction == KVM_EXIT_IO_IN) {
    std::memset(data, run->io.port == 0x3fd ? 0x60 : 0xff, size_t{run->io.size} * run->io.count);
  } else if (run->io.port == 0x3f8) {
    gathered[gathered_size++] = *data;
    if (gathered_size == fifo) {
      if (write(STDOUT_FILENO, gathered, gathered_size) < 0) _exit(69);
      gathered_size = 0;
    }
  } else if (run->io.port == 0xf4) {
    End();
  }
}

void Run(int vcpu, kvm_run* run) {
  for (;;) {
    if (ioctl(vcpu, KVM_RUN, 0) < 0) {
      if (errno == EAGAIN || errno == EINTR) continue;
      Must(-1, "KVM_RUN");
    }
    switch (run->exit_reason) {
      case KVM_EXIT_IO:
        ServePort(run);
        break;
      case KVM_EXIT_HLT:
        End();
        return;
      default:
        std::fprintf(stderr, "raw-loop: exit reason %u\n", run->exit_reason);
        _exit(76);
    }
  }
}

void ReadGuest(const char* path, uint8_t* memory, uint64_t size) {
  const int file = MUST(open(path, O_RDONLY | O_CLOEXEC));
  MUST(static_cast<int>(read(file, memory, size)));
  close(file);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc == 3 ? argv[1] : "";
  if (name != "two-plus-two" && name != "smp" && name != "stream") {
    std::fprintf(stderr, "usage: raw-loop two-plus-two|smp|stream GUEST.bin\n");
    return 64;
  }
  const Machine& machine = name == "smp" ? kSmp : name == "stream" ? kStream : kTwoPlusTwo;
  fifo = machine.fifo;

  // Memory and its content.
  const int memory_file = MUST(memfd_create("guest", MFD_CLOEXEC));
  MUST(ftruncate(memory_file, static_cast<off_t>(machine.memory_size)));
  void* const mapped =
      mmap(nullptr, machine.memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, memory_file, 0);
  if (mapped == MAP_FAILED) Must(-1, "mmap of memory");
  auto* const memory = static_cast<uint8_t*>(mapped);
  const uint64_t load = kEntry - machine.memory_at;
  ReadGuest(argv[2], memory + load, machine.memory_size - load);
  if (machine.tables != 0) {
    MapIdentity(reinterpret_cast<uint64_t*>(memory + machine.tables - machine.memory_at),
                machine.tables);
  }

  // The system.
  const int kvm = MUST(open("/dev/kvm", O_RDWR | O_CLOEXEC));
  MUST(ioctl(kvm, KVM_GET_API_VERSION, 0));
  for (const int capability :
       {KVM_CAP_USER_MEMORY, KVM_CAP_SET_TSS_ADDR, KVM_CAP_SET_IDENTITY_MAP_ADDR, KVM_CAP_EXT_CPUID,
        KVM_CAP_IMMEDIATE_EXIT}) {
    MUST(ioctl(kvm, KVM_CHECK_EXTENSION, capability));
  }
  const auto run_size = static_cast<size_t>(MUST(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0)));
  Cpuid cpuid;
  MUST(ioctl(kvm, kGetSupportedCpuid, &cpuid));

  // The machine.
  const int vm = MUST(ioctl(kvm, KVM_CREATE_VM, 0));
  MUST(ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS));
  MUST(ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000));
  uint64_t identity_map = 0xfffbc000;
  MUST(ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, &identity_map));
  kvm_userspace_memory_region region{};
  region.guest_phys_addr = machine.memory_at;
  region.memory_size = machine.memory_size;
  region.userspace_addr = reinterpret_cast<uintptr_t>(memory);
  MUST(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region));
  if (machine.irqchip) {
    MUST(ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_IRQCHIP));
    MUST(ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_PIT2));
    MUST(ioctl(vm, KVM_CREATE_IRQCHIP, 0));
    kvm_pit_config pit{};
    pit.flags = KVM_PIT_SPEAKER_DUMMY;
    MUST(ioctl(vm, KVM_CREATE_PIT2, &pit));
  }
  if (MUST(ioctl(vm, KVM_CHECK_EXTENSION, KVM_CAP_X86_USER_SPACE_MSR)) != 0) {
    kvm_enable_cap enable{};
    enable.cap = KVM_CAP_X86_USER_SPACE_MSR;
    enable.args[0] = KVM_MSR_EXIT_REASON_UNKNOWN;
    MUST(ioctl(vm, KVM_ENABLE_CAP, &enable));
  }

  // The CPUs.
  std::vector<int> vcpus;
  std::vector<kvm_run*> runs;
  for (unsigned i = 0; i < machine.cpus; ++i) {
    vcpus.push_back(MUST(ioctl(vm, KVM_CREATE_VCPU, i)));
    void* const run = mmap(nullptr, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpus[i], 0);
    if (run == MAP_FAILED) Must(-1, "mmap of kvm_run");
    runs.push_back(static_cast<kvm_run*>(run));
    MUST(ioctl(vcpus[i], kSetCpuid2, &cpuid));
  }
  kvm_sregs sregs{};
  MUST(ioctl(vcpus[0], KVM_GET_SREGS, &sregs));
  sregs.cs.base = sregs.cs.selector = 0;
  if (machine.tables != 0) EnterLongMode(sregs, machine.tables);
  MUST(ioctl(vcpus[0], KVM_SET_SREGS, &sregs));
  kvm_regs regs{};
  regs.rip = kEntry;
  regs.rflags = 2;
  regs.rax = regs.rbx = 2;
  regs.rsp = 0x8000;
  MUST(ioctl(vcpus[0], KVM_SET_REGS, &regs));

  for (unsigned i = 0; i < machine.cpus; ++i) std::thread(Run, vcpus[i], runs[i]).detach();
  ended.wait(false);
  return 0;  // what is still inside KVM_RUN ends with the process
}
