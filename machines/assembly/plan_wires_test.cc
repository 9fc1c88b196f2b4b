// SPDX-License-Identifier: MIT
#include "machines/assembly/plan_wires.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/assembly/plan_tester.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PlanWiresTest : public PlanTester {};

constexpr const char* kUserChips = "chipset: { irqchip: user }";
constexpr const char* kPic =
    "pic: { type: i8259-pair, irq: cpu.intr, at: { master: port 0x20, slave: port 0xa0, elcr: port "
    "0x4d0 } }";

TEST_F(PlanWiresTest, NumberIsTheInputOfTheMachinesOwnController) {
  const Plan plan =
      Accept({.devices = absl::StrCat("com1: { type: ns16550a, at: port 0x3f8, irq: 4 }, ", kPic,
                                      ", com2: { type: ns16550a, at: port 0x2f8, irq: pic.3 }"),
              .more = kUserChips});
  ASSERT_THAT(plan.devices, SizeIs(3));
  for (const auto& [device, input] : {std::pair{0u, 4u}, {2u, 3u}}) {
    ASSERT_THAT(plan.devices[device].irqs, SizeIs(1));
    EXPECT_EQ(plan.devices[device].irqs[0].to, Plan::Irq::To::kDevice);
    EXPECT_EQ(plan.devices[device].irqs[0].device, 1u);
    EXPECT_EQ(plan.devices[device].irqs[0].input, input);
  }
  EXPECT_EQ(plan.devices[1].irqs[0].to, Plan::Irq::To::kCpu);
  EXPECT_THAT(plan.engines, ElementsAre(&kKvmEngine, &kSoftEngine));
}

TEST_F(PlanWiresTest, ResetLeadsToTheMachine) {
  const Plan plan =
      Accept({.devices = "p: { type: port92, at: port 0x92, irq: { reset: machine.reset } }"});
  ASSERT_THAT(plan.devices[0].irqs, SizeIs(1));
  EXPECT_EQ(plan.devices[0].irqs[0].to, Plan::Irq::To::kReset);
  EXPECT_EQ(plan.devices[0].irqs[0].output, 1u);
}

TEST_F(PlanWiresTest, OwnControllerMustBeThereAndHeard) {
  EXPECT_THAT(Refuse({.more = kUserChips}),
              ElementsAre("5:21: error: irqchip: user, and no device is an interrupt controller",
                          "help: add one: pic: { type: i8259-pair, irq: cpu.intr, at: { … } }"));
  EXPECT_THAT(
      Refuse({.devices = "pic: { type: i8259-pair, at: { master: port 0x20, slave: port "
                         "0xa0, elcr: port 0x4d0 } }",
              .more = kUserChips}),
      ElementsAre("3:12: error: interrupt controller pic leads nowhere: the CPU would never "
                  "hear of it",
                  "help: add irq: cpu.intr"));
}

TEST_F(PlanWiresTest, CpusPinIsForOneControllerAlone) {
  EXPECT_THAT(
      Refuse({.devices = kPic}),
      ElementsAre("3:42: error: cpu.intr is a controller's among the machine's devices, and "
                  "this machine is to have none",
                  "help: add chipset: { irqchip: user }"));
  EXPECT_THAT(
      Refuse({.devices =
                  absl::StrCat(kPic, ", com1: { type: ns16550a, at: port 0x3f8, irq: cpu.intr }"),
              .more = kUserChips}),
      ElementsAre(
          "3:162: error: type ns16550a is no interrupt controller: the CPU could not ask it "
          "for a vector",
          "help: lead it to an input of one: irq: pic.4"));
}

TEST_F(PlanWiresTest, WireThatLeadsNowhereIsRefusedWithWhatIsThere) {
  const auto refuse = [this](const std::string& irq) {
    return Refuse(
        {.devices = absl::StrCat("a: { type: ns16550a, at: port 0x3f8, irq: ", irq, " }, ", kPic),
         .more = kUserChips});
  };
  EXPECT_THAT(refuse("pik.4"),
              ElementsAre("3:54: error: there is no device `pik`", "help: did you mean `pic`?"));
  EXPECT_THAT(refuse("pic.16"),
              ElementsAre("3:54: error: device pic, of type i8259-pair, has no input `16`",
                          StartsWith("help: ")));
  EXPECT_THAT(refuse("a.x"),
              ElementsAre("3:54: error: device a, of type ns16550a, has no input `x`",
                          "help: it listens to nobody"));
  EXPECT_THAT(
      refuse("16"),
      ElementsAre("3:54: error: irq 16: the interrupt controllers have the inputs 0 to 15"));
  EXPECT_THAT(refuse("cpu.nmi"),
              ElementsAre("3:54: error: a CPU has no input `nmi`", StartsWith("help: ")));
  EXPECT_THAT(refuse("machine.power"),
              ElementsAre("3:54: error: the machine has no input `power`", StartsWith("help: ")));
}

TEST_F(PlanWiresTest, NamesOfTheMachinesOwnInputsAreNoDevices) {
  EXPECT_THAT(Refuse({.devices = "cpu: { type: port92, at: port 0x92 }"}),
              ElementsAre("3:12: error: a device cannot be called cpu: outputs that lead to the "
                          "machine's own inputs name it so"));
}

TEST_F(PlanWiresTest, IrqNeedsAnIrqchip) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, irq: 4 }"}),
              ElementsAre("3:49: error: device a has an irq, and the machine has no interrupt "
                          "controller",
                          "help: add chipset: { irqchip: kernel }, or leave `irq` out"));
}

TEST_F(PlanWiresTest, IrqNeedsAnOutput) {
  EXPECT_THAT(
      Refuse({.devices = "a: { type: debug-exit, at: port 0x3f8, irq: 4 }", .more = kIrqchip}),
      ElementsAre("3:51: error: type debug-exit has no interrupt output",
                  "help: leave `irq` out: the guest polls this device"));
}

TEST_F(PlanWiresTest, IrqLeadsAnOutputToAnInput) {
  for (const char* irq : {"4", "{ irq: 4 }"}) {
    const Plan plan =
        Accept({.devices = absl::StrCat("a: { type: ns16550a, at: port 0x3f8, irq: ", irq, " }"),
                .more = kIrqchip});
    ASSERT_THAT(plan.devices[0].irqs, SizeIs(1)) << irq;
    EXPECT_EQ(plan.devices[0].irqs[0].output, 0u);
    EXPECT_EQ(plan.devices[0].irqs[0].to, Plan::Irq::To::kEngine);
    EXPECT_EQ(plan.devices[0].irqs[0].input, 4u);
  }
}

TEST_F(PlanWiresTest, IrqOfNoOutputOrNoInputIsRefused) {
  EXPECT_THAT(
      Refuse(
          {.devices = "a: { type: ns16550a, at: port 0x3f8, irq: { irk: 4 } }", .more = kIrqchip}),
      ElementsAre("3:56: error: type ns16550a has no output `irk`", "help: did you mean `irq`?"));
  EXPECT_THAT(
      Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, irq: 24 }", .more = kIrqchip}),
      ElementsAre("3:54: error: irq 24: the interrupt controllers have the inputs 0 to 23"));
}

}  // namespace
}  // namespace cardcage
