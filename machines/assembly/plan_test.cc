// SPDX-License-Identifier: MIT
#include "machines/assembly/plan.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/assembly/plan_tester.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PlanTest : public PlanTester {};

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
  EXPECT_EQ(plan.loads[0].path, folder_.Path("guest.bin"));
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

// --- Clock and layout ------------------------------------------------------------------------------

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
              ElementsAre("3:54: error: `size` of device a is 0B: it must be from 1B to 1MiB"));
  EXPECT_THAT(Refuse({.devices = "a: { type: scratch, at: mmio 0xd0000000, size: 2MiB }"}),
              ElementsAre("3:59: error: `size` of device a is 2MiB: it must be from 1B to 1MiB"));
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

TEST_F(PlanTest, EnumIsOneOfItsWords) {
  const auto variant = [this](const std::string& word) {
    const Plan plan = Accept(
        {.devices = absl::StrCat("a: { type: ns16550a, at: port 0x3f8, variant: ", word, " }")});
    return plan.devices[0].params[1].value.number;
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
  EXPECT_THAT(
      Refuse({.boot = "load: [ { at: 0x1000, file: guest.bin } ], entry: 0x1000"}),
      ElementsAre("4:37: error: " + folder_.Path("guest.bin") + ": No such file or directory",
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
