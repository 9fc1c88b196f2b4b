// SPDX-License-Identifier: MIT
#include "machines/report/type_description.h"

#include <nlohmann/json.hpp>

#include "framework/plugin/builtin_devices.h"
#include "framework/plugin/type_registry.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class TypeDescription : public ::testing::Test {
 protected:
  TypeDescription() {
    for (const cardcage_plugin* plugin : BuiltinDevices()) EXPECT_TRUE(types_.Add(*plugin).ok());
  }
  DescribedType Described(const std::string& id) { return {types_.Find(id), "built in"}; }
  TypeRegistry types_;
};

TEST_F(TypeDescription, ShowsAllThatATypeDeclares) {
  const std::string text = DescribeType(Described("ns16550a"));
  EXPECT_THAT(text,
              HasSubstr("ns16550a: serial port\nafter National Semiconductor PC16550D, June 1995\n"
                        "built in\n"));
  EXPECT_THAT(text, HasSubstr("\nParameters\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("16450|16550a|16750"), HasSubstr("in Hz, 16 to 1000000000")));
  EXPECT_THAT(text, HasSubstr("registers: port or mmio, 8 bytes, accesses of 1 byte\n"));
  EXPECT_THAT(text, HasSubstr("0x5  r-  LSR"));
  EXPECT_THAT(text, HasSubstr("\nOutputs\n  irq  level  INTR\n"));
  EXPECT_THAT(text, HasSubstr("ns16550a0: { type: ns16550a, at: port 0x500 }"));
}

TEST_F(TypeDescription, ShowsInputsPulsesAndSizesFromParameters) {
  EXPECT_THAT(DescribeType(Described("i8259-pair")), HasSubstr("\nInputs\n  0   level\n"));
  EXPECT_THAT(DescribeType(Described("port92")), HasSubstr("reset  pulse  the machine's"));
  EXPECT_THAT(DescribeType(Described("unimplemented")), HasSubstr("as `size` says"));
}

TEST_F(TypeDescription, ExampleHasEachRegionAndEachRequiredParameter) {
  EXPECT_EQ(ExampleOf(*types_.Find("i8254")),
            "i82540: { type: i8254, at: { counters: port 0x500, port61: port 0x600 } }");
  EXPECT_EQ(ExampleOf(*types_.Find("unimplemented")),
            "unimplemented0: { type: unimplemented, at: port 0x500, size: 1B }");
}

TEST_F(TypeDescription, JsonHasTheSameForPrograms) {
  const auto json =
      nlohmann::json::parse(TypesAsJson({Described("ns16550a"), Described("scratch")}));
  ASSERT_EQ(json.size(), 2u);
  EXPECT_EQ(json[0]["id"], "ns16550a");
  EXPECT_EQ(json[0]["regions"][0]["registers"][5]["name"], "LSR");
  EXPECT_EQ(json[0]["regions"][0]["registers"][5]["reset"], 0x60);
  EXPECT_EQ(json[0]["outputs"][0]["kind"], "level");
  EXPECT_EQ(json[1]["from"], "built in");
}

TEST_F(TypeDescription, EveryBuiltInTypeHasAllThatAPersonAsksFor) {
  for (const std::string& id : types_.Ids()) {
    const cardcage_type& type = *types_.Find(id);
    EXPECT_NE(type.summary, nullptr) << id;
    for (uint32_t i = 0; i < type.param_count; ++i) {
      EXPECT_STRNE(type.params[i]->doc, "") << id << "." << type.params[i]->key;
    }
    EXPECT_THAT(ListTypes({Described(id)}), HasSubstr(type.summary));
  }
}

}  // namespace
}  // namespace cardcage
