// SPDX-License-Identifier: MIT
// Each guest on each engine: what comes out of the machine, byte by byte, and how it ends.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;
using ::testing::StartsWith;

struct Guest {
  std::string name;
  std::string output;
  int code = 0;
  std::string input = {};
  bool needs_kvm = false;  // something that KVM alone has
  // Instructions that a KVM lacks which interprets the guest's kernel.
  bool uses_rare_instructions = false;
};

// A guest, and the engine that runs it.
struct Run {
  Guest guest;
  std::string engine;
};

void PrintTo(const Run& run, std::ostream* out) { *out << run.guest.name << " on " << run.engine; }

std::string TestName(const ::testing::TestParamInfo<Run>& info) {
  std::string name = absl::StrCat(info.param.guest.name, "_on_", info.param.engine);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// Every guest on every engine that can run it.
template <size_t kCount>
std::vector<Run> OnAllEngines(const Guest (&guests)[kCount]) {
  std::vector<Run> runs;
  for (const Guest& guest : guests) {
    for (const char* engine : kEngineNames) {
      if (!guest.needs_kvm || std::string_view(engine) == "kvm") runs.push_back({guest, engine});
    }
  }
  return runs;
}

class GuestTest : public ::testing::TestWithParam<Run> {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNoEngine(GetParam().engine);
    if (!why_not.empty()) GTEST_SKIP() << why_not;
  }

  Outcome RunMachine(const std::string& text) {
    const std::string file = folder_.Write("machine.yaml", WithEngine(GetParam().engine, text));
    Command command = Cardcage({"run", file});
    command.input = GetParam().guest.input;
    return RunToEnd(command);
  }

  const TemporaryFolder folder_;
};

// --- What configs/ ships ------------------------------------------------------------------------

std::string SixteenBytes() {
  std::string bytes;
  for (char byte = 0; byte < 16; ++byte) bytes += byte;
  return bytes;
}

std::string Repeated(const std::string& text, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i) all += text;
  return all;
}

const Guest kShipped[] = {
    {.name = "two-plus-two", .output = "4\n"},
    {.name = "hello", .output = "Hello from the cage\n"},
    {.name = "string-io", .output = "one string, one instruction\n"},
    {.name = "mmio", .output = "mmio ok\n"},
    {.name = "long-mode", .output = "long mode ok\n"},
    {.name = "smp", .output = "cpu 0\ncpu 1\n", .needs_kvm = true},
    {.name = "echo",
     .output = "as it comes,\r\n\xff and back\n",
     .code = 0,
     .input = "as it comes,\r\n\xff and back\n\x04 not this"},
    {.name = "irq-echo",
     .output = "typed at once and answered by interrupt\n",
     .code = 0,
     .input = "typed at once and answered by interrupt\n\x04 not this"},
    {.name = "irq-echo-64",
     .output = "the same in 64 bits\n",
     .code = 0,
     .input = "the same in 64 bits\n\x04 not this"},
    {.name = "loopback", .output = "loopback ok\n"},
    {.name = "stream", .output = Repeated(SixteenBytes(), 256 * 1024 / 16)},
    {.name = "rtc", .output = "periodic 32\nalarm\nupdate\n"},
    {.name = "consoles",
     .output = "one\ntwo\nto the first",
     .code = 0,
     .input = "to the first\x04 not this"},
    {.name = "fault", .output = "", .code = kExitGuestFault},
    {.name = "flood", .output = ""},
    {.name = "modes",
     .output = "real mode: int and iret\n"
               "real mode: divide error\n"
               "real mode: rep outs and rep ins\n"
               "protected mode: int and iret\n"
               "protected mode: general protection\n"
               "protected mode: ring 3 and back\n"
               "protected mode: page faults\n"
               "64-bit mode: int and iretq\n"
               "64-bit mode: invalid opcode\n"
               "64-bit mode: address that is not canonical\n"
               "64-bit mode: page fault\n"
               "64-bit mode: interrupt stack\n"
               "64-bit mode: registers in memory, 1 to 8 bytes wide\n"
               "modes ok\n",
     .uses_rare_instructions = true},
};

class ShippedGuest : public GuestTest {};

TEST_P(ShippedGuest, PrintsAndEnds) {
  const Guest& guest = GetParam().guest;
  const Outcome outcome = RunMachine(ReadFile(Config(guest.name)));
  if (guest.uses_rare_instructions && outcome.code == kExitGuestFault &&
      outcome.errors.find("KVM cannot emulate the instruction") != std::string::npos) {
    // As far as this KVM goes, it is the same.
    EXPECT_THAT(guest.output, StartsWith(outcome.output));
    EXPECT_THAT(outcome.output, HasSubstr("real mode: rep outs and rep ins\n"));
    return;
  }
  EXPECT_EQ(outcome.output, guest.output);
  EXPECT_EQ(outcome.code, guest.code);
  if (guest.code == 0) {
    EXPECT_THAT(outcome.errors, IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Configs, ShippedGuest, ::testing::ValuesIn(OnAllEngines(kShipped)),
                         TestName);

TEST(ShippedGuests, AreAllRunHere) {
  std::vector<std::string> run;
  for (const Guest& guest : kShipped) run.push_back(guest.name);
  EXPECT_THAT(ConfigNames(), ::testing::UnorderedElementsAreArray(run));
}

// The README's first machine has its code in place; the source that explains these bytes is a file.
TEST(ShippedGuests, TwoPlusTwoInPlaceIsTheAssembledOne) {
  std::string hex;
  for (const char byte : ReadFile(GuestBinary("two-plus-two"))) {
    absl::StrAppend(&hex, hex.empty() ? "" : " ",
                    absl::Hex(static_cast<uint8_t>(byte), absl::kZeroPad2));
  }
  EXPECT_THAT(ReadFile(Config("two-plus-two")), HasSubstr(absl::StrCat("hex: \"", hex, "\"")));
}

// --- Guests of these tests alone ----------------------------------------------------------------

const Guest kOthers[] = {
    {.name = "unclaimed", .output = "unclaimed ok\n"},
    {.name = "wide", .output = "wide ok\n"},
    {.name = "stray", .output = "", .code = kExitGuestFault},
};

class OtherGuest : public GuestTest {};

TEST_P(OtherGuest, PrintsAndEnds) {
  const Guest& guest = GetParam().guest;
  const Outcome outcome = RunMachine(MachineWithGuest(guest.name));
  EXPECT_EQ(outcome.output, guest.output);
  EXPECT_EQ(outcome.code, guest.code) << outcome.errors;
}

INSTANTIATE_TEST_SUITE_P(Guests, OtherGuest, ::testing::ValuesIn(OnAllEngines(kOthers)), TestName);

// --- A guest that goes wrong --------------------------------------------------------------------

class GuestFault : public OnEachEngine {};
CARDCAGE_ON_EACH_ENGINE(GuestFault);

// Where hardware keeps the state of a CPU that has shut down, it is shown, with the instruction that it
// stood at. SVM resets it: what is left are the last accesses, which are told everywhere.
TEST_P(GuestFault, ShowsWhereTheGuestStood) {
  const Outcome outcome = RunToEnd(Cardcage({"run", Shipped("fault")}));
  EXPECT_EQ(outcome.code, kExitGuestFault);
  EXPECT_THAT(outcome.elapsed, Lt(std::chrono::seconds(1)));
  EXPECT_THAT(outcome.errors,
              AnyOf(AllOf(ContainsRegex("rip 0*1018\\b"), HasSubstr("jmp far 0x0018")),
                    HasSubstr("registers are lost")));
  EXPECT_THAT(outcome.errors, HasSubstr("out 0x80, 1 byte: 0x2a"));
}

TEST_P(GuestFault, InstructionThatCannotBeFetched) {
  const Outcome outcome =
      RunToEnd(Cardcage({"run", Write("machine.yaml", MachineWithGuest("stray"))}));
  EXPECT_EQ(outcome.code, kExitGuestFault);
  EXPECT_THAT(outcome.elapsed, Lt(std::chrono::seconds(1)));
  // The address is CS's base plus RIP, and neither alone says it.
  EXPECT_THAT(outcome.errors, HasSubstr("e0000"));
}

}  // namespace
}  // namespace cardcage::testing
