// SPDX-License-Identifier: MIT
#include "machines/assembly/param_values.h"

#include "absl/strings/str_cat.h"
#include "framework/device/params_tester.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Values as they stand in a machine file, `{ key: VALUE }`.
class ParamValuesTest : public ::testing::Test {
 protected:
  std::optional<ParamValue> Read(const cardcage_param& param, const std::string& value,
                                 std::string* said) {
    const Source source{.name = "folder/m.yaml", .text = absl::StrCat("{ key: ", value, " }")};
    Diagnostics errors(source);
    const auto node = ParseYaml(source, errors);
    EXPECT_EQ(errors.Format(), "");
    auto read = ReadParam(param, node->map[0].value, "`key`", source, errors);
    EXPECT_EQ(read.has_value(), errors.ok());
    *said = errors.Format();
    return read;
  }
  ParamValue Accept(const cardcage_param& param, const std::string& value) {
    std::string said;
    const auto read = Read(param, value, &said);
    EXPECT_EQ(said, "");
    return read.value_or(ParamValue());
  }
  // "1:8: error: `key` … | help": the place and all that is said.
  std::string Refuse(const cardcage_param& param, const std::string& value) {
    std::string said;
    EXPECT_FALSE(Read(param, value, &said).has_value());
    return said;
  }
};

TEST_F(ParamValuesTest, EachKindIsReadInItsOwnSpelling) {
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_BOOL), "true").number, 1u);
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_U64), "0x2a").number, 42u);
  EXPECT_EQ(static_cast<int64_t>(Accept(Param(CARDCAGE_KIND_I64), "-42").number), -42);
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_SIZE), "4KiB").number, 4096u);
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_ADDRESS), "0xd0000000").number, 0xd0000000u);
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_DURATION), "10ms").number, 10'000'000u);
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_FREQUENCY), "1.8432MHz").number, 1'843'200u);
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_STRING), "eth0").text, "eth0");
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_STRING), "\"\"").text, "");
  EXPECT_THAT(Accept(Param(CARDCAGE_KIND_BYTES), "\"de ad\"").bytes, ElementsAre(0xde, 0xad));
  EXPECT_THAT(Accept(Param(CARDCAGE_KIND_BYTES), "\"\"").bytes, SizeIs(0));
  EXPECT_THAT(Accept(Param(CARDCAGE_KIND_MAC), "52:54:00:12:34:56").bytes,
              ElementsAre(0x52, 0x54, 0x00, 0x12, 0x34, 0x56));
}

TEST_F(ParamValuesTest, PathBeginsAtTheMachineFilesFolder) {
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_PATH), "disk.img").text, "folder/disk.img");
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_PATH), "/disk.img").text, "/disk.img");
  EXPECT_EQ(Accept(Param(CARDCAGE_KIND_PATH), "\"\"").text, "");
  EXPECT_EQ(Accept(ListParam(CARDCAGE_KIND_PATH), "[a, /b]").items[0].text, "folder/a");
  EXPECT_THAT(Refuse(Param(CARDCAGE_KIND_PATH), "\"cardcage:no-such\""),
              HasSubstr("1:8: error: `key`: cardcage:no-such: not shipped with this build"));
}

TEST_F(ParamValuesTest, DefaultPathBeginsThereToo) {
  const Source source{.name = "folder/m.yaml", .text = ""};
  Diagnostics errors(source);
  cardcage_value value{};
  value.struct_size = sizeof(value);
  value.kind = CARDCAGE_KIND_PATH;
  value.text = "disk.img";
  value.length = 8;
  cardcage_param param = Param(CARDCAGE_KIND_PATH);
  param.default_value = &value;
  EXPECT_EQ(DefaultParam(param, "it", {}, source, errors).text, "folder/disk.img");
  EXPECT_TRUE(errors.ok());
}

TEST_F(ParamValuesTest, WhatIsNoneOfTheKindIsShownAtItsPlace) {
  EXPECT_EQ(Refuse(Param(CARDCAGE_KIND_DURATION), "10"),
            "folder/m.yaml:1:8: error: `key` has no unit: 10\n"
            "    1 | { key: 10 }\n"
            "      |        ^~\n"
            "      = help: nanoseconds: 10ns; or us, ms, s, min\n");
  for (uint32_t kind = CARDCAGE_KIND_BOOL; kind <= CARDCAGE_KIND_MAC; ++kind) {
    if (kind == CARDCAGE_KIND_CHAR || kind == CARDCAGE_KIND_ENUM) continue;
    EXPECT_THAT(Refuse(Param(kind), "[1]"), HasSubstr("1:8: error: `key` must be ")) << kind;
    EXPECT_THAT(Refuse(Param(kind), "{ a: 1 }"), HasSubstr("1:8: error: `key` must be ")) << kind;
  }
}

TEST_F(ParamValuesTest, BoundsAreShownInTheKindsSpelling) {
  const auto refusal = [this](uint32_t kind, uint64_t min, uint64_t max, const char* value) {
    cardcage_param param = Param(kind);
    param.min = min;
    param.max = max;
    param.unit = "seconds";  // of a number without a unit of its own
    const std::string said = Refuse(param, value);
    return said.substr(said.find("`key`"), said.find('\n') - said.find("`key`"));
  };
  EXPECT_EQ(refusal(CARDCAGE_KIND_U64, 1, 9, "10"), "`key` is 10: it must be from 1 to 9 seconds");
  EXPECT_EQ(refusal(CARDCAGE_KIND_U64, 1, UINT64_MAX, "0"),
            "`key` is 0: it must be at least 1 seconds");
  EXPECT_EQ(refusal(CARDCAGE_KIND_I64, static_cast<uint64_t>(-5), 5, "-6"),
            "`key` is -6: it must be from -5 to 5 seconds");
  EXPECT_EQ(refusal(CARDCAGE_KIND_I64, LeastOf(CARDCAGE_KIND_I64), 5, "6"),
            "`key` is 6: it must be at most 5 seconds");
  EXPECT_EQ(refusal(CARDCAGE_KIND_SIZE, 1, 1 << 20, "2MiB"),
            "`key` is 2MiB: it must be from 1B to 1MiB");
  EXPECT_EQ(refusal(CARDCAGE_KIND_ADDRESS, 0x1000, 0xffff, "16"),
            "`key` is 0x10: it must be from 0x1000 to 0xffff");
  EXPECT_EQ(refusal(CARDCAGE_KIND_DURATION, 1000, 2'000'000, "1s"),
            "`key` is 1s: it must be from 1us to 2ms");
  EXPECT_EQ(refusal(CARDCAGE_KIND_FREQUENCY, 16, 1'000'000'000, "2GHz"),
            "`key` is 2GHz: it must be from 16Hz to 1GHz");
}

TEST_F(ParamValuesTest, LengthsAreKept) {
  cardcage_param text = Param(CARDCAGE_KIND_STRING);
  text.max_length = 4;
  EXPECT_EQ(Accept(text, "eth0").text, "eth0");
  EXPECT_THAT(Refuse(text, "eth01"), HasSubstr("`key` has 5 bytes: it must have at most 4 bytes"));
  cardcage_param path = Param(CARDCAGE_KIND_PATH);
  path.max_length = 4;
  EXPECT_EQ(Accept(path, "disk").text, "folder/disk") << "as it is written";
  cardcage_param bytes = Param(CARDCAGE_KIND_BYTES);
  bytes.min_length = bytes.max_length = 1;
  EXPECT_THAT(Refuse(bytes, "\"01 02\""), HasSubstr("`key` has 2 bytes: it must have 1 byte\n"));
  cardcage_param list = ListParam(CARDCAGE_KIND_STRING);
  list.min_length = 1;
  list.max_length = 2;
  EXPECT_EQ(Accept(list, "[long-as-it-is, b]").items.size(), 2u);
  EXPECT_THAT(Refuse(list, "[]"), HasSubstr("`key` has 0 items: it must have from 1 to 2 items"));
}

TEST_F(ParamValuesTest, ListIsAList) {
  const cardcage_param param = ListParam(CARDCAGE_KIND_DURATION);
  EXPECT_EQ(Accept(param, "[10ms, 1s]").items[1].number, 1'000'000'000u);
  EXPECT_EQ(Accept(param, "[]").items.size(), 0u);
  const std::string said = Refuse(param, "10ms");
  EXPECT_THAT(said, HasSubstr("1:8: error: `key` must be a list\n"));
  EXPECT_THAT(said, HasSubstr("help: of one item: [10ms]\n"));
}

TEST_F(ParamValuesTest, EachItemThatIsWrongIsShownAtItsPlace) {
  cardcage_param param = ListParam(CARDCAGE_KIND_U64);
  param.max = 9;
  const std::string said = Refuse(param, "[1, ten, 10, [2]]");
  EXPECT_THAT(said, HasSubstr("1:12: error: item 2 of `key` is no number: ten\n"));
  EXPECT_THAT(said, HasSubstr("1:17: error: item 3 of `key` is 10: it must be at most 9\n"));
  EXPECT_THAT(said, HasSubstr("1:21: error: item 4 of `key` must be a number"));
}

TEST_F(ParamValuesTest, WhatIsSpelledIsReadAsTheSame) {
  const char* const names[] = {"red", "green"};
  for (const auto& [kind, value] : {std::pair{CARDCAGE_KIND_BOOL, "true"},
                                    {CARDCAGE_KIND_U64, "42"},
                                    {CARDCAGE_KIND_I64, "-42"},
                                    {CARDCAGE_KIND_SIZE, "4KiB"},
                                    {CARDCAGE_KIND_ADDRESS, "0xd0000000"},
                                    {CARDCAGE_KIND_DURATION, "1.5ms"},
                                    {CARDCAGE_KIND_FREQUENCY, "1.8432MHz"},
                                    {CARDCAGE_KIND_STRING, "\"two words\""},
                                    {CARDCAGE_KIND_PATH, "/disk.img"},
                                    {CARDCAGE_KIND_BYTES, "\"de ad\""},
                                    {CARDCAGE_KIND_MAC, "52:54:00:12:34:56"},
                                    {CARDCAGE_KIND_ENUM, "green"}}) {
    cardcage_param param = Param(kind);
    param.names = names;
    param.name_count = 2;
    EXPECT_EQ(SpellParam(param, Accept(param, value)), value);
    param.flags = CARDCAGE_PARAM_LIST;
    const std::string list = absl::StrCat("[", value, ", ", value, "]");
    EXPECT_EQ(SpellParam(param, Accept(param, list)), list);
  }
}

}  // namespace
}  // namespace cardcage
