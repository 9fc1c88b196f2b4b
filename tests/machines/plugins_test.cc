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
