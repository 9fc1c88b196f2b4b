// SPDX-License-Identifier: MIT
// Machine files as `cardcage check` sees them: those that are shipped, and those that are wrong.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <regex>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"

namespace cardcage::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::StartsWith;

TEST(MachineFile, EveryShippedOneIsRight) {
  for (const std::string& name : ConfigNames()) {
    const Outcome outcome = RunToEnd(Cardcage({"check", Config(name)}));
    EXPECT_EQ(outcome.code, 0) << name;
    EXPECT_THAT(outcome.errors, IsEmpty()) << name;
  }
}

// --- Wrong content ------------------------------------------------------------------------------

struct Wrong {
  std::string name;
  std::string text;
  std::string caret = {};          // the first error stands at the last place of this in the text
  int line = 0;                    // or in this line; 0: anywhere
  std::vector<std::string> words;  // what was found, and what would do
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.name; }

// Line 1 to 4 of a machine, which a wrong one goes on from: two more lines are enough for most.
constexpr std::string_view kHead =
    "cardcage: 1\n"
    "boot: { load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000 }\n"
    "memory:\n"
    "  code: { at: 0x1000, size: 4KiB }\n";

std::string Head(std::string_view rest) {
  return absl::StrCat(std::string(kHead), std::string(rest));
}

// A whole machine but for its boot, which is line 3.
std::string Boot(std::string_view boot) {
  return absl::StrCat(
      "cardcage: 1\nmemory: { code: { at: 0x1000, size: 4KiB } }\nboot: ", std::string(boot), "\n");
}

std::string Repeat(std::string_view text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) repeated += text;
  return repeated;
}

std::vector<Wrong> WrongFiles() {
  return {
      // Not a machine at all.
      {.name = "Empty", .text = "", .line = 1, .words = {"empty", "cardcage: 1"}},
      {.name = "CommentsAlone", .text = "# nothing\n", .line = 1, .words = {"empty"}},
      {.name = "List", .text = "- cardcage\n- 1\n", .line = 1, .words = {"map"}},
      {.name = "Word", .text = "cardcage\n", .line = 1, .words = {"map"}},
      {.name = "NotYaml", .text = "cardcage: 1\nmemory: { code: [ }\n", .line = 2, .words = {}},
      {.name = "Tabs", .text = "cardcage: 1\nmemory:\n\tcode: 1\n", .line = 3, .words = {}},
      {.name = "DeepLists",
       .text = Repeat("[", 10000) + Repeat("]", 10000),
       .line = 1,
       .words = {"deep"}},
      {.name = "DeepMaps",
       .text = "cardcage: 1\nmemory: " + Repeat("{a: ", 10000),
       .line = 2,
       .words = {"deep"}},
      {.name = "ManyAliases",
       .text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
               "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
               "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
               "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
               "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n"
               "f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]\n"
               "g: &g [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]\n"
               "h: &h [*g, *g, *g, *g, *g, *g, *g, *g, *g, *g]\n",
       .line = 0,
       .words = {"alias"}},
      {.name = "AnotherFormat",
       .text = "cardcage: 2\nboot: { load: [] }\n",
       .caret = "2",
       .words = {"2"}},

      // What YAML lets through in silence.
      {.name = "UnknownKey",
       .text = Head("memroy: {}\n"),
       .caret = "memroy",
       .words = {"memroy", "memory"}},
      {.name = "UnknownKeyOfASlot",
       .text = Head("  more: { at: 0x3000, size: 4KiB, knid: ram }\n"),
       .caret = "knid",
       .words = {"knid", "kind"}},
      {.name = "UnknownKeyOfADevice",
       .text = Head("devices:\n  com1: { type: ns16550a, at: port 0x3f8, consle: stdio }\n"),
       .caret = "consle",
       .words = {"consle", "console"}},
      {.name = "DuplicateKey",
       .text = Head("cardcage: 1\n"),
       .caret = "cardcage",
       .words = {"cardcage", "duplicate"}},
      {.name = "DuplicateSlot",
       .text = Head("  code: { at: 0x8000, size: 4KiB }\n"),
       .caret = "code",
       .words = {"code", "duplicate"}},
      {.name = "MergeKey",
       .text = Head("  more: { <<: { at: 0x2000, size: 4KiB } }\n"),
       .line = 5,
       .words = {"<<"}},
      {.name = "SecondDocument",
       .text = Head("---\ncardcage: 1\n"),
       .line = 5,
       .words = {"document"}},
      {.name = "Octal",
       .text = Head("cpu: { count: 02 }\n"),
       .caret = "02",
       .words = {"02", "octal"}},
      {.name = "QuotedNumber",
       .text = Head("cpu: { count: \"2\" }\n"),
       .caret = "\"2\"",
       .words = {"quotes"}},
      {.name = "NegativeNumber",
       .text = Head("cpu: { count: -1 }\n"),
       .caret = "-1",
       .words = {"-1"}},

      // Processors and chipset.
      {.name = "NoCpu", .text = Head("cpu: { count: 0 }\n"), .caret = "0 }", .words = {"CPU"}},
      {.name = "SecondCpuThatNobodyCouldStart",
       .text = Head("cpu: { count: 2 }\n"),
       .caret = "2 }",
       .words = {"irqchip: kernel"}},
      {.name = "UnknownEngine",
       .text = Head("cpu: { engine: kmv }\n"),
       .caret = "kmv",
       .words = {"kmv", "kvm"}},
      {.name = "UnknownIrqchip",
       .text = Head("chipset: { irqchip: kernal }\n"),
       .caret = "kernal",
       .words = {"kernal", "kernel"}},

      // Memory.
      {.name = "SlotOfThreeBytes",
       .text = Head("  tiny: { at: 0x4000, size: 3B }\n"),
       .line = 5,
       .words = {"tiny", "4KiB"}},
      {.name = "SlotOfNothing",
       .text = Head("  none: { at: 0x4000, size: 0KiB }\n"),
       .line = 5,
       .words = {"none"}},
      {.name = "SlotInsideAPage",
       .text = Head("  odd: { at: 0x4001, size: 4KiB }\n"),
       .caret = "0x4001",
       .words = {"odd", "page", "0x4000"}},
      {.name = "SizeWithoutUnit",
       .text = Head("  more: { at: 0x4000, size: 4096 }\n"),
       .caret = "4096",
       .words = {"unit", "4096B"}},
      {.name = "SizeInAnotherUnit",
       .text = Head("  more: { at: 0x4000, size: 4KB }\n"),
       .caret = "4KB",
       .words = {"4KB", "4KiB"}},
      {.name = "SlotBeyond64Bits",
       .text = Head("  last: { at: 0xfffffffffffff000, size: 8KiB }\n"),
       .line = 5,
       .words = {"last"}},
      {.name = "SlotOverSlot",
       .text = Head("  other: { at: 0x1000, size: 8KiB }\n"),
       .line = 5,
       .words = {"other", "code"}},

      // Devices.
      {.name = "UnknownType",
       .text = Head("devices: { com1: { type: ns16550, at: port 0x3f8 } }\n"),
       .caret = "ns16550,",
       .words = {"ns16550", "ns16550a"}},
      {.name = "NoPlace",
       .text = Head("devices: { com1: { type: ns16550a } }\n"),
       .line = 5,
       .words = {"com1", "at"}},
      {.name = "PlaceOfNoSpace",
       .text = Head("devices: { com1: { type: ns16550a, at: 0x3f8 } }\n"),
       .caret = "0x3f8",
       .words = {"port 0x3f8"}},
      {.name = "PortBeyondTheLast",
       .text = Head("devices: { com1: { type: ns16550a, at: port 0xffff } }\n"),
       .line = 5,
       .words = {"com1", "0xffff"}},
      {.name = "DeviceOverDevice",
       .text = Head("devices:\n  com1: { type: ns16550a, at: port 0x3f8 }\n"
                    "  com2: { type: ns16550a, at: port 0x3ff }\n"),
       .line = 7,
       .words = {"com1", "com2", "0x3ff"}},
      {.name = "DeviceOverSlot",
       .text = Head("devices: { regs: { type: scratch, at: mmio 0x1ff8 } }\n"),
       .line = 5,
       .words = {"regs", "code"}},
      {.name = "DeviceOverKvmsOwn",
       .text = Head(
           "chipset: { irqchip: kernel }\ndevices: { regs: { type: scratch, at: port 0x20 } }\n"),
       .line = 6,
       .words = {"regs", "0x20", "irqchip"}},
      {.name = "DeviceOverTheLocalApic",
       .text = Head("chipset: { irqchip: kernel }\n"
                    "devices: { regs: { type: scratch, at: mmio 0xfee00020 } }\n"),
       .line = 6,
       .words = {"regs", "APIC"}},
      {.name = "UnknownBackend",
       .text = Head("devices: { com1: { type: ns16550a, at: port 0x3f8, console: stdoi } }\n"),
       .caret = "stdoi",
       .words = {"stdoi", "stdio"}},
      {.name = "TwoUsersOfABackend",
       .text = Head("backends: { out: { type: ring } }\n"
                    "devices:\n  com1: { type: ns16550a, at: port 0x3f8, console: out }\n"
                    "  com2: { type: ns16550a, at: port 0x2f8, console: out }\n"),
       .line = 8,
       .words = {"com1", "null"}},
      {.name = "UnknownKeyOfABackend",
       .text = Head("backends: { out: { type: file, path: x, apend: true } }\n"),
       .caret = "apend",
       .words = {"apend", "append"}},
      {.name = "IrqWithoutIrqchip",
       .text = Head("devices: { com1: { type: ns16550a, at: port 0x3f8, irq: 4 } }\n"),
       .caret = "irq",
       .words = {"irq", "irqchip"}},
      {.name = "ParameterOutOfBounds",
       .text = Head("devices: { regs: { type: scratch, at: mmio 0xd0000, size: 0B } }\n"),
       .line = 5,
       .words = {"size"}},

      // Boot.
      {.name = "NoBoot", .text = "cardcage: 1\n", .line = 1, .words = {"boot"}},
      {.name = "LoadThatDoesNotFit",
       .text = Boot("{ load: [ { at: 0x1fff, hex: \"90 f4\" } ], entry: 0x1fff }"),
       .line = 3,
       .words = {"0x1fff"}},
      {.name = "LoadOutsideMemory",
       .text = Boot("{ load: [ { at: 0x9000, hex: f4 } ], entry: 0x1000 }"),
       .line = 3,
       .words = {"0x9000"}},
      {.name = "LoadOfNoFile",
       .text = Boot("{ load: [ { at: 0x1000, file: nowhere.bin } ], entry: 0x1000 }"),
       .caret = "nowhere.bin",
       .words = {"nowhere.bin"}},
      {.name = "LoadOfNoGuest",
       .text =
           Boot("{ load: [ { at: 0x1000, file: \"cardcage:guests/helo.bin\" } ], entry: 0x1000 }"),
       .caret = "\"cardcage:guests",
       .words = {"helo.bin"}},
      {.name = "LoadOfOddHex",
       .text = Boot("{ load: [ { at: 0x1000, hex: \"f4 9\" } ], entry: 0x1000 }"),
       .caret = "\"f4 9",
       .words = {"hex"}},
      {.name = "EntryOutsideMemory",
       .text = Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x9000 }"),
       .caret = "0x9000",
       .words = {"0x9000", "memory"}},
      {.name = "EntryOutsideMemoryBySegment",
       .text = Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: \"900:0000\" }"),
       .caret = "\"900:0000",
       .words = {"0x9000", "memory"}},
      {.name = "EntryBesideRip",
       .text =
           Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000, registers: { rip: 0x1000 } }"),
       .line = 3,
       .words = {"entry", "rip"}},
      {.name = "EntryBesideCs",
       .text = Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000, "
                    "registers: { cs: { selector: 0x100 } } }"),
       .line = 3,
       .words = {"entry", "cs"}},
      {.name = "UnknownMode",
       .text = Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000, mode: lnog }"),
       .caret = "lnog",
       .words = {"lnog", "long"}},
      {.name = "LongModeWithoutTables",
       .text = Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000, mode: long }"),
       .line = 3,
       .words = {"tables"}},
      {.name = "TablesThatDoNotFit",
       .text =
           Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000, mode: long, tables: 0x1000 }"),
       .caret = "0x1000 }",
       .words = {"24"}},
      {.name = "UnknownRegister",
       .text = Boot("{ load: [ { at: 0x1000, hex: f4 } ], entry: 0x1000, registers: { rxa: 1 } }"),
       .caret = "rxa",
       .words = {"rxa", "rax"}},
  };
}

class WrongMachineFile : public ::testing::TestWithParam<Wrong> {};

TEST_P(WrongMachineFile, IsShownWhereItIsWrong) {
  const Wrong& wrong = GetParam();
  const TemporaryFolder folder;
  const std::string file = folder.Write("machine.yaml", wrong.text);
  const Outcome outcome = RunToEnd(Cardcage({"check", file}));
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.elapsed, Lt(std::chrono::seconds(10))) << "it does not go on for ever";

  std::smatch place;
  ASSERT_THAT(outcome.errors, StartsWith(file + ":"));
  const std::string rest = outcome.errors.substr(file.size());
  ASSERT_TRUE(std::regex_search(rest, place, std::regex("^:([0-9]+):([0-9]+): error: [^\n]+\n")))
      << outcome.errors;
  if (!wrong.caret.empty()) {
    const std::string before = wrong.text.substr(0, wrong.text.rfind(wrong.caret));
    EXPECT_EQ(std::stoi(place[1]), std::count(before.begin(), before.end(), '\n') + 1)
        << outcome.errors;
    EXPECT_EQ(std::stoul(place[2]), before.size() - (before.rfind('\n') + 1) + 1) << outcome.errors;
  } else if (wrong.line > 0) {
    EXPECT_EQ(std::stoi(place[1]), wrong.line) << outcome.errors;
  }
  // Not in what is quoted of the file, which has the wrong word anyway.
  const std::string said =
      std::regex_replace(outcome.errors, std::regex("(^|\n) +[0-9]* \\| [^\n]*"), "");
  for (const std::string& word : wrong.words) EXPECT_THAT(said, HasSubstr(word));
}

INSTANTIATE_TEST_SUITE_P(Files, WrongMachineFile, ::testing::ValuesIn(WrongFiles()),
                         [](const auto& test) { return test.param.name; });

TEST(WrongMachineFiles, AreRefusedByRunInTheSameWay) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("machine.yaml", Head("memroy: {}\n"));
  const Outcome checked = RunToEnd(Cardcage({"check", file}));
  const Outcome run = RunToEnd(Cardcage({"run", file}));
  EXPECT_EQ(run.code, kExitFile);
  EXPECT_EQ(run.errors, checked.errors);
}

TEST(WrongMachineFiles, ShowAllMistakesAndTheLineWithACaret) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("machine.yaml", Head("memroy: {}\ncpu: { count: two }\n"));
  const Outcome outcome = RunToEnd(Cardcage({"check", file}));
  EXPECT_THAT(outcome.errors, HasSubstr(file + ":5:1: error: "));
  EXPECT_THAT(outcome.errors, HasSubstr("| memroy: {}\n"));
  EXPECT_THAT(outcome.errors, HasSubstr("| ^~~~~~\n"));
  EXPECT_THAT(outcome.errors, HasSubstr(file + ":6:15: error: "));
  EXPECT_THAT(outcome.errors, HasSubstr("| cpu: { count: two }\n"));
  EXPECT_THAT(outcome.errors, HasSubstr("|               ^~~\n"));
}

// --- Files that cannot be read ------------------------------------------------------------------

// What is wrong with the file as a whole has no line.
void ExpectRefused(const std::string& file, const Outcome& outcome, const std::string& why) {
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors, StartsWith(file + ": error: "));
  EXPECT_THAT(outcome.errors, HasSubstr(why));
  EXPECT_THAT(outcome.elapsed, Lt(std::chrono::seconds(1)));
}

TEST(UnreadableMachineFile, Missing) {
  const TemporaryFolder folder;
  const std::string file = folder.Path("nowhere.yaml");
  ExpectRefused(file, RunToEnd(Cardcage({"check", file})), "No such file");
}

TEST(UnreadableMachineFile, Directory) {
  const TemporaryFolder folder;
  const std::string file = folder.Path("");
  ExpectRefused(file, RunToEnd(Cardcage({"check", file})), "directory");
}

TEST(UnreadableMachineFile, Forbidden) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("machine.yaml", std::string(kHead));
  chmod(file.c_str(), 0);
  Command command = Cardcage({"check", file});
  if (geteuid() == 0) {
    const std::vector<std::string> nobody = AsNobody();
    if (nobody.empty()) GTEST_SKIP() << "nobody cannot run the program here, and root reads all";
    command.arguments.insert(command.arguments.begin(), nobody.begin(), nobody.end());
  }
  ExpectRefused(file, RunToEnd(command), "Permission denied");
}

TEST(UnreadableMachineFile, HundredMegabytes) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("machine.yaml", std::string(kHead) + "# ");
  ASSERT_EQ(truncate(file.c_str(), 100 << 20), 0);
  ExpectRefused(file, RunToEnd(Cardcage({"check", file})), "104857600 bytes");
}

TEST(UnreadableMachineFile, EndlessPipe) {
  const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(zeros, 0);
  Command command = Cardcage({"check", "/dev/stdin"});
  command.stdin_fd = zeros;
  const Outcome outcome = RunToEnd(command);
  close(zeros);
  ExpectRefused("/dev/stdin", outcome, "bytes");
}

TEST(MachineFile, MayComeThroughAPipe) {
  Command command = Cardcage({"check", "/dev/stdin"});
  command.input = std::string(kHead);
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
}

}  // namespace
}  // namespace cardcage::testing
