// SPDX-License-Identifier: MIT
#include "machines/boot/flat_boot.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;

class FlatBootTest : public ::testing::Test {
 protected:
  FlatBootTest() {
    boot_.place = {.line = 1, .column = 1};
    boot_.mode.place = {.line = 2, .column = 1};
  }

  void Enter(uint64_t address) {
    boot_.entry = {.value = {address, std::nullopt}, .place = kEntry};
  }
  void Enter(uint16_t segment, uint16_t offset) {
    boot_.entry = {.value = {offset, segment}, .place = kEntry};
  }
  void EnterLongMode(uint64_t tables) {
    boot_.mode.value = BootMode::kLong;
    boot_.tables = {.value = tables, .place = {.line = 4, .column = 1}};
  }
  void Set(const std::string& name, uint64_t value) {
    boot_.registers.push_back({.name = {name, {.line = 5, .column = 1}}, .value = value});
  }
  void SetSegment(const std::string& name, uint16_t selector,
                  std::optional<uint64_t> base = std::nullopt) {
    boot_.registers.push_back({.name = {name, {.line = 5, .column = 1}},
                               .value = selector,
                               .base = base,
                               .is_segment = true});
  }

  CpuRegisters Boot() {
    const CpuRegisters registers = BootRegisters(boot_, errors_);
    EXPECT_EQ(errors_.Format(), "");
    return registers;
  }
  // What is said about what clashes, without the lines of the file.
  std::string Refuse() {
    BootRegisters(boot_, errors_);
    EXPECT_GT(errors_.count(), 0u);
    std::string said;
    std::istringstream text(errors_.Format());
    for (std::string line; std::getline(text, line);) {
      if (line.find(" | ") == std::string::npos) said += line + "\n";
    }
    return said;
  }

  static constexpr Place kEntry{.line = 3, .column = 1};
  const Source source_{.name = "m.yaml", .text = "boot:\nmode\nentry\ntables\nregister\n"};
  Diagnostics errors_{source_};
  BootSpec boot_;
};

TEST_F(FlatBootTest, WhatIsNotSaidIsTheResetStateWithAllBasesZero) {
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers, CpuRegisters());
  EXPECT_EQ(registers.rip, 0xfff0u);
  EXPECT_EQ(registers.rflags, 2u);
  EXPECT_EQ(registers.cr0, 0x60000010u);
  EXPECT_EQ(registers.CodeBits(), 16);
  for (const Segment& segment :
       {registers.cs, registers.ds, registers.es, registers.fs, registers.gs, registers.ss}) {
    EXPECT_EQ(segment.selector, 0);
    EXPECT_EQ(segment.base, 0u);
    EXPECT_EQ(segment.limit, 0xffffu);
  }
}

TEST_F(FlatBootTest, EntryIsTheInstructionPointer) {
  Enter(0x7c00);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.rip, 0x7c00u);
  EXPECT_EQ(registers.cs.base, 0u);
}

TEST_F(FlatBootTest, EntryMayBeSegmentAndOffset) {
  Enter(0xf000, 0xfff0);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.rip, 0xfff0u);
  EXPECT_EQ(registers.cs.selector, 0xf000);
  EXPECT_EQ(registers.cs.base, 0xf0000u);
  EXPECT_EQ(registers.InstructionAddress(), 0xffff0u);
}

TEST_F(FlatBootTest, LastAddressThatIpReachesIsAnEntry) {
  Enter(0xffff);
  EXPECT_EQ(Boot().rip, 0xffffu);
}

TEST_F(FlatBootTest, EntryBeyondIpIsRefusedWithItsSegmentAndOffset) {
  Enter(0x10000);
  EXPECT_EQ(Refuse(),
            "m.yaml:3:1: error: in real mode 0x10000 is beyond the reach of IP\n"
            "      = help: as segment and offset: \"1000:0000\"\n");
}

TEST_F(FlatBootTest, ProposedSegmentAndOffsetLeadToTheSameAddress) {
  Enter(0xabcde);
  EXPECT_THAT(Refuse(), HasSubstr("\"abcd:000e\""));
}

TEST_F(FlatBootTest, EntryBeyondRealModeIsRefused) {
  Enter(0x100000);
  EXPECT_EQ(Refuse(),
            "m.yaml:3:1: error: in real mode 0x100000 is beyond the reach of IP\n"
            "      = help: below 1 MiB, as segment and offset: \"1000:0000\"\n");
}

TEST_F(FlatBootTest, RegistersAreSet) {
  Set("rax", 0x1122334455667788);
  Set("r15", 15);
  Set("rip", 0x1000);
  Set("rflags", 0x202);
  Set("cr0", 0x10);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.rax, 0x1122334455667788u);
  EXPECT_EQ(registers.r15, 15u);
  EXPECT_EQ(registers.rip, 0x1000u);
  EXPECT_EQ(registers.rflags, 0x202u);
  EXPECT_EQ(registers.cr0, 0x10u);
}

TEST_F(FlatBootTest, EveryRegisterByItsName) {
  uint64_t value = 1;
  for (const char* name :
       {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp",    "rbp", "r8",  "r9",  "r10",
        "r11", "r12", "r13", "r14", "r15", "rip", "rflags", "cr0", "cr3", "cr4", "efer"}) {
    Set(name, value++);
  }
  const CpuRegisters r = Boot();
  const uint64_t found[] = {r.rax, r.rbx,    r.rcx, r.rdx, r.rsi, r.rdi, r.rsp, r.rbp,
                            r.r8,  r.r9,     r.r10, r.r11, r.r12, r.r13, r.r14, r.r15,
                            r.rip, r.rflags, r.cr0, r.cr3, r.cr4, r.efer};
  for (size_t i = 0; i < std::size(found); ++i) EXPECT_EQ(found[i], i + 1);
}

TEST_F(FlatBootTest, BaseOfARealModeSegmentFollowsItsSelector) {
  SetSegment("ds", 0x1234);
  SetSegment("es", 0x1234, 0x100000);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.ds.selector, 0x1234);
  EXPECT_EQ(registers.ds.base, 0x12340u);
  EXPECT_EQ(registers.es.selector, 0x1234);
  EXPECT_EQ(registers.es.base, 0x100000u);
}

TEST_F(FlatBootTest, EverySegmentByItsName) {
  uint16_t selector = 1;
  for (const char* name : {"cs", "ds", "es", "fs", "gs", "ss"}) SetSegment(name, selector++);
  const CpuRegisters r = Boot();
  const Segment found[] = {r.cs, r.ds, r.es, r.fs, r.gs, r.ss};
  for (size_t i = 0; i < std::size(found); ++i) EXPECT_EQ(found[i].selector, i + 1);
}

TEST_F(FlatBootTest, EntryAndRipClash) {
  Enter(0x1000);
  Set("rip", 0x2000);
  EXPECT_EQ(Refuse(),
            "m.yaml:5:1: error: `rip` and `entry` both say where the CPU begins\n"
            "      = help: leave one of them out\n"
            "m.yaml:3:1: note: `entry` is here\n");
}

TEST_F(FlatBootTest, EntryAndCsClash) {
  Enter(0x1000);
  SetSegment("cs", 0x1000);
  EXPECT_THAT(Refuse(),
              HasSubstr("m.yaml:5:1: error: `cs` and `entry` both say where the CPU begins"));
}

TEST_F(FlatBootTest, EntryAndOtherRegistersDoNotClash) {
  Enter(0x1000);
  Set("rsp", 0x8000);
  SetSegment("ss", 0);
  EXPECT_EQ(Boot().rsp, 0x8000u);
}

TEST_F(FlatBootTest, LongModeIsPagedFlatCodeOf64Bits) {
  EnterLongMode(0x10000);
  Enter(0x200000);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.rip, 0x200000u);
  EXPECT_EQ(registers.CodeBits(), 64);
  EXPECT_EQ(registers.cr0, 0x80000031u);  // PG, NE, ET, PE
  EXPECT_EQ(registers.cr3, 0x10000u);
  EXPECT_EQ(registers.cr4, 0x20u);    // PAE
  EXPECT_EQ(registers.efer, 0x500u);  // LMA, LME
  EXPECT_EQ(registers.rflags, 2u);
}

TEST_F(FlatBootTest, SegmentsOfLongModeAreThoseThatTheCpuAccepts) {
  EnterLongMode(0x10000);
  const CpuRegisters registers = Boot();
  const Segment& cs = registers.cs;
  EXPECT_TRUE(cs.long_mode && !cs.default_32 && cs.present && cs.code_or_data && cs.granularity);
  EXPECT_EQ(cs.type, 11);
  EXPECT_EQ(cs.privilege, 0);
  EXPECT_EQ(cs.limit, 0xffffffffu);
  for (const Segment& data :
       {registers.ds, registers.es, registers.fs, registers.gs, registers.ss}) {
    EXPECT_EQ(data.type, 3);
    EXPECT_EQ(data.base, 0u);
    EXPECT_NE(data.selector, cs.selector);
    EXPECT_FALSE(data.long_mode);
  }
}

TEST_F(FlatBootTest, RegistersOverrideLongMode) {
  EnterLongMode(0x10000);
  Set("cr4", 0x620);
  SetSegment("fs", 0x10, 0x123456789000);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.cr4, 0x620u);
  EXPECT_EQ(registers.fs.base, 0x123456789000u);
}

TEST_F(FlatBootTest, SelectorOfALongModeSegmentIsNotItsBase) {
  EnterLongMode(0x10000);
  SetSegment("cs", 0x18);
  const CpuRegisters registers = Boot();
  EXPECT_EQ(registers.cs.selector, 0x18);
  EXPECT_EQ(registers.cs.base, 0u);
  EXPECT_TRUE(registers.cs.long_mode);
}

TEST_F(FlatBootTest, EntryOfLongModeHasNoSegment) {
  EnterLongMode(0x10000);
  Enter(0x1000, 0);
  EXPECT_EQ(Refuse(),
            "m.yaml:3:1: error: in long mode an entry is an address, without a segment\n");
}

TEST_F(FlatBootTest, LongModeNeedsTables) {
  boot_.mode.value = BootMode::kLong;
  EXPECT_EQ(Refuse(),
            "m.yaml:2:1: error: long mode needs page tables, and `tables` is not said\n"
            "      = help: add tables: ADDRESS, with 24 KiB of RAM there for them\n");
}

TEST_F(FlatBootTest, TablesLieOnAPage) {
  EnterLongMode(0x10800);
  EXPECT_EQ(Refuse(), "m.yaml:4:1: error: page tables lie at a multiple of 4096 (0x1000)\n");
}

TEST_F(FlatBootTest, TablesLieBelow4GiB) {
  EnterLongMode(uint64_t{1} << 32);
  EXPECT_EQ(Refuse(), "m.yaml:4:1: error: page tables lie below 4 GiB, which is what they map\n");
}

TEST_F(FlatBootTest, TablesAreForLongModeOnly) {
  EnterLongMode(0x10000);
  boot_.mode.value = BootMode::kReal;
  EXPECT_EQ(Refuse(),
            "m.yaml:4:1: error: `tables` is for mode long\n      = help: add mode: long\n");
}

TEST_F(FlatBootTest, RipBeyondTheReachOfIpIsRefusedInRealMode) {
  Set("rip", 0x12345);
  EXPECT_EQ(Refuse(),
            "m.yaml:5:1: error: in real mode 0x12345 is beyond the reach of IP\n"
            "      = help: up to 0xffff; `cs` says in which segment\n");
}

}  // namespace
}  // namespace cardcage
