// SPDX-License-Identifier: MIT
// The devices of this repository as plugins: the same machines, with nothing of the built-in ones.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kExitPlugin = 66;

// All that the build has made, as options of the command.
std::vector<std::string> AllPlugins() {
  std::vector<std::string> options;
  for (const auto& file : std::filesystem::directory_iterator(CARDCAGE_PLUGINS)) {
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

class DescribePlugin : public ::testing::Test {
 protected:
  static Outcome Describe(const std::vector<std::string>& words) {
    std::vector<std::string> arguments = {"describe"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    return RunToEnd(Cardcage(arguments));
  }
  const TemporaryFolder folder_;
};

TEST_F(DescribePlugin, FileIsShownWithItsTypes) {
  const Outcome outcome = Describe({absl::StrCat(CARDCAGE_PLUGINS, "/scratch.so")});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("scratch: "), HasSubstr("from plugin scratch 0.1.0\n")));
}

TEST_F(DescribePlugin, TypeThatAPluginHidesIsSaid) {
  const Outcome outcome =
      Describe({"--plugin", absl::StrCat(CARDCAGE_PLUGINS, "/scratch.so"), "scratch"});
  EXPECT_THAT(outcome.output,
              HasSubstr("from plugin scratch 0.1.0, which hides the built-in one\n"));
}

TEST_F(DescribePlugin, ListHasEachTypeInALine) {
  const Outcome outcome = Describe({});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("ns16550a"), HasSubstr("serial port\n")));
}

TEST_F(DescribePlugin, WhatIsNotThereIsRefusedWithTheNearest) {
  const Outcome outcome = Describe({"ns16550"});
  EXPECT_EQ(outcome.code, 64);
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

TEST_F(PluginOption, FileThatIsNoPluginEndsTheCommandBeforeAnythingElse) {
  const std::string text = folder_.Write("text.so", "no plugin");
  const Outcome outcome = Run({"--plugin", text});
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_THAT(outcome.errors,
              AllOf(HasSubstr("text.so: is no shared object"), HasSubstr("cardcage_add_device")));
}

TEST_F(PluginOption, TwoWithOneTypeAreRefusedWithBoth) {
  const std::string file = absl::StrCat(CARDCAGE_PLUGINS, "/ns16550a.so");
  const Outcome outcome = Run({"--plugin", file, "--plugin", file});
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_THAT(outcome.errors,
              HasSubstr("device type ns16550a is in plugin ns16550a and in plugin ns16550a"));
}

TEST_F(PluginOption, OneMayHideABuiltInType) {
  const Outcome outcome = Run({"--plugin", absl::StrCat(CARDCAGE_PLUGINS, "/ns16550a.so")});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, IsEmpty());
}

}  // namespace
}  // namespace cardcage::testing
