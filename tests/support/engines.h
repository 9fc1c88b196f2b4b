// SPDX-License-Identifier: MIT
// What a test begins with that runs machines on each engine.
#ifndef CARDCAGE_TESTS_SUPPORT_ENGINES_H_
#define CARDCAGE_TESTS_SUPPORT_ENGINES_H_

#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/kvm.h"
#include "tests/support/program.h"

namespace cardcage::testing {

// The names of the engines, as machine files say them.
inline constexpr const char* kEngineNames[] = {"kvm", "soft"};

// What the engine needs and this host or build does not have; nothing where it can run.
std::string WhyNoEngine(std::string_view engine);

// The text of a machine file, with the engine that shall run it.
std::string WithEngine(std::string_view engine, std::string text);

// A fixture whose parameter is an engine: each test is run on each, and skipped where there is none.
class OnEachEngine : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string why_not = WhyNoEngine(GetParam());
    if (!why_not.empty()) GTEST_SKIP() << why_not;
  }

  // Writes a machine file for the engine, and returns its path.
  std::string Write(std::string_view name, const std::string& text) const {
    return folder_.Write(name, WithEngine(GetParam(), text));
  }
  // The same for a machine that the project ships.
  std::string Shipped(std::string_view name) const {
    return Write("shipped.yaml", ReadFile(Config(name)));
  }

  const TemporaryFolder folder_;
};

}  // namespace cardcage::testing

#define CARDCAGE_ON_EACH_ENGINE(Fixture)                                           \
  INSTANTIATE_TEST_SUITE_P(Engines, Fixture,                                       \
                           ::testing::ValuesIn(::cardcage::testing::kEngineNames), \
                           [](const auto& test) { return std::string(test.param); })

#endif  // CARDCAGE_TESTS_SUPPORT_ENGINES_H_
