// SPDX-License-Identifier: MIT
// A device in Rust that panics: what cardcage.rs makes of it.
#include "cardcage/testing/test_cage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using cardcage::testing::TestCage;
using ::testing::Contains;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string WhyRefused(uint64_t how) {
  return TestCage::WhyRefused(cardcage_plugin_entry, "acme.panics", {{"how", how}});
}

TEST(RustPanic, InAHandlerIsTheDevicesFailureAndNothingElse) {
  TestCage cage(cardcage_plugin_entry, "acme.panics");
  EXPECT_EQ(cage.Read(3), 7u);
  EXPECT_FALSE(cage.has_failed());
  EXPECT_EQ(cage.Read(4), 0xffu);
  EXPECT_TRUE(cage.has_failed());
  EXPECT_THAT(cage.log(), Contains(HasSubstr("panicked: index out of bounds")));
  EXPECT_EQ(cage.Read(3), 0xffu);  // it is not called again
}

TEST(RustPanic, InItsStateIsToo) {
  TestCage cage(cardcage_plugin_entry, "acme.panics");
  cage.Save();
  EXPECT_TRUE(cage.has_failed());
}

TEST(RustPanic, AtItsEndIsReported) {
  TestCage cage(cardcage_plugin_entry, "acme.panics");
  cage.End();
  EXPECT_THAT(cage.log(), Contains(HasSubstr("panicked: not without a fight")));
}

TEST(RustPanic, WhenItIsMadeIsARefusal) { EXPECT_EQ(WhyRefused(1), "panicked: made of glass"); }

TEST(RustRefusal, HasTheDevicesReason) { EXPECT_EQ(WhyRefused(2), "it is sold out"); }

TEST(RustRefusal, IsCutOffBetweenCharacters) {
  const std::string reason = WhyRefused(3);
  EXPECT_THAT(reason, EndsWith("µ"));
  EXPECT_THAT(reason.size(), ::testing::AllOf(::testing::Gt(100u), ::testing::Lt(2000u)));
}

}  // namespace
