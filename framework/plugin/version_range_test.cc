// SPDX-License-Identifier: MIT
#include "framework/plugin/version_range.h"

#include "gtest/gtest.h"

namespace cardcage {
namespace {

bool Takes(std::string_view range, std::string_view version) {
  const auto parsed = VersionRange::Parse(range);
  EXPECT_TRUE(parsed.has_value()) << range;
  return parsed && parsed->Contains(ParseVersion(version).value());
}

TEST(Version, PartsThatAreNotSaidAreZero) {
  EXPECT_EQ(ParseVersion("1"), (Version{1, 0, 0}));
  EXPECT_EQ(ParseVersion("1.2"), (Version{1, 2, 0}));
  EXPECT_EQ(ParseVersion("1.2.3"), (Version{1, 2, 3}));
}

TEST(Version, WhatIsForPeopleIsNotCompared) {
  EXPECT_EQ(ParseVersion("2.0.0-rc1"), (Version{2, 0, 0}));
  EXPECT_EQ(ParseVersion("2.1+2026.7"), (Version{2, 1, 0}));
}

TEST(Version, WhatIsNoneIsSaid) {
  for (const char* text : {"", "a", "1.", ".1", "1..2", "1.2.3.4", " 1", "+1", "-1", "0x1", "v1",
                           "4294967296", "1.2 "}) {
    EXPECT_FALSE(ParseVersion(text).has_value()) << text;
  }
}

TEST(VersionRange, EachComparatorHoldsWhereItSays) {
  struct Row {
    const char* range;
    bool below, equal, above;
  };
  for (const Row& row : {Row{">=1.2", false, true, true}, Row{">1.2", false, false, true},
                         Row{"<=1.2", true, true, false}, Row{"<1.2", true, false, false},
                         Row{"=1.2", false, true, false}}) {
    EXPECT_EQ(Takes(row.range, "1.1.9"), row.below) << row.range;
    EXPECT_EQ(Takes(row.range, "1.2.0"), row.equal) << row.range;
    EXPECT_EQ(Takes(row.range, "1.2.1"), row.above) << row.range;
  }
}

TEST(VersionRange, AllMustHold) {
  EXPECT_TRUE(Takes("  >=1.0   <2 ", "1.9.9"));
  EXPECT_FALSE(Takes(">=1.0 <2", "0.9"));
  EXPECT_FALSE(Takes(">=1.0 <2", "2.0.0-rc1"));
}

TEST(VersionRange, NumbersAreComparedAsNumbers) { EXPECT_TRUE(Takes(">1.9", "1.10")); }

TEST(VersionRange, WhatIsNoneIsSaid) {
  for (const char* text : {"", " ", "1.0", "^1.0", ">= 1.0", ">", ">=1.0,<2", ">=1.0 2", "==1"}) {
    EXPECT_FALSE(VersionRange::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace cardcage
