// SPDX-License-Identifier: MIT
// `cardcage validate` on a chip with one fault at a time, on the same chip without one, and on all of this
// repository's devices.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

std::string Chip(const std::string& fault) {
  return absl::StrCat(CARDCAGE_CHIPS, "/", fault, ".so");
}

Outcome Validate(Words words) {
  words.insert(words.begin(), "validate");
  return RunToEnd(Cardcage(std::move(words)));
}

nlohmann::json Report(Words words, int code) {
  words.emplace_back("--json");
  const Outcome outcome = Validate(std::move(words));
  EXPECT_EQ(outcome.code, code) << outcome.errors << outcome.output;
  return nlohmann::json::parse(outcome.output, nullptr, /*allow_exceptions=*/false);
}

// The ids of the checks with that result.
std::set<std::string> Ids(const nlohmann::json& report, const std::string& result) {
  std::set<std::string> ids;
  for (const auto& table : report["tables"]) {
    for (const auto& check : table["checks"]) {
      if (check["result"] == result) ids.insert(check["id"]);
    }
  }
  return ids;
}

struct Fault {
  std::string plugin;
  std::string id;       // of the check that finds it
  std::string message;  // what it says
};

class ValidateFault : public ::testing::TestWithParam<Fault> {};

TEST_P(ValidateFault, IsFoundByItsOwnCheck) {
  const auto& [plugin, id, message] = GetParam();
  const nlohmann::json report = Report({Chip(plugin), "--include", id}, 1);
  EXPECT_EQ(Ids(report, "failed"), std::set<std::string>{id});
  EXPECT_THAT(report.dump(), HasSubstr(message));
}

const Fault kFaults[] = {
    {"symbols", "symbols", "it exports 1 symbol beside cardcage_plugin_entry: acme_chip_count"},
    {"defaults", "defaults", "declares as its defaults: there is no port for it"},
    {"parameters", "parameters", "it ends the process (Segmentation fault)"},
    {"reasons", "parameters", "it refuses speed at an edge of its bounds, and gives no reason"},
    {"offsets", "offsets", "write of 8 bytes, 0x0, at offset 0x0 (DATA)"},
    {"hangs", "offsets", "it does not come back in 10 s"},
    {"streams", "streams", "it ends the process (Segmentation fault)"},
    {"clock", "clock", "time does not go on"},
    {"damaged-state", "damaged-state", "load of a damaged state"},
    {"answers", "answers", "is answered with status 7"},
    {"fits", "fits", "a read of 1 byte at offset 0x3 (COUNT) gives 0x10"},
    {"rules.turn", "rules.turn", "it called set_signal outside of its turn"},
    {"rules.late", "rules.late", "it called its host after it was destroyed"},
    {"rules.index", "rules.index", "it has no counter 5"},
    {"rules.finished", "rules.finished", "nothing was to be finished"},
    {"rules.end", "rules.end", "its end was not finished in 5 s"},
    {"rules.post", "rules.post", "has no function `posted`"},
    {"rules.views", "rules.views", "it kept 1 view of guest memory beyond its"},
    {"registers", "registers", "its register STAT is declared to be written"},
    {"batches", "batches", "do not act as the same accesses one by one"},
    {"threads", "threads", "it ends the process (Aborted)"},
    {"leaks", "leaks", "bytes of memory are left after it was made and ended 1000 times"},
    {"descriptors", "leaks", "descriptors are left open"},
    {"reset", "reset", "behind a reset, "},
    {"reset-levels", "reset", "behind a reset its outputs are irq high"},
    {"pause", "pause", "behind a pause, "},
    {"peek", "peek", "two peeks, one behind the other, show different values"},
    {"repeats", "repeats", "the second time"},
    {"instances", "instances", "beside another device of its type"},
    {"copies", "copies", "beside a device of another copy of the plugin"},
    {"state", "state", "with a loaded state, "},
    {"saves", "state", "saved twice, one behind the other, its field count differs"},
    {"quiet", "quiet", "the guest has written to CTRL"},
    {"allocations", "allocations", "writes at offset 0x1 (CTRL) allocate memory"},
    {"system-calls", "system-calls", "make a system call (getpid)"},
    {"time", "time", "reads at offset 0x2 (STAT) take over 1 ms"},
    {"documents", "documents", "its parameter speed has no line"},
};
INSTANTIATE_TEST_SUITE_P(All, ValidateFault, ::testing::ValuesIn(kFaults), [](const auto& fault) {
  std::string name = fault.param.plugin;
  for (char& c : name) c = c == '-' || c == '.' ? '_' : c;
  return name;
});

TEST(Validate, FindsNothingWhereNothingIsWrong) {
  const nlohmann::json report = Report({Chip("none"), "--level", "strict"}, 0);
  EXPECT_EQ(report["failed"], 0);
  EXPECT_THAT(Ids(report, "skipped"), ::testing::ElementsAre("threads"));
}

TEST(Validate, ShippedDevicesPassTheHighestLevel) {
  unsigned count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CARDCAGE_PLUGINS)) {
    if (entry.path().extension() != ".so") continue;
    ++count;
    EXPECT_EQ(Report({entry.path(), "--level", "strict"}, 0)["failed"], 0) << entry.path();
  }
  EXPECT_GE(count, 9U);
}

// A project's ctest runs it beside tests that are told to take an engine.
TEST(Validate, TakesNoEngineWhateverTestsAreToldToTake) {
  setenv("CARDCAGE_TEST_ENGINE", "one that there is not", 1);
  EXPECT_EQ(Validate({Chip("none"), "--include", "streams"}).code, 0);
  unsetenv("CARDCAGE_TEST_ENGINE");
}

TEST(Validate, SaysWhatWasFoundAndHowToSeeItAgain) {
  const std::string file = Chip("offsets");
  const Outcome outcome = Validate({file, "--include", "offsets,documents"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(
      outcome.output,
      AllOf(StartsWith(absl::StrCat(file, ": plugin acme 1.0.0, level full, seed 1\n")),
            HasSubstr("\n  FAILED  offsets "),
            HasSubstr(absl::StrCat("again:  cardcage validate ", file,
                                   " --reproduce offsets --type acme.chip --seed 1\n")),
            HasSubstr("\n  ok      documents "), HasSubstr("1 passed, 1 failed, 0 skipped\n")));
  const Outcome again =
      Validate({file, "--reproduce", "offsets", "--type", "acme.chip", "--seed", "1"});
  EXPECT_EQ(again.code, 1);
  EXPECT_THAT(
      again.output,
      HasSubstr(
          "write of 8 bytes, 0x0, at offset 0x0 (DATA)\nFAILED offsets: it ends the process"));
}

TEST(Validate, LevelsAndPatternsChooseTheChecks) {
  const auto ids = [](Words words) {
    words.insert(words.begin(), Chip("none"));
    return Ids(Report(std::move(words), 0), "passed");
  };
  EXPECT_THAT(ids({"--level", "basic"}),
              AllOf(Contains("offsets"), Not(Contains("reset")), Not(Contains("quiet"))));
  EXPECT_THAT(ids({"--include", "quiet"}), ::testing::ElementsAre("quiet"));
  EXPECT_THAT(
      ids({"--include", "rules.*", "--exclude", "rules.v*,rules.end"}),
      AllOf(Contains("rules.turn"), Not(Contains("rules.views")), Not(Contains("rules.end"))));
}

TEST(Validate, ListsItsChecksWithALineOfWhy) {
  const Outcome outcome = Validate({"--list"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.output,
              HasSubstr("peek            full    a look from outside has no effect\n"));
}

TEST(Validate, RefusesWhatItCannotDo) {
  EXPECT_EQ(Validate({}).code, kExitUsage);
  EXPECT_EQ(Validate({Chip("none"), "--level", "high"}).code, kExitUsage);
  EXPECT_EQ(Validate({"--include", "documents", Chip("none")}).code, 0);  // takes no file for an id
  EXPECT_EQ(Validate({Chip("none"), "--include", "no-such"}).code, kExitUsage);
  EXPECT_EQ(Validate({Chip("none"), "--reproduce", "rules.turn"}).code, kExitUsage);
  const Outcome type = Validate({Chip("none"), "--type", "acme.chop"});
  EXPECT_EQ(type.code, kExitUsage);
  EXPECT_THAT(type.errors, HasSubstr("acme.chip"));
  const Outcome missing = Validate({"none.so"});
  EXPECT_EQ(missing.code, kExitPlugin);
  EXPECT_THAT(missing.errors, HasSubstr("none.so: No such file or directory\n  "));
  EXPECT_THAT(missing.output, IsEmpty());
}

}  // namespace
}  // namespace cardcage::testing
