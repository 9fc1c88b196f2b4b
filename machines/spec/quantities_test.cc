// SPDX-License-Identifier: MIT
#include "machines/spec/quantities.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/spec/scalars_tester.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Optional;

class QuantitiesTest : public ScalarsTester {
 protected:
  std::optional<uint64_t> Size(const YamlNode& node) { return ReadSize(node, "it", errors_); }
  std::optional<uint64_t> Duration(const YamlNode& node) {
    return ReadDuration(node, "it", errors_);
  }
  std::optional<uint64_t> Frequency(const YamlNode& node) {
    return ReadFrequency(node, "it", errors_);
  }
};

TEST_F(QuantitiesTest, SizeIsANumberWithItsUnit) {
  EXPECT_THAT(Size(Plain("16B")), Optional(16u));
  EXPECT_THAT(Size(Plain("4KiB")), Optional(4096u));
  EXPECT_THAT(Size(Plain("4 KiB")), Optional(4096u));
  EXPECT_THAT(Size(Plain("1MiB")), Optional(uint64_t{1} << 20));
  EXPECT_THAT(Size(Plain("3GiB")), Optional(uint64_t{3} << 30));
  EXPECT_THAT(Size(Plain("16777215TiB")), Optional(uint64_t{16777215} << 40));
  EXPECT_THAT(Size(Plain("0B")), Optional(0u));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(QuantitiesTest, WhatIsNoSizeIsRefusedWithWhatWouldDo) {
  const std::string any = " (a number with B, KiB, MiB, GiB or TiB: 4KiB)";
  ExpectRefused(
      {
          {"4096", "it has no unit: 4096 (bytes: 4096B; or KiB, MiB, GiB, TiB)"},
          {"0", "it has no unit: 0 (bytes: 0B; or KiB, MiB, GiB, TiB)"},
          {"4K", "it is no size: 4K (did you mean 4KiB?)"},
          {"4k", "it is no size: 4k (did you mean 4KiB?)"},
          {"4KB", "it is no size: 4KB (did you mean 4KiB?)"},
          {"4kib", "it is no size: 4kib (did you mean 4KiB?)"},
          {"4kB", "it is no size: 4kB (did you mean 4KiB?)"},
          {"3G", "it is no size: 3G (did you mean 3GiB?)"},
          {"3 gb", "it is no size: 3 gb (did you mean 3GiB?)"},
          {"1mb", "it is no size: 1mb (did you mean 1MiB?)"},
          {"1T", "it is no size: 1T (did you mean 1TiB?)"},
          {"4b", "it is no size: 4b (did you mean 4B?)"},
          {"4Pi", "it is no size: 4Pi" + any},
          {"0x1000", "it is no size: 0x1000" + any},
          {"010KiB", "it is no size: 010KiB" + any},
          {"-4KiB", "it is no size: -4KiB" + any},
          {"4.5GiB", "it is no size: 4.5GiB" + any},
          {"KiB", "it is no size: KiB" + any},
          {"4KiBs", "it is no size: 4KiBs (did you mean 4KiB?)"},
          {"16777216TiB", "it is beyond 64 bits: 16777216TiB"},
          {"18446744073709551616B", "it is no size: 18446744073709551616B" + any},
      },
      &ReadSize);
}

TEST_F(QuantitiesTest, SizeInQuotesIsRefused) {
  EXPECT_EQ(Size(Quoted("4KiB")), std::nullopt);
  EXPECT_EQ(Said(errors_), "it is in quotes, which make it a text (without quotes: 4KiB)");
}

TEST_F(QuantitiesTest, DurationIsANumberWithItsUnitInNanoseconds) {
  EXPECT_THAT(Duration(Plain("500ns")), Optional(500u));
  EXPECT_THAT(Duration(Plain("20us")), Optional(20'000u));
  EXPECT_THAT(Duration(Plain("1.5 ms")), Optional(1'500'000u));
  EXPECT_THAT(Duration(Plain("10s")), Optional(10'000'000'000u));
  EXPECT_THAT(Duration(Plain("0.5min")), Optional(30'000'000'000u));
  EXPECT_THAT(Duration(Plain("0s")), Optional(0u));
  EXPECT_THAT(Duration(Plain("18446744073709551615ns")), Optional(~uint64_t{0}));
  EXPECT_THAT(Duration(Plain("18446744073.709551615s")), Optional(~uint64_t{0}));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(QuantitiesTest, WhatIsNoDurationIsRefusedWithWhatWouldDo) {
  const std::string any = " (a number with ns, us, ms, s or min: 10ms)";
  ExpectRefused({{"10", "it has no unit: 10 (nanoseconds: 10ns; or us, ms, s, min)"},
                 {"10S", "it is no duration: 10S (did you mean 10s?)"},
                 {"1.5sec", "it is no duration: 1.5sec (did you mean 1.5s?)"},
                 {"10m", "it is no duration: 10m" + any},
                 {"10h", "it is no duration: 10h" + any},
                 {"-1s", "it is no duration: -1s" + any},
                 {"1.s", "it is no duration: 1.s" + any},
                 {".5s", "it is no duration: .5s" + any},
                 {"1,5s", "it is no duration: 1,5s" + any},
                 {"1e3s", "it is no duration: 1e3s" + any},
                 {"01s", "it is no duration: 01s" + any},
                 {"0.5ns", "it is no whole number of nanoseconds: 0.5ns"},
                 {"1.0000001us", "it is no whole number of nanoseconds: 1.0000001us"},
                 {"18446744073.709551616s", "it is beyond 64 bits: 18446744073.709551616s"},
                 {"18446744074s", "it is beyond 64 bits: 18446744074s"}},
                &ReadDuration);
}

TEST_F(QuantitiesTest, FrequencyIsInHertzOrHasItsUnit) {
  EXPECT_THAT(Frequency(Plain("1843200")), Optional(1'843'200u));
  EXPECT_THAT(Frequency(Plain("0x1c2000")), Optional(1'843'200u));
  EXPECT_THAT(Frequency(Plain("50Hz")), Optional(50u));
  EXPECT_THAT(Frequency(Plain("32.768kHz")), Optional(32'768u));
  EXPECT_THAT(Frequency(Plain("1.8432MHz")), Optional(1'843'200u));
  EXPECT_THAT(Frequency(Plain("1.193182 MHz")), Optional(1'193'182u));
  EXPECT_THAT(Frequency(Plain("3GHz")), Optional(3'000'000'000u));
  EXPECT_THAT(Frequency(Plain("2.00Hz")), Optional(2u));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(QuantitiesTest, WhatIsNoFrequencyIsRefusedWithWhatWouldDo) {
  const std::string any = " (a number with Hz, kHz, MHz or GHz: 1.8432MHz)";
  ExpectRefused({{"1.8432mhz", "it is no frequency: 1.8432mhz (did you mean 1.8432MHz?)"},
                 {"33M", "it is no frequency: 33M (did you mean 33MHz?)"},
                 {"10hz", "it is no frequency: 10hz (did you mean 10Hz?)"},
                 {"10KHz", "it is no frequency: 10KHz (did you mean 10kHz?)"},
                 {"10THz", "it is no frequency: 10THz" + any},
                 {"0x10Hz", "it is no frequency: 0x10Hz" + any},
                 {"fast", "it is no frequency: fast" + any},
                 {"0.5", "it is no whole number of Hz: 0.5"},
                 {"0.01Hz", "it is no whole number of Hz: 0.01Hz"},
                 {"1.0001kHz", "it is no whole number of Hz: 1.0001kHz"},
                 {"18446744074GHz", "it is beyond 64 bits: 18446744074GHz"}},
                &ReadFrequency);
}

TEST_F(QuantitiesTest, AreSpelledInTheLargestUnitThatFits) {
  EXPECT_EQ(SpellSize(0), "0B");
  EXPECT_EQ(SpellSize(16), "16B");
  EXPECT_EQ(SpellSize(4096), "4KiB");
  EXPECT_EQ(SpellSize(4097), "4097B");
  EXPECT_EQ(SpellSize(uint64_t{3} << 30), "3GiB");
  EXPECT_EQ(SpellDuration(0), "0ns");
  EXPECT_EQ(SpellDuration(1'500'000), "1.5ms");
  EXPECT_EQ(SpellDuration(90'000'000'000), "90s");
  EXPECT_EQ(SpellDuration(1'000'000'001), "1.000000001s");
  EXPECT_EQ(SpellFrequency(16), "16Hz");
  EXPECT_EQ(SpellFrequency(32'768), "32.768kHz");
  EXPECT_EQ(SpellFrequency(1'843'200), "1.8432MHz");
  EXPECT_EQ(SpellFrequency(1'000'000'000), "1GHz");
}

TEST(ParseDuration, IsANumberOfSecondsOrHasItsUnit) {
  EXPECT_THAT(ParseDuration("10s"), Optional(seconds(10)));
  EXPECT_THAT(ParseDuration("300ms"), Optional(milliseconds(300)));
  EXPECT_THAT(ParseDuration("0.5"), Optional(milliseconds(500)));
  EXPECT_THAT(ParseDuration("0.5s"), Optional(milliseconds(500)));
  EXPECT_THAT(ParseDuration("2min"), Optional(seconds(120)));
  EXPECT_THAT(ParseDuration("0"), Optional(seconds(0)));
  EXPECT_THAT(ParseDuration("31536000"), Optional(seconds(31536000)));
}

TEST(ParseDuration, GivesNothingForWhatIsNoneOrLongerThanAYear) {
  const std::string huge(400, '9');
  for (const char* text :
       {"",          "s",    "-1",  "-0.5s",    "1h",    "1m",        "10 s",
        " 10s",      "10S",  "nan", "inf",      "-inf",  "infinity",  "1e9",
        "1e-3",      "0x10", "1,5", "31536001", "8761h", "525601min", "99999999999999999999",
        huge.c_str()}) {
    EXPECT_EQ(ParseDuration(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cardcage
