// SPDX-License-Identifier: MIT
#include "framework/plugin/whole_type.h"

#include "gtest/gtest.h"

namespace cardcage {
namespace {

// A struct that has grown since the minor in which it came.
struct Grown {
  uint32_t struct_size;
  uint32_t known;
  uint64_t later;
};

}  // namespace

template <>
inline constexpr size_t kLeastSize<Grown> = 8;

namespace {

TEST(Whole, WhatAnEarlierMinorLacksIsZeroWhateverLiesThere) {
  const Grown whole = Whole(Grown{.struct_size = 8, .known = 5, .later = 0xbad});
  EXPECT_EQ(whole.struct_size, sizeof(Grown));
  EXPECT_EQ(whole.known, 5u);
  EXPECT_EQ(whole.later, 0u);
}

TEST(Whole, WhatIsThereIsTaken) {
  EXPECT_EQ(Whole(Grown{.struct_size = 16, .known = 5, .later = 7}).later, 7u);
}

TEST(Whole, StructThatIsShorterThanAnyMinorHadItSaysSo) {
  for (const uint32_t size : {0u, 1u, 4u, 7u}) {
    EXPECT_EQ(Whole(Grown{.struct_size = size, .known = 5, .later = 7}).struct_size, size);
  }
}

// A type with one of everything, each in a list of its own.
class WholeTypeTest : public ::testing::Test {
 protected:
  // A struct of a later minor: so long that this host can know only a part of it.
  template <class Struct>
  struct Later {
    Struct known{.struct_size = sizeof(Later)};
    uint64_t more = 0xbad;
    const Struct* list[2] = {&known, &known};
  };

  WholeTypeTest() {
    type_.known.params = param_.list;
    type_.known.regions = region_.list;
    type_.known.signals = type_.known.inputs = signal_.list;
    type_.known.counters = counter_.list;
    type_.known.param_count = type_.known.region_count = 1;
    type_.known.signal_count = type_.known.input_count = type_.known.counter_count = 1;
    param_.known.default_value = &value_.known;
    value_.known.items = item_.list;
    value_.known.item_count = 1;
    region_.known.registers = register_.list;
    region_.known.register_count = 1;
    register_.known.fields = field_.list;
    register_.known.field_count = 1;
  }

  Later<cardcage_type> type_;
  Later<cardcage_param> param_;
  Later<cardcage_value> value_, item_;
  Later<cardcage_region> region_;
  Later<cardcage_register> register_;
  Later<cardcage_field> field_;
  Later<cardcage_signal> signal_;
  Later<cardcage_counter> counter_;
};

TEST_F(WholeTypeTest, EachStructIsAsLongAsThisHostsOwn) {
  const auto type = WholeType(type_.known);
  EXPECT_EQ(type->struct_size, sizeof(cardcage_type));
  EXPECT_EQ(type->params[0]->struct_size, sizeof(cardcage_param));
  const cardcage_value& value = *type->params[0]->default_value;
  EXPECT_EQ(value.struct_size, sizeof(cardcage_value));
  EXPECT_EQ(value.items[0]->struct_size, sizeof(cardcage_value));
  EXPECT_EQ(type->regions[0]->struct_size, sizeof(cardcage_region));
  const cardcage_register& row = *type->regions[0]->registers[0];
  EXPECT_EQ(row.struct_size, sizeof(cardcage_register));
  EXPECT_EQ(row.fields[0]->struct_size, sizeof(cardcage_field));
  EXPECT_EQ(type->signals[0]->struct_size, sizeof(cardcage_signal));
  EXPECT_EQ(type->inputs[0], type->signals[0]);
  EXPECT_EQ(type->counters[0]->struct_size, sizeof(cardcage_counter));
}

TEST_F(WholeTypeTest, StructThatIsTwiceInAListStaysOne) {
  type_.known.param_count = 2;
  const auto type = WholeType(type_.known);
  EXPECT_NE(type->params[0], &param_.known);
  EXPECT_EQ(type->params[0], type->params[1]);
}

TEST_F(WholeTypeTest, NothingIsLookedForBehindAStructThatIsTooShort) {
  register_.known.struct_size = 8;
  register_.known.fields = nullptr;
  EXPECT_EQ(WholeType(type_.known)->regions[0]->registers[0]->struct_size, 8u);
  region_.list[0] = nullptr;
  EXPECT_EQ(WholeType(type_.known)->regions[0], nullptr);
  type_.known.struct_size = 8;
  EXPECT_EQ(WholeType(type_.known)->struct_size, 8u);
}

TEST_F(WholeTypeTest, ValueThatIsAnItemOfItselfEnds) {
  item_.list[0] = value_.list[0];
  value_.known.items = item_.list;
  const auto type = WholeType(type_.known);
  EXPECT_EQ(type->params[0]->default_value->struct_size, sizeof(cardcage_value));
}

}  // namespace
}  // namespace cardcage
