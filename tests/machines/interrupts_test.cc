// SPDX-License-Identifier: MIT
// Guests that see the interrupt controllers and the timer: the machine's own and the kernel's give the same.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::MatchesRegex;

// An engine, and whose interrupt controllers it has.
struct Setup {
  const char* engine;
  const char* irqchip;
};

void PrintTo(const Setup& setup, std::ostream* out) {
  *out << setup.engine << " with irqchip " << setup.irqchip;
}

constexpr char kUserChips[] =
    "  pic:\n"
    "    type: i8259-pair\n"
    "    at: { master: port 0x20, slave: port 0xa0, elcr: port 0x4d0 }\n"
    "    irq: cpu.intr\n"
    "  pit: { type: i8254, at: { counters: port 0x40, port61: port 0x61 }, irq: 0 }\n";

class InterruptsTest : public ::testing::TestWithParam<Setup> {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNoEngine(GetParam().engine);
    if (!why_not.empty()) GTEST_SKIP() << why_not;
  }
  bool has_own_chips() const { return std::string_view(GetParam().irqchip) == "user"; }

  Outcome RunGuest(const std::string& guest, const std::string& input = "",
                   const std::vector<std::string>& options = {}) {
    const std::string file = folder_.Write(
        "machine.yaml",
        WithEngine(
            GetParam().engine,
            absl::StrCat("cardcage: 1\nchipset: { irqchip: ", GetParam().irqchip,
                         " }\nmemory:\n  ram: { at: 0x0, size: 64KiB }\ndevices:\n",
                         has_own_chips() ? kUserChips : "",
                         "  com1: { type: ns16550a, at: port 0x3f8, irq: 4, console: stdio }\n"
                         "  debug-exit: { type: debug-exit, at: port 0xf4 }\n"
                         "boot:\n  load: [ { at: 0x1000, file: \"cardcage:guests/",
                         guest, ".bin\" } ]\n  entry: 0x1000\n")));
    std::vector<std::string> arguments = {"run", "--timeout", "20s"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(file);
    Command command = Cardcage(arguments);
    command.input = input;
    return RunToEnd(command);
  }

  const TemporaryFolder folder_;
};

INSTANTIATE_TEST_SUITE_P(Setups, InterruptsTest,
                         ::testing::Values(Setup{"kvm", "kernel"}, Setup{"kvm", "user"},
                                           Setup{"soft", "user"}),
                         [](const auto& test) {
                           return absl::StrCat(test.param.engine, "_", test.param.irqchip);
                         });

// IRR, IMR of both; then of each handler its input and the ISR that it found.
TEST_P(InterruptsTest, ComeInTheOrderOfTheControllersPriorities) {
  const Outcome outcome = RunGuest("irq-order");
  EXPECT_EQ(outcome.output,
            "11 ee ff 00 01 04 10 \n"
            "11 ee ff 04 10 00 01 \n"
            "11 ef ff 04 10 \n"
            "11 ee ff 00 01 04 10 \n");
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
}

TEST_P(InterruptsTest, EchoIsWokenByTheSerialPort) {
  const Outcome outcome = RunGuest("irq-echo", "typed\n\x04");
  EXPECT_EQ(outcome.output, "typed\n");
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
}

// How many pulses ten ticks took depends on the host here: one that is late has some of them at once.
TEST_P(InterruptsTest, TimerTicks) {
  const Outcome outcome = RunGuest("ticks");
  EXPECT_THAT(outcome.output, MatchesRegex("[0-9a-f]{4}\n"));
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
}

TEST_P(InterruptsTest, TicksByInstructionsComeAtTheirRateAndAlike) {
  if (std::string_view(GetParam().engine) != "soft") GTEST_SKIP() << "needs the soft engine";
  std::vector<std::string> results;
  for (int run = 0; run < 2; ++run) {
    const std::string result = folder_.Path(absl::StrCat("result", run));
    const Outcome outcome = RunGuest("ticks", "", {"--deterministic", "--result", result});
    constexpr long kTenTicks = 11930;
    EXPECT_NEAR(std::stol("0x" + outcome.output, nullptr, 16), kTenTicks, 100) << outcome.errors;
    results.push_back(nlohmann::json::parse(ReadFile(result))["instructions"].dump());
  }
  EXPECT_EQ(results[0], results[1]);
}

}  // namespace
}  // namespace cardcage::testing
