// SPDX-License-Identifier: MIT
// `cardcage run --deterministic`: nothing that the host does can be seen by the guest.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Deterministic : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNoEngine("soft");
    if (!why_not.empty()) GTEST_SKIP() << why_not;
  }
  Command RunCommand(const std::string& machine) {
    return Cardcage({"run", "--deterministic", "--result", folder_.Path("result.json"), machine});
  }
  // How many instructions the latest run took: each look at a register that answered otherwise would
  // have changed it.
  uint64_t Instructions() {
    const auto report =
        nlohmann::json::parse(ReadFile(folder_.Path("result.json")), nullptr, false);
    EXPECT_EQ(report.value("engine", ""), "soft");
    return report.value("instructions", uint64_t{0});
  }
  const TemporaryFolder folder_;
};

TEST_F(Deterministic, ReaderThatIsSlowIsNotSeen) {
  const std::string machine = folder_.Write("pour.yaml", MachineWithGuest("pour", 100'000));
  const Outcome fast = RunToEnd(RunCommand(machine));
  EXPECT_EQ(fast.code, 0) << fast.errors;
  EXPECT_THAT(fast.errors, IsEmpty());
  const uint64_t instructions = Instructions();
  EXPECT_GT(instructions, 500'000u);
  Command command = RunCommand(machine);
  command.stdout_capacity = 4096;
  command.stdout_unread_for = seconds(1);
  const Outcome slow = RunToEnd(command);
  EXPECT_EQ(slow.code, 0) << slow.errors;
  EXPECT_TRUE(slow.output == fast.output);
  EXPECT_EQ(Instructions(), instructions);
}

TEST_F(Deterministic, InputIsThereFromTheStart) {
  std::vector<uint64_t> counts;
  for (int i = 0; i < 2; ++i) {
    Command command = RunCommand(Config("echo"));
    command.input = "the same each time\x04";
    const Outcome outcome = RunToEnd(command);
    EXPECT_EQ(outcome.output, "the same each time") << outcome.errors;
    counts.push_back(Instructions());
  }
  EXPECT_EQ(counts[0], counts[1]);
}

TEST_F(Deterministic, ReaderThatNeverReadsDoesNotKeepAMachineFromEnding) {
  Command command = Cardcage({"run", "--deterministic", "--timeout", "300ms",
                              folder_.Write("pour.yaml", MachineWithGuest("pour", 1'000'000))});
  command.stdout_capacity = 4096;
  command.stdout_unread_for = seconds(2);
  EXPECT_EQ(RunToEnd(command).code, kExitTimeout);
}

TEST_F(Deterministic, KvmCannotPromiseIt) {
  const std::string file =
      folder_.Write("m.yaml", WithEngine("kvm", ReadFile(Config("two-plus-two"))));
  const Outcome outcome = RunToEnd(RunCommand(file));
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors, HasSubstr("--deterministic cannot be on the engine `kvm`"));
}

}  // namespace
}  // namespace cardcage::testing
