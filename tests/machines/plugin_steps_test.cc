// SPDX-License-Identifier: MIT
// Where plugins come from: those that a machine names, and those that folders offer.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/machines/plugin_tester.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

namespace fs = std::filesystem;

// The build-id that a manifest has, and that of a shared object by a tool of its own.
std::string BuildId(const std::string& manifest) {
  return nlohmann::json::parse(manifest)["build_id"];
}
std::string BuildIdOf(const std::string& file) {
  const std::string notes = RunToEnd({.arguments = {"readelf", "-n", file}}).output;
  constexpr std::string_view kLabel = "Build ID: ";
  const size_t at = notes.find(kLabel) + kLabel.size();
  return notes.substr(at, notes.find('\n', at) - at);
}

class NamedPlugins : public PluginTest {};

TEST_F(NamedPlugins, FileIsRelativeToTheMachineFile) {
  Add("sub", Acme("good"), "good");
  const Outcome outcome = Check(Machine({"acme.chip"}, "plugins: [ { file: sub/good.so } ]\n"));
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
}

TEST_F(NamedPlugins, VersionInTheRangeIsTaken) {
  for (const char* range : {">=1.0 <2", "=1", "<=1.0.0"}) {
    const Outcome outcome =
        Check(Machine({"acme.chip"}, absl::StrCat("plugins: [ { file: ", Acme("good"),
                                                  ", version: \"", range, "\" } ]\n")));
    EXPECT_EQ(outcome.code, 0) << outcome.errors;
  }
}

TEST_F(NamedPlugins, VersionOutsideOfTheRangeIsRefusedWithBoth) {
  fs::copy_file(Acme("good"), folder_.Path("good.so"));
  const Outcome outcome =
      Check(Machine({"acme.chip"}, "plugins: [ { file: good.so, version: \">=1.1 <2\" } ]\n"));
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_EQ(outcome.errors,
            absl::StrCat(folder_.Path("m.yaml"), ":2:38: error: plugin acme is version 1.0.0, and ",
                         ">=1.1 <2 is asked for\n"
                         "    2 | plugins: [ { file: good.so, version: \">=1.1 <2\" } ]\n"
                         "      |                                      ^~~~~~~~~~\n"
                         "      = help: name a file of such a version, or take this one by another "
                         "range\n"));
}

TEST_F(NamedPlugins, EachThatIsRefusedIsShown) {
  const Outcome outcome =
      Check(Machine({"no-such-type"}, absl::StrCat("plugins:\n- file: ", Acme("good"),
                                                   "\n- file: a.so\n- file: b.so\n")));
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("m.yaml:4:9: error: "), HasSubstr("a.so: No such"),
                                    HasSubstr("m.yaml:5:9: error: "), HasSubstr("b.so: No such"),
                                    Not(HasSubstr("no-such-type"))));
}

TEST_F(NamedPlugins, TwoWithOneTypeAreRefusedWithBoth) {
  const Outcome outcome = Check(Machine(
      {}, absl::StrCat("plugins:\n- file: ", Acme("good"), "\n- file: ", Acme("writes"), "\n")));
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_THAT(
      outcome.errors,
      AllOf(HasSubstr("m.yaml:4:9: error: "),
            HasSubstr(absl::StrCat("device type acme.chip is in plugin acme (", Acme("good"),
                                   ") and in plugin acme (", Acme("writes"), ")"))));
}

TEST_F(NamedPlugins, TheyAreOfTheirMachineAlone) {
  const std::string with = folder_.Write(
      "with.yaml",
      Machine({"acme.chip"}, absl::StrCat("plugins: [ { file: ", Acme("good"), " } ]\n")));
  const std::string without = folder_.Write("without.yaml", Machine({"acme.chip"}));
  const Outcome outcome = Run({"check", with, without, with});
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("without.yaml:3:24: error: unknown device type "
                                              "`acme.chip`"),
                                    Not(HasSubstr("/with.yaml"))));
}

TEST_F(NamedPlugins, MistakesOfFilesComeBeforeRefusedPluginsInTheExitCode) {
  const std::string refused =
      folder_.Write("refused.yaml", Machine({}, "plugins: [ { file: none.so } ]\n"));
  const std::string wrong = folder_.Write("wrong.yaml", Machine({"no-such-type"}));
  EXPECT_EQ(Run({"check", refused}).code, kExitPlugin);
  EXPECT_EQ(Run({"check", refused, wrong}).code, kExitFile);
  EXPECT_EQ(Run({"check", wrong, refused}).code, kExitFile);
}

class PluginSteps : public PluginTest {};

TEST_F(PluginSteps, PluginOfAFolderIsLoadedOnlyWhereADeviceNeedsIt) {
  Add("plugins", Acme("writes"), "writes");
  AddToPath("plugins");
  EXPECT_EQ(Check(Machine({})).code, 0);
  EXPECT_EQ(Run({"describe"}).code, 0);
  EXPECT_FALSE(CodeHasRun());
  const Outcome outcome = Check(Machine({"acme.chip", "acme.chip"}));
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_TRUE(CodeHasRun());
}

TEST_F(PluginSteps, WhatIsNamedComesBeforeFolders) {
  Add("plugins", Acme("writes"), "writes");
  AddToPath("plugins");
  EXPECT_EQ(Check(Machine({"acme.chip"}), {"--plugin", Acme("good")}).code, 0);
  EXPECT_EQ(
      Check(Machine({"acme.chip"}, absl::StrCat("plugins: [ { file: ", Acme("good"), " } ]\n")))
          .code,
      0);
  EXPECT_FALSE(CodeHasRun());
}

TEST_F(PluginSteps, OptionComesBeforeThePathThePathBeforeTheInstallationAndThatBeforeTheProgram) {
  Install();
  const std::vector<std::pair<std::string, std::string>> later = {{"0.1.0", "0.2.0"}};
  Add("prefix/" CARDCAGE_LIBDIR "/cardcage/plugins", Device("scratch"), "scratch", later);
  Add("path", Device("scratch"), "scratch");
  const std::string installed = absl::StrCat(
      "plugin scratch 0.2.0 (",
      folder_.Path("prefix/" CARDCAGE_LIBDIR "/cardcage/plugins/scratch.so"), ", installed)");
  const std::string of_path = absl::StrCat(
      "plugin scratch 0.1.0 (", folder_.Path("path/scratch.so"), ", by CARDCAGE_PLUGIN_PATH)");
  const std::string of_option = absl::StrCat("plugin scratch 0.1.0 (", Device("scratch"), ")");
  EXPECT_THAT(Run({"describe"}).output,
              HasSubstr(absl::StrCat("from ", installed, ", which hides the built-in one\n")));
  AddToPath("path");
  EXPECT_THAT(Run({"describe"}).output,
              HasSubstr(absl::StrCat("from ", of_path, ", which hides ", installed,
                                     " and the built-in one\n")));
  EXPECT_THAT(Run({"describe", "--plugin", Device("scratch"), "scratch"}).output,
              HasSubstr(absl::StrCat("\nfrom ", of_option, ", which hides ", of_path, " and ",
                                     installed, " and the built-in one\n")));
}

TEST_F(PluginSteps, InstalledPluginThatIsTheBuiltInOneIsNotLoadedTwice) {
  Install();
  Add("prefix/" CARDCAGE_LIBDIR "/cardcage/plugins", Device("scratch"), "scratch");
  const Outcome outcome = Run({"describe", "scratch"});
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr("\nbuilt in\n"));
}

TEST_F(PluginSteps, TwoOfThePathWithOneTypeAreRefusedWithBoth) {
  Add("a", Acme("writes"), "one");
  Add("b", Acme("writes"), "two");
  AddToPath("a");
  AddToPath("b");
  const Outcome outcome = Check(Machine({}));
  EXPECT_EQ(outcome.code, kExitPlugin);
  EXPECT_EQ(outcome.errors,
            absl::StrCat("cardcage: device type acme.chip is in plugin acme (",
                         folder_.Path("a/one.so"), ") and in plugin acme (",
                         folder_.Path("b/two.so"), ")\n  leave one of the two out\n"));
  EXPECT_FALSE(CodeHasRun());
}

TEST_F(PluginSteps, FolderThatIsThereTwiceIsOne) {
  Add("a", Acme("good"), "one");
  AddToPath("a");
  AddToPath("a");
  const Outcome outcome = Check(Machine({"acme.chip"}));
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
}

TEST_F(PluginSteps, FolderThatIsNotThereIsSaidAndSkipped) {
  AddToPath("none");
  const Outcome outcome = Check(Machine({}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, HasSubstr(absl::StrCat("cardcage: warning: CARDCAGE_PLUGIN_PATH: ",
                                                     folder_.Path("none"), ": No such file")));
}

TEST_F(PluginSteps, PluginThatWasBuiltAnewWithoutItsManifestIsSaidAndSkipped) {
  Add("a", Acme("good"), "one");
  AddToPath("a");
  fs::copy_file(Acme("writes"), folder_.Path("a/one.so"), fs::copy_options::overwrite_existing);
  const Outcome outcome = Check(Machine({"acme.chip"}));
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors,
              AllOf(StartsWith(absl::StrCat("cardcage: warning: ", folder_.Path("a/one"),
                                            ".manifest.json is skipped: it is of another build")),
                    HasSubstr("write it anew: cardcage describe "),
                    HasSubstr("unknown device type `acme.chip`")));
  EXPECT_FALSE(CodeHasRun());
}

TEST_F(PluginSteps, WarningsDoNotFillTheScreen) {
  fs::create_directories(folder_.Path("a"));
  for (int i = 0; i < 30; ++i) folder_.Write(absl::StrCat("a/", i, ".so"), "");
  AddToPath("a");
  const std::string errors = Check(Machine({})).errors;
  EXPECT_EQ(std::count(errors.begin(), errors.end(), '\n'), 10 * 2 + 1);
  EXPECT_THAT(errors, HasSubstr("cardcage: and 20 more warnings\n"));
}

TEST_F(PluginSteps, PluginOfAFolderThatIsRefusedIsShownAtTheDevice) {
  Add("a", Acme("good"), "good");
  const std::string manifest = ReadFile(folder_.Path("a/good.manifest.json"));
  AddToPath("a");
  // Its manifest names a type that it does not have.
  folder_.Write("a/good.manifest.json",
                absl::StrReplaceAll(manifest, {{"acme.chip", "acme.other"}}));
  const Outcome lacking = Check(Machine({"acme.other"}));
  EXPECT_EQ(lacking.code, kExitPlugin);
  EXPECT_THAT(lacking.errors,
              AllOf(HasSubstr("m.yaml:3:24: error: "), HasSubstr("it has no type acme.other"),
                    HasSubstr("= help: write it anew: cardcage describe ")));
  EXPECT_EQ(Run({"describe", "acme.other"}).code, kExitPlugin);
  // It cannot be loaded, although its manifest is right.
  fs::copy_file(Acme("aborts"), folder_.Path("a/bad.so"));
  folder_.Write("a/bad.manifest.json",
                absl::StrReplaceAll(manifest, {{BuildId(manifest), BuildIdOf(Acme("aborts"))},
                                               {"acme.chip", "acme.bad"}}));
  const Outcome aborting = Check(Machine({"acme.bad"}));
  EXPECT_EQ(aborting.code, kExitPlugin);
  EXPECT_THAT(aborting.errors,
              AllOf(HasSubstr("m.yaml:3:24: error: "), HasSubstr("this board is on fire")));
}

}  // namespace
}  // namespace cardcage::testing
