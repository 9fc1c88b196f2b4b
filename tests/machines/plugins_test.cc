// SPDX-License-Identifier: MIT
// The devices of this repository as plugins: the same machines, with nothing of the built-in ones. And what the command
// shows of plugins.
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "tests/machines/plugin_tester.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace fs = std::filesystem;

// All that the build has made, as options of the command.
std::vector<std::string> AllPlugins() {
  std::vector<std::string> options;
  for (const auto& file : fs::directory_iterator(CARDCAGE_PLUGINS)) {
    if (file.path().extension() != ".so") continue;
    options.emplace_back("--plugin");
    options.push_back(file.path().string());
  }
  return options;
}

Command WithPlugins(std::string verb, const std::vector<std::string>& options, std::string file) {
  std::vector<std::string> arguments = {std::move(verb)};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.push_back(std::move(file));
  return Cardcage(arguments);
}

class Plugins : public OnEachEngine {};
CARDCAGE_ON_EACH_ENGINE(Plugins);

TEST_P(Plugins, MachinesRunOnThemAsOnTheBuiltInDevices) {
  const std::vector<std::string> plugins = AllPlugins();
  ASSERT_GE(plugins.size(), 2u * 10);
  for (const char* name : {"two-plus-two", "hello", "string-io", "mmio", "long-mode", "loopback",
                           "rtc", "irq-echo", "irq-echo-64", "flood"}) {
    const std::string file = Shipped(name);
    Command built_in = Cardcage({"run", file});
    Command loaded = WithPlugins("run", plugins, file);
    built_in.input = loaded.input = "typed\n\x04";
    const Outcome expected = RunToEnd(built_in);
    const Outcome outcome = RunToEnd(loaded);
    EXPECT_EQ(outcome.output, expected.output) << name;
    EXPECT_EQ(outcome.code, 0) << name << ": " << outcome.errors;
  }
}

class DescribePlugin : public PluginTest {
 protected:
  Outcome Describe(std::vector<std::string> words) const {
    words.insert(words.begin(), "describe");
    return Run(std::move(words));
  }
};

TEST_F(DescribePlugin, ListsManyWithoutRunningTheirCode) {
  Add("a", Acme("writes"), "p0", {{"acme.chip", "acme.t0"}});
  const std::string manifest = ReadFile(folder_.Path("a/p0.manifest.json"));
  for (int i = 1; i < 200; ++i) {
    const std::string name = absl::StrCat("a/p", i);
    fs::copy_file(Acme("writes"), folder_.Path(name + ".so"));
    folder_.Write(name + ".manifest.json",
                  absl::StrReplaceAll(manifest, {{"acme.t0", absl::StrCat("acme.t", i)}}));
  }
  AddToPath("a");
  const Outcome outcome = Describe({});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
  for (const int i : {0, 100, 199}) {
    EXPECT_THAT(outcome.output,
                HasSubstr(absl::StrCat("from plugin acme 1.0.0 (", folder_.Path("a/p"), i, ".so")));
  }
  EXPECT_FALSE(CodeHasRun());
}

TEST_F(DescribePlugin, TypeOfAFolderIsShownWhole) {
  Add("a", Acme("writes"), "writes");
  AddToPath("a");
  const Outcome outcome = Describe({"acme.chip"});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, AllOf(StartsWith("acme.chip: a chip that does nothing\n"),
                                    HasSubstr("by CARDCAGE_PLUGIN_PATH)\n"),
                                    HasSubstr("\nParameters\n  channels  number")));
  EXPECT_TRUE(CodeHasRun());
}

TEST_F(DescribePlugin, JsonOfTheListHasWhatTheManifestsHave) {
  Add("a", Device("scratch"), "scratch");
  AddToPath("a");
  const auto json = nlohmann::json::parse(Describe({"--json"}).output);
  size_t found = 0;
  for (const auto& type : json) {
    const bool is_announced = type["id"] == "scratch";
    EXPECT_EQ(type.contains("parameters"), !is_announced) << type["id"];
    if (!is_announced) continue;
    ++found;
    EXPECT_EQ(type["summary"], "plain registers that keep what is written to them");
    EXPECT_EQ(type["hides"], nlohmann::json::array({"the built-in one"}));
  }
  EXPECT_EQ(found, 1u);
}

TEST_F(DescribePlugin, ManifestOfEachBuiltPluginIsBesideIt) {
  size_t count = 0;
  for (const auto& file : fs::directory_iterator(CARDCAGE_PLUGINS)) {
    if (file.path().extension() != ".so") continue;
    ++count;
    const Outcome outcome = Describe({file.path().string(), "--manifest"});
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
    const std::string beside =
        absl::StrReplaceAll(file.path().string(), {{".so", ".manifest.json"}});
    EXPECT_EQ(ReadFile(beside), outcome.output) << beside;
  }
  EXPECT_GE(count, 10u);
}

TEST_F(DescribePlugin, ManifestIsOfAFileAndNothingElse) {
  EXPECT_EQ(Describe({"scratch", "--manifest"}).code, kExitUsage);
  EXPECT_EQ(Describe({Device("scratch"), "--manifest", "--json"}).code, kExitUsage);
  const Outcome refused = Describe({Acme("aborts"), "--manifest"});
  EXPECT_EQ(refused.code, kExitPlugin);
  EXPECT_THAT(refused.output, IsEmpty());
}

TEST_F(DescribePlugin, ManifestThatCannotBeWrittenIsSaid) {
  Command command = Cardcage({"describe", Device("scratch"), "--manifest"});
  command.stdout_fd = Command::kClosed;
  const Outcome outcome = RunToEnd(std::move(command));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, HasSubstr("standard output: "));
}

TEST_F(DescribePlugin, FileIsShownWithItsTypes) {
  const Outcome outcome = Describe({Device("scratch")});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("scratch: "), HasSubstr(absl::StrCat("from plugin scratch 0.1.0 (",
                                                                   Device("scratch"), ")\n"))));
}

TEST_F(DescribePlugin, TypeThatAPluginHidesIsSaid) {
  const Outcome outcome = Describe({"--plugin", Device("scratch"), "scratch"});
  EXPECT_THAT(outcome.output, HasSubstr("scratch.so), which hides the built-in one\n"));
}

TEST_F(DescribePlugin, ListHasEachTypeInALine) {
  const Outcome outcome = Describe({});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("ns16550a"), HasSubstr("serial port\n")));
}

TEST_F(DescribePlugin, WhatIsNotThereIsRefusedWithTheNearest) {
  const Outcome outcome = Describe({"ns16550"});
  EXPECT_EQ(outcome.code, kExitUsage);
  EXPECT_THAT(outcome.errors, HasSubstr("did you mean `ns16550a`?"));
  const Outcome file = Describe({folder_.Write("text.so", "no plugin")});
  EXPECT_EQ(file.code, kExitPlugin);
  EXPECT_THAT(file.errors, HasSubstr("is no shared object"));
}

// The example of each is one that the command takes.
TEST_F(DescribePlugin, ExamplesMakeSense) {
  const std::string list = Describe({}).output;
  for (size_t at = 0; at < list.size(); at = list.find('\n', at) + 1) {
    const std::string id = list.substr(at, list.find(' ', at) - at);
    const std::string text = Describe({id}).output;
    const size_t example = text.find("  devices:\n");
    ASSERT_NE(example, std::string::npos) << id;
    std::string devices = text.substr(example);
    // A controller wants a CPU that hears it.
    const bool is_controller = id == "i8259-pair";
    if (is_controller) devices.replace(devices.find(" }\n"), 3, ", irq: cpu.intr }\n");
    std::string machine = "cardcage: 1\nmemory: { ram: { at: 0, size: 4KiB } }\n";
    if (is_controller) machine += "chipset: { irqchip: user }\n";
    // As it is printed, two columns to the right.
    for (size_t line = 0; line < devices.size(); line = devices.find('\n', line) + 1) {
      machine += devices.substr(line + 2, devices.find('\n', line) + 1 - line - 2);
    }
    machine += "boot: { load: [ { at: 0, hex: \"f4\" } ], entry: 0 }\n";
    const Outcome outcome = RunToEnd(Cardcage({"check", folder_.Write("m.yaml", machine)}));
    EXPECT_EQ(outcome.code, 0) << id << ": " << outcome.errors << machine;
  }
}

class PluginOption : public ::testing::Test {
 protected:
  static Outcome Run(const std::vector<std::string>& options) {
    return RunToEnd(WithPlugins("check", options, Config("two-plus-two")));
  }
  const TemporaryFolder folder_;
};

TEST_F(PluginOption, TwoWithOneTypeAreRefusedWithBoth) {
  const std::string file = Device("ns16550a");
  const Outcome outcome = Run({"--plugin", file, "--plugin", file});
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_THAT(outcome.errors,
              HasSubstr(absl::StrCat("device type ns16550a is in plugin ns16550a (", file,
                                     ") and in plugin ns16550a (", file, ")")));
}

TEST_F(PluginOption, OneMayHideABuiltInType) {
  const Outcome outcome = Run({"--plugin", Device("ns16550a")});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, IsEmpty());
}

}  // namespace
}  // namespace cardcage::testing
