// SPDX-License-Identifier: MIT
#include "framework/backend/log_format.h"

#include "gtest/gtest.h"

namespace cardcage {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

class LogFormatTest : public ::testing::Test {
 protected:
  std::string Add(std::string_view text, LogFormat::Time now = {}) {
    return format_.Add({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, now);
  }
  LogFormat format_;
};

TEST_F(LogFormatTest, EachLineHasTheTimeOfItsFirstByte) {
  EXPECT_EQ(Add("one\ntwo\n", microseconds(1'234'567)), "[    1.234567] one\n[    1.234567] two\n");
  EXPECT_EQ(Add("th", seconds(20)), "");
  EXPECT_EQ(Add("ree\nfour\n", seconds(123'456)), "[   20.000000] three\n[123456.000000] four\n");
}

TEST_F(LogFormatTest, LineWithoutAnEndComesAtTheEnd) {
  EXPECT_EQ(Add("login: "), "");
  EXPECT_EQ(format_.End(), "[    0.000000] login: \n");
  EXPECT_EQ(format_.End(), "");
}

TEST_F(LogFormatTest, EmptyLineIsALine) { EXPECT_EQ(Add("\n"), "[    0.000000] \n"); }

TEST_F(LogFormatTest, CarriageReturnBelongsToTheLineFeed) {
  EXPECT_EQ(Add("dos\r\n"), "[    0.000000] dos\n");
  EXPECT_EQ(Add("10%\r20%\r"), "");
  EXPECT_EQ(Add("\n"), "[    0.000000] 10%\\r20%\n");
  Add("x\r");
  EXPECT_EQ(format_.End(), "[    0.000000] x\\r\n");
}

TEST_F(LogFormatTest, ControlBytesAreEscaped) {
  EXPECT_EQ(Add(std::string_view("\x1b[1mA\0\x7f\t\\ \xc3\xa9\n", 13)),
            "[    0.000000] \\x1b[1mA\\x00\\x7f\t\\\\ \xc3\xa9\n");
}

TEST_F(LogFormatTest, LineWithoutEndIsCut) {
  const std::string lines = Add(std::string(3000, 'x'));
  EXPECT_EQ(lines.size(), 2 * (LogFormat::kLongest + 16));
  EXPECT_EQ(format_.End().size(), 3000 - 2 * LogFormat::kLongest + 16);
}

TEST_F(LogFormatTest, GivesNoMoreThanItSays) {
  for (const char* part : {"\n", "\x1b", "x", "x\n", "\r"}) {
    LogFormat format;
    for (int i = 0; i < 10'000; ++i) {
      const std::string_view text(part);
      const size_t size =
          format.Add({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, seconds(i))
              .size();
      ASSERT_LE(size, LogFormat::kMostBefore + text.size() * LogFormat::kMostEach);
    }
  }
  const std::string lines(2000, '\n');
  EXPECT_LE(Add(lines, seconds(1'000'000)).size(),
            LogFormat::kMostBefore + lines.size() * LogFormat::kMostEach);
}

}  // namespace
}  // namespace cardcage
