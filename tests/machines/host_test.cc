// SPDX-License-Identifier: MIT
// What the program does with its host: the system calls that an exit costs, and hosts that have no KVM
// to give.
#include <unistd.h>

#include <map>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::StartsWith;

// --- System calls -------------------------------------------------------------------------------

// How often each system call was made, by all threads.
using Calls = std::map<std::string, int64_t>;

// Runs the command under strace; no calls where that is not possible, and `why` says it.
Calls CountCalls(const Command& command, const TemporaryFolder& folder, std::string& why) {
  Command traced = command;
  const std::string report = folder.Path("calls");
  traced.arguments.insert(traced.arguments.begin(), {"strace", "-f", "-c", "-o", report});
  const Outcome outcome = RunToEnd(traced);
  if (outcome.code != 0) {
    why = outcome.code == 127 ? "there is no strace here" : outcome.errors;
    return {};
  }
  // % time     seconds  usecs/call     calls    errors syscall
  Calls calls;
  std::istringstream lines(ReadFile(report));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::vector<std::string> columns;
    for (std::string word; words >> word;) columns.push_back(word);
    if (columns.size() < 5 || columns[3].find_first_not_of("0123456789") != std::string::npos) {
      continue;
    }
    calls[columns.back()] = std::stoll(columns[3]);
  }
  calls.erase("total");
  return calls;
}

// A run with 100,000 exits more makes 100,000 calls of KVM_RUN more, and no other. The threads beside
// may wait once more or less, which has nothing to do with the exits.
TEST(SystemCalls, OfAnExitAreKvmRunAlone) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  const TemporaryFolder folder;
  const auto flood = [&](int count) {
    std::string machine = ReadFile(Config("flood"));
    const size_t at = machine.find("rcx: 100000");
    EXPECT_NE(at, std::string::npos);
    machine.replace(at, std::string("rcx: 100000").size(), absl::StrCat("rcx: ", count));
    return Cardcage({"run", folder.Write("flood.yaml", WithEngine("kvm", machine))});
  };
  std::string why;
  if (CountCalls({.arguments = {"true"}}, folder, why).empty()) {
    GTEST_SKIP() << "needs strace: " << why;
  }
  const Calls few = CountCalls(flood(1), folder, why);
  Calls many = CountCalls(flood(100'001), folder, why);
  ASSERT_FALSE(few.empty() || many.empty()) << why;
  for (const auto& [name, count] : few) many[name] -= count;
  EXPECT_EQ(many["ioctl"], 100'000);
  many.erase("ioctl");
  for (const auto& [name, more] : many) EXPECT_THAT(more, Le(5)) << name;
}

// --- Hosts without KVM --------------------------------------------------------------------------

TEST(HostWithoutKvm, NoPermissionIsSaidWithTheCure) {
  std::vector<std::string> nobody = AsNobody();
  if (nobody.empty()) GTEST_SKIP() << "needs root, and a build that the user nobody may run";
  nobody.insert(nobody.end(), {"test", "-w", "/dev/kvm"});
  if (access("/dev/kvm", F_OK) != 0 || RunToEnd({.arguments = nobody}).code == 0) {
    GTEST_SKIP() << "needs a KVM that is closed to the user nobody";
  }
  nobody.resize(nobody.size() - 3);
  const TemporaryFolder folder;
  Command command =
      Cardcage({"run", folder.Write("m.yaml", WithEngine("kvm", ReadFile(Config("hello"))))});
  command.arguments.insert(command.arguments.begin(), nobody.begin(), nobody.end());
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("/dev/kvm"), HasSubstr("ermission"),
                                    HasSubstr("group"), HasSubstr("kvm")));
}

// Runs the program where a mount hides what is at /dev.
class HiddenKvm : public ::testing::Test {
 protected:
  // `mount` is a shell command, in a mount namespace of its own; the machine is hello on that engine.
  static Outcome RunAfter(const std::string& mount, std::string_view engine) {
    const TemporaryFolder folder;
    return RunFileAfter(mount,
                        folder.Write("m.yaml", WithEngine(engine, ReadFile(Config("hello")))));
  }
  static Outcome RunFileAfter(const std::string& mount, const std::string& machine) {
    Command command = Cardcage({"run", machine});
    command.arguments.insert(
        command.arguments.begin(),
        {"unshare", "--mount", "sh", "-c", mount + " || exit 111; exec \"$@\"", "sh"});
    return RunToEnd(command);
  }
  // The shell's own code, or unshare's, which ends with 1, or where there is none.
  static bool CannotMount(const Outcome& outcome) {
    return outcome.code == 111 || outcome.code == 1 || outcome.code == 127;
  }
};

TEST_F(HiddenKvm, NoDeviceIsSaidWithTheCure) {
  const Outcome outcome = RunAfter("mount -t tmpfs none /dev", "kvm");
  if (CannotMount(outcome)) GTEST_SKIP() << "needs a mount namespace, and so root";
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("/dev/kvm"), HasSubstr("No such file"),
                                    AnyOf(HasSubstr("modprobe"), HasSubstr("BIOS"))));
}

TEST_F(HiddenKvm, MachineRunsAllTheSameAndSaysSo) {
  if (!WhyNoEngine("soft").empty()) GTEST_SKIP() << WhyNoEngine("soft");
  const Outcome outcome = RunAfter("mount -t tmpfs none /dev", "auto");
  if (CannotMount(outcome)) GTEST_SKIP() << "needs a mount namespace, and so root";
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.output, "Hello from the cage\n");
  EXPECT_EQ(
      outcome.errors,
      "cardcage: /dev/kvm: No such file or directory: running on the engine `soft` (software, "
      "without KVM)\n");
}

TEST_F(HiddenKvm, AnotherDeviceInItsPlaceIsSaid) {
  if (access("/dev/kvm", F_OK) != 0) GTEST_SKIP() << "needs /dev/kvm, to put another in its place";
  const Outcome outcome = RunAfter("mount --bind /dev/null /dev/kvm", "kvm");
  if (CannotMount(outcome)) GTEST_SKIP() << "needs a mount namespace, and so root";
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("KVM_GET_API_VERSION"), HasSubstr("not KVM")));
}

// Unicorn itself would end the process here, with 1.
TEST(SoftEngine, LimitOnAddressesIsSaidWithTheCure) {
  if (!WhyNoEngine("soft").empty()) GTEST_SKIP() << WhyNoEngine("soft");
  const TemporaryFolder folder;
  Command command =
      Cardcage({"run", folder.Write("m.yaml", WithEngine("soft", ReadFile(Config("hello"))))});
  command.arguments.insert(command.arguments.begin(),
                           {"bash", "-c", "ulimit -v 400000; exec \"$@\"", "bash"});
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("cannot make a CPU"), HasSubstr("`ulimit -v`")));
}

// Looking for KVM is the last thing: a wrong machine file is told without it.
TEST_F(HiddenKvm, WrongMachineFileIsToldAllTheSame) {
  const TemporaryFolder folder;
  const std::string file = folder.Write("machine.yaml", "cardcage: 1\nmemroy: {}\n");
  const Outcome outcome = RunFileAfter("mount -t tmpfs none /dev", file);
  if (CannotMount(outcome)) GTEST_SKIP() << "needs a mount namespace, and so root";
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors, StartsWith(file));
}

}  // namespace
}  // namespace cardcage::testing
