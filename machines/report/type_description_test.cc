// SPDX-License-Identifier: MIT
#include "machines/report/type_description.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "framework/device/params.h"
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
  DescribedType Described(const std::string& id) { return cardcage::Described(types_, id); }
  TypeRegistry types_;
};

TEST_F(TypeDescription, ShowsAllThatATypeDeclares) {
  const std::string text = DescribeType(Described("ns16550a"));
  EXPECT_THAT(text,
              HasSubstr("ns16550a: serial port\nafter National Semiconductor PC16550D, June 1995\n"
                        "built in\n"));
  EXPECT_THAT(text, HasSubstr("\nParameters\n"));
  EXPECT_THAT(text, AllOf(HasSubstr("16450|16550a|16750"),
                          HasSubstr("clock_hz        frequency           1.8432MHz  of the "
                                    "crystal, from 16Hz to 1GHz\n")));
  EXPECT_THAT(text, HasSubstr("registers: port or mmio, 8 bytes, accesses of 1 byte\n"));
  EXPECT_THAT(text, HasSubstr("  0x5  r-  LSR          60\n"
                              "          7 ERF, 6 TEMT, 5 THRE, 4 BI, 3 FE, 2 PE, 1 OE, 0 DR\n"));
  EXPECT_THAT(text, HasSubstr("          read: 7:6 FIFOS, 5 FIFO64, 3:0 ID\n"
                              "          written: 7:6 TRIGGER, 5 FIFO64, 2 XFIFOR"));
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
  EXPECT_EQ(
      json[0]["regions"][0]["registers"][5]["fields"][0].dump(),
      R"({"access":"r-","doc":"a byte in the FIFO has an error","high":7,"low":7,"name":"ERF"})");
  EXPECT_EQ(json[0]["outputs"][0]["kind"], "level");
  EXPECT_EQ(json[1]["from"], "built in");
}

// A type of one parameter, which a test makes up.
class ParamDescription : public ::testing::Test {
 protected:
  explicit ParamDescription() {
    param_.struct_size = sizeof(param_);
    param_.key = "key";
    param_.doc = "what it does";
    type_.id = "acme.chip";
    type_.params = params_;
    type_.param_count = 1;
    value_.struct_size = sizeof(value_);
    param_.default_value = &value_;
  }
  void SetKind(uint32_t kind) {
    param_.kind = kind;
    param_.min = LeastOf(kind);
    param_.max = GreatestOf(kind);
    value_.kind = kind;
  }
  // The parameter's line, its columns one space apart.
  std::string Line() const {
    const std::string text = DescribeType(Made());
    const size_t begin = text.find("  key ") + 2;
    std::string line = text.substr(begin, text.find('\n', begin) - begin);
    absl::RemoveExtraAsciiWhitespace(&line);
    return line;
  }
  DescribedType Made() const {
    return {.id = type_.id, .summary = "", .type = &type_, .origin = "built in", .hides = {}};
  }
  nlohmann::json Json() const {
    return nlohmann::json::parse(TypesAsJson({Made()}))[0]["parameters"][0];
  }

  cardcage_value value_{};
  cardcage_param param_{};
  const cardcage_param* params_[1] = {&param_};
  cardcage_type type_{};
};

TEST_F(ParamDescription, DefaultIsSpelledAsInAMachineFile) {
  const auto line = [this](uint32_t kind, uint64_t number) {
    SetKind(kind);
    value_.u64 = number;
    EXPECT_EQ(ParamFault(param_), "");
    return Line();
  };
  EXPECT_EQ(line(CARDCAGE_KIND_BOOL, 1), "key bool true what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_I64, static_cast<uint64_t>(-4)),
            "key signed number -4 what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_SIZE, 4096), "key size 4KiB what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_ADDRESS, 0xd0000000), "key address 0xd0000000 what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_DURATION, 1'500'000), "key duration 1.5ms what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_FREQUENCY, 1'193'182), "key frequency 1.193182MHz what it does");
  param_.default_value = nullptr;
  EXPECT_EQ(line(CARDCAGE_KIND_STRING, 0), "key text \"\" what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_PATH, 0), "key path \"\" what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_BYTES, 0), "key bytes \"\" what it does");
  EXPECT_EQ(line(CARDCAGE_KIND_MAC, 0), "key mac 00:00:00:00:00:00 what it does");
  param_.flags = CARDCAGE_PARAM_LIST;
  EXPECT_EQ(line(CARDCAGE_KIND_MAC, 0), "key list of mac [] what it does");
}

TEST_F(ParamDescription, BoundsLengthsUnitAndSinceAreShown) {
  SetKind(CARDCAGE_KIND_U64);
  param_.unit = "seconds";
  EXPECT_EQ(Line(), "key number 0 what it does, in seconds");
  param_.max = 60;
  param_.since = "1.2.0";
  EXPECT_EQ(Line(), "key number 0 what it does, at most 60 seconds, since 1.2.0");
  SetKind(CARDCAGE_KIND_DURATION);
  param_.max = 60'000'000'000;
  param_.flags = CARDCAGE_PARAM_LIST;
  param_.max_length = 4;
  param_.since = nullptr;
  EXPECT_EQ(Line(), "key list of duration [] what it does, at most 60s, at most 4 items");
}

TEST_F(ParamDescription, JsonHasAllOfIt) {
  SetKind(CARDCAGE_KIND_I64);
  param_.min = static_cast<uint64_t>(-5);
  param_.since = "1.2.0";
  nlohmann::json json = Json();
  EXPECT_EQ(json["kind"], "signed number");
  EXPECT_EQ(json["list"], false);
  EXPECT_EQ(json["default"], "0");
  EXPECT_EQ(json["min"], -5);
  EXPECT_EQ(json["max"], INT64_MAX);
  EXPECT_EQ(json["since"], "1.2.0");
  EXPECT_FALSE(json.contains("max_length"));
  SetKind(CARDCAGE_KIND_STRING);
  param_.flags = CARDCAGE_PARAM_LIST | CARDCAGE_PARAM_REQUIRED;
  param_.min_length = 1;
  json = Json();
  EXPECT_EQ(json["list"], true);
  EXPECT_EQ(json["min_length"], 1);
  EXPECT_FALSE(json.contains("default"));
  EXPECT_FALSE(json.contains("min"));
}

TEST_F(ParamDescription, CountersAndTheStatesVersionAreShown) {
  const cardcage_counter drops{.struct_size = sizeof(drops), .name = "drops", .doc = "lost bytes"};
  const cardcage_counter* const counters[] = {&drops};
  type_.counters = counters;
  type_.counter_count = 1;
  type_.state_version = 2;
  SetKind(CARDCAGE_KIND_U64);
  EXPECT_THAT(DescribeType(Made()), HasSubstr("\nCounters\n  drops  lost bytes\n"));
  const auto json = nlohmann::json::parse(TypesAsJson({Made()}))[0];
  EXPECT_EQ(json["counters"][0]["name"], "drops");
  EXPECT_EQ(json["state_version"], 2);
}

TEST_F(ParamDescription, JsonIsMadeOfTextsThatAreNoUtf8) {
  SetKind(CARDCAGE_KIND_U64);
  param_.doc = "\xff";
  EXPECT_EQ(Json()["doc"], "\xef\xbf\xbd");
}

TEST_F(ParamDescription, ExampleSetsWhatIsRequiredToWhatFits) {
  SetKind(CARDCAGE_KIND_I64);
  param_.flags = CARDCAGE_PARAM_REQUIRED;
  param_.min = static_cast<uint64_t>(-5);
  EXPECT_EQ(ExampleOf(type_), "acme-chip0: { type: acme.chip, key: -5 }");
  SetKind(CARDCAGE_KIND_BYTES);
  param_.flags = CARDCAGE_PARAM_REQUIRED | CARDCAGE_PARAM_LIST;
  param_.min_length = 2;
  EXPECT_EQ(ExampleOf(type_), "acme-chip0: { type: acme.chip, key: [\"00\", \"00\"] }");
}

TEST_F(TypeDescription, TypeIsShownWithWhereItComesFromAndWhatItHides) {
  const Manifest manifest{.file = "s.so",
                          .build_id = "00",
                          .abi = "0.1",
                          .needs = "0.1",
                          .plugin = "acme",
                          .version = "2.0",
                          .license = "",
                          .types = {{"scratch", "other registers"}, {"acme.new", "a new chip"}}};
  ASSERT_TRUE(types_.Announce(manifest, TypeRegistry::Step::kInstalled, "lib/s.so").ok());
  EXPECT_EQ(
      ListTypes({Described("scratch"), Described("acme.new"), Described("port92")}),
      "scratch   other registers                  from plugin acme 2.0 (lib/s.so, installed), "
      "which hides the built-in one\n"
      "acme.new  a new chip                       from plugin acme 2.0 (lib/s.so, installed)\n"
      "port92    fast reset and A20 gate of a PC\n");
  const auto json = nlohmann::json::parse(TypesAsJson({Described("scratch")}));
  EXPECT_EQ(json[0]["from"], "from plugin acme 2.0 (lib/s.so, installed)");
  EXPECT_EQ(json[0]["hides"], nlohmann::json::array({"the built-in one"}));
  EXPECT_FALSE(json[0].contains("parameters"));  // its code was not asked
}

TEST_F(TypeDescription, TextsThatAreNoUtf8BecomeJsonAllTheSame) {
  DescribedType type = Described("scratch");
  type.summary = "a\xff";
  EXPECT_EQ(nlohmann::json::parse(TypesAsJson({type}))[0]["summary"], "a\ufffd");
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
