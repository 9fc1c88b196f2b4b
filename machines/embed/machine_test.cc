// SPDX-License-Identifier: MIT
#include "cardcage/machine.h"

#include <fstream>
#include <mutex>
#include <thread>

#include "cardcage/device.h"
#include "framework/plugin/builtin_devices.h"
#include "framework/testers/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// A device of the test's own: it sums up what is written to it.
namespace {

uint64_t sum = 0;

struct AdderConfig {};
class Adder {
 public:
  using Config = AdderConfig;
  explicit Adder(const Config& /*config*/) {}
  void Reset() { sum = 0; }
  uint8_t Sum() const { return static_cast<uint8_t>(sum); }
  void Add(uint8_t value) { sum += value; }
};

constexpr cardcage::Declaration kAdder{
    cardcage::Type<Adder>("test.adder", "sums up what is written to it"),
    cardcage::Port<&Adder::Sum, &Adder::Add>("sum"),
};

}  // namespace

CARDCAGE_PLUGIN("adder", "1.0.0", "MIT", kAdder);

namespace cardcage::embed {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Cause = Outcome::Cause;

// A machine of one page of code, in software, so that all hosts run it alike.
Machine MachineWith(std::vector<uint8_t> code) {
  Machine machine("under test");
  machine.AddTypes(BuiltinDevices());
  machine.AddTypes(cardcage_plugin_entry);
  machine.Set("cpu", {{"engine", "soft"}});
  machine.AddMemory("code", 0x1000, 4096);
  machine.Load(0x1000, code);
  machine.Boot({{"entry", 0x1000}});
  return machine;
}

const std::vector<uint8_t> kHalt = {0xf4};
const std::vector<uint8_t> kSpin = {0xeb, 0xfe};

TEST(EmbeddedMachine, RunsWithADeviceOfTheProgramsOwn) {
  // mov al, 5; out 0x10, al; add al, al; out 0x10, al; hlt
  Machine machine = MachineWith({0xb0, 0x05, 0xe6, 0x10, 0x00, 0xc0, 0xe6, 0x10, 0xf4});
  machine.AddDevice("adder", "test.adder", {{"at", Port(0x10)}});
  const Outcome outcome = machine.Run();
  EXPECT_EQ(outcome.cause, Cause::kHalt) << outcome.message;
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.message, "");
  EXPECT_EQ(sum, 15u);
}

TEST(EmbeddedMachine, EachRunBeginsAnew) {
  Machine machine = MachineWith({0xb0, 0x05, 0xe6, 0x10, 0xf4});
  machine.AddDevice("adder", "test.adder", {{"at", Port(0x10)}});
  machine.Run();
  EXPECT_EQ(machine.Run().cause, Cause::kHalt);
  EXPECT_EQ(sum, 5u);
}

TEST(EmbeddedMachine, GivesTheCodeOfTheDeviceThatEndedIt) {
  Machine machine = MachineWith({0xb0, 0x65, 0xe6, 0xf4, 0xeb, 0xfe});  // mov al, 101; out 0xf4, al
  machine.AddDevice("exit", "debug-exit", {{"at", Port(0xf4)}});
  const Outcome outcome = machine.Run();
  EXPECT_EQ(outcome.cause, Cause::kDevice) << outcome.message;
  EXPECT_EQ(outcome.code, 101u);
  EXPECT_EQ(outcome.device, "exit");
  EXPECT_EQ(outcome.exit_code, 63);  // the most that a guest's code gives
}

TEST(EmbeddedMachine, WiresLeadFromDeviceToDevice) {
  Machine machine = MachineWith(kHalt);
  machine.Set("chipset", {{"irqchip", "user"}});
  machine.AddDevice(
      "pic", "i8259-pair",
      {{"at", Map({{"master", Port(0x20)}, {"slave", Port(0xa0)}, {"elcr", Port(0x4d0)}})},
       {"irq", "cpu.intr"}});
  machine.AddDevice("com1", "ns16550a", {{"at", Port(0x3f8)}, {"irq", "pic.4"}});
  EXPECT_EQ(machine.Check(), "");
}

TEST(EmbeddedMachine, BackendsTakeWhatDevicesWrite) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("embedded, \"quoted\".txt");
  Machine machine = MachineWith({0xb0, 'h', 0xe6, 0xe9, 0xb0, 'i', 0xe6, 0xe9, 0xf4});
  machine.AddBackend("log", "file", {{"path", path}});
  machine.AddDevice("console", "debugcon", {{"at", Port(0xe9)}, {"console", "log"}});
  EXPECT_EQ(machine.Run().message, "");
  std::string line;
  std::getline(std::ifstream(path), line);
  EXPECT_EQ(line, "hi");
}

TEST(EmbeddedMachine, AllMistakesAreShownInTheWordsOfAMachineFile) {
  Machine machine = MachineWith(kHalt);
  machine.AddDevice("adder", "test.addr", {{"at", Port(0x10)}});
  machine.AddDevice("exit", "debug-exit", {{"at", Port(0x10000)}});
  const std::string said = machine.Check();
  EXPECT_THAT(said, AllOf(HasSubstr("under test:7:18: error: unknown device type `test.addr`"),
                          HasSubstr("adder: { type: test.addr, at: port 0x10 }"),
                          HasSubstr("did you mean `test.adder`"), HasSubstr("under test:8:"),
                          HasSubstr("0x10000")));
  const Outcome outcome = machine.Run();
  EXPECT_EQ(outcome.cause, Cause::kWrongMachine);
  EXPECT_EQ(outcome.message, said);
  EXPECT_EQ(outcome.exit_code, 65);
}

TEST(EmbeddedMachine, ALoadThatDoesNotFitIsShownByItsPlace) {
  Machine machine = MachineWith(kHalt);
  machine.Load(0x1fff, std::vector<uint8_t>{1, 2});
  EXPECT_THAT(machine.Check(), AllOf(HasSubstr("a load of 2 bytes at 0x1fff does not fit"),
                                     HasSubstr("# 2 bytes at 0x1fff")));
}

TEST(EmbeddedMachine, TextThatIsNoNameOfTheFilesIsRefused) {
  Machine machine = MachineWith(kHalt);
  machine.AddMemory("two\nlines: {}", 0x10000, 4096);
  machine.Set("cpu", {{"engine", "soft }\nboot: {"}});
  EXPECT_THAT(machine.Check(), AllOf(HasSubstr("is no name"), HasSubstr("cpu")));
}

TEST(EmbeddedMachine, APluginThatBreaksTheContractIsNamed) {
  cardcage_plugin plugin = cardcage_plugin_entry;
  plugin.abi_major = 99;
  Machine machine = MachineWith(kHalt);
  machine.AddTypes(plugin);
  EXPECT_THAT(machine.Check(), AllOf(HasSubstr("under test: error: "), HasSubstr("99")));
}

TEST(EmbeddedMachine, EndsWhenItsTimeIsOver) {
  Machine machine = MachineWith(kSpin);
  const Outcome outcome = machine.Run({.timeout = std::chrono::milliseconds(20)});
  EXPECT_EQ(outcome.cause, Cause::kTimeout);
  EXPECT_EQ(outcome.message, "timeout: cpu 0 at 0000:1000\n");
  EXPECT_EQ(outcome.exit_code, 124);
}

TEST(EmbeddedMachine, AnotherThreadStopsIt) {
  Machine machine = MachineWith(kSpin);
  std::thread other([&machine] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    machine.Stop();
  });
  EXPECT_EQ(machine.Run().cause, Cause::kStopped);
  other.join();
}

TEST(EmbeddedMachine, AStopBeforeTheRunEndsThatRunAlone) {
  Machine machine = MachineWith(kSpin);
  machine.Stop();
  EXPECT_EQ(machine.Run().cause, Cause::kStopped);
  EXPECT_EQ(machine.Run({.timeout = std::chrono::milliseconds(20)}).cause, Cause::kTimeout);
}

TEST(EmbeddedMachine, SeveralRunAtOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      Machine machine = MachineWith({0xb0, 0x07, 0xe6, 0xf4, 0xf4});
      machine.AddDevice("exit", "debug-exit", {{"at", Port(0xf4)}});
      EXPECT_EQ(machine.Run().code, 7u);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(EmbeddedMachine, AGuestFaultIsReportedWithItsRegisters) {
  Machine machine = MachineWith({0xb8, 0x34, 0x12, 0x0f, 0x0b});  // mov ax, 0x1234; ud2
  machine.Boot({{"registers", Map({{"rsp", 0x1800}})}});
  const Outcome outcome = machine.Run({.timeout = std::chrono::seconds(10)});
  EXPECT_EQ(outcome.cause, Cause::kGuestFault);
  EXPECT_THAT(outcome.message, HasSubstr("1234"));
  EXPECT_EQ(outcome.exit_code, 76);
}

TEST(EmbeddedMachine, LinesForPeopleComeToTheLog) {
  Machine machine = MachineWith({0xe6, 0x99, 0xf4});  // out 0x99, al
  std::mutex mutex;
  std::vector<std::string> lines;
  const auto log = [&](std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
  };
  EXPECT_EQ(machine.Run({.log = log}).message, "");
  EXPECT_THAT(lines, ElementsAre(HasSubstr("0x99")));
}

class MachineOfAFile : public ::testing::Test {
 protected:
  Machine Make(const std::string& text) {
    std::ofstream(path_) << text;
    Machine machine = Machine::FromFile(path_);
    machine.AddTypes(BuiltinDevices());
    machine.AddTypes(cardcage_plugin_entry);
    return machine;
  }
  const TemporaryFolder folder_;
  const std::string path_ = folder_.Path("embedded.yaml");
};

constexpr char kFile[] =
    "cardcage: 1\n"
    "cpu: { engine: soft }\n"
    "memory: { code: { at: 0x1000, size: 4KiB } }\n"
    "devices: { adder: { type: test.adder, at: port 0x10 } }\n"
    "boot: { load: [ { at: 0x1000, hex: \"b0 09 e6 10 f4\" } ], entry: 0x1000 }\n";

TEST_F(MachineOfAFile, UsesTypesOfTheProgram) {
  Machine machine = Make(kFile);
  EXPECT_EQ(machine.Run().cause, Cause::kHalt);
  EXPECT_EQ(sum, 9u);
}

TEST_F(MachineOfAFile, TakesNothingThatTheFileDoesNotSay) {
  Machine machine = Make(kFile);
  machine.AddDevice("exit", "debug-exit", {{"at", Port(0xf4)}});
  machine.Load(0x1000, kHalt);
  EXPECT_THAT(machine.Check(),
              AllOf(HasSubstr("`exit` was added to the machine of " + path_), HasSubstr("`load`")));
}

TEST_F(MachineOfAFile, ThatIsNotThereIsNamed) {
  EXPECT_THAT(Machine::FromFile("/no/such.yaml").Check(),
              HasSubstr("/no/such.yaml: error: cannot be opened"));
}

TEST_F(MachineOfAFile, LoadsNoPluginFilesAndSaysSo) {
  Machine machine = Make(std::string(kFile) + "plugins: [ { file: dice.so } ]\n");
  EXPECT_THAT(machine.Check(), AllOf(HasSubstr(path_ + ":6:20: error: a machine inside a program"),
                                     HasSubstr("Machine::AddTypes")));
}

TEST_F(MachineOfAFile, IsCheckedWithItsOwnLines) {
  Machine machine = Make(std::string(kFile) + "nmae: x\n");
  EXPECT_THAT(machine.Check(), HasSubstr(path_ + ":6:1: error: unknown key `nmae`"));
}

}  // namespace
}  // namespace cardcage::embed
