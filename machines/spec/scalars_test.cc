// SPDX-License-Identifier: MIT
#include "machines/spec/scalars.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/spec/scalars_tester.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

class ScalarsTest : public ScalarsTester {
 protected:
  std::optional<uint64_t> Number(const YamlNode& node) { return ReadNumber(node, "it", errors_); }
  std::optional<int64_t> Signed(const YamlNode& node) { return ReadSigned(node, "it", errors_); }
  std::optional<bool> Bool(const YamlNode& node) { return ReadBool(node, "it", errors_); }
  std::optional<std::string> Text(const YamlNode& node) { return ReadText(node, "it", errors_); }
  std::optional<std::string> String(const YamlNode& node) {
    return ReadString(node, "it", errors_);
  }
  std::optional<std::vector<uint8_t>> Hex(const YamlNode& node) {
    return ReadHex(node, "it", errors_);
  }
  std::optional<std::vector<uint8_t>> Mac(const YamlNode& node) {
    return ReadMac(node, "it", errors_);
  }
};

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

TEST_F(ScalarsTest, SignedNumberMayHaveAMinus) {
  EXPECT_THAT(Signed(Plain("-42")), Optional(-42));
  EXPECT_THAT(Signed(Plain("42")), Optional(42));
  EXPECT_THAT(Signed(Plain("0x2a")), Optional(42));
  EXPECT_THAT(Signed(Plain("-0x2a")), Optional(-42));
  EXPECT_THAT(Signed(Plain("-9223372036854775808")), Optional(INT64_MIN));
  EXPECT_THAT(Signed(Plain("9223372036854775807")), Optional(INT64_MAX));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, WhatIsNoSignedNumberIsRefusedWithWhatWouldDo) {
  const std::string range = " (it is from -9223372036854775808 to 9223372036854775807)";
  ExpectRefused({{"-9223372036854775809", "it is no number: -9223372036854775809" + range},
                 {"9223372036854775808", "it is no number: 9223372036854775808" + range},
                 {"-010", "it is no number: -010 (without the leading 0)"},
                 {"--1", "it is no number: --1 (write 42, -42 or 0x2a)"},
                 {"-", "it is no number: - (write 42, -42 or 0x2a)"},
                 {"- 1", "it is no number: - 1 (write 42, -42 or 0x2a)"},
                 {"+1", "it is no number: +1 (write 42, -42 or 0x2a)"},
                 {"1.5", "it is no number: 1.5 (write 42, -42 or 0x2a)"}},
                &ReadSigned);
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

TEST_F(ScalarsTest, StringMayBeEmptyButNotNothing) {
  EXPECT_THAT(String(Quoted("")), Optional(std::string()));
  EXPECT_THAT(String(Plain("eth0")), Optional(std::string("eth0")));
  EXPECT_TRUE(errors_.ok());
  EXPECT_EQ(String(YamlNode()), std::nullopt);
  EXPECT_EQ(Said(errors_), "it must be a text (an empty one is \"\")");
}

TEST_F(ScalarsTest, TextHasNoZeroByte) {
  EXPECT_EQ(Text(Quoted(std::string("ab\0c", 4))), std::nullopt);
  EXPECT_EQ(String(Quoted(std::string("ab\0c", 4))), std::nullopt);
  EXPECT_EQ(errors_.count(), 2u);
  EXPECT_EQ(Said(errors_), "it is no text: byte 3 of it is 0");
}

TEST_F(ScalarsTest, MacIsSixPairsOfHexDigits) {
  EXPECT_THAT(Mac(Plain("52:54:00:12:aB:ff")),
              Optional(ElementsAre(0x52, 0x54, 0x00, 0x12, 0xab, 0xff)));
  EXPECT_THAT(Mac(Quoted("00:00:00:00:00:00")), Optional(ElementsAre(0, 0, 0, 0, 0, 0)));
  EXPECT_TRUE(errors_.ok());
}

TEST_F(ScalarsTest, WhatIsNoMacIsRefusedWithWhatWouldDo) {
  const std::string any = " (six pairs of hex digits, as 52:54:00:12:34:56)";
  const std::string meant = " (did you mean 52:54:00:12:34:56?)";
  ExpectRefused({{"52-54-00-12-34-56", "it is no Ethernet address: 52-54-00-12-34-56" + meant},
                 {"525400123456", "it is no Ethernet address: 525400123456" + meant},
                 {"5254.0012.3456", "it is no Ethernet address: 5254.0012.3456" + meant},
                 {"52:54:00:12:34:5", "it is no Ethernet address: 52:54:00:12:34:5" + any},
                 {"52:54:00:12:34:56:78", "it is no Ethernet address: 52:54:00:12:34:56:78" + any},
                 {"52:54:00:12:34:5g", "it is no Ethernet address: 52:54:00:12:34:5g" + any}},
                &ReadMac);
}

TEST_F(ScalarsTest, WhatIsSpelledIsReadAsTheSame) {
  for (const std::string& text :
       {std::string("eth0"), std::string("a/b-c.img"), std::string(), std::string("null"),
        std::string("two words"), std::string("a \"quote\" and \\"), std::string("\x1b[2J\n"),
        std::string("- x"), std::string("{ a: b }"), std::string("gr\xc3\xbc\xc3\x9f")}) {
    const Source source{.name = "f", .text = absl::StrCat("{ key: ", SpellString(text), " }")};
    Diagnostics errors(source);
    const auto node = ParseYaml(source, errors);
    ASSERT_TRUE(node && node->map.size() == 1) << source.text;
    EXPECT_THAT(String(node->map[0].value), Optional(text)) << source.text;
  }
  EXPECT_EQ(SpellHex({0xde, 0x0a}), "\"de 0a\"");
  EXPECT_EQ(SpellHex({}), "\"\"");
  EXPECT_EQ(SpellMac({0x52, 0x54, 0, 0x12, 0x34, 0x56}), "52:54:00:12:34:56");
}

TEST(ParseNumber, GivesNothingForWhatIsNone) {
  EXPECT_THAT(ParseNumber("0x3f8"), Optional(0x3f8u));
  for (const char* text : {"", " 1", "1 ", "0x", "010", "-1", "one"}) {
    EXPECT_EQ(ParseNumber(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace cardcage
