// SPDX-License-Identifier: MIT
// The kept plugins as files: in machines, found by their manifests, and validated.
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kKept[] = CARDCAGE_KEPT_PLUGINS;

Outcome RunCardcage(std::vector<std::string> words) {
  Command command = Cardcage(std::move(words));
  command.environment = {absl::StrCat("CARDCAGE_PLUGIN_PATH=", kKept)};
  return RunToEnd(std::move(command));
}

class KeptFiles : public OnEachEngine {};
CARDCAGE_ON_EACH_ENGINE(KeptFiles);

// Its guest writes "ok" to the courier's console, lets the metronome run until it has beaten thrice, and
// ends with what that says of its fourth bar, divided by 32.
TEST_P(KeptFiles, WorkInAMachineThatFindsThemByTheirManifests) {
  const std::string machine = R"(cardcage: 1
memory: { ram: { at: 0, size: 64KiB } }
devices:
  clock: { type: kept.metronome, at: port 0x600, period: 1ms, bars: [4, 6, 7, 5] }
  runner:
    type: kept.courier
    at: { registers: port 0x500, console: port 0x520, late: mmio 0xd0000000, window: mmio 0xd0001000 }
    console: stdio
  exit: { type: debug-exit, at: port 0xf4 }
boot:
  load:
    - at: 0x1000
      hex: >-
        ba 20 05 b0 6f ee b0 6b ee
        ba 00 06 66 b8 01 00 00 00 66 ef
        ba 04 06 66 ed 66 83 f8 03 72 f8
        ba 00 06 66 31 c0 66 ef
        ba 04 06 66 b8 03 00 00 00 66 ef
        ba 08 06 66 ed 66 c1 e8 05 e6 f4 f4
  entry: 0x1000
)";
  const Outcome outcome = RunCardcage({"run", Write("m.yaml", machine)});
  EXPECT_EQ(outcome.output, "ok") << outcome.errors;
  EXPECT_EQ(outcome.code, 0x501 / 32) << outcome.errors;
}

TEST(KeptFilesOfAMinor, AreListedByTheManifestsThatWereKept) {
  const Outcome outcome = RunCardcage({"describe"});
  EXPECT_THAT(outcome.errors, IsEmpty());
  for (const char* type : {"kept.metronome", "kept.courier", "kept.stone"}) {
    EXPECT_THAT(outcome.output, HasSubstr(type));
  }
}

TEST(KeptFilesOfAMinor, PassEachCheckOfThisHosts) {
  for (const char* name : {"metronome", "courier"}) {
    const Outcome outcome =
        RunCardcage({"validate", absl::StrCat(kKept, "/", name, ".so"), "--level", "basic"});
    EXPECT_EQ(outcome.code, 0) << outcome.output << outcome.errors;
    EXPECT_THAT(outcome.output, HasSubstr(" passed, 0 failed"));
  }
}

// They are in the repository for good.
TEST(KeptFilesOfAMinor, AreSmall) {
  for (const auto& file : std::filesystem::directory_iterator(kKept)) {
    EXPECT_LT(file.file_size(), 20u * 1024) << file.path();
  }
}

}  // namespace
}  // namespace cardcage::testing
