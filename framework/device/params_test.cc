// SPDX-License-Identifier: MIT
#include "framework/device/params.h"

#include "framework/backend/char_backend.h"
#include "framework/device/param_table.h"
#include "framework/device/params_tester.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint32_t kNumberKinds[] = {CARDCAGE_KIND_U64,      CARDCAGE_KIND_I64,
                                     CARDCAGE_KIND_SIZE,     CARDCAGE_KIND_ADDRESS,
                                     CARDCAGE_KIND_DURATION, CARDCAGE_KIND_FREQUENCY};

cardcage_value Value(uint32_t kind) {
  cardcage_value value{};
  value.struct_size = sizeof(value);
  value.kind = kind;
  return value;
}
cardcage_value Number(uint32_t kind, uint64_t number) {
  cardcage_value value = Value(kind);
  value.u64 = number;
  return value;
}
cardcage_value Text(const char* text, uint64_t length) {
  cardcage_value value = Value(CARDCAGE_KIND_STRING);
  value.text = text;
  value.length = length;
  return value;
}

constexpr uint64_t Signed(int64_t number) { return static_cast<uint64_t>(number); }

TEST(Params, BoundsAreInsideAndSignedNumbersCompareAsSuch) {
  cardcage_param param = Param(CARDCAGE_KIND_I64);
  param.min = Signed(-5);
  param.max = Signed(3);
  for (const int64_t number : {-5, -1, 0, 3}) EXPECT_TRUE(IsInBounds(param, Signed(number)));
  for (const int64_t number : {INT64_MIN, int64_t{-6}, int64_t{4}, INT64_MAX}) {
    EXPECT_FALSE(IsInBounds(param, Signed(number))) << number;
  }
  param = Param(CARDCAGE_KIND_U64);
  param.min = 2;
  EXPECT_TRUE(IsInBounds(param, UINT64_MAX));
  EXPECT_FALSE(IsInBounds(param, 1));
}

TEST(Params, DeclarationOfEachKindIsTakenWithoutADefault) {
  for (uint32_t kind = CARDCAGE_KIND_BOOL; kind <= CARDCAGE_KIND_MAC; ++kind) {
    if (kind == CARDCAGE_KIND_ENUM) continue;
    EXPECT_EQ(ParamFault(Param(kind)), "") << kind;
    if (kind == CARDCAGE_KIND_CHAR) continue;
    EXPECT_EQ(ParamFault(ListParam(kind)), "") << kind;
  }
}

TEST(Params, KindOfALaterHostIsRefused) {
  EXPECT_EQ(ParamFault(Param(CARDCAGE_KIND_MAC + 1)),
            "is of a kind that this host does not know (14): use a later Cardcage");
  EXPECT_THAT(ParamFault(Param(0)), HasSubstr("does not know (0)"));
}

TEST(Params, ListOfBackendsIsRefused) {
  EXPECT_THAT(ParamFault(ListParam(CARDCAGE_KIND_CHAR)), HasSubstr("a parameter for each"));
}

TEST(Params, EnumHasAllItsNamesAndADefaultAmongThem) {
  const char* names[] = {"red", nullptr};
  cardcage_param param = Param(CARDCAGE_KIND_ENUM);
  EXPECT_THAT(ParamFault(param), HasSubstr("without names"));
  param.names = names;
  EXPECT_THAT(ParamFault(param), HasSubstr("without names"));
  param.name_count = 2;
  EXPECT_THAT(ParamFault(param), HasSubstr("one that is missing"));
  names[1] = "green";
  EXPECT_EQ(ParamFault(param), "");
  cardcage_value value = Number(CARDCAGE_KIND_ENUM, 2);
  param.default_value = &value;
  EXPECT_EQ(ParamFault(param), "has a wrong default: it is 0 to 1, not 2");
  value.u64 = 1;
  EXPECT_EQ(ParamFault(param), "");
}

TEST(Params, DefaultOfEachKindOfNumberIsInItsBounds) {
  for (const uint32_t kind : kNumberKinds) {
    cardcage_param param = Param(kind);
    param.min = 10;
    param.max = 20;
    EXPECT_EQ(ParamFault(param), "has a wrong default: it is 10 to 20, not 0");
    cardcage_value value = Number(kind, 21);
    param.default_value = &value;
    EXPECT_EQ(ParamFault(param), "has a wrong default: it is 10 to 20, not 21");
    value.u64 = 20;
    EXPECT_EQ(ParamFault(param), "");
  }
}

TEST(Params, RequiredOneNeedsNoDefault) {
  cardcage_param param = Param(CARDCAGE_KIND_SIZE);
  param.min = 10;
  param.flags = CARDCAGE_PARAM_REQUIRED;
  EXPECT_EQ(ParamFault(param), "");
}

TEST(Params, BoundsThatNothingFitsAreRefused) {
  for (const uint32_t kind : kNumberKinds) {
    cardcage_param param = Param(kind);
    std::swap(param.min, param.max);
    EXPECT_EQ(ParamFault(param), "has a min above its max");
  }
  cardcage_param param = Param(CARDCAGE_KIND_BYTES);
  param.min_length = 3;
  param.max_length = 2;
  EXPECT_THAT(ParamFault(param), HasSubstr("min_length above its max_length"));
  param.max_length = 0;
  param.flags = CARDCAGE_PARAM_REQUIRED;
  EXPECT_EQ(ParamFault(param), "");
  param.min_length = UINT64_MAX;  // describe would make an example of it
  EXPECT_THAT(ParamFault(param), HasSubstr("or above 1048576"));
}

TEST(Params, DefaultThatIsNoneOfItsKindIsRefused) {
  cardcage_param param = Param(CARDCAGE_KIND_STRING);
  cardcage_value value = Text("eth0", 4);
  param.default_value = &value;
  EXPECT_EQ(ParamFault(param), "");
  value.kind = CARDCAGE_KIND_BYTES;
  EXPECT_THAT(ParamFault(param), HasSubstr("it is of another kind"));
  value = Text("eth0", 40);
  EXPECT_THAT(ParamFault(param), HasSubstr("another length than it says"));
  value = Text(nullptr, 1);
  EXPECT_THAT(ParamFault(param), HasSubstr("another length than it says"));
  value = Text("eth0", 4);
  value.struct_size = 8;
  EXPECT_THAT(ParamFault(param), HasSubstr("struct_size that is too small"));
  value = Text("eth0", 4);
  value.item_count = 1;
  EXPECT_THAT(ParamFault(param), HasSubstr("has no items"));
  const cardcage_value* const items[] = {&value};
  value.items = items;
  EXPECT_THAT(ParamFault(param), HasSubstr("it is a list"));
  value = Text("eth0", 4);
  param.max_length = 3;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has 0 to 3 bytes, not 4"));
}

TEST(Params, DefaultBytesAreThereAndAMacHasSix) {
  const uint8_t bytes[6] = {};
  cardcage_param param = Param(CARDCAGE_KIND_MAC);
  cardcage_value value = Value(CARDCAGE_KIND_MAC);
  param.default_value = &value;
  value.length = 6;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has no bytes"));
  value.bytes = bytes;
  EXPECT_EQ(ParamFault(param), "");
  value.length = 5;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has 6 bytes, not 5"));
}

TEST(Params, DefaultListHasItsItemsAndEachIsChecked) {
  cardcage_param param = ListParam(CARDCAGE_KIND_U64);
  param.max = 9;
  param.max_length = 2;
  const cardcage_value good = Number(CARDCAGE_KIND_U64, 9);
  const cardcage_value large = Number(CARDCAGE_KIND_U64, 10);
  const cardcage_value* items[] = {&good, nullptr, &good};
  cardcage_value value = Value(CARDCAGE_KIND_U64);
  param.default_value = &value;
  value.item_count = 2;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has no items"));
  value.items = items;
  EXPECT_THAT(ParamFault(param), HasSubstr("it lacks an item"));
  items[1] = &large;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has an item that is 0 to 9, not 10"));
  items[1] = &good;
  EXPECT_EQ(ParamFault(param), "");
  const cardcage_value list = value;
  items[1] = &list;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has a list in it"));
  items[1] = &good;
  value.item_count = 3;
  EXPECT_THAT(ParamFault(param), HasSubstr("it has 0 to 2 items, not 3"));
}

TEST(Params, MisfitSaysWhatWouldFit) {
  cardcage_param param = Param(CARDCAGE_KIND_I64);
  param.min = Signed(-5);
  param.max = 5;
  EXPECT_EQ(MisfitOf(param, {.number = Signed(-5)}), "");
  EXPECT_EQ(MisfitOf(param, {.number = Signed(-6)}), "is -5 to 5, not -6");
  EXPECT_EQ(MisfitOf(Param(CARDCAGE_KIND_BOOL), {.number = 2}), "is 0 to 1, not 2");
  param = ListParam(CARDCAGE_KIND_STRING);
  param.min_length = 1;
  EXPECT_EQ(MisfitOf(param, {}), "has 1 or more items, not 0");
}

TEST(Params, DefaultIsACopyOfTheDeclared) {
  cardcage_param param = ListParam(CARDCAGE_KIND_STRING);
  const cardcage_value first = Text("a", 1);
  const cardcage_value second = Text("", 0);
  const cardcage_value* const items[] = {&first, &second};
  cardcage_value value = Value(CARDCAGE_KIND_STRING);
  value.items = items;
  value.item_count = 2;
  param.default_value = &value;
  const ParamValue copy = DefaultOf(param);
  ASSERT_EQ(copy.items.size(), 2u);
  EXPECT_EQ(copy.items[0].text, "a");
  EXPECT_EQ(copy.items[1].text, "");
  EXPECT_THAT(DefaultOf(Param(CARDCAGE_KIND_MAC)).bytes, ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_THAT(DefaultOf(Param(CARDCAGE_KIND_BYTES)).bytes, IsEmpty());
}

TEST(Params, RequiredOneStandsForSomethingThatFits) {
  cardcage_param param = Param(CARDCAGE_KIND_I64);
  param.flags = CARDCAGE_PARAM_REQUIRED;
  param.min = Signed(-7);
  EXPECT_EQ(DefaultOf(param).number, Signed(-7));
  param = ListParam(CARDCAGE_KIND_MAC);
  param.flags |= CARDCAGE_PARAM_REQUIRED;
  param.min_length = 2;
  ASSERT_EQ(DefaultOf(param).items.size(), 2u);
  EXPECT_EQ(DefaultOf(param).items[1].bytes.size(), 6u);
}

// What a device gets.
class ParamTableTest : public ::testing::Test {
 protected:
  const ParamTable& Make(uint32_t kind, ParamValue value) {
    param_ = Param(kind);
    type_.params = params_;
    type_.param_count = 1;
    table_ = std::make_unique<ParamTable>(type_, std::vector{std::move(value)}, null_);
    return *table_;
  }

  cardcage_param param_{};
  const cardcage_param* params_[1] = {&param_};
  cardcage_type type_{};
  NullBackend null_;
  std::unique_ptr<ParamTable> table_;
};

TEST_F(ParamTableTest, NumberHasNothingElse) {
  const cardcage_value& value = *Make(CARDCAGE_KIND_DURATION, {.number = 7}).values()[0];
  EXPECT_EQ(value.struct_size, sizeof(cardcage_value));
  EXPECT_EQ(value.kind, CARDCAGE_KIND_DURATION);
  EXPECT_EQ(value.u64, 7u);
  EXPECT_EQ(value.text, nullptr);
  EXPECT_EQ(value.bytes, nullptr);
  EXPECT_EQ(value.character, nullptr);
  EXPECT_EQ(value.items, nullptr);
}

TEST_F(ParamTableTest, TextEndsWithAZeroAndIsNeverNull) {
  const cardcage_value* value = Make(CARDCAGE_KIND_STRING, {.text = "eth0"}).values()[0];
  EXPECT_STREQ(value->text, "eth0");
  EXPECT_EQ(value->length, 4u);
  value = Make(CARDCAGE_KIND_PATH, {}).values()[0];
  EXPECT_STREQ(value->text, "");
  EXPECT_EQ(value->length, 0u);
}

TEST_F(ParamTableTest, BytesAreThoseGiven) {
  const cardcage_value& value = *Make(CARDCAGE_KIND_BYTES, {.bytes = {1, 2}}).values()[0];
  EXPECT_THAT(std::vector(value.bytes, value.bytes + value.length), ElementsAre(1, 2));
}

TEST_F(ParamTableTest, BackendThatIsNoneIsTheNullBackend) {
  EXPECT_EQ(Make(CARDCAGE_KIND_CHAR, {}).values()[0]->character, null_.table());
}

TEST_F(ParamTableTest, ListHasItsItemsInOrder) {
  const cardcage_value& value =
      *Make(CARDCAGE_KIND_STRING, {.items = {{.text = "a"}, {.text = "b"}}}).values()[0];
  ASSERT_EQ(value.item_count, 2u);
  EXPECT_EQ(value.items[0]->kind, CARDCAGE_KIND_STRING);
  EXPECT_STREQ(value.items[0]->text, "a");
  EXPECT_STREQ(value.items[1]->text, "b");
}

}  // namespace
}  // namespace cardcage
