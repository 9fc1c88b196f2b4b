// SPDX-License-Identifier: MIT
// Each guest on a real KVM: what comes out of the machine, byte by byte, and how it ends.
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/kvm.h"
#include "tests/support/program.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;

constexpr int kGuestFault = 76;

struct Guest {
  std::string name;
  std::string output;
  int code = 0;
  std::string input = {};
};

void PrintTo(const Guest& guest, std::ostream* out) { *out << guest.name; }

std::string TestName(const ::testing::TestParamInfo<Guest>& info) {
  std::string name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// --- What configs/ ships ------------------------------------------------------------------------

const Guest kShipped[] = {
    {.name = "two-plus-two", .output = "4\n"},
    {.name = "hello", .output = "Hello from the cage\n"},
    {.name = "string-io", .output = "one string, one instruction\n"},
    {.name = "mmio", .output = "mmio ok\n"},
    {.name = "long-mode", .output = "long mode ok\n"},
    {.name = "smp", .output = "cpu 0\ncpu 1\n"},
    {.name = "echo",
     .output = "as it comes,\r\n\xff and back\n",
     .code = 0,
     .input = "as it comes,\r\n\xff and back\n\x04 not this"},
    {.name = "fault", .output = "", .code = kGuestFault},
    {.name = "flood", .output = ""},
};

class ShippedGuest : public ::testing::TestWithParam<Guest> {};

TEST_P(ShippedGuest, PrintsAndEnds) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  Command command = Cardcage({"run", Config(GetParam().name)});
  command.input = GetParam().input;
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.output, GetParam().output);
  EXPECT_EQ(outcome.code, GetParam().code);
  if (GetParam().code == 0) {
    EXPECT_THAT(outcome.errors, IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(Configs, ShippedGuest, ::testing::ValuesIn(kShipped), TestName);

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
    {.name = "stray", .output = "", .code = kGuestFault},
};

class OtherGuest : public ::testing::TestWithParam<Guest> {
 protected:
  TemporaryFolder folder_;
};

TEST_P(OtherGuest, PrintsAndEnds) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  const std::string file = folder_.Write("machine.yaml", MachineWithGuest(GetParam().name));
  const Outcome outcome = RunToEnd(Cardcage({"run", file}));
  EXPECT_EQ(outcome.output, GetParam().output);
  EXPECT_EQ(outcome.code, GetParam().code) << outcome.errors;
}

INSTANTIATE_TEST_SUITE_P(Guests, OtherGuest, ::testing::ValuesIn(kOthers), TestName);

// --- A guest that goes wrong --------------------------------------------------------------------

// Where hardware keeps the state of a CPU that has shut down, it is shown, with the instruction that it
// stood at. SVM resets it: what is left are the last accesses, which are told everywhere.
TEST(GuestFault, ShowsWhereTheGuestStood) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  const Outcome outcome = RunToEnd(Cardcage({"run", Config("fault")}));
  EXPECT_EQ(outcome.code, kGuestFault);
  EXPECT_THAT(outcome.elapsed, Lt(std::chrono::seconds(1)));
  EXPECT_THAT(outcome.errors,
              AnyOf(AllOf(ContainsRegex("rip 0*1018\\b"), HasSubstr("jmp far 0x0018")),
                    HasSubstr("registers are lost")));
  EXPECT_THAT(outcome.errors, HasSubstr("out 0x80, 1 byte: 0x2a"));
}

TEST(GuestFault, InstructionThatCannotBeFetched) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  const TemporaryFolder folder;
  const Outcome outcome =
      RunToEnd(Cardcage({"run", folder.Write("machine.yaml", MachineWithGuest("stray"))}));
  EXPECT_EQ(outcome.code, kGuestFault);
  EXPECT_THAT(outcome.elapsed, Lt(std::chrono::seconds(1)));
  // The address is CS's base plus RIP, and neither alone says it.
  EXPECT_THAT(outcome.errors, HasSubstr("e0000"));
}

}  // namespace
}  // namespace cardcage::testing
