// SPDX-License-Identifier: MIT
// The devices of examples/languages, in C, C++ and Rust: in one machine, and each by itself.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Plugin(const std::string& name) {
  return absl::StrCat(CARDCAGE_LANGUAGE_PLUGINS, "/", name, ".so");
}

class Languages : public OnEachEngine {
 protected:
  void SetUp() override {
    if (!CARDCAGE_HAS_RUSTC)
      GTEST_SKIP() << "rustc is not installed: install it (tools/setup test)";
    OnEachEngine::SetUp();
  }
};
CARDCAGE_ON_EACH_ENGINE(Languages);

TEST_P(Languages, AnswerInOneRunOfOneMachine) {
  std::vector<std::string> words = {"run"};
  for (const char* name : {"ticker", "gate", "crc32"}) {
    words.emplace_back("--plugin");
    words.push_back(Plugin(name));
  }
  words.push_back(
      Write("languages.yaml", ReadFile(absl::StrCat(CARDCAGE_LANGUAGES, "/languages.yaml"))));
  const Outcome outcome = RunToEnd(Cardcage(words));
  EXPECT_EQ(outcome.output, "C: ticks 3\nC++: interrupts 3\nRust: sum cbf43926\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
}

class LanguagePlugin : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("crc32") && !CARDCAGE_HAS_RUSTC) {
      GTEST_SKIP() << "rustc is not installed: install it (tools/setup test)";
    }
  }
};
INSTANTIATE_TEST_SUITE_P(All, LanguagePlugin, ::testing::Values("ticker", "gate", "crc32"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(LanguagePlugin, KeepsTheContractAtTheHighestLevel) {
  const Outcome outcome = RunToEnd(Cardcage({"validate", Plugin(GetParam()), "--level", "strict"}));
  EXPECT_EQ(outcome.code, 0) << outcome.output << outcome.errors;
  EXPECT_THAT(outcome.output, HasSubstr(" 0 failed, "));
}

}  // namespace
}  // namespace cardcage::testing
