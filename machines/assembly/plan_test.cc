// SPDX-License-Identifier: MIT
#include "machines/assembly/plan.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"
#include "framework/plugin/builtin_devices.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/spec/machine_reader.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Remarks = std::vector<std::string>;

constexpr const EngineType* kEngines[] = {&kKvmEngine, &kSoftEngine};

// Machines of the devices that are built in. No plan asks the host for KVM.
class PlanTest : public ::testing::Test {
 protected:
  PlanTest() {
    for (const cardcage_plugin* plugin : BuiltinDevices()) EXPECT_TRUE(types_.Add(*plugin).ok());
  }
  ~PlanTest() override { std::filesystem::remove_all(folder_); }

  // A machine that makes sense, but for the part that a test is about.
  struct Parts {
    std::string memory = "ram: { at: 0x0, size: 64KiB }";
    std::string devices;
    std::string boot = "load: [ { at: 0x1000, hex: \"f4\" } ], entry: 0x1000";
    std::string more;
  };
  // The lines: format, memory, devices, boot, more.
  static std::string Text(const Parts& parts) {
    return absl::StrCat("cardcage: 1\nmemory: { ", parts.memory, " }\ndevices: { ", parts.devices,
                        " }\nboot: { ", parts.boot, " }\n", parts.more, "\n");
  }

  Plan Make(const Parts& parts, Diagnostics& diagnostics) {
    source_ = {.name = (folder_ / "m.yaml").string(), .text = Text(parts)};
    spec_ = ReadMachine(source_, diagnostics);
    EXPECT_EQ(diagnostics.Format(), "");
    return MakePlan(spec_, source_, types_, kEngines, options_, diagnostics);
  }
  Plan Accept(const Parts& parts) {
    Diagnostics diagnostics(source_);
    Plan plan = Make(parts, diagnostics);
    EXPECT_EQ(diagnostics.Format(), "");
    return plan;
  }
  // What is said about a machine that does not make sense, one string a remark:
  // "2:11: error: message", "2:11: note: message", "help: what would do".
  Remarks Refuse(const Parts& parts) {
    Diagnostics diagnostics(source_);
    Make(parts, diagnostics);
    EXPECT_FALSE(diagnostics.ok());
    Remarks said;
    std::istringstream text(diagnostics.Format());
    for (std::string line; std::getline(text, line);) {
      const std::string name = source_.name + ":";
      if (line.starts_with(name)) said.push_back(line.substr(name.size()));
      if (line.starts_with("      = ")) said.push_back(line.substr(8));
    }
    return said;
  }

  // The backend of a device's first parameter.
  static const Plan::Backend& BackendOf(const Plan& plan, size_t device) {
    return plan.backends[plan.devices[device].params[0].backend.value()];
  }
  // A machine with a serial port on this backend, and whatever is declared.
  static Parts Console(const std::string& console, const std::string& backends = "") {
    return {.devices = "a: { type: ns16550a, at: port 0x3f8, console: " + console + " }",
            .more = "backends: { " + backends + " }"};
  }

  // A file beside the machine file.
  void MakeFile(const std::string& name, size_t size) {
    std::string folder = (std::filesystem::temp_directory_path() / "cardcage-XXXXXX").string();
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    folder_ = folder;
    std::ofstream(folder_ / name) << std::string(size, '\xf4');
  }

  TypeRegistry types_;
  std::filesystem::path folder_ = "no-such-folder";
  PlanOptions options_;
  Source source_;
  MachineSpec spec_;
};

constexpr const char* kIrqchip = "chipset: { irqchip: kernel }";

TEST_F(PlanTest, SmallestMachineMakesSense) {
  const Plan plan = Accept({
      .memory = "code: { at: 0x1000, size: 4KiB }",
      .devices = "com1: { type: ns16550a, at: port 0x3f8, console: stdio }",
      .boot = "load: [ { at: 0x1000, hex: \"ee f4\" } ], registers: { rip: 0x1000, rax: 2 }",
  });
  EXPECT_THAT(plan.engines, ElementsAre(&kKvmEngine, &kSoftEngine));
  EXPECT_EQ(plan.engine_config.cpus, 1u);
  EXPECT_FALSE(plan.engine_config.kernel_irqchip);
  ASSERT_THAT(plan.slots, SizeIs(1));
  EXPECT_EQ(plan.slots[0].name, "code");
  EXPECT_EQ(plan.slots[0].range, (AddressRange{0x1000, 0x1000}));
  ASSERT_THAT(plan.devices, SizeIs(1));
  EXPECT_EQ(plan.devices[0].name, "com1");
  EXPECT_STREQ(plan.devices[0].type->id, "ns16550a");
  ASSERT_THAT(plan.devices[0].regions, SizeIs(1));
  EXPECT_TRUE(plan.devices[0].regions[0].is_port);
  EXPECT_EQ(plan.devices[0].regions[0].range, (AddressRange{0x3f8, 8}));
  EXPECT_EQ(BackendOf(plan, 0).type->name, "stdio");
  ASSERT_THAT(plan.loads, SizeIs(1));
  EXPECT_EQ(plan.loads[0].at, 0x1000u);
  EXPECT_THAT(plan.loads[0].bytes, ElementsAre(0xee, 0xf4));
  EXPECT_EQ(plan.registers.rip, 0x1000u);
  EXPECT_EQ(plan.registers.rax, 2u);
  EXPECT_FALSE(plan.has_tables);
}

TEST_F(PlanTest, SizeOfARegionFollowsItsParameter) {
  const Plan plan = Accept({.devices = "a: { type: scratch, at: mmio 0xd0000, size: 4KiB }"});
  EXPECT_FALSE(plan.devices[0].regions[0].is_port);
  EXPECT_EQ(plan.devices[0].regions[0].range, (AddressRange{0xd0000, 0x1000}));
}

TEST_F(PlanTest, RegionMayBeNamed) {
  const Plan plan = Accept({.devices = "a: { type: scratch, at: { registers: port 0x500 } }"});
  EXPECT_EQ(plan.devices[0].regions[0].range.base, 0x500u);
}

TEST_F(PlanTest, NeighboursDoNotOverlap) {
  Accept({.memory = "a: { at: 0x0, size: 4KiB }, b: { at: 0x1000, size: 4KiB }",
          .devices = "c: { type: scratch, at: mmio 0x2000, size: 16B }, "
                     "d: { type: scratch, at: mmio 0x2010, size: 16B }, "
                     "e: { type: scratch, at: port 0x2000, size: 16B }",
          .boot = "load: [ { at: 0, hex: \"f4\" } ], entry: 0"});
}

TEST_F(PlanTest, LoadMayGoOverNeighbouringSlots) {
  const Plan plan =
      Accept({.memory = "b: { at: 0x2000, size: 4KiB, kind: rom }, a: { at: 0x1000, size: 4KiB }",
              .boot = "load: [ { at: 0x1fff, hex: \"90 f4\" } ], entry: 0x1fff"});
  EXPECT_EQ(plan.loads[0].size, 2u);
}

TEST_F(PlanTest, FileIsFoundBesideTheMachineFile) {
  MakeFile("guest.bin", 10);
  const Plan plan = Accept({.boot = "load: [ { at: 0x1000, file: guest.bin } ], entry: 0x1000"});
  EXPECT_EQ(plan.loads[0].path, (folder_ / "guest.bin").string());
  EXPECT_EQ(plan.loads[0].size, 10u);
}

TEST_F(PlanTest, TablesOfLongModeArePlanned) {
  const Plan plan = Accept({.boot = "load: [ { at: 0x1000, hex: \"f4\" } ], mode: long, "
                                    "tables: 0x2000, entry: 0x1000"});
  EXPECT_TRUE(plan.has_tables);
  EXPECT_EQ(plan.tables, 0x2000u);
  EXPECT_EQ(plan.registers.cr3, 0x2000u);
}

TEST_F(PlanTest, ManyCpusWithAnIrqchipMakeSense) {
  const Plan plan = Accept({.more = absl::StrCat("cpu: { count: 2, engine: kvm }\n", kIrqchip)});
  EXPECT_EQ(plan.engine_config.cpus, 2u);
  EXPECT_TRUE(plan.engine_config.kernel_irqchip);
}

TEST_F(PlanTest, UnknownEngineIsRefused) {
  EXPECT_THAT(Refuse({.more = "cpu: { engine: kwm }"}),
              ElementsAre("5:16: error: there is no engine `kwm`", "help: did you mean `kvm`?"));
}

TEST_F(PlanTest, EngineThatIsNamedIsTheOnlyOne) {
  EXPECT_THAT(Accept({.more = "cpu: { engine: soft }"}).engines, ElementsAre(&kSoftEngine));
  EXPECT_THAT(Accept({.more = "cpu: { engine: kvm }"}).engines, ElementsAre(&kKvmEngine));
}

TEST_F(PlanTest, EngineThatCannotGiveWhatIsAskedForIsNoChoice) {
  EXPECT_THAT(Accept({.more = "chipset: { irqchip: kernel }"}).engines, ElementsAre(&kKvmEngine));
  options_.deterministic = true;
  EXPECT_THAT(Accept({}).engines, ElementsAre(&kSoftEngine));
}

TEST_F(PlanTest, NamedEngineSaysWhatItCannotGive) {
  EXPECT_THAT(
      Refuse({.more = "cpu: { engine: soft, count: 2 }\nchipset: { irqchip: kernel }"}),
      ElementsAre(StartsWith("5:29: error: cpu.count cannot be on the engine `soft`: "),
                  StartsWith("6:21: error: chipset.irqchip cannot be on the engine `soft`: ")));
  options_.deterministic = true;
  EXPECT_THAT(
      Refuse({.more = "cpu: { engine: kvm }"}),
      ElementsAre(StartsWith("5:16: error: --deterministic cannot be on the engine `kvm`: ")));
}

TEST_F(PlanTest, WhereNoEngineWillDoEachSaysWhy) {
  options_.deterministic = true;
  EXPECT_THAT(Refuse({.more = "chipset: { irqchip: kernel }"}), SizeIs(2));
}

TEST_F(PlanTest, SecondCpuNeedsAnIrqchip) {
  EXPECT_THAT(Refuse({.more = "cpu: { count: 2 }"}),
              ElementsAre("5:15: error: the second CPU could never be started: that takes INIT and "
                          "SIPI, and so a local APIC, which only the kernel's controllers bring",
                          "help: add chipset: { irqchip: kernel }"));
}

// --- Wires, clock and layout -----------------------------------------------------------------------

constexpr const char* kUserChips = "chipset: { irqchip: user }";
constexpr const char* kPic =
    "pic: { type: i8259-pair, irq: cpu.intr, at: { master: port 0x20, slave: port 0xa0, elcr: port "
    "0x4d0 } }";

TEST_F(PlanTest, NumberIsTheInputOfTheMachinesOwnController) {
  const Plan plan =
      Accept({.devices = absl::StrCat("com1: { type: ns16550a, at: port 0x3f8, irq: 4 }, ", kPic,
                                      ", com2: { type: ns16550a, at: port 0x2f8, irq: pic.3 }"),
              .more = kUserChips});
  ASSERT_THAT(plan.devices, SizeIs(3));
  for (const auto& [device, input] : {std::pair{0u, 4u}, {2u, 3u}}) {
    ASSERT_THAT(plan.devices[device].irqs, SizeIs(1));
    EXPECT_EQ(plan.devices[device].irqs[0].to, Plan::Irq::To::kDevice);
    EXPECT_EQ(plan.devices[device].irqs[0].device, 1u);
    EXPECT_EQ(plan.devices[device].irqs[0].input, input);
  }
  EXPECT_EQ(plan.devices[1].irqs[0].to, Plan::Irq::To::kCpu);
  EXPECT_THAT(plan.engines, ElementsAre(&kKvmEngine, &kSoftEngine));
}

TEST_F(PlanTest, ResetLeadsToTheMachine) {
  const Plan plan =
      Accept({.devices = "p: { type: port92, at: port 0x92, irq: { reset: machine.reset } }"});
  ASSERT_THAT(plan.devices[0].irqs, SizeIs(1));
  EXPECT_EQ(plan.devices[0].irqs[0].to, Plan::Irq::To::kReset);
  EXPECT_EQ(plan.devices[0].irqs[0].output, 1u);
}

TEST_F(PlanTest, OwnControllerMustBeThereAndHeard) {
  EXPECT_THAT(Refuse({.more = kUserChips}),
              ElementsAre("5:21: error: irqchip: user, and no device is an interrupt controller",
                          "help: add one: pic: { type: i8259-pair, irq: cpu.intr, at: { … } }"));
  EXPECT_THAT(
      Refuse({.devices = "pic: { type: i8259-pair, at: { master: port 0x20, slave: port "
                         "0xa0, elcr: port 0x4d0 } }",
              .more = kUserChips}),
      ElementsAre("3:12: error: interrupt controller pic leads nowhere: the CPU would never "
                  "hear of it",
                  "help: add irq: cpu.intr"));
}

TEST_F(PlanTest, CpusPinIsForOneControllerAlone) {
  EXPECT_THAT(
      Refuse({.devices = kPic}),
      ElementsAre("3:42: error: cpu.intr is a controller's among the machine's devices, and "
                  "this machine is to have none",
                  "help: add chipset: { irqchip: user }"));
  EXPECT_THAT(
      Refuse({.devices =
                  absl::StrCat(kPic, ", com1: { type: ns16550a, at: port 0x3f8, irq: cpu.intr }"),
              .more = kUserChips}),
      ElementsAre(
          "3:162: error: type ns16550a is no interrupt controller: the CPU could not ask it "
          "for a vector",
          "help: lead it to an input of one: irq: pic.4"));
}

TEST_F(PlanTest, WireThatLeadsNowhereIsRefusedWithWhatIsThere) {
  const auto refuse = [this](const std::string& irq) {
    return Refuse(
        {.devices = absl::StrCat("a: { type: ns16550a, at: port 0x3f8, irq: ", irq, " }, ", kPic),
         .more = kUserChips});
  };
  EXPECT_THAT(refuse("pik.4"),
              ElementsAre("3:54: error: there is no device `pik`", "help: did you mean `pic`?"));
  EXPECT_THAT(refuse("pic.16"),
              ElementsAre("3:54: error: device pic, of type i8259-pair, has no input `16`",
                          StartsWith("help: ")));
  EXPECT_THAT(refuse("a.x"),
              ElementsAre("3:54: error: device a, of type ns16550a, has no input `x`",
                          "help: it listens to nobody"));
  EXPECT_THAT(
      refuse("16"),
      ElementsAre("3:54: error: irq 16: the interrupt controllers have the inputs 0 to 15"));
  EXPECT_THAT(refuse("cpu.nmi"),
              ElementsAre("3:54: error: a CPU has no input `nmi`", StartsWith("help: ")));
  EXPECT_THAT(refuse("machine.power"),
              ElementsAre("3:54: error: the machine has no input `power`", StartsWith("help: ")));
}

TEST_F(PlanTest, NamesOfTheMachinesOwnInputsAreNoDevices) {
  EXPECT_THAT(Refuse({.devices = "cpu: { type: port92, at: port 0x92 }"}),
              ElementsAre("3:12: error: a device cannot be called cpu: outputs that lead to the "
                          "machine's own inputs name it so"));
}

TEST_F(PlanTest, ClockByInstructionsIsTheSoftEngines) {
  EXPECT_THAT(Accept({.more = "clock: { source: instructions }"}).engines,
              ElementsAre(&kSoftEngine));
  EXPECT_THAT(Refuse({.more = "clock: { source: instructions }\ncpu: { engine: kvm }"}),
              ElementsAre("5:18: error: clock.source cannot be on the engine `kvm`: KVM does not "
                          "count its CPUs' instructions"));
  EXPECT_THAT(Refuse({.more = "clock: { source: instructions, rate: 2 }"}),
              ElementsAre("5:38: error: clock.rate is the real clock's",
                          "help: an instruction takes 10 ns: leave `rate` out"));
}

TEST_F(PlanTest, RealClockIsRefusedWhereEachRunIsToBeTheSame) {
  options_.deterministic = true;
  EXPECT_THAT(
      Refuse({.more = "clock: { rate: 2 }"}),
      ElementsAre("5:16: error: clock.rate is the real clock's, and --deterministic goes by "
                  "instructions",
                  "help: leave `rate` out, or the option"));
  EXPECT_THAT(
      Refuse({.more = "clock: { source: real }"}),
      ElementsAre("5:18: error: a real clock is another each time, and --deterministic is to "
                  "be the same",
                  "help: source: instructions, or leave it out"));
  EXPECT_THAT(Accept({.more = "clock: { source: instructions }"}).engines,
              ElementsAre(&kSoftEngine));
}

TEST_F(PlanTest, ScaledClockIsRefusedBesideTheKernelsTimers) {
  EXPECT_EQ(Accept({.more = "clock: { rate: 0.5 }"}).clock_rate, 0.5);
  EXPECT_THAT(
      Refuse({.more = "clock: { rate: 0.5 }\nchipset: { irqchip: kernel }\ncpu: { engine: kvm }"}),
      ElementsAre("5:16: error: clock.rate cannot be on the engine `kvm`: the kernel's own timers "
                  "(PIT, local APIC) follow the host's clock, and the guest would see two times"));
}

TEST_F(PlanTest, RegistersCanBeFartherApart) {
  const Plan plan =
      Accept({.devices = "a: { type: ns16550a, at: mmio 0x20000, cage: { shift: 2, width: 4 } }"});
  EXPECT_EQ(plan.devices[0].layout.shift, 2);
  EXPECT_EQ(plan.devices[0].layout.width, 4);
  EXPECT_EQ(plan.devices[0].regions[0].range.size, 32u);
  const auto refuse = [this](const std::string& cage) {
    return Refuse(
        {.devices = absl::StrCat("a: { type: ns16550a, at: mmio 0x20000, cage: { ", cage, " } }")});
  };
  EXPECT_THAT(refuse("shift: 4"), ElementsAre(HasSubstr("from 0 to 3")));
  EXPECT_THAT(refuse("width: 4"), ElementsAre(HasSubstr("with registers 1 bytes apart")));
  EXPECT_THAT(refuse("shift: 2, width: 3"), ElementsAre(HasSubstr("cage.width is 3")));
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: mmio 0x20000, size: 16B, cage: { shift: "
                                 "1 } }"}),
              ElementsAre(HasSubstr("takes accesses of several sizes")));
}

TEST_F(PlanTest, SlotHasWholePages) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0, size: 64KiB }, a: { at: 0x20000, size: 3B }"}),
              ElementsAre("2:64: error: memory slot a has 3 bytes, which are no whole pages",
                          "help: a multiple of 4KiB, and at least one"));
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0, size: 64KiB }, a: { at: 0x20000, size: 0B }"}),
              ElementsAre("2:64: error: memory slot a has 0 bytes, which are no whole pages",
                          "help: a multiple of 4KiB, and at least one"));
}

TEST_F(PlanTest, SlotBeginsWithAPage) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0, size: 64KiB }, a: { at: 0x20800, size: 4KiB }"}),
              ElementsAre("2:49: error: memory slot a begins inside a page",
                          "help: a multiple of 4096 (0x1000): 0x20000"));
}

TEST_F(PlanTest, SlotEndsBelowTheLastAddress) {
  const Remarks beyond = {"2:75: error: memory slot a reaches beyond the last 64-bit address"};
  EXPECT_EQ(
      Refuse({.memory = "ram: { at: 0, size: 64KiB }, a: { at: 0xfffffffffffff000, size: 8KiB }"}),
      beyond);
  EXPECT_EQ(
      Refuse({.memory = "ram: { at: 0, size: 64KiB }, a: { at: 0xfffffffffffff000, size: 4KiB }"}),
      beyond);
}

TEST_F(PlanTest, SlotsDoNotOverlap) {
  EXPECT_THAT(Refuse({.memory = "a: { at: 0, size: 64KiB }, b: { at: 0x8000, size: 4KiB }"}),
              ElementsAre("2:38: error: memory slot b (mmio 0x8000-0x8fff) overlaps memory slot a "
                          "(mmio 0x0-0xffff)",
                          "2:11: note: memory slot a is here"));
}

TEST_F(PlanTest, DevicesDoNotOverlap) {
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: port 0x3ff, size: 16B }, "
                                 "b: { type: ns16550a, at: port 0x3f8 }"}),
              ElementsAre("3:86: error: device b (port 0x3f8-0x3ff) overlaps device a (port "
                          "0x3ff-0x40e)",
                          "3:36: note: device a is here"));
}

TEST_F(PlanTest, DeviceAndSlotDoNotOverlap) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: mmio 0xfff8 }"}),
              ElementsAre("3:37: error: device a (mmio 0xfff8-0xffff) overlaps memory slot ram "
                          "(mmio 0x0-0xffff)",
                          "2:11: note: memory slot ram is here"));
}

TEST_F(PlanTest, ReservedSlotOverlapsToo) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0x0, size: 64KiB }, "
                                "hole: { at: 0xa0000, size: 4KiB, kind: reserved }",
                      .devices = "a: { type: ns16550a, at: mmio 0xa0000 }"}),
              ElementsAre(HasSubstr("device a (mmio 0xa0000-0xa0007) overlaps memory slot hole"),
                          HasSubstr("note")));
}

TEST_F(PlanTest, EveryOverlapIsSaid) {
  EXPECT_THAT(
      Refuse({.devices = "a: { type: scratch, at: port 0x100, size: 256B }, "
                         "b: { type: ns16550a, at: port 0x110 }, "
                         "c: { type: ns16550a, at: port 0x1f8 }"}),
      ElementsAre(HasSubstr("device b (port 0x110-0x117) overlaps device a"), HasSubstr("note"),
                  HasSubstr("device c (port 0x1f8-0x1ff) overlaps device a"), HasSubstr("note")));
}

TEST_F(PlanTest, DeviceDoesNotOverlapWhatKvmOwns) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: mmio 0xfffbd000 }"}),
              ElementsAre("3:37: error: device a (mmio 0xfffbd000-0xfffbd007) overlaps KVM's TSS "
                          "(mmio 0xfffbd000-0xfffbffff)",
                          "help: place it elsewhere"));
}

TEST_F(PlanTest, DeviceDoesNotOverlapKvmsInterruptControllers) {
  constexpr const char* kHelp = "help: place it elsewhere, or leave out chipset.irqchip: kernel";
  EXPECT_THAT(
      Refuse({.devices = "a: { type: scratch, at: port 0x20, size: 1B }", .more = kIrqchip}),
      ElementsAre("3:36: error: device a (port 0x20-0x20) overlaps KVM's PIC (port "
                  "0x20-0x21)",
                  kHelp));
  EXPECT_THAT(
      Refuse({.devices = "a: { type: ns16550a, at: mmio 0xfee00020 }", .more = kIrqchip}),
      ElementsAre(HasSubstr("overlaps KVM's local APIC (mmio 0xfee00000-0xfee00fff)"), kHelp));
}

TEST_F(PlanTest, PortsOfThePicAreFreeWithoutOne) {
  Accept({.devices = "a: { type: scratch, at: port 0x20, size: 2B }"});
}

TEST_F(PlanTest, MemoryDoesNotOverlapWhatKvmOwns) {
  EXPECT_THAT(
      Refuse({.memory = "ram: { at: 0, size: 64KiB }, "
                        "bios: { at: 0xfff80000, size: 512KiB, kind: rom }"}),
      ElementsAre("2:40: error: memory slot bios (mmio 0xfff80000-0xffffffff) overlaps "
                  "KVM's identity map (mmio 0xfffbc000-0xfffbcfff)",
                  "help: place it elsewhere", HasSubstr("overlaps KVM's TSS"), HasSubstr("help")));
}

TEST_F(PlanTest, UnknownTypeIsRefused) {
  EXPECT_THAT(
      Refuse({.devices = "com1: { type: ns16550, at: port 0x3f8 }"}),
      ElementsAre("3:26: error: unknown device type `ns16550`", "help: did you mean `ns16550a`?"));
}

TEST_F(PlanTest, UnknownKeyOfADeviceIsRefused) {
  EXPECT_THAT(Refuse({.devices = "com1: { type: ns16550a, at: port 0x3f8, consol: stdio }"}),
              ElementsAre("3:52: error: unknown key `consol` of device com1, which is of type "
                          "ns16550a",
                          "help: did you mean `console`?"));
}

TEST_F(PlanTest, ParameterKeepsItsBounds) {
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: port 0x500, size: 0B }"}),
              ElementsAre("3:54: error: `size` of device a is 0: it must be from 1 to 1048576 "
                          "bytes"));
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: mmio 0xd0000000, size: 2MiB }"}),
              ElementsAre("3:59: error: `size` of device a is 2097152: it must be from 1 to "
                          "1048576 bytes"));
}

TEST_F(PlanTest, DeviceNeedsAPlace) {
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch }"}),
              ElementsAre("3:12: error: device a has no place", "help: add at: port ADDRESS"));
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: {} }"}),
              ElementsAre("3:12: error: device a has no place", "help: add at: port ADDRESS"));
}

TEST_F(PlanTest, RegionIsOneOfTheType) {
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: { register: port 0x500 } }"}),
              ElementsAre("3:38: error: type scratch has no region `register`",
                          "help: did you mean `registers`?"));
}

TEST_F(PlanTest, DeviceEndsWithTheLastPort) {
  Accept({.devices = "a: { type: ns16550a, at: port 0xfff8 }"});
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0xfff9 }"}),
              ElementsAre("3:37: error: device a, with 0x8 bytes at 0xfff9, does not fit below the "
                          "last port, 0xffff"));
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x10000 }"}),
              ElementsAre(HasSubstr("0x8 bytes at 0x10000, does not fit below the last port")));
}

TEST_F(PlanTest, DeviceEndsBelowTheLastAddress) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: mmio 0xfffffffffffffff8 }"}),
              ElementsAre("3:37: error: device a, with 0x8 bytes at 0xfffffffffffffff8, does not "
                          "fit below the last address, 0xfffffffffffffffe"));
}

TEST_F(PlanTest, IrqNeedsAnIrqchip) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, irq: 4 }"}),
              ElementsAre("3:49: error: device a has an irq, and the machine has no interrupt "
                          "controller",
                          "help: add chipset: { irqchip: kernel }, or leave `irq` out"));
}

TEST_F(PlanTest, IrqNeedsAnOutput) {
  EXPECT_THAT(
      Refuse({.devices = "a: { type: debug-exit, at: port 0x3f8, irq: 4 }", .more = kIrqchip}),
      ElementsAre("3:51: error: type debug-exit has no interrupt output",
                  "help: leave `irq` out: the guest polls this device"));
}

TEST_F(PlanTest, IrqLeadsAnOutputToAnInput) {
  for (const char* irq : {"4", "{ irq: 4 }"}) {
    const Plan plan =
        Accept({.devices = absl::StrCat("a: { type: ns16550a, at: port 0x3f8, irq: ", irq, " }"),
                .more = kIrqchip});
    ASSERT_THAT(plan.devices[0].irqs, SizeIs(1)) << irq;
    EXPECT_EQ(plan.devices[0].irqs[0].output, 0u);
    EXPECT_EQ(plan.devices[0].irqs[0].to, Plan::Irq::To::kEngine);
    EXPECT_EQ(plan.devices[0].irqs[0].input, 4u);
  }
}

TEST_F(PlanTest, IrqOfNoOutputOrNoInputIsRefused) {
  EXPECT_THAT(
      Refuse(
          {.devices = "a: { type: ns16550a, at: port 0x3f8, irq: { irk: 4 } }", .more = kIrqchip}),
      ElementsAre("3:56: error: type ns16550a has no output `irk`", "help: did you mean `irq`?"));
  EXPECT_THAT(
      Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, irq: 24 }", .more = kIrqchip}),
      ElementsAre("3:54: error: irq 24: the interrupt controllers have the inputs 0 to 23"));
}

TEST_F(PlanTest, EnumIsOneOfItsWords) {
  const auto variant = [this](const std::string& word) {
    const Plan plan = Accept(
        {.devices = absl::StrCat("a: { type: ns16550a, at: port 0x3f8, variant: ", word, " }")});
    return plan.devices[0].params[1].number;
  };
  EXPECT_EQ(variant("16450"), 0u);
  EXPECT_EQ(variant("16550a"), 1u);
  EXPECT_EQ(variant("16750"), 2u);
  EXPECT_THAT(
      Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, variant: 16650 }"}),
      ElementsAre(StartsWith("3:58: error: `variant` of device a cannot be `16650`: it is 16450 "
                             "or 16550a or 16750"),
                  StartsWith("help: did you mean ")));
}

TEST_F(PlanTest, DmaIsForDevicesThatReachMemory) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, dma: [ram] }"}),
              ElementsAre("3:49: error: type ns16550a does not reach guest memory",
                          "help: leave `dma` out"));
}

TEST_F(PlanTest, UnknownBackendIsRefused) {
  EXPECT_THAT(
      Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: stdoi }"}),
      ElementsAre("3:58: error: there is no backend `stdoi`", "help: did you mean `stdio`?"));
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: [stdio] }"}),
              ElementsAre("3:58: error: `console` of device a must be a text"));
}

TEST_F(PlanTest, BackendIsNullWhereItIsSaid) {
  for (const char* console : {"null", "~", "quiet", "{ type: null }", "{ type: ~ }"}) {
    const Plan plan = Accept(Console(console, "quiet: { type: null }"));
    EXPECT_EQ(BackendOf(plan, 0).type->name, "null") << console;
  }
}

TEST_F(PlanTest, BackendIsNoneWhereItIsNotSaid) {
  const Plan plan = Accept({.devices = "a: { type: ns16550a, at: port 0x3f8 }"});
  EXPECT_EQ(plan.devices[0].params[0].backend, std::nullopt);
}

TEST_F(PlanTest, BackendMayBeWrittenInPlace) {
  const Plan plan = Accept(Console("{ type: ring, size: 4KiB }"));
  EXPECT_EQ(BackendOf(plan, 0).type->name, "ring");
  EXPECT_EQ(BackendOf(plan, 0).name, "a");  // after the device
  EXPECT_EQ(BackendOf(plan, 0).values.size, 4096u);
  EXPECT_TRUE(BackendOf(plan, 0).is_used);
}

TEST_F(PlanTest, EachTypeOfBackendTakesItsKeys) {
  const auto values = [this](const std::string& backend) {
    return BackendOf(Accept(Console("b", "b: " + backend)), 0).values;
  };
  EXPECT_EQ(values("{ type: pty }").link, "");
  EXPECT_EQ(values("{ type: pty, link: /tmp/com1 }").link, "/tmp/com1");
  EXPECT_FALSE(values("{ type: file, path: /tmp/out }").append);
  EXPECT_TRUE(values("{ type: file, path: /tmp/out, append: true }").append);
  EXPECT_EQ(values("{ type: unix, listen: /tmp/s }").listen->path(), "/tmp/s");
  EXPECT_EQ(values("{ type: unix, connect: /tmp/s }").connect->path(), "/tmp/s");
  EXPECT_EQ(values("{ type: tcp, listen: 0 }").listen->Text(), "127.0.0.1:0");
  EXPECT_EQ(values("{ type: tcp, connect: \"127.0.0.2:5000\" }").connect->Text(), "127.0.0.2:5000");
  EXPECT_EQ(values("{ type: tcp, connect: \"localhost:5000\" }").connect->Text(), "127.0.0.1:5000");
  EXPECT_EQ(values("{ type: tcp, listen: \"[::1]:5000\" }").listen->Text(), "[::1]:5000");
  EXPECT_EQ(values("{ type: ring }").size, 64u * 1024);
  EXPECT_EQ(values("{ type: log }").path, "");
  EXPECT_EQ(values("{ type: log, path: /tmp/log }").path, "/tmp/log");
  EXPECT_EQ(values("{ type: asciicast, path: /tmp/cast }").path, "/tmp/cast");
}

TEST_F(PlanTest, PathOfABackendBeginsAtTheMachineFilesFolder) {
  const Plan plan = Accept(Console("{ type: file, path: out.txt }"));
  EXPECT_EQ(BackendOf(plan, 0).values.path, (folder_ / "out.txt").string());
}

TEST_F(PlanTest, BackendInPlaceIsCheckedAsADeclaredOneIs) {
  const auto in_place = [this](const std::string& backend) {
    const Remarks said = Refuse(Console(backend));
    return said.empty() ? "" : said[0];
  };
  const auto declared = [this](const std::string& backend) {
    const Remarks said = Refuse(Console("null", "b: " + backend));
    return said.empty() ? "" : said[0];
  };
  EXPECT_EQ(in_place("{ type: flie }"), "3:66: error: there is no backend type `flie`");
  EXPECT_EQ(declared("{ type: flie }"), "5:24: error: there is no backend type `flie`");
  EXPECT_EQ(in_place("{}"), "3:58: error: `console` of device a lacks the key `type`");
  EXPECT_EQ(declared("{}"), "5:16: error: backend b lacks the key `type`");
  EXPECT_EQ(in_place("{ type: stdio, path: x }"),
            "3:73: error: unknown key `path` of `console` of device a, which is of type stdio");
  EXPECT_EQ(declared("{ type: stdio, path: x }"),
            "5:31: error: unknown key `path` of backend b, which is of type stdio");
}

TEST_F(PlanTest, DeclaredBackendIsAMapWithAType) {
  EXPECT_THAT(Refuse({.more = "backends: { a: stdio }"}),
              ElementsAre("5:16: error: backend a must be a map of keys and values",
                          "help: { type: TYPE }"));
  EXPECT_THAT(Refuse({.more = "backends: { a: {} }"}),
              ElementsAre("5:16: error: backend a lacks the key `type`", "help: add type: stdio"));
  EXPECT_THAT(
      Refuse({.more = "backends: { log: { type: stdoi } }"}),
      ElementsAre("5:26: error: there is no backend type `stdoi`", "help: did you mean `stdio`?"));
}

TEST_F(PlanTest, MistakesOfADeclaredBackendAreSaidOnce) {
  EXPECT_THAT(Refuse(Console("b", "b: { type: stdoi }")), SizeIs(2));
}

TEST_F(PlanTest, TypeThatIsTakenForANameIsExplained) {
  EXPECT_THAT(Refuse(Console("pty")), ElementsAre("3:58: error: there is no backend `pty`",
                                                  "help: that is a type: write { type: pty }"));
}

TEST_F(PlanTest, KeysOfABackendAreCheckedOneByOne) {
  const auto refuse = [this](const std::string& backend) {
    return Refuse({.more = "backends: { b: " + backend + " }"});
  };
  EXPECT_THAT(refuse("{ type: file, path: x, apend: true }"),
              ElementsAre("5:39: error: unknown key `apend` of backend b, which is of type file",
                          "help: did you mean `append`?"));
  EXPECT_THAT(refuse("{ type: file }"), ElementsAre("5:16: error: backend b lacks the key `path`",
                                                    "help: add path: "
                                                    "console.txt"));
  EXPECT_THAT(refuse("{ type: asciicast }"),
              ElementsAre("5:16: error: backend b lacks the key `path`",
                          "help: add path: "
                          "console.cast"));
  EXPECT_THAT(refuse("{ type: file, path: [x] }"),
              ElementsAre("5:36: error: `path` of backend b must be a text"));
  EXPECT_THAT(refuse("{ type: file, path: x, append: yes }"),
              ElementsAre("5:47: error: `append` of backend b must be true or false, not yes"));
  EXPECT_THAT(refuse("{ type: file, path: \"cardcage:guests/hello.bin\" }"),
              ElementsAre("5:36: error: `path` of backend b is cardcage:guests/hello.bin: what is "
                          "shipped is only read"));
  EXPECT_THAT(
      refuse("{ type: ring, size: 4096 }"),
      ElementsAre("5:36: error: `size` of backend b has no unit: 4096", HasSubstr("4096B")));
  for (const char* size : {"0B", "65MiB"}) {
    EXPECT_THAT(refuse(absl::StrCat("{ type: ring, size: ", size, " }")),
                ElementsAre(HasSubstr("it must be from 1B to 64MiB")));
  }
}

TEST_F(PlanTest, SocketListensOrConnects) {
  const auto refuse = [this](const std::string& backend) {
    return Refuse({.more = "backends: { b: " + backend + " }"});
  };
  EXPECT_THAT(
      refuse("{ type: unix }"),
      ElementsAre("5:16: error: backend b has either `listen` or `connect`: this has none"));
  EXPECT_THAT(refuse("{ type: tcp, listen: 1, connect: 2 }"),
              ElementsAre("5:40: error: backend b has either `listen` or `connect`, not both",
                          "5:29: note: the other is here"));
}

TEST_F(PlanTest, AddressOfASocketIsChecked) {
  const auto refuse = [this](const std::string& backend) {
    const Remarks said = Refuse({.more = "backends: { b: " + backend + " }"});
    return said.empty() ? "" : said[0];
  };
  for (const char* open : {"0.0.0.0:5000", "192.168.1.1:5000", "example.org:5000", "[::]:5000"}) {
    EXPECT_THAT(refuse(absl::StrCat("{ type: tcp, listen: \"", open, "\" }")),
                HasSubstr("is not this host's loopback"))
        << open;
  }
  for (const char* port : {"65536", "-1", "port", "\"127.0.0.1:\"", "0x10"}) {
    EXPECT_THAT(refuse(absl::StrCat("{ type: tcp, listen: ", port, " }")),
                HasSubstr("`listen` of backend b: no port"))
        << port;
  }
  EXPECT_THAT(refuse("{ type: tcp, connect: 0 }"), HasSubstr("port 0 is for who listens"));
  EXPECT_THAT(refuse("{ type: unix, listen: /" + std::string(107, 'x') + " }"),
              HasSubstr("at most 107 bytes"));
}

TEST_F(PlanTest, BackendThatExistsAlwaysIsNotDeclaredAgain) {
  EXPECT_THAT(Refuse({.more = "backends: { stdio: { type: stdio } }"}),
              ElementsAre("5:13: error: backend stdio exists in every machine",
                          "help: give this one another name"));
}

TEST_F(PlanTest, BackendHasOneUser) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: out }, "
                                 "b: { type: ns16550a, at: port 0x2f8, console: out }",
                      .more = "backends: { out: { type: ring } }"}),
              ElementsAre("3:111: error: `console` of device b: a backend has one user, and "
                          "`console` of device a has backend out",
                          StartsWith("help: "), "3:58: note: it has it here"));
}

TEST_F(PlanTest, EachUserOfStdioHasAConsoleOfHisOwn) {
  const Plan plan = Accept({.devices = "a: { type: ns16550a, at: port 0x3f8, console: log }, "
                                       "b: { type: ns16550a, at: port 0x2f8, console: stdio }",
                            .more = "backends: { log: { type: stdio } }"});
  ASSERT_THAT(plan.backends, SizeIs(2));
  EXPECT_EQ(BackendOf(plan, 0).name, "a");
  EXPECT_EQ(BackendOf(plan, 1).name, "b");
}

TEST_F(PlanTest, BackendThatNobodyUsesIsNotMade) {
  const Plan plan = Accept(Console("stdio",
                                   "b: { type: pty }, c: { type: tee, to: [b] }, "
                                   "d: { type: tee, to: [{ type: tee, to: [c] }] }"));
  for (const Plan::Backend& backend : plan.backends) {
    EXPECT_EQ(backend.is_used, backend.type->name == "stdio") << backend.name;
  }
}

TEST_F(PlanTest, TeeComesAfterItsMembers) {
  const Plan plan = Accept(Console("all",
                                   "all: { type: tee, to: [stdio, rest] }, "
                                   "rest: { type: tee, to: [{ type: ring }, null] }"));
  std::vector<std::string> names;
  for (const Plan::Backend& backend : plan.backends) {
    names.push_back(absl::StrCat(backend.name, ":", std::string(backend.type->name)));
    EXPECT_TRUE(backend.is_used);
  }
  EXPECT_THAT(names, ElementsAre("a:stdio", "rest.1:ring", "a:null", "rest:tee", "all:tee"));
  EXPECT_THAT(plan.backends[4].members, ElementsAre(0, 3));
}

TEST_F(PlanTest, TeeNeedsMembersThatExist) {
  EXPECT_THAT(Refuse(Console("{ type: tee }")),
              ElementsAre("3:58: error: `console` of device a lacks the key `to`",
                          "help: add to: [stdio, OTHER]"));
  for (const char* to : {"stdio", "[]", "{}"}) {
    EXPECT_THAT(Refuse(Console(absl::StrCat("{ type: tee, to: ", to, " }"))),
                ElementsAre("3:75: error: `to` of `console` of device a must be a list of backends",
                            "help: to: [stdio, OTHER]"));
  }
  EXPECT_THAT(Refuse(Console("all", "all: { type: tee, to: [stdio, log] }, logs: { type: log }")),
              ElementsAre("5:43: error: there is no backend `log`", StartsWith("help: ")));
}

TEST_F(PlanTest, TeeThatLeadsBackToItselfIsRefused) {
  EXPECT_THAT(Refuse(Console("x", "x: { type: tee, to: [x] }")),
              ElementsAre("5:34: error: `to` of backend x: backend x leads back to itself",
                          StartsWith("help: ")));
  const std::string circle =
      "x: { type: tee, to: [y] }, y: { type: tee, to: [stdio, z] }, z: { type: tee, to: [x] }";
  for (const char* console : {"x", "null"}) {  // nobody has to use it
    EXPECT_THAT(Refuse(Console(console, circle)),
                ElementsAre("5:95: error: `to` of backend z: backend x leads back to itself",
                            StartsWith("help: ")));
  }
}

TEST_F(PlanTest, TeesAreNotInEachOtherWithoutEnd) {
  std::string tees = "t0: { type: tee, to: [null] }";
  for (int i = 1; i < 20; ++i) {
    absl::StrAppend(&tees, ", t", i, ": { type: tee, to: [t", i - 1, "] }");
  }
  EXPECT_THAT(Refuse(Console("t19", tees)),
              ElementsAre(HasSubstr("more than 16 tees are in each other")));
}

TEST_F(PlanTest, MemberOfATeeIsItsAlone) {
  EXPECT_THAT(Refuse(Console("all", "all: { type: tee, to: [b, b] }, b: { type: ring }")),
              ElementsAre(HasSubstr("`to` of backend all: a backend has one user"),
                          HasSubstr("help"), HasSubstr("note")));
}

TEST_F(PlanTest, DeterministicMachineHearsNobody) {
  options_.deterministic = true;
  for (const char* console : {"{ type: pty }", "{ type: tcp, listen: 0 }",
                              "{ type: unix, connect: x }", "{ type: tee, to: [{ type: pty }] }"}) {
    EXPECT_THAT(Refuse(Console(console)),
                ElementsAre(HasSubstr("cannot be with --deterministic: what somebody sends comes "
                                      "when they send it"),
                            StartsWith("help: ")))
        << console;
  }
  Accept(
      Console("{ type: tee, to: [stdio, { type: ring }, { type: file, path: x }, "
              "{ type: log }, { type: asciicast, path: y }] }",
              "unused: { type: pty }"));
}

TEST_F(PlanTest, DeterministicMachineHasOneConsole) {
  options_.deterministic = true;
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: stdio }, "
                                 "b: { type: ns16550a, at: port 0x2f8, console: stdio }"}),
              ElementsAre(StartsWith("3:113: error: with --deterministic there is one console"),
                          StartsWith("help: "), "3:58: note: console a is here"));
}

TEST_F(PlanTest, LoadLiesInMemory) {
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0xffff, hex: \"90 f4\" } ], entry: 0x1000"}),
              ElementsAre("4:23: error: a load of 2 bytes at 0xffff does not fit: no memory at "
                          "0x10000",
                          "help: there is ram at 0x0-0xffff"));
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x20000, hex: \"f4\" } ], entry: 0x1000"}),
              ElementsAre("4:23: error: a load of 1 bytes at 0x20000 does not fit: no memory at "
                          "0x20000",
                          "help: there is ram at 0x0-0xffff"));
}

TEST_F(PlanTest, LoadDoesNotLieInAReservedSlot) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0, size: 4KiB }, "
                                "hole: { at: 0x1000, size: 4KiB, kind: reserved }",
                      .boot = "load: [ { at: 0xfff, hex: \"90 f4\" } ], entry: 0"}),
              ElementsAre("4:23: error: a load of 2 bytes at 0xfff does not fit: no memory at "
                          "0x1000",
                          HasSubstr("help: there is ram at 0x0-0xfff")));
}

TEST_F(PlanTest, FileThatIsLargerThanTheMemoryDoesNotFit) {
  MakeFile("guest.bin", 0x10001);
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, file: guest.bin } ], entry: 0x1000"}),
              ElementsAre("4:23: error: a load of 65537 bytes at 0x1000 does not fit: no memory at "
                          "0x10000",
                          "help: there is ram at 0x0-0xffff"));
}

TEST_F(PlanTest, MissingFileIsNamedWithItsPath) {
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, file: guest.bin } ], entry: 0x1000"}),
              ElementsAre("4:37: error: no-such-folder/guest.bin: No such file or directory",
                          "help: a relative path begins at the machine file's folder"));
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, file: /no-such.bin } ], entry: 0x1000"}),
              ElementsAre("4:37: error: /no-such.bin: No such file or directory",
                          "help: a relative path begins at the machine file's folder"));
}

TEST_F(PlanTest, FolderIsNoFile) {
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, file: / } ], entry: 0x1000"}),
              ElementsAre("4:37: error: /: it is a folder", HasSubstr("help")));
}

TEST_F(PlanTest, FileThatIsNotShippedIsNamedWithWhereItWasLookedFor) {
  EXPECT_THAT(
      Refuse({.boot = "load: [ { at: 0x1000, file: \"cardcage:guests/no.bin\" } ], entry: 0x1000"}),
      ElementsAre(::testing::MatchesRegex(
          "4:37: error: cardcage:guests/no.bin: not shipped with this build: there is no "
          "/.*/guests/no.bin and no /.*/share/cardcage/guests/no.bin")));
}

TEST_F(PlanTest, EntryLiesInMemory) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0x1000, size: 4KiB }",
                      .boot = "load: [ { at: 0x1000, hex: \"f4\" } ], entry: 0x2000"}),
              ElementsAre("4:53: error: the first instruction is outside memory, at 0x2000",
                          "help: there is ram at 0x1000-0x1fff"));
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, hex: \"f4\" } ], "
                              "registers: { rip: 0x1000, cs: { selector: 0x1000 } }"}),
              ElementsAre("4:59: error: the first instruction is outside memory, at 0x11000",
                          HasSubstr("help")));
}

TEST_F(PlanTest, GuestBeginsSomewhere) {
  EXPECT_THAT(
      Refuse({.memory = "ram: { at: 0, size: 4KiB }", .boot = "load: [ { at: 0, hex: \"f4\" } ]"}),
      ElementsAre("4:7: error: the first instruction is outside memory, at 0xfff0",
                  "help: say where the guest begins (entry: ADDRESS); there is ram at "
                  "0x0-0xfff"));
}

TEST_F(PlanTest, MachineHasMemory) {
  EXPECT_THAT(Refuse({.memory = "", .boot = "load: [], entry: 0"}),
              ElementsAre("4:26: error: the first instruction is outside memory, at 0x0",
                          "help: the machine has no memory: add memory: { ram: { at: 0, size: 1MiB "
                          "} }"));
}

TEST_F(PlanTest, TablesLieInMemory) {
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, hex: \"f4\" } ], mode: long, tables: 0xb000, "
                              "entry: 0x1000"}),
              ElementsAre("4:66: error: no RAM for 24 KiB of page tables at 0xb000",
                          "help: there is ram at 0x0-0xffff"));
}

TEST_F(PlanTest, TablesLieInMemoryThatTheCpuCanWrite) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0, size: 8KiB }, "
                                "rom: { at: 0x10000, size: 64KiB, kind: rom }",
                      .boot = "load: [ { at: 0x1000, hex: \"f4\" } ], mode: long, "
                              "tables: 0x10000, entry: 0x1000"}),
              ElementsAre("4:66: error: no RAM for 24 KiB of page tables at 0x10000",
                          StartsWith("help: there is ram")));
}

TEST_F(PlanTest, LongModeBeginsWhereTheTablesMap) {
  EXPECT_THAT(Refuse({.memory = "ram: { at: 0, size: 64KiB }, "
                                "high: { at: 0x100000000, size: 4KiB }",
                      .boot = "load: [], mode: long, tables: 0, entry: 0x100000000"}),
              ElementsAre(HasSubstr("error: the first instruction, at 0x100000000, is beyond what "
                                    "`tables` maps"),
                          "help: below 4 GiB"));
}

TEST_F(PlanTest, TablesAndALoadDoNotOverlap) {
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, hex: \"f4\" } ], mode: long, tables: 0x0, "
                              "entry: 0x1000"}),
              ElementsAre("4:66: error: the page tables and a load are in the same place",
                          "4:23: note: the load is here"));
}

TEST_F(PlanTest, MistakeOfTheRegistersIsSaid) {
  EXPECT_THAT(Refuse({.boot = "load: [ { at: 0x1000, hex: \"f4\" } ], entry: 0x12345"}),
              ElementsAre("4:53: error: in real mode 0x12345 is beyond the reach of IP",
                          "help: as segment and offset: \"1234:0005\""));
}

TEST_F(PlanTest, EveryMistakeIsSaidNotOnlyTheFirst) {
  EXPECT_THAT(
      Refuse({.memory = "ram: { at: 0, size: 3B }",
              .devices = "a: { type: none, at: port 1 }, b: { type: scratch }",
              .boot = "load: [], entry: 0",
              .more = "cpu: { count: 2 }"}),
      ElementsAre(StartsWith("2:"), StartsWith("help"), StartsWith("3:"), StartsWith("help"),
                  StartsWith("3:"), StartsWith("help"), StartsWith("4:"), StartsWith("help"),
                  StartsWith("5:"), StartsWith("help")));
}

}  // namespace
}  // namespace cardcage
