// SPDX-License-Identifier: MIT
// The command line, and how a run ends.
#include <signal.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;

// MOV EAX, code; OUT 0xf4, EAX; HLT.
std::string ExitWith(std::string_view code) {
  return MachineWithCode(std::string("66 b8 ") + std::string(code) + " 66 e7 f4 f4");
}

// --- Usage --------------------------------------------------------------------------------------

struct Mistake {
  std::string name;
  std::vector<std::string> arguments;
  std::string word;  // which the message must have
};

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << mistake.name; }

class Usage : public ::testing::TestWithParam<Mistake> {};

TEST_P(Usage, MistakeIsSaidAndEndsWith64) {
  const Outcome outcome = RunToEnd(Cardcage(GetParam().arguments));
  EXPECT_EQ(outcome.code, kExitUsage);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, HasSubstr(GetParam().word));
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, Usage,
    ::testing::Values(
        Mistake{"NoVerb", {}, "--help"}, Mistake{"UnknownVerb", {"rnu"}, "rnu"},
        Mistake{"UnknownOption", {"run", "--no-such-option", Config("hello")}, "--no-such-option"},
        Mistake{"RunWithoutFile", {"run"}, "FILE"},
        Mistake{"TimeoutWithoutValue", {"run", Config("hello"), "--timeout"}, "--timeout"},
        Mistake{"TimeoutThatIsNone", {"run", Config("hello"), "--timeout", "soon"}, "soon"},
        Mistake{"TimeoutBelowZero", {"run", Config("hello"), "--timeout", "-1"}, "-1"}),
    [](const auto& test) { return test.param.name; });

TEST(Usage, HelpGoesToStandardOutput) {
  const Outcome outcome = RunToEnd(Cardcage({"--help"}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("run"), HasSubstr("check")));
  EXPECT_THAT(outcome.errors, IsEmpty());
}

// --- The guest's own code -----------------------------------------------------------------------

class ExitCode : public OnEachEngine {};
CARDCAGE_ON_EACH_ENGINE(ExitCode);

TEST_P(ExitCode, IsTheGuestsOwn) {
  const Outcome outcome = RunToEnd(Cardcage({"run", Write("m.yaml", ExitWith("03 00 00 00"))}));
  EXPECT_EQ(outcome.code, 3) << outcome.errors;
  EXPECT_THAT(outcome.errors, IsEmpty());
}

TEST_P(ExitCode, Above63Is63AndSaid) {
  const Outcome outcome = RunToEnd(Cardcage({"run", Write("m.yaml", ExitWith("c8 00 00 00"))}));
  EXPECT_EQ(outcome.code, 63);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("200"), HasSubstr("63")));
}

// exit(256) is exit(0): a code is judged before it is cut to eight bits.
TEST_P(ExitCode, BeyondAByteIsNoSuccess) {
  const Outcome outcome = RunToEnd(Cardcage({"run", Write("m.yaml", ExitWith("00 01 00 00"))}));
  EXPECT_EQ(outcome.code, 63);
  EXPECT_THAT(outcome.errors, HasSubstr("256"));
}

// --- Ends from outside --------------------------------------------------------------------------

class Spinning : public OnEachEngine {
 protected:
  void SetUp() override {
    OnEachEngine::SetUp();
    machine_ = Write("spin.yaml", MachineWithGuest("spin"));
    halted_ = Write("halt-on.yaml", MachineWithGuest("halt-on"));
  }
  std::string machine_;  // never leaves the guest
  std::string halted_;   // waits for an interrupt that never comes
};

CARDCAGE_ON_EACH_ENGINE(Spinning);

TEST_P(Spinning, TimeoutEndsWith124) {
  for (const char* timeout : {"0.3", "300ms", "0.3s"}) {
    const Outcome outcome = RunToEnd(Cardcage({"run", "--timeout", timeout, machine_}));
    EXPECT_EQ(outcome.code, kExitTimeout) << timeout;
    EXPECT_EQ(outcome.output, "spinning\n") << timeout;
    EXPECT_THAT(outcome.errors, HasSubstr("timeout"));
    EXPECT_THAT(outcome.elapsed, AllOf(Ge(milliseconds(300)), Lt(seconds(2)))) << timeout;
  }
}

TEST_P(Spinning, TimeoutEndsAGuestThatWaits) {
  const Outcome outcome = RunToEnd(Cardcage({"run", "--timeout=300ms", halted_}));
  EXPECT_EQ(outcome.code, kExitTimeout);
  EXPECT_EQ(outcome.output, "waiting\n");
}

TEST_P(Spinning, GuestThatEndsInTimeIsNotTouched) {
  const Outcome outcome = RunToEnd(Cardcage({"run", Shipped("hello"), "--timeout", "10s"}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.elapsed, Lt(seconds(5)));
}

TEST_P(Spinning, SignalEndsWith128AndItsNumber) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    Process process(Cardcage({"run", machine_}));
    ASSERT_TRUE(process.WaitForOutput("spinning\n"));
    process.Signal(number);
    const Outcome outcome = process.Wait(seconds(5));
    EXPECT_EQ(outcome.code, 128 + number);
    EXPECT_EQ(outcome.output, "spinning\n");
  }
}

TEST_P(Spinning, SignalEndsAGuestThatWaits) {
  Process process(Cardcage({"run", halted_}));
  ASSERT_TRUE(process.WaitForOutput("waiting\n"));
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(seconds(5)).code, 128 + SIGTERM);
}

// A local APIC of the kernel keeps a halted CPU inside KVM_RUN: only a kick gets it out.
TEST(Halted, CpusInTheKernelAreEndedByASignal) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  const TemporaryFolder folder;
  const std::string machine =
      folder.Write("halted.yaml",
                   "cardcage: 1\n"
                   "cpu: { count: 2 }\n"
                   "chipset: { irqchip: kernel }\n"
                   "memory: { code: { at: 0x1000, size: 4KiB } }\n"
                   "devices: { com1: { type: ns16550a, at: port 0x3f8, console: stdio } }\n"
                   "boot:\n"
                   "  load: [ { at: 0x1000, file: \"cardcage:guests/hello.bin\" } ]\n"
                   "  entry: 0x1000\n");
  Process process(Cardcage({"run", machine}));
  ASSERT_TRUE(process.WaitForOutput("Hello from the cage\n")) << process.Wait(seconds(1)).errors;
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(seconds(5)).code, 128 + SIGTERM);
}

// --- The report of a run ------------------------------------------------------------------------

class Result : public OnEachEngine {
 protected:
  // Runs it, and gives the report.
  nlohmann::json Report(const std::string& machine, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"run", "--result", folder_.Path("result.json"), machine};
    arguments.insert(arguments.end(), more.begin(), more.end());
    outcome_ = RunToEnd(Cardcage(arguments));
    const std::string text = ReadFile(folder_.Path("result.json"));
    nlohmann::json report = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    EXPECT_TRUE(report.is_object()) << text << outcome_.errors;
    return report.is_object() ? report : nlohmann::json::object();
  }

  Outcome outcome_;
};
CARDCAGE_ON_EACH_ENGINE(Result);

TEST_P(Result, OfAHalt) {
  const nlohmann::json report = Report(Shipped("two-plus-two"));
  EXPECT_EQ(outcome_.output, "4\n");
  EXPECT_EQ(report.value("reason", ""), "halt");
  EXPECT_EQ(report.value("exit_code", -1), 0);
}

TEST_P(Result, OfDebugExitHasTheExactCode) {
  const nlohmann::json report = Report(Write("m.yaml", ExitWith("c8 00 00 00")));
  EXPECT_EQ(report.value("code", -1), 200);
  EXPECT_EQ(report.value("exit_code", -1), 63);
  EXPECT_EQ(report.value("device", ""), "debug-exit");
}

TEST_P(Result, OfAFaultSaysWhere) {
  const nlohmann::json report = Report(Shipped("fault"));
  EXPECT_EQ(report.value("exit_code", -1), 76);
  EXPECT_TRUE(report.contains("rip")) << report;
}

TEST_P(Result, OfATimeout) {
  const nlohmann::json report =
      Report(Write("m.yaml", MachineWithGuest("spin")), {"--timeout", "200ms"});
  EXPECT_EQ(report.value("reason", ""), "timeout");
  EXPECT_EQ(report.value("exit_code", -1), 124);
}

TEST_P(Result, FileThatCannotBeWrittenIsSaid) {
  const Outcome outcome = RunToEnd(
      Cardcage({"run", "--result", folder_.Path("nowhere/result.json"), Shipped("hello")}));
  EXPECT_THAT(outcome.errors, HasSubstr("nowhere/result.json"));
  EXPECT_NE(outcome.code, 0);
}

// --- Paths --------------------------------------------------------------------------------------

class Paths : public OnEachEngine {};
CARDCAGE_ON_EACH_ENGINE(Paths);

// `file:` is relative to the machine file, whatever the current folder.
TEST_P(Paths, LoadIsRelativeToTheFileThatSaysIt) {
  folder_.Write("guest.bin", ReadFile(GuestBinary("hello")));
  const std::string file =
      Write("m.yaml",
            "cardcage: 1\n"
            "memory: { code: { at: 0x1000, size: 4KiB } }\n"
            "devices: { com1: { type: ns16550a, at: port 0x3f8, console: stdio } }\n"
            "boot: { load: [ { at: 0x1000, file: guest.bin } ], entry: 0x1000 }\n");
  const Outcome outcome = RunToEnd(Cardcage({"run", file}));
  EXPECT_EQ(outcome.output, "Hello from the cage\n") << outcome.errors;
  EXPECT_EQ(outcome.code, 0);
}

}  // namespace
}  // namespace cardcage::testing
