// SPDX-License-Identifier: MIT
// Hosts whose KVM refuses something. No such host is at hand, so a preloaded library refuses in its
// place; everything else is the real program on the real KVM.
#include <errno.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Numbers of linux/kvm.h.
constexpr unsigned kCreateVm = 0xae01, kCreateVcpu = 0xae41, kCreateIrqchip = 0xae60, kRun = 0xae80;
constexpr unsigned kSetUserMemoryRegion = 0x4020ae46;
constexpr unsigned kCapReadonlyMem = 81, kCapImmediateExit = 136, kCapIrqchip = 0;

class RefusingKvm : public ::testing::Test {
 protected:
  void SetUp() override { CARDCAGE_SKIP_WITHOUT_KVM(); }
  // `machine` is the text of a machine file. It runs on KVM or not at all.
  static Outcome Run(const std::string& how,
                     const std::string& machine = ReadFile(Config("hello"))) {
    const TemporaryFolder folder;
    Command command = Cardcage({"run", folder.Write("machine.yaml", WithEngine("kvm", machine))});
    command.environment = {std::string("LD_PRELOAD=") + CARDCAGE_REFUSE_KVM, how};
    return RunToEnd(command);
  }
  static std::string Refuse(unsigned ioctl, int error) {
    return absl::StrCat("REFUSE_IOCTL=", ioctl, ":", error);
  }
};

TEST_F(RefusingKvm, WithoutARefusalTheMachineRuns) {
  EXPECT_EQ(Run("REFUSE_NOTHING=1").output, "Hello from the cage\n");
}

// On `engine: auto`, which is the default.
TEST_F(RefusingKvm, AnotherEngineTakesTheMachineWhereNoneIsNamed) {
  if (!WhyNoEngine("soft").empty()) GTEST_SKIP() << WhyNoEngine("soft");
  for (const unsigned ioctl : {kCreateVm, kCreateVcpu}) {
    Command command = Cardcage({"run", Config("hello")});
    command.environment = {std::string("LD_PRELOAD=") + CARDCAGE_REFUSE_KVM, Refuse(ioctl, EBUSY)};
    const Outcome outcome = RunToEnd(command);
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    EXPECT_EQ(outcome.output, "Hello from the cage\n");
    EXPECT_THAT(outcome.errors,
                ContainsRegex("^cardcage: KVM_CREATE_[A-Z]+: Device or resource busy: "
                              "running on the engine `soft`[^\n]*\n$"));
  }
}

TEST_F(RefusingKvm, BusyCpuIsAnotherHypervisor) {
  const Outcome outcome = Run(Refuse(kCreateVm, EBUSY));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.output, IsEmpty());
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("KVM_CREATE_VM: Device or resource busy"),
                                    HasSubstr("another hypervisor"), HasSubstr("cure:")));
}

TEST_F(RefusingKvm, NoMemoryIsSaidWithTheCall) {
  for (const unsigned ioctl : {kCreateVm, kCreateVcpu, kSetUserMemoryRegion}) {
    const Outcome outcome = Run(Refuse(ioctl, ENOMEM));
    EXPECT_EQ(outcome.code, kExitHost);
    EXPECT_THAT(outcome.errors,
                AllOf(HasSubstr("Cannot allocate memory"), HasSubstr("less memory")));
  }
}

TEST_F(RefusingKvm, SlotThatIsRefusedIsNamed) {
  EXPECT_THAT(Run(Refuse(kSetUserMemoryRegion, EINVAL)).errors,
              HasSubstr("memory slot code: KVM_SET_USER_MEMORY_REGION: Invalid argument"));
}

TEST_F(RefusingKvm, AnotherVersionOfTheApiIsRefused) {
  const Outcome outcome = Run("REFUSE_VERSION=13");
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, HasSubstr("version 13 of the KVM API"));
}

TEST_F(RefusingKvm, MissingCapabilityIsNamedWithItsUse) {
  const Outcome outcome = Run(absl::StrCat("REFUSE_CAPABILITY=", kCapImmediateExit));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("lacks KVM_CAP_IMMEDIATE_EXIT, needed for"), HasSubstr("cure:")));
}

TEST_F(RefusingKvm, CapabilityIsAskedOnlyWhereTheMachineNeedsIt) {
  const std::string no_rom = absl::StrCat("REFUSE_CAPABILITY=", kCapReadonlyMem);
  EXPECT_EQ(Run(no_rom).code, 0);
  const std::string rom =
      "cardcage: 1\nmemory: { bios: { at: 0, size: 4KiB, kind: rom } }\n"
      "boot: { load: [ { at: 0, hex: f4 } ], entry: 0 }\n";
  EXPECT_EQ(Run("REFUSE_NOTHING=1", rom).code, 0);
  EXPECT_THAT(Run(no_rom, rom).errors, HasSubstr("KVM_CAP_READONLY_MEM, needed for rom slot bios"));
  const std::string no_irqchip = absl::StrCat("REFUSE_CAPABILITY=", kCapIrqchip);
  EXPECT_EQ(Run(no_irqchip).code, 0);
  EXPECT_THAT(Run(no_irqchip, ReadFile(Config("smp"))).errors,
              HasSubstr("chipset.irqchip: kernel"));
}

TEST_F(RefusingKvm, InterruptControllersThatAreRefusedAreSaid) {
  const Outcome outcome = Run(Refuse(kCreateIrqchip, EEXIST), ReadFile(Config("smp")));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, HasSubstr("KVM_CREATE_IRQCHIP: File exists"));
}

TEST_F(RefusingKvm, CpuThatCannotRunEndsTheMachine) {
  const Outcome outcome = Run(Refuse(kRun, EIO));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("KVM_RUN: Input/output error"), HasSubstr("cure:"),
                                    HasSubstr("another engine")));
}

// A limit of the process, for real.
TEST(HostLimits, SlotBeyondALimitIsNamedWithTheCure) {
  CARDCAGE_SKIP_WITHOUT_KVM();
  const TemporaryFolder folder;
  const std::string large = folder.Write("large.yaml",
                                         "cardcage: 1\nmemory:\n  ram: { at: 0, size: 1GiB }\n"
                                         "boot: { load: [ { at: 0, hex: f4 } ], entry: 0 }\n");
  for (const char* limit : {"ulimit -v 500000", "ulimit -f 1000"}) {
    Command command = Cardcage({"run", large});
    command.arguments.insert(command.arguments.begin(),
                             {"bash", "-c", absl::StrCat(limit, "; exec \"$@\""), "bash"});
    const Outcome outcome = RunToEnd(command);
    EXPECT_EQ(outcome.code, kExitHost) << limit;
    EXPECT_THAT(outcome.errors,
                AllOf(HasSubstr("large.yaml:3:3: error: no host memory for slot ram"),
                      HasSubstr("(ulimit -")));
  }
}

}  // namespace
}  // namespace cardcage::testing
