// SPDX-License-Identifier: MIT
#include "cardcage/machine.h"
#include "gtest/gtest.h"

namespace cardcage::embed {
namespace {

TEST(Value, NumbersStandAsTheyAre) {
  EXPECT_EQ(Value(0).yaml(), "0");
  EXPECT_EQ(Value(uint8_t{200}).yaml(), "200");
  EXPECT_EQ(Value(UINT64_MAX).yaml(), "18446744073709551615");
  EXPECT_EQ(Value(-1).yaml(), "-1");
  EXPECT_EQ(Value(0.5).yaml(), "0.500000");
}

TEST(Value, BoolIsAWord) {
  EXPECT_EQ(Value(true).yaml(), "true");
  EXPECT_EQ(Value(false).yaml(), "false");
}

TEST(Value, WordsOfAMachineFileArePlain) {
  for (const char* word : {"stdio", "64KiB", "pic.4", "i8259-pair", "logs/disk.img", "0x10"}) {
    EXPECT_EQ(Value(word).yaml(), word);
  }
}

TEST(Value, TextThatYamlWouldReadOtherwiseIsQuoted) {
  EXPECT_EQ(Value("a, b: c").yaml(), "\"a, b: c\"");
  EXPECT_EQ(Value("say \"no\" \\").yaml(), "\"say \\\"no\\\" \\\\\"");
  EXPECT_EQ(Value("two\nlines\x7f").yaml(), "\"two\\x0alines\\x7f\"");
  EXPECT_EQ(Value("").yaml(), "\"\"");
  EXPECT_EQ(Value("- item").yaml(), "\"- item\"");
  EXPECT_EQ(Value("..").yaml(), "\"..\"");
  EXPECT_EQ(Value("größer").yaml(), "\"größer\"");
}

TEST(Value, PlacesNameTheirSpace) {
  EXPECT_EQ(Port(0x3f8).yaml(), "port 0x3f8");
  EXPECT_EQ(Mmio(0xd0000000).yaml(), "mmio 0xd0000000");
}

TEST(Value, MapsAndListsHoldOthers) {
  EXPECT_EQ(Map({}).yaml(), "{}");
  EXPECT_EQ(Map({{"registers", Mmio(0x1000)}, {"bell", Port(1)}}).yaml(),
            "{ registers: mmio 0x1000, bell: port 0x1 }");
  EXPECT_EQ(List({"stdio", Map({{"type", "ring"}})}).yaml(), "[stdio, { type: ring }]");
}

}  // namespace
}  // namespace cardcage::embed
