// SPDX-License-Identifier: MIT
#include "machines/spec/scalars.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

// A scalar as it stands in a file, read as what the test asks for.
class ScalarsTest : public ::testing::Test {
 protected:
  static YamlNode Plain(std::string text) {
    return {.kind = YamlNode::Kind::kScalar, .place = {.line = 1}, .scalar = std::move(text)};
  }
  static YamlNode Quoted(std::string text) {
    YamlNode node = Plain(std::move(text));
    node.quoted = true;
    return node;
  }
  static YamlNode List() { return {.kind = YamlNode::Kind::kList, .place = {.line = 1}}; }

  std::optional<uint64_t> Number(const YamlNode& node) { return ReadNumber(node, "it", errors_); }
  std::optional<uint64_t> Size(const YamlNode& node) { return ReadSize(node, "it", errors_); }
  std::optional<bool> Bool(const YamlNode& node) { return ReadBool(node, "it", errors_); }
  std::optional<std::string> Text(const YamlNode& node) { return ReadText(node, "it", errors_); }
  std::optional<std::vector<uint8_t>> Hex(const YamlNode& node) {
    return ReadHex(node, "it", errors_);
  }

  const Source source_{.name = "f", .text = ""};
  Diagnostics errors_{source_};
};

// What the errors say, without the file's line: "message (help)".
std::string Said(const Diagnostics& errors) {
  constexpr std::string_view kError = ": error: ";
  constexpr std::string_view kHelp = "= help: ";
  const std::string text = errors.Format();
  std::string said;
  if (const size_t at = text.find(kError); at != std::string::npos) {
    const size_t begin = at + kError.size();
    said = text.substr(begin, text.find('\n', begin) - begin);
  }
  if (const size_t at = text.find(kHelp); at != std::string::npos) {
    const size_t begin = at + kHelp.size();
    said += " (" + text.substr(begin, text.find('\n', begin) - begin) + ")";
  }
  return said;
}

// A scalar that is refused, with what is said then.
struct Refusal {
  std::string scalar;
  std::string said;
};
template <class Read>
void ExpectRefused(std::initializer_list<Refusal> refusals, Read read) {
  const Source source{.name = "f", .text = ""};
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.scalar);
    Diagnostics errors(source);
    const YamlNode node{.kind = YamlNode::Kind::kScalar,
                        .place = {.line = 1, .column = 1},
                        .scalar = refusal.scalar};
    EXPECT_EQ(read(node, "it", errors), std::nullopt);
    EXPECT_EQ(errors.count(), 1u);
    EXPECT_EQ(Said(errors), refusal.said);
  }
}

TEST_F(ScalarsTest, NumberIsDecimalOrHex) {
  EXPECT_THAT(Number(Plain("0")), Optional(0u));
  EXPECT_THAT(Number(Plain("42")), Optional(42u));
  EXPECT_THAT(Number(Plain("0x2a")), Optional(42u));
  EXPECT_THAT(Number(Plain("0X2A")), Optional(42u));
  EXPECT_THAT(Number(Plain("0x010")), Optional(16u));
  EXPECT_THAT(Number(Plain("18446744073709551615")), Optional(~uint64_t{0}));
  EXPECT_THAT(Number(Plain("0xffffffffffffffff")), Optional(~uint64_t{0}));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, WhatIsNoNumberIsRefusedWithWhatWouldDo) {
  ExpectRefused(
      {
          {"010",
           "it is no number: 010 (a leading 0 would make it octal: write 10, or 0x8 for octal "
           "010)"},
          {"00",
           "it is no number: 00 (a leading 0 would make it octal: write 0, or 0x0 for octal 00)"},
          {"08", "it is no number: 08 (without the leading 0)"},
          {"-1", "it is no number: -1 (it cannot be negative)"},
          {"-0x1", "it is no number: -0x1 (it cannot be negative)"},
          {"ff", "it is no number: ff (in hex: 0xff)"},
          {"1f", "it is no number: 1f (in hex: 0x1f)"},
          {"18446744073709551616",
           "it is no number: 18446744073709551616 (the largest is 0xffffffffffffffff)"},
          {"0x10000000000000000",
           "it is no number: 0x10000000000000000 (the largest is 0xffffffffffffffff)"},
          {"0x", "it is no number: 0x (write 42 or 0x2a)"},
          {"0x2g", "it is no number: 0x2g (write 42 or 0x2a)"},
          {"0b101", "it is no number: 0b101 (write 42 or 0x2a)"},
          {"0o17", "it is no number: 0o17 (write 42 or 0x2a)"},
          {"+1", "it is no number: +1 (write 42 or 0x2a)"},
          {"1.5", "it is no number: 1.5 (write 42 or 0x2a)"},
          {"1e3", "it is no number: 1e3 (in hex: 0x1e3)"},
          {"1_000", "it is no number: 1_000 (write 42 or 0x2a)"},
          {"4KiB", "it is no number: 4KiB (write 42 or 0x2a)"},
          {"true", "it is no number: true (write 42 or 0x2a)"},
          {"", "it is no number:  (write 42 or 0x2a)"},
      },
      &ReadNumber);
}

TEST_F(ScalarsTest, NumberInQuotesIsRefused) {
  EXPECT_EQ(Number(Quoted("42")), std::nullopt);
  EXPECT_EQ(Said(errors_), "it is in quotes, which make it a text (without quotes: 42)");
}

TEST_F(ScalarsTest, NumberIsNoListAndNotNothing) {
  EXPECT_EQ(Number(List()), std::nullopt);
  EXPECT_EQ(Number(YamlNode()), std::nullopt);
  EXPECT_EQ(errors_.count(), 2u);
  EXPECT_EQ(Said(errors_), "it must be a number, as 42 or 0x2a");
}

TEST_F(ScalarsTest, SizeIsANumberWithItsUnit) {
  EXPECT_THAT(Size(Plain("16B")), Optional(16u));
  EXPECT_THAT(Size(Plain("4KiB")), Optional(4096u));
  EXPECT_THAT(Size(Plain("4 KiB")), Optional(4096u));
  EXPECT_THAT(Size(Plain("1MiB")), Optional(uint64_t{1} << 20));
  EXPECT_THAT(Size(Plain("3GiB")), Optional(uint64_t{3} << 30));
  EXPECT_THAT(Size(Plain("16777215TiB")), Optional(uint64_t{16777215} << 40));
  EXPECT_THAT(Size(Plain("0B")), Optional(0u));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, WhatIsNoSizeIsRefusedWithWhatWouldDo) {
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
          {"4b", "it is no size: 4b" + any},
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

TEST_F(ScalarsTest, SizeInQuotesIsRefused) {
  EXPECT_EQ(Size(Quoted("4KiB")), std::nullopt);
  EXPECT_EQ(Said(errors_), "it is in quotes, which make it a text (without quotes: 4KiB)");
}

TEST_F(ScalarsTest, BoolIsTrueOrFalse) {
  EXPECT_THAT(Bool(Plain("true")), Optional(true));
  EXPECT_THAT(Bool(Plain("false")), Optional(false));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, WhatOldYamlTakesForABoolIsRefused) {
  ExpectRefused({{"yes", "it must be true or false, not yes"},
                 {"no", "it must be true or false, not no"},
                 {"on", "it must be true or false, not on"},
                 {"off", "it must be true or false, not off"},
                 {"y", "it must be true or false, not y"},
                 {"True", "it must be true or false, not True"},
                 {"TRUE", "it must be true or false, not TRUE"},
                 {"1", "it must be true or false, not 1"}},
                &ReadBool);
}

TEST_F(ScalarsTest, BoolInQuotesIsRefused) {
  EXPECT_EQ(Bool(Quoted("true")), std::nullopt);
  EXPECT_EQ(Said(errors_), "it is in quotes, which make it a text (without quotes: true)");
}

TEST_F(ScalarsTest, TextIsAnyScalarInQuotesOrNot) {
  EXPECT_THAT(Text(Plain("yes")), Optional(std::string("yes")));
  EXPECT_THAT(Text(Quoted("010")), Optional(std::string("010")));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, TextIsNeitherEmptyNorAListNorNothing) {
  EXPECT_EQ(Text(Quoted("")), std::nullopt);
  EXPECT_EQ(Text(List()), std::nullopt);
  EXPECT_EQ(Text(YamlNode()), std::nullopt);
  EXPECT_EQ(errors_.count(), 3u);
  EXPECT_EQ(Said(errors_), "it must be a text");
}

TEST_F(ScalarsTest, HexIsPairsOfDigitsWithBlanksBetween) {
  EXPECT_THAT(Hex(Quoted("b0 0a\n\tEE  f4")), Optional(ElementsAre(0xb0, 0x0a, 0xee, 0xf4)));
  EXPECT_THAT(Hex(Plain("90f4")), Optional(ElementsAre(0x90, 0xf4)));
  EXPECT_THAT(Hex(Quoted(" ")), Optional(IsEmpty()));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, WhatIsNoHexIsRefusedWithTheCharacter) {
  ExpectRefused(
      {
          {"b", "it is no hex: at character 1, `b` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"b0 0", "it is no hex: at character 4, `0` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"b0 0 a",
           "it is no hex: at character 4, `0 ` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"0x90", "it is no hex: at character 1, `0x` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"zz", "it is no hex: at character 1, `zz` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"90-1", "it is no hex: at character 3, `-1` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"90,f4", "it is no hex: at character 3, `,f` (pairs of hex digits, as \"b0 0a ee f4\")"},
          {"", "it must be a text"},
      },
      &ReadHex);
}

TEST(ParseNumber, GivesNothingForWhatIsNone) {
  EXPECT_THAT(ParseNumber("0x3f8"), Optional(0x3f8u));
  for (const char* text : {"", " 1", "1 ", "0x", "010", "-1", "one"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
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
