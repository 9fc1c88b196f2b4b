// SPDX-License-Identifier: MIT
#include "machines/spec/machine_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "framework/testers/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Remarks = std::vector<std::string>;

// What is said about a file, one string a remark, without the file's name and its lines:
// "2:1: error: message", "2:1: note: message", "help: what would do".
Remarks RemarksOf(const Diagnostics& diagnostics) {
  Remarks said;
  std::istringstream text(diagnostics.Format());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("m.yaml:")) said.push_back(line.substr(7));
    if (line.starts_with("      = ")) said.push_back(line.substr(8));
    if (line.starts_with("and ")) said.push_back(line);
  }
  return said;
}

class MachineReaderTest : public ::testing::Test {
 protected:
  // The spec of a good file.
  MachineSpec Read(std::string text) {
    const Source source{.name = "m.yaml", .text = std::move(text)};
    Diagnostics diagnostics(source);
    MachineSpec spec = ReadMachine(source, diagnostics);
    EXPECT_EQ(diagnostics.Format(), "");
    return spec;
  }
  // What is said about a bad one.
  static Remarks Refuse(std::string text) {
    const Source source{.name = "m.yaml", .text = std::move(text)};
    Diagnostics diagnostics(source);
    ReadMachine(source, diagnostics);
    return RemarksOf(diagnostics);
  }
  // The same for the third line, below two that are right.
  static Remarks RefuseLine(const std::string& line) {
    return Refuse("cardcage: 1\nboot: { load: [] }\n" + line + "\n");
  }
  // The same for what stands in `boot: { load: [], … }` on the second line, from column 19 on.
  static Remarks RefuseBoot(const std::string& keys) {
    return Refuse("cardcage: 1\nboot: { load: [], " + keys + " }\n");
  }
  // The same for what stands in `boot: { load: [ … ] }`, from column 17 on.
  static Remarks RefuseLoad(const std::string& load) {
    return Refuse("cardcage: 1\nboot: { load: [ " + load + " ] }\n");
  }
};

TEST_F(MachineReaderTest, SmallestMachineIsReadWhole) {
  const MachineSpec spec = Read(R"(cardcage: 1
name: two-plus-two
memory:
  code: { at: 0x1000, size: 4KiB }
devices:
  com1: { type: ns16550a, at: port 0x3f8, console: stdio }
boot:
  load: [ { at: 0x1000, hex: "ba f8 03 00 d8 04 30 ee b0 0a ee f4" } ]
  registers: { rip: 0x1000, rax: 2, rbx: 2 }
)");
  EXPECT_EQ(spec.name.value, "two-plus-two");
  EXPECT_EQ(spec.cpu.count.value, 1u);
  EXPECT_EQ(spec.cpu.engine.value, "auto");
  EXPECT_EQ(spec.chipset.irqchip.value, Irqchip::kNone);

  ASSERT_THAT(spec.memory, SizeIs(1));
  EXPECT_EQ(spec.memory[0].name.value, "code");
  EXPECT_EQ(spec.memory[0].at.value, 0x1000u);
  EXPECT_EQ(spec.memory[0].size.value, 4096u);
  EXPECT_EQ(spec.memory[0].kind, MemorySlot::Kind::kRam);

  ASSERT_THAT(spec.devices, SizeIs(1));
  const DeviceSpec& com1 = spec.devices[0];
  EXPECT_EQ(com1.name.value, "com1");
  EXPECT_EQ(com1.type.value, "ns16550a");
  ASSERT_THAT(com1.at, SizeIs(1));
  EXPECT_TRUE(com1.at[0].is_port);
  EXPECT_EQ(com1.at[0].address.value, 0x3f8u);
  EXPECT_EQ(com1.at[0].region.value, "");
  ASSERT_THAT(com1.params, SizeIs(1));
  EXPECT_EQ(com1.params[0].key.value, "console");
  EXPECT_EQ(com1.params[0].value.scalar, "stdio");

  ASSERT_THAT(spec.boot.load, SizeIs(1));
  EXPECT_EQ(spec.boot.load[0].at.value, 0x1000u);
  EXPECT_THAT(spec.boot.load[0].bytes,
              ElementsAre(0xba, 0xf8, 3, 0, 0xd8, 4, 0x30, 0xee, 0xb0, 0x0a, 0xee, 0xf4));
  EXPECT_FALSE(spec.boot.load[0].file.has_value());
  EXPECT_FALSE(spec.boot.entry.has_value());
  EXPECT_EQ(spec.boot.mode.value, BootMode::kReal);
  ASSERT_THAT(spec.boot.registers, SizeIs(3));
  EXPECT_EQ(spec.boot.registers[0].name.value, "rax");
  EXPECT_EQ(spec.boot.registers[0].value, 2u);
  EXPECT_EQ(spec.boot.registers[2].name.value, "rip");
  EXPECT_EQ(spec.boot.registers[2].value, 0x1000u);
}

TEST_F(MachineReaderTest, PluginsAreReadWithTheirRanges) {
  const MachineSpec spec = Read(R"(cardcage: 1
plugins:
- { file: a.so, version: ">=1.0 <2" }
- file: lib/b.so
boot: { load: [] }
)");
  ASSERT_THAT(spec.plugins, SizeIs(2));
  EXPECT_EQ(spec.plugins[0].file.value, "a.so");
  EXPECT_EQ(spec.plugins[0].file.place.line, 3);
  EXPECT_EQ(spec.plugins[0].file.place.column, 11);
  ASSERT_TRUE(spec.plugins[0].version.has_value());
  EXPECT_EQ(spec.plugins[0].version->value.text(), ">=1.0 <2");
  EXPECT_EQ(spec.plugins[0].version->place.column, 26);
  EXPECT_EQ(spec.plugins[1].file.value, "lib/b.so");
  EXPECT_FALSE(spec.plugins[1].version.has_value());
}

TEST_F(MachineReaderTest, PluginsThatMakeNoSenseAreRefused) {
  EXPECT_THAT(RefuseLine("plugins: a.so"), ElementsAre("3:10: error: `plugins` must be a list",
                                                       "help: plugins: [ { file: dice.so } ]"));
  EXPECT_THAT(RefuseLine("plugins: [ a.so ]"),
              ElementsAre("3:12: error: a plugin must be a map of keys and values"));
  EXPECT_THAT(RefuseLine("plugins: [ { version: \"=1\" } ]"),
              ElementsAre("3:12: error: a plugin lacks the key `file`", "help: add file: dice.so"));
  EXPECT_THAT(RefuseLine("plugins: [ { file: a.so, versoin: 1 } ]"),
              ElementsAre("3:26: error: unknown key `versoin` of a plugin",
                          "help: did you mean `version`?"));
  EXPECT_THAT(RefuseLine("plugins: [ { file: [], version: {} } ]"),
              ElementsAre("3:20: error: the file of a plugin must be a text",
                          "3:33: error: the version of a plugin must be a text"));
  EXPECT_THAT(RefuseLine("plugins: [ { file: a.so, version: 1.0 } ]"),
              ElementsAre("3:35: error: `1.0` is no range of versions",
                          "help: one or more of >= > <= < = with a version, all of which hold: "
                          "\">=1.0 <2\""));
}

TEST_F(MachineReaderTest, EveryValueKnowsItsPlace) {
  const MachineSpec spec = Read(R"(boot: { load: [], tables: 0x8000 }
devices:
  com1: { type: ns16550a, at: port 0x3f8 }
cardcage: 1
)");
  const Place tables = spec.boot.tables->place;
  EXPECT_EQ(std::tie(tables.line, tables.column, tables.length), std::make_tuple(1, 27, 6));
  const Place at = spec.devices[0].at[0].address.place;
  EXPECT_EQ(std::tie(at.line, at.column, at.length), std::make_tuple(3, 31, 10));
  EXPECT_EQ(spec.cpu.count.place.line, 0);
}

TEST_F(MachineReaderTest, AllElseThatAFileCanSay) {
  const MachineSpec spec = Read(R"(cardcage: 1
cpu: { count: 2, engine: kvm }
chipset: { irqchip: kernel }
memory:
  ram:  { at: 0x0, size: 1MiB, kind: ram }
  bios: { at: 0xfff00000, size: 64KiB, kind: rom }
  hole: { at: 0xa0000, size: 4KiB, kind: reserved }
backends:
  log: { type: stdio }
devices:
  two: { type: pair, at: { low: port 1, high: mmio 0x2000 }, irq: 4, dma: [ram], cage: {} }
boot:
  load: [ { at: 0, file: "cardcage:guests/hello.bin" }, { at: 16, file: a b.bin } ]
  mode: long
  tables: 0x1000
  entry: 0x2000
  registers: { ds: { selector: 0x10, base: 0x20 }, es: { selector: 3 }, efer: 0x500 }
)");
  EXPECT_EQ(spec.cpu.count.value, 2u);
  EXPECT_EQ(spec.cpu.engine.value, "kvm");
  EXPECT_EQ(spec.chipset.irqchip.value, Irqchip::kKernel);
  EXPECT_EQ(spec.memory[1].kind, MemorySlot::Kind::kRom);
  EXPECT_EQ(spec.memory[2].kind, MemorySlot::Kind::kReserved);
  EXPECT_EQ(spec.backends[0].name.value, "log");
  EXPECT_EQ(spec.backends[0].map.map[0].value.scalar, "stdio");
  const DeviceSpec& two = spec.devices[0];
  EXPECT_EQ(two.at[0].region.value, "low");
  EXPECT_TRUE(two.at[0].is_port);
  EXPECT_EQ(two.at[1].region.value, "high");
  EXPECT_FALSE(two.at[1].is_port);
  EXPECT_EQ(two.irq_place->column, 62);
  ASSERT_EQ(two.irqs.size(), 1u);
  EXPECT_EQ(two.irqs[0].gsi.value, 4u);
  EXPECT_EQ(two.dma->column, 70);
  EXPECT_THAT(two.params, SizeIs(0));
  EXPECT_EQ(spec.boot.load[0].file->value, "cardcage:guests/hello.bin");
  EXPECT_EQ(spec.boot.load[1].file->value, "a b.bin");
  EXPECT_EQ(spec.boot.mode.value, BootMode::kLong);
  EXPECT_EQ(spec.boot.tables->value, 0x1000u);
  EXPECT_EQ(spec.boot.entry->value.address, 0x2000u);
  EXPECT_EQ(spec.boot.registers[0].name.value, "efer");
  EXPECT_TRUE(spec.boot.registers[1].is_segment);
  EXPECT_EQ(spec.boot.registers[1].value, 0x10u);
  EXPECT_EQ(spec.boot.registers[1].base, 0x20u);
  EXPECT_EQ(spec.boot.registers[2].base, std::nullopt);
}

TEST_F(MachineReaderTest, EmptySectionsAreFine) {
  const MachineSpec spec =
      Read("cardcage: 1\nmemory:\nbackends: {}\ndevices:\nboot: { load: [] }\n");
  EXPECT_THAT(spec.memory, SizeIs(0));
  EXPECT_THAT(spec.devices, SizeIs(0));
}

TEST_F(MachineReaderTest, EntryIsAnAddressOrSegmentAndOffset) {
  const auto entry = [this](const std::string& text) {
    return Read("cardcage: 1\nboot: { load: [], entry: " + text + " }").boot.entry->value;
  };
  EXPECT_EQ(entry("0x7c00").address, 0x7c00u);
  EXPECT_EQ(entry("0x7c00").segment, std::nullopt);
  EXPECT_EQ(entry("\"f000:fff0\"").segment, 0xf000);
  EXPECT_EQ(entry("\"f000:fff0\"").address, 0xfff0u);
  EXPECT_EQ(entry("07c0:0000").segment, 0x7c0);
}

TEST_F(MachineReaderTest, AliasIsACopyOfItsAnchorAtItsOwnPlace) {
  const MachineSpec spec = Read(R"(cardcage: 1
memory:
  a: { at: 0x0, size: &page 4KiB }
  b: { at: 0x1000, size: *page }
boot: { load: [] }
)");
  EXPECT_EQ(spec.memory[1].size.value, 4096u);
  EXPECT_EQ(spec.memory[1].size.place.line, 4);
}

TEST_F(MachineReaderTest, OneDocumentMayBeginAndEndWithItsMarks) {
  EXPECT_EQ(
      Read("%YAML 1.2\n---\ncardcage: 1\nname: a\nboot: { load: [] }\n...\n# end\n").name.value,
      "a");
}

TEST_F(MachineReaderTest, LineEndsOfWindowsAndAByteOrderMarkAreFine) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "cardcage: 1\r\nname: a\r\nboot: { load: [] }\r\n")
                .name.value,
            "a");
}

TEST_F(MachineReaderTest, EveryMistakeIsSaidNotOnlyTheFirst) {
  EXPECT_THAT(
      Refuse("cardcage: 2\nmemory: { a: { at: 010, size: 4K } }\ncolor: red\n"),
      ElementsAre(
          "1:1: error: the machine lacks the key `boot`", "help: add boot: { load: [ … ] }",
          "1:11: error: format 2 is not known here", "help: this release reads format 1",
          "2:20: error: the address of memory slot a is no number: 010",
          "help: a leading 0 would make it octal: write 10, or 0x8 for octal 010",
          "2:31: error: the size of memory slot a is no size: 4K", "help: did you mean 4KiB?",
          "3:1: error: unknown key `color` of the machine",
          "help: there are: cardcage, name, plugins, cpu, chipset, clock, memory, backends, "
          "devices, boot"));
}

TEST_F(MachineReaderTest, WhatCouldNotBeReadIsLeftOut) {
  const Source source{.name = "m.yaml",
                      .text =
                          "cardcage: 1\nboot: { load: [] }\n"
                          "memory: { a: { at: 0, size: 4K }, b: { at: 0, size: 4KiB } }\n"};
  Diagnostics diagnostics(source);
  const MachineSpec spec = ReadMachine(source, diagnostics);
  EXPECT_EQ(diagnostics.count(), 1u);
  ASSERT_THAT(spec.memory, SizeIs(1));
  EXPECT_EQ(spec.memory[0].name.value, "b");
}

TEST_F(MachineReaderTest, FileThatSaysNothingIsRefused) {
  const Remarks empty = {"1:1: error: the file is empty",
                         "help: a machine file begins with `cardcage: 1`"};
  EXPECT_EQ(Refuse(""), empty);
  EXPECT_EQ(Refuse("\n\n"), empty);
  EXPECT_EQ(Refuse("# only a comment\n"), empty);
}

TEST_F(MachineReaderTest, FileThatIsNoMapIsRefused) {
  for (const char* text : {"- cardcage\n", "hello\n", "[1, 2]\n", "null\n"}) {
    EXPECT_THAT(Refuse(text), ElementsAre("1:1: error: a machine file is a map of keys and values",
                                          "help: it begins with `cardcage: 1`"))
        << text;
  }
}

TEST_F(MachineReaderTest, FileThatIsNoTextIsRefused) {
  EXPECT_THAT(Refuse(std::string("cardcage: 1\nb\0ot: 1\n", 20)),
              ElementsAre(" error: this is no text: byte 14 is 0"));
  EXPECT_THAT(Refuse("\x89PNG\r\n\x1a\n"),
              ElementsAre(" error: this is no text: byte 1 is no UTF-8", "help: save it as UTF-8"));
}

TEST_F(MachineReaderTest, FileIsUtf8) {
  EXPECT_EQ(Read("cardcage: 1\nname: \"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\"\n"
                 "boot: { load: [] }\n")
                .name.value,
            "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80");
  for (const char* wrong : {"\xfc", "\x80", "\xc3", "\xc3(", "\xc0\x80", "\xe0\x80\x80",
                            "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_THAT(
        Refuse(std::string("name: ") + wrong),
        ElementsAre(" error: this is no text: byte 7 is no UTF-8", "help: save it as UTF-8"));
  }
}

TEST_F(MachineReaderTest, FileThatIsNoYamlIsRefusedAtItsPlace) {
  EXPECT_THAT(Refuse("a: b: c\n"), ElementsAre("1:5: error: not YAML: illegal map value"));
  EXPECT_THAT(Refuse("cardcage: 1\n\tboot: 2\n"),
              ElementsAre("2:1: error: not YAML: illegal tab when looking for indentation"));
  EXPECT_THAT(Refuse("name: \"abc"), ElementsAre("1:11: error: not YAML: illegal EOF in scalar"));
  EXPECT_THAT(Refuse("a: [1\n"),
              ElementsAre("2:1: error: not YAML: end of sequence flow not found"));
  EXPECT_THAT(Refuse("a: *x\n"),
              ElementsAre("1:4: error: not YAML: the referenced anchor is not defined"));
}

TEST_F(MachineReaderTest, UnknownKeyIsRefusedWithTheNearestKnown) {
  EXPECT_THAT(RefuseLine("memry: {}"), ElementsAre("3:1: error: unknown key `memry` of the machine",
                                                   "help: did you mean `memory`?"));
  EXPECT_THAT(RefuseLine("cpu: { cuont: 1 }"),
              ElementsAre("3:8: error: unknown key `cuont` of cpu", "help: did you mean `count`?"));
  EXPECT_THAT(RefuseLine("cpu: { cores: 1 }"), ElementsAre("3:8: error: unknown key `cores` of cpu",
                                                           "help: there are: count, engine"));
  EXPECT_THAT(
      RefuseLine("chipset: { acpi: true }"),
      ElementsAre("3:12: error: unknown key `acpi` of chipset", "help: there is only: irqchip"));
  EXPECT_THAT(RefuseLine("memory: { a: { at: 0, size: 4KiB, typ: ram } }"),
              ElementsAre("3:35: error: unknown key `typ` of memory slot a",
                          "help: there are: at, size, kind"));
  EXPECT_THAT(RefuseLine("devices: { a: { type: scratch, cage: { x: 1 } } }"),
              ElementsAre("3:40: error: unknown key `x` of cage of device a",
                          "help: there are: shift, width"));
  EXPECT_THAT(RefuseBoot("entri: 0"), ElementsAre("2:19: error: unknown key `entri` of boot",
                                                  "help: did you mean `entry`?"));
}

TEST_F(MachineReaderTest, KeyWithControlCharactersDoesNotReachTheTerminal) {
  EXPECT_THAT(RefuseBoot("\"e\\x1b[2J\": 0"),
              ElementsAre("2:19: error: unknown key `e?[2J` of boot", StartsWith("help: ")));
}

TEST_F(MachineReaderTest, DuplicateKeyIsRefusedWithTheFirst) {
  EXPECT_THAT(RefuseLine("boot: {}"),
              ElementsAre("3:1: error: duplicate key `boot`", "2:1: note: it is here already"));
  EXPECT_THAT(RefuseLine("memory: { a: { at: 0, size: 4KiB }, 'a': {} }"),
              ElementsAre("3:37: error: duplicate key `a`", "3:11: note: it is here already"));
}

TEST_F(MachineReaderTest, MergeKeyIsRefused) {
  EXPECT_THAT(RefuseLine("cpu: { <<: { count: 1 } }"),
              ElementsAre("3:8: error: merge key `<<`: a machine file has none",
                          "help: write the keys out, or use an alias for a whole value"));
}

TEST_F(MachineReaderTest, SecondDocumentIsRefused) {
  const Remarks second = {"3:1: error: a second document: a machine file is one",
                          "help: leave out the line `---` and what follows"};
  EXPECT_EQ(RefuseLine("---\ncardcage: 1"), second);
  EXPECT_EQ(RefuseLine("---"), second);
}

TEST_F(MachineReaderTest, TagIsRefusedAsItWasWritten) {
  EXPECT_THAT(
      RefuseLine("name: !text a"),
      ElementsAre("3:7: error: tag !text: a machine file has no tags", "help: leave it out"));
  EXPECT_THAT(
      RefuseLine("name: !!str a"),
      ElementsAre("3:7: error: tag !!str: a machine file has no tags", "help: leave it out"));
  EXPECT_THAT(
      RefuseLine("cpu: !!map { count: 1 }"),
      ElementsAre("3:6: error: tag !!map: a machine file has no tags", "help: leave it out"));
}

TEST_F(MachineReaderTest, KeyThatIsNoWordIsRefused) {
  for (const char* key : {"[a]", "{a: 1}", "null", "~"}) {
    EXPECT_THAT(RefuseLine(absl::StrCat("memory: { ? ", key, " : 1 }")),
                ElementsAre("3:13: error: a key must be a plain word"))
        << key;
  }
}

TEST_F(MachineReaderTest, MissingKeyIsNamedWithAnExample) {
  EXPECT_THAT(Refuse("name: a\n"),
              ElementsAre("1:1: error: the machine lacks the key `cardcage`",
                          "help: add cardcage: 1", "1:1: error: the machine lacks the key `boot`",
                          "help: add boot: { load: [ … ] }"));
  EXPECT_THAT(Refuse("cardcage: 1\nboot: { entry: 0 }\n"),
              ElementsAre("2:7: error: boot lacks the key `load`",
                          "help: add load: [ { at: 0x1000, file: guest.bin } ]"));
  EXPECT_THAT(
      RefuseLine("memory: { a: {} }"),
      ElementsAre("3:14: error: memory slot a lacks the key `at`", "help: add at: 0x1000",
                  "3:14: error: memory slot a lacks the key `size`", "help: add size: 4KiB"));
  EXPECT_THAT(
      RefuseLine("devices: { a: { at: port 1 } }"),
      ElementsAre("3:15: error: device a lacks the key `type`", "help: add type: ns16550a"));
  EXPECT_THAT(RefuseLoad("{ hex: \"90\" }"),
              ElementsAre("2:17: error: a load lacks the key `at`", "help: add at: 0x1000"));
}

TEST_F(MachineReaderTest, SectionOfAnotherKindIsRefused) {
  EXPECT_THAT(RefuseLine("cpu: 1"),
              ElementsAre("3:6: error: cpu must be a map of keys and values"));
  EXPECT_THAT(RefuseLine("chipset: [irqchip]"),
              ElementsAre("3:10: error: chipset must be a map of keys and values"));
  EXPECT_THAT(
      RefuseLine("memory: [ { at: 0 } ]"),
      ElementsAre("3:9: error: `memory` must be a map by name", "help: memory: { NAME: { … } }"));
  EXPECT_THAT(RefuseLine("devices: com1"),
              ElementsAre("3:10: error: `devices` must be a map by name",
                          "help: devices: { NAME: { … } }"));
  EXPECT_THAT(RefuseLine("memory: { a: 4KiB }"),
              ElementsAre("3:14: error: memory slot a must be a map of keys and values"));
  EXPECT_THAT(RefuseLine("devices: { a: scratch }"),
              ElementsAre("3:15: error: device a must be a map of keys and values"));
  EXPECT_THAT(RefuseLine("name: [a]"), ElementsAre("3:7: error: the name must be a text"));
}

TEST_F(MachineReaderTest, SectionThatWasLeftEmptyIsShownAtItsKey) {
  EXPECT_THAT(Refuse("cardcage: 1\nboot:\n\n# end\n"),
              ElementsAre("2:1: error: boot must be a map of keys and values"));
}

TEST_F(MachineReaderTest, FormatIsOne) {
  EXPECT_THAT(
      Refuse("cardcage: 2\nboot: { load: [] }\n"),
      ElementsAre("1:11: error: format 2 is not known here", "help: this release reads format 1"));
  EXPECT_THAT(Refuse("cardcage: \"1\"\nboot: { load: [] }\n"),
              ElementsAre("1:11: error: the format is in quotes, which make it a text",
                          "help: without quotes: 1"));
}

TEST_F(MachineReaderTest, ClockIsReadWithItsBounds) {
  EXPECT_THAT(RefuseLine("clock: { rate: 0 }"),
              ElementsAre("3:16: error: clock.rate must be from 0.001 to 1000"));
  EXPECT_THAT(RefuseLine("clock: { rate: fast }"),
              ElementsAre("3:16: error: clock.rate must be a factor, as 2 or 0.5, not fast"));
  EXPECT_THAT(RefuseLine("clock: { rate: -1 }"), SizeIs(1));
  EXPECT_THAT(
      RefuseLine("clock: { source: sun }"),
      ::testing::Contains("3:18: error: clock.source cannot be `sun`: it is real or instructions"));
}

TEST_F(MachineReaderTest, WordOutOfAFewIsRefusedWithThem) {
  EXPECT_THAT(
      RefuseLine("chipset: { irqchip: kernl }"),
      ElementsAre("3:21: error: chipset.irqchip cannot be `kernl`: it is none or kernel or user",
                  "help: did you mean `kernel`?"));
  EXPECT_THAT(RefuseLine("memory: { a: { at: 0, size: 4KiB, kind: flash } }"),
              ElementsAre("3:41: error: the kind of memory slot a cannot be `flash`: it is ram or "
                          "rom or reserved",
                          "help: there are: ram, rom, reserved"));
  EXPECT_THAT(RefuseBoot("mode: lnog"),
              ElementsAre("2:25: error: boot.mode cannot be `lnog`: it is real or long",
                          "help: did you mean `long`?"));
}

TEST_F(MachineReaderTest, MachineHasAtLeastOneCpu) {
  EXPECT_THAT(RefuseLine("cpu: { count: 0 }"),
              ElementsAre("3:15: error: a machine needs at least one CPU"));
}

TEST_F(MachineReaderTest, NameHasNoDotAndNoBlank) {
  EXPECT_THAT(RefuseLine("memory: { a.b: { at: 0, size: 4KiB } }"),
              ElementsAre("3:11: error: `a.b` is no name", "help: letters, digits, - and _"));
  EXPECT_THAT(RefuseLine("devices: { a b: { type: scratch } }"),
              ElementsAre("3:12: error: `a b` is no name", "help: letters, digits, - and _"));
  EXPECT_THAT(RefuseLine("backends: { \"\": { type: null } }"),
              ElementsAre("3:13: error: `` is no name", "help: letters, digits, - and _"));
}

TEST_F(MachineReaderTest, PlaceOfADeviceIsAPortOrMmioAddress) {
  const Remarks form = {
      "3:36: error: the place of device a must be `port ADDRESS` or `mmio ADDRESS`",
      "help: at: port 0x3f8, or at: mmio 0xd0000000"};
  for (const char* at : {"io 0x3f8", "port", "port 0y3", "port 010", "port 1 2", "port -1",
                         "Port 1", "[port 1]", "\"\""}) {
    EXPECT_EQ(RefuseLine(absl::StrCat("devices: { a: { type: scratch, at: ", at, " } }")), form)
        << at;
  }
}

TEST_F(MachineReaderTest, AddressWithoutItsSpaceIsRefusedWithBoth) {
  EXPECT_THAT(RefuseLine("devices: { a: { type: scratch, at: 0x3f8 } }"),
              ElementsAre("3:36: error: the place of device a does not say whether it is a port or "
                          "in memory",
                          "help: port 0x3f8, or mmio 0x3f8"));
  EXPECT_THAT(RefuseLine("devices: { a: { type: scratch, at: { registers: 5 } } }"),
              ElementsAre("3:49: error: the place of device a's region registers does not say "
                          "whether it is a port or in memory",
                          "help: port 5, or mmio 5"));
}

TEST_F(MachineReaderTest, LoadIsAListOfMaps) {
  EXPECT_THAT(Refuse("cardcage: 1\nboot: { load: 0x1000 }\n"),
              ElementsAre("2:15: error: `load` must be a list",
                          "help: load: [ { at: 0x1000, file: guest.bin } ]"));
  EXPECT_THAT(RefuseLoad("guest.bin"),
              ElementsAre("2:17: error: a load must be a map of keys and values"));
}

TEST_F(MachineReaderTest, LoadHasHexOrFile) {
  EXPECT_THAT(RefuseLoad("{ at: 1 }"),
              ElementsAre("2:17: error: a load has either `hex` or `file`: this has none"));
  EXPECT_THAT(RefuseLoad("{ at: 1, hex: \"90\", file: x }"),
              ElementsAre("2:17: error: a load has either `hex` or `file`, not both"));
  EXPECT_THAT(RefuseLoad("{ at: 1, hex: \"b0 0g\" }"),
              ElementsAre("2:31: error: `hex` is no hex: at character 4, `0g`",
                          "help: pairs of hex digits, as \"b0 0a ee f4\""));
  EXPECT_THAT(RefuseLoad("{ at: 1, file: [x] }"),
              ElementsAre("2:32: error: `file` must be a text"));
  EXPECT_THAT(RefuseLoad("{ at: 1KiB, hex: \"90\" }"),
              ElementsAre("2:23: error: the address of a load is no number: 1KiB",
                          "help: write 42 or 0x2a"));
}

TEST_F(MachineReaderTest, EntryOfAnotherFormIsRefused) {
  for (const char* entry : {"10000:0", "0:10000", "1000:", ":0", "0x10:0", "1:2:3", "x:y"}) {
    EXPECT_THAT(
        RefuseBoot(absl::StrCat("entry: \"", entry, "\"")),
        ElementsAre(absl::StrCat("2:26: error: boot.entry is no segment and offset: ", entry),
                    "help: two hex numbers of up to four digits: \"1000:0000\""));
  }
  EXPECT_THAT(RefuseBoot("entry: \"0x1000\""),
              ElementsAre("2:26: error: boot.entry is in quotes, which make it a text",
                          "help: without quotes: 0x1000"));
  EXPECT_THAT(RefuseBoot("entry: start"),
              ElementsAre("2:26: error: boot.entry is no number: start", "help: write 42 or 0x2a"));
  EXPECT_THAT(RefuseBoot("entry: [0]"),
              ElementsAre("2:26: error: boot.entry must be a number, as 42 or 0x2a"));
}

TEST_F(MachineReaderTest, RegistersAreThoseOfTheCpu) {
  EXPECT_THAT(
      RefuseBoot("registers: { eax: 1 }"),
      ElementsAre("2:32: error: unknown key `eax` of boot.registers", "help: did you mean `rax`?"));
  EXPECT_THAT(
      RefuseBoot("registers: { rax: -1 }"),
      ElementsAre("2:37: error: register rax is no number: -1", "help: it cannot be negative"));
  EXPECT_THAT(RefuseBoot("registers: 5"),
              ElementsAre("2:30: error: boot.registers must be a map of keys and values"));
}

TEST_F(MachineReaderTest, SegmentHasASelectorOf16Bits) {
  EXPECT_THAT(RefuseBoot("registers: { cs: 0x1000 }"),
              ElementsAre("2:36: error: segment register cs must be a map of keys and values"));
  EXPECT_THAT(RefuseBoot("registers: { cs: { selector: 0x10000 } }"),
              ElementsAre("2:48: error: a selector has 16 bits"));
  EXPECT_THAT(RefuseBoot("registers: { cs: { base: 0 } }"),
              ElementsAre("2:36: error: segment register cs lacks the key `selector`",
                          "help: add selector: 0x1000"));
  EXPECT_THAT(RefuseBoot("registers: { cs: { selector: 8, limit: 3 } }"),
              ElementsAre("2:51: error: unknown key `limit` of segment register cs",
                          "help: there are: selector, base"));
}

TEST_F(MachineReaderTest, AliasToWhatItIsPartOfIsRefused) {
  EXPECT_THAT(Refuse("a: &a [*a]\n"),
              ElementsAre("1:8: error: an alias to something that it is part of"));
}

// Each line has the one above nine times: 9^9 nodes from 400 bytes.
std::string BillionLaughs() {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char name = 'b'; name <= 'j'; ++name) {
    const std::string above = absl::StrCat("*", std::string(1, static_cast<char>(name - 1)), ",");
    absl::StrAppend(&text, std::string(1, name), ": &", std::string(1, name), " [");
    for (int i = 0; i < 9; ++i) absl::StrAppend(&text, above);
    absl::StrAppend(&text, "]\n");
  }
  return text;
}

TEST_F(MachineReaderTest, AliasesCannotBlowUpAFile) {
  EXPECT_THAT(Refuse(BillionLaughs()),
              ElementsAre(EndsWith("anchors and aliases blow the file up beyond all bounds")));
}

TEST_F(MachineReaderTest, AnchorsCannotBlowUpAFile) {
  std::string text = "a: ";
  for (int i = 0; i < 100; ++i) absl::StrAppend(&text, "[&a", i, " ");
  text += "[";
  for (int i = 0; i < 5000; ++i) text += "x,";
  EXPECT_THAT(Refuse(text + "]" + std::string(100, ']')),
              ElementsAre(EndsWith("anchors and aliases blow the file up beyond all bounds")));
}

TEST_F(MachineReaderTest, ManyAliasesToMuchEndSoon) {
  std::string text = "a: &a [";
  for (int i = 0; i < 50000; ++i) text += "x,";
  text += "]\nb: [";
  for (int i = 0; i < 50000; ++i) text += "*a,";
  EXPECT_THAT(Refuse(text + "]\n"),
              ElementsAre(EndsWith("anchors and aliases blow the file up beyond all bounds")));
}

TEST_F(MachineReaderTest, DeepNestingIsRefused) {
  for (const char* open : {"[", "{a: ", "- "}) {
    std::string text;
    for (int i = 0; i < 10000; ++i) text += open;
    const Remarks said = Refuse(text);
    ASSERT_THAT(said, SizeIs(1)) << open;
    EXPECT_THAT(said[0], EndsWith("nested too deeply: no machine file needs so many levels"));
  }
}

TEST_F(MachineReaderTest, DeepNestingByAliasesIsRefused) {
  std::string text = "k0: &a0 x\n";
  for (int i = 1; i < 20; ++i) {
    absl::StrAppend(&text, "k", i, ": &a", i, " ", std::string(400, '['), "*a", i - 1,
                    std::string(400, ']'), "\n");
  }
  EXPECT_THAT(Refuse(text),
              ElementsAre(EndsWith("nested too deeply: no machine file needs so many levels")));
}

class ReadSourceTest : public ::testing::Test {
 protected:
  std::string File(const std::string& text) { return folder_.Write("m.yaml", text); }
  static std::string Read(const std::string& path) {
    const auto source = ReadSource(path);
    return source.ok() ? source->text : source.status().ToString();
  }
  TemporaryFolder folder_;
};

TEST_F(ReadSourceTest, GivesTheFileAsItIsUnderTheNameItWasAskedBy) {
  const auto source = ReadSource(File("a: 1\r\n\xff"));
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->text, "a: 1\r\n\xff");
  EXPECT_EQ(source->name, folder_.Path("m.yaml"));
}

TEST_F(ReadSourceTest, LargestFileIsReadWhole) {
  const std::string text(kMaxMachineFileSize, '#');
  EXPECT_TRUE(Read(File(text)) == text);
}

TEST_F(ReadSourceTest, LargerFileIsRefusedUnread) {
  const std::string path = File("");
  ASSERT_EQ(truncate(path.c_str(), 100'000'000), 0);  // sparse
  EXPECT_EQ(Read(path),
            "INVALID_ARGUMENT: has 100000000 bytes: a machine file has at most 4194304; is it the "
            "right file?");
}

TEST_F(ReadSourceTest, FileThatIsMissingOrNoFileIsRefusedWithTheReason) {
  EXPECT_EQ(Read(folder_.Path("none")), "NOT_FOUND: cannot be opened: No such file or directory");
  EXPECT_EQ(Read(folder_.path()), "INVALID_ARGUMENT: cannot be read: Is a directory");
  EXPECT_EQ(Read(File("") + "/below"), "INVALID_ARGUMENT: cannot be opened: Not a directory");
}

TEST_F(ReadSourceTest, UnreadableFileIsRefused) {
  const std::string path = File("a: 1\n");
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  if (access(path.c_str(), R_OK) == 0) GTEST_SKIP() << "this user reads every file";
  EXPECT_EQ(Read(path), "PERMISSION_DENIED: cannot be opened: Permission denied");
}

TEST_F(ReadSourceTest, PipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const std::string text(300'000, '#');  // more than a pipe holds
  std::thread writer([&] {
    for (size_t done = 0; done < text.size();) {
      const ssize_t wrote = write(ends[1], text.data() + done, text.size() - done);
      if (wrote <= 0) break;
      done += static_cast<size_t>(wrote);
    }
    close(ends[1]);
  });
  EXPECT_TRUE(Read(absl::StrCat("/dev/fd/", ends[0])) == text);
  writer.join();
  close(ends[0]);
}

TEST_F(ReadSourceTest, EndlessInputIsRefused) {
  EXPECT_THAT(Read("/dev/zero"), HasSubstr("has more than 4194304 bytes"));
}

}  // namespace
}  // namespace cardcage
