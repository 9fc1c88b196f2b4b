// SPDX-License-Identifier: MIT
#include "framework/backend/asciicast_format.h"

#include "gtest/gtest.h"

namespace cardcage {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class AsciicastFormatTest : public ::testing::Test {
 protected:
  std::string Add(std::string_view text, AsciicastFormat::Time now = {}) {
    return format_.Add({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, now);
  }
  // The event of these bytes alone, without its time.
  std::string Event(std::string_view text) {
    std::string events = Add(text);
    events += format_.End();
    const size_t begin = events.find("\"o\", ");
    return begin == std::string::npos ? events
                                      : events.substr(begin + 5, events.size() - begin - 7);
  }
  AsciicastFormat format_;
};

TEST_F(AsciicastFormatTest, HeaderIsALineOfJson) {
  EXPECT_EQ(AsciicastFormat::Header(80, 24, 1'700'000'000),
            "{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": 1700000000}\n");
}

TEST_F(AsciicastFormatTest, EventHasTheTimeOfItsFirstByte) {
  EXPECT_EQ(Add("a", microseconds(1'500'000)), "");
  EXPECT_EQ(Add("b", seconds(2)), "[1.500000, \"o\", \"a\"]\n");
  EXPECT_EQ(format_.End(), "[2.000000, \"o\", \"b\"]\n");
  EXPECT_EQ(format_.End(), "");
}

TEST_F(AsciicastFormatTest, BytesThatComeTogetherAreOneEvent) {
  for (int i = 0; i < 9; ++i) EXPECT_EQ(Add("x", milliseconds(i)), "");
  EXPECT_EQ(Add("y", milliseconds(10)), "[0.000000, \"o\", \"xxxxxxxxx\"]\n");
}

TEST_F(AsciicastFormatTest, JsonIsEscaped) {
  EXPECT_EQ(Event("\"\\/\r\n\t\x1b[0m\x7f"), "\"\\\"\\\\/\\u000d\\u000a\\u0009\\u001b[0m\\u007f\"");
  EXPECT_EQ(Event(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST_F(AsciicastFormatTest, WhatIsNoUtf8IsReplaced) {
  const char* kTable[][2] = {
      {"\xff", "?"},
      {"a\x80z", "a?z"},
      {"\xc3(", "?("},
      {"\xe2\x82(", "?("},                // cut short: one for what there was of it
      {"\xc0\xaf", "??"},                 // overlong
      {"\xe0\x80\x80", "???"},            // overlong
      {"\xed\xa0\x80", "???"},            // a surrogate
      {"\xf4\x90\x80\x80", "????"},       // beyond U+10FFFF
      {"\xf8\x88\x80\x80\x80", "?????"},  // five bytes
      {"\xe2\x82", "?"},                  // and at the end
      {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
  };
  for (const auto& [bytes, shown] : kTable) {
    std::string expected = "\"";
    for (const char* c = shown; *c != '\0'; ++c) {
      expected += *c == '?' ? "\xef\xbf\xbd" : std::string(1, *c);
    }
    EXPECT_EQ(Event(bytes), expected + "\"");
  }
}

TEST_F(AsciicastFormatTest, CharacterThatComesInPartsStaysWhole) {
  EXPECT_EQ(Add("a\xe2", seconds(0)), "");
  EXPECT_EQ(Add("\x82", seconds(1)), "[0.000000, \"o\", \"a\"]\n");
  EXPECT_EQ(Add("\xac", seconds(2)), "");
  EXPECT_EQ(format_.End(), "[2.000000, \"o\", \"\xe2\x82\xac\"]\n");
}

TEST_F(AsciicastFormatTest, CharacterOverTheLongestEventStaysWhole) {
  const std::string text = std::string(AsciicastFormat::kLongest - 1, 'x') + "\xc3\xa9";
  std::string events = Add(text);
  events += format_.End();
  EXPECT_EQ(events, "[0.000000, \"o\", \"" + text.substr(0, text.size() - 2) +
                        "\"]\n[0.000000, \"o\", \"\xc3\xa9\"]\n");
}

TEST_F(AsciicastFormatTest, GivesNoMoreThanItSays) {
  for (const char byte : {'\x01', '\xff', 'x', '\xe2'}) {
    AsciicastFormat format;
    const std::string text(997, byte);
    for (int i = 0; i < 100; ++i) {
      const size_t size =
          format.Add({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, seconds(i))
              .size();
      ASSERT_LE(size, AsciicastFormat::kMostBefore + text.size() * AsciicastFormat::kMostEach);
    }
  }
}

}  // namespace
}  // namespace cardcage
