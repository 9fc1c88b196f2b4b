// SPDX-License-Identifier: MIT
#include "machines/report/outcome.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;
using Cause = MachineEnd::Cause;
using Reason = VmExit::Reason;

MachineEnd CpuEnd(Reason reason) {
  MachineEnd end{.cause = Cause::kCpu, .cpu = 1};
  end.exit.reason = reason;
  return end;
}

TEST(Outcome, CodesUpTo63AreTheGuestsOwn) {
  for (const uint64_t code : {0u, 1u, 63u}) {
    const Outcome outcome = OutcomeOf({.cause = Cause::kDevice, .code = code, .device = "exit"});
    EXPECT_EQ(outcome.exit_code, static_cast<int>(code));
    EXPECT_EQ(outcome.message, "");
    EXPECT_EQ(outcome.device, "exit");
  }
}

TEST(Outcome, CodesAbove63EndWith63AndAreSaid) {
  for (const uint64_t code : {uint64_t{64}, uint64_t{256}, ~uint64_t{0}}) {
    const Outcome outcome = OutcomeOf({.cause = Cause::kDevice, .code = code});
    EXPECT_EQ(outcome.exit_code, 63);
    EXPECT_EQ(outcome.code, code);
    EXPECT_THAT(outcome.message, HasSubstr(absl::StrCat("code is ", code)));
  }
}

TEST(Outcome, HaltPowerOffAndResetAreCleanEnds) {
  for (const Reason reason : {Reason::kHalt, Reason::kPowerOff, Reason::kReset}) {
    EXPECT_EQ(OutcomeOf(CpuEnd(reason)).exit_code, 0);
    EXPECT_FALSE(OutcomeOf(CpuEnd(reason)).is_guest_fault);
  }
}

TEST(Outcome, WhatACpuCannotGoOnFromIsAGuestFault) {
  for (const Reason reason : {Reason::kShutdown, Reason::kGuestCrash, Reason::kGuestFault,
                              Reason::kDebug, Reason::kEntryFailed, Reason::kUnhandled}) {
    EXPECT_EQ(OutcomeOf(CpuEnd(reason)).exit_code, 76);
    EXPECT_TRUE(OutcomeOf(CpuEnd(reason)).is_guest_fault);
  }
}

TEST(Outcome, OtherEndsHaveTheirCodes) {
  EXPECT_EQ(OutcomeOf({.cause = Cause::kQuit}).exit_code, 0);
  EXPECT_EQ(OutcomeOf({.cause = Cause::kTimeout}).exit_code, 124);
  EXPECT_EQ(OutcomeOf({.cause = Cause::kSignal, .code = 15}).exit_code, 143);
  EXPECT_EQ(OutcomeOf({.cause = Cause::kOutputClosed}).exit_code, 141);
  EXPECT_EQ(OutcomeOf(CpuEnd(Reason::kEngineFailed)).exit_code, 69);
}

TEST(ResultJson, SaysWhatIsKnownAndNullForTheRest) {
  Outcome outcome = OutcomeOf({.cause = Cause::kDevice, .code = 200, .device = "exit"});
  outcome.rip = 0x1002;
  outcome.engine = "kvm";
  EXPECT_EQ(ResultJson(outcome),
            "{\n  \"version\": 1,\n  \"reason\": \"device\",\n  \"exit_code\": 63,\n"
            "  \"code\": 200,\n  \"device\": \"exit\",\n  \"cpu\": null,\n"
            "  \"rip\": \"0x1002\",\n  \"engine\": \"kvm\",\n  \"instructions\": null\n}\n");
  outcome.instructions = 12;
  EXPECT_THAT(ResultJson(outcome), HasSubstr("\"instructions\": 12\n"));
}

}  // namespace
}  // namespace cardcage
