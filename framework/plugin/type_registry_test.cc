// SPDX-License-Identifier: MIT
#include "framework/plugin/type_registry.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A plugin with one type that is as it should be; each test spoils one thing.
class TypeRegistryTest : public ::testing::Test {
 protected:
  TypeRegistryTest() {
    param_.struct_size = sizeof(param_);
    param_.kind = CARDCAGE_KIND_SIZE;
    param_.key = "size";
    region_.struct_size = sizeof(region_);
    region_.spaces = CARDCAGE_SPACE_PORT;
    region_.name = "registers";
    region_.size = 8;
    region_.sizes = CARDCAGE_SIZE_1;
    type_.struct_size = sizeof(type_);
    type_.id = "acme.chip";
    type_.params = params_;
    type_.param_count = 1;
    type_.regions = regions_;
    type_.region_count = 1;
    type_.create = [](const cardcage_host*, const cardcage_value* const*, size_t,
                      cardcage_error*) -> void* { return nullptr; };
    type_.destroy = type_.reset = [](void*) { return CARDCAGE_OK; };
    plugin_.struct_size = sizeof(plugin_);
    plugin_.magic = CARDCAGE_ABI_MAGIC;
    plugin_.abi_major = CARDCAGE_ABI_MAJOR;
    plugin_.abi_minor = CARDCAGE_ABI_MINOR;
    plugin_.needs_minor = 1;
    plugin_.name = "acme";
    plugin_.types = types_;
    plugin_.type_count = 1;
  }
  std::string Message() { return std::string(registry_.Add(plugin_).message()); }

  cardcage_param param_{};
  cardcage_region region_{};
  cardcage_type type_{};
  cardcage_plugin plugin_{};
  const cardcage_param* params_[2] = {&param_, &param_};
  const cardcage_region* regions_[1] = {&region_};
  const cardcage_type* types_[1] = {&type_};
  TypeRegistry registry_;
};

TEST_F(TypeRegistryTest, TypeOfALaterMinorIsTakenAsFarAsItIsKnown) {
  struct Later {
    cardcage_type known;
    void* more;
  } later{type_, this};
  later.known.struct_size = sizeof(later);
  types_[0] = &later.known;
  EXPECT_EQ(Message(), "");
  EXPECT_EQ(registry_.Find("acme.chip")->struct_size, sizeof(cardcage_type));
}

TEST_F(TypeRegistryTest, TypeThatIsTooShortBreaksTheContract) {
  type_.struct_size = sizeof(cardcage_type) - 8;
  EXPECT_THAT(Message(), HasSubstr("struct_size is too small"));
}

TEST_F(TypeRegistryTest, ParameterThatIsDeclaredWronglyIsNamed) {
  param_.kind = 99;
  EXPECT_THAT(Message(), HasSubstr("its parameter size is of a kind that this host does not know "
                                   "(99): use a later Cardcage"));
  param_.kind = CARDCAGE_KIND_SIZE;
  param_.min = 1;
  EXPECT_THAT(Message(), HasSubstr("its parameter size has a min above its max"));
  param_.max = 1;
  EXPECT_THAT(Message(), HasSubstr("its parameter size has a wrong default: it is 1 to 1, not 0"));
}

TEST_F(TypeRegistryTest, SignalWithoutANameBreaksTheContract) {
  const cardcage_signal signal{.struct_size = sizeof(cardcage_signal)};
  const cardcage_signal* const signals[] = {&signal};
  type_.signals = signals;
  type_.signal_count = 1;
  EXPECT_THAT(Message(), HasSubstr("a signal has no name"));
}

TEST_F(TypeRegistryTest, CounterBatchAndStateHaveWhatTheyNeed) {
  const cardcage_counter counter{.struct_size = sizeof(counter)};
  const cardcage_counter* const counters[] = {&counter};
  type_.counters = counters;
  type_.counter_count = 1;
  EXPECT_THAT(Message(), HasSubstr("a counter has no name"));
  type_.counter_count = 0;
  region_.size_param = nullptr;
  region_.size = 8;
  region_.read_batch = [](void*, const cardcage_access*, void*, uint32_t) { return 0u; };
  EXPECT_THAT(Message(), HasSubstr("takes batches in a direction in which it takes no single"));
  region_.read_batch = nullptr;
  type_.state = [](void*, const cardcage_archive*) {};
  EXPECT_THAT(Message(), HasSubstr("state_version 0"));
}

TEST_F(TypeRegistryTest, InputsAndTimersNeedTheirFunctions) {
  const cardcage_signal line{.struct_size = sizeof(line), .name = "line"};
  const cardcage_signal* const inputs[] = {&line};
  type_.inputs = inputs;
  type_.input_count = 1;
  EXPECT_THAT(Message(), HasSubstr("no function `input`"));
  type_.input = [](void*, uint32_t, uint32_t) {};
  type_.timer_count = 1;
  EXPECT_THAT(Message(), HasSubstr("no function `timer`"));
  type_.timer = [](void*, uint32_t) {};
  type_.timer_count = 100'000;
  EXPECT_THAT(Message(), HasSubstr("more than 1024 timers"));
}

TEST_F(TypeRegistryTest, FindsWhatWasAdded) {
  ASSERT_EQ(Message(), "");
  ASSERT_NE(registry_.Find("acme.chip"), nullptr);
  EXPECT_EQ(registry_.Find("acme.chip")->create, type_.create);
  EXPECT_EQ(registry_.Find("acme"), nullptr);
  EXPECT_THAT(registry_.Ids(), ElementsAre("acme.chip"));
}

TEST_F(TypeRegistryTest, EntryWithoutMagicIsNoPlugin) {
  plugin_.magic = 0;
  EXPECT_THAT(Message(), HasSubstr("not a Cardcage plugin"));
}

TEST_F(TypeRegistryTest, OtherMajorIsRefusedWithBothVersions) {
  plugin_.abi_major = 7;
  EXPECT_THAT(Message(), AllOf(HasSubstr("built for ABI 7.1"), HasSubstr("speaks 0.1")));
}

TEST_F(TypeRegistryTest, LaterMinorIsRefusedOnlyWhereItIsNeeded) {
  plugin_.abi_minor = 9;
  EXPECT_EQ(Message(), "");
  plugin_.needs_minor = 9;
  EXPECT_THAT(Message(), AllOf(HasSubstr("needs ABI 0.9"), HasSubstr("speaks 0.1")));
}

TEST_F(TypeRegistryTest, SameTypeTwiceIsRefusedWithBothPlugins) {
  ASSERT_EQ(Message(), "");
  EXPECT_THAT(Message(), HasSubstr("is in plugin acme and in plugin acme"));
}

TEST_F(TypeRegistryTest, TypeThatBreaksTheContractIsRefusedAndSaysHow) {
  type_.id = nullptr;
  EXPECT_THAT(Message(), HasSubstr("no id"));
  type_.id = "acme.chip";
  type_.reset = nullptr;
  EXPECT_THAT(Message(), HasSubstr("lacks create, destroy or reset"));
  type_.reset = [](void*) { return CARDCAGE_OK; };
  param_.key = "irq";
  EXPECT_THAT(Message(), HasSubstr("irq is a key of the framework's own"));
  param_.key = "size";
  type_.param_count = 2;
  EXPECT_EQ(Message(), "");  // the same row twice is one key
}

TEST_F(TypeRegistryTest, TwoParametersWithOneKeyAreRefused) {
  cardcage_param second = param_;
  params_[1] = &second;
  type_.param_count = 2;
  EXPECT_THAT(Message(), HasSubstr("two parameters have the key size"));
}

TEST_F(TypeRegistryTest, RegionsThatMakeNoSenseAreRefused) {
  region_.sizes = 3 | 16;
  EXPECT_THAT(Message(), HasSubstr("not 1, 2, 4 or 8"));
  region_.sizes = 1;
  region_.size = 0;
  EXPECT_THAT(Message(), HasSubstr("has no size"));
  region_.size_param = "length";
  EXPECT_THAT(Message(), HasSubstr("size from length"));
  region_.size_param = "size";
  param_.flags = CARDCAGE_PARAM_LIST;
  EXPECT_THAT(Message(), HasSubstr("not a size parameter"));
  param_.flags = 0;
  EXPECT_EQ(Message(), "");
}

TEST_F(TypeRegistryTest, RegistersAndFieldsThatMakeNoSenseAreRefused) {
  region_.register_count = 1;
  EXPECT_THAT(Message(), HasSubstr("lacks its registers"));
  cardcage_field field{.struct_size = sizeof(field), .high = 7, .low = 4, .name = "LEVEL"};
  const cardcage_field* const fields[] = {&field};
  cardcage_register row{.struct_size = sizeof(row), .name = "STATUS", .width = 3};
  const cardcage_register* const rows[] = {&row};
  region_.registers = rows;
  EXPECT_THAT(Message(), HasSubstr("STATUS, whose width is not 1, 2, 4 or 8"));
  row.width = 1;
  row.field_count = 1;
  EXPECT_THAT(Message(), HasSubstr("STATUS, which lacks its fields"));
  row.fields = fields;
  field.high = 8;
  EXPECT_THAT(Message(), HasSubstr("STATUS with a field that has no name, or lies outside"));
  field.high = 3;
  EXPECT_THAT(Message(), HasSubstr("lies outside"));
  field.high = 7;
  EXPECT_EQ(Message(), "");
}

TEST_F(TypeRegistryTest, ListThatIsMissingIsRefused) {
  type_.counter_count = 1;
  EXPECT_THAT(Message(), HasSubstr("a list of it is missing"));
  type_.counter_count = 0;
  type_.regions = nullptr;
  EXPECT_THAT(Message(), HasSubstr("a list of it is missing"));
  plugin_.types = nullptr;
  EXPECT_THAT(Message(), HasSubstr("it has no types"));
}

TEST_F(TypeRegistryTest, PluginWithATypeTwiceIsRefusedWhole) {
  const cardcage_type* const twice[] = {&type_, &type_};
  plugin_.types = twice;
  plugin_.type_count = 2;
  EXPECT_THAT(Message(), HasSubstr("plugin acme has device type acme.chip twice"));
  EXPECT_EQ(registry_.Find("acme.chip"), nullptr);
}

// The steps by which a type is looked for.
class TypeSteps : public TypeRegistryTest {
 protected:
  using Step = TypeRegistry::Step;

  std::string Announce(Step step, const std::string& file, const std::string& plugin = "acme") {
    const Manifest manifest{.file = "",
                            .build_id = "",
                            .abi = "",
                            .needs = "",
                            .plugin = plugin,
                            .version = "2.0",
                            .license = "",
                            .types = {{"acme.chip", "a chip"}}};
    return std::string(registry_.Announce(manifest, step, file).message());
  }
  std::string Add(Step step, const std::string& file = "") {
    return std::string(registry_.Add(plugin_, step, file).message());
  }
  std::vector<Step> Steps() {
    std::vector<Step> steps;
    for (const auto& provider : registry_.ProvidersOf("acme.chip")) steps.push_back(provider.step);
    return steps;
  }
};

TEST_F(TypeSteps, FirstStepServesAndHidesTheOthersWhateverCameFirst) {
  EXPECT_EQ(Add(Step::kBuiltIn), "");
  EXPECT_EQ(Announce(Step::kInstalled, "i.so"), "");
  EXPECT_EQ(Add(Step::kOption, "o.so"), "");
  EXPECT_EQ(Announce(Step::kPath, "p.so"), "");
  EXPECT_EQ(Add(Step::kMachineFile, "m.so"), "");
  EXPECT_THAT(Steps(), ElementsAre(Step::kOption, Step::kMachineFile, Step::kPath, Step::kInstalled,
                                   Step::kBuiltIn));
  EXPECT_NE(registry_.Find("acme.chip"), nullptr);
}

TEST_F(TypeSteps, TypeThatIsAnnouncedIsKnownAndNotThere) {
  EXPECT_EQ(Add(Step::kBuiltIn), "");
  EXPECT_EQ(Announce(Step::kPath, "p.so"), "");
  EXPECT_EQ(registry_.Find("acme.chip"), nullptr);
  const auto& provider = registry_.ProvidersOf("acme.chip").front();
  EXPECT_EQ(provider.file, "p.so");
  EXPECT_EQ(provider.version, "2.0");
  EXPECT_EQ(provider.summary, "a chip");
}

TEST_F(TypeSteps, TypeThatIsAnnouncedIsThereOnceItsFileIsLoaded) {
  EXPECT_EQ(Announce(Step::kPath, "p.so"), "");
  EXPECT_EQ(Add(Step::kPath, "p.so"), "");
  EXPECT_THAT(Steps(), ElementsAre(Step::kPath));
  EXPECT_NE(registry_.Find("acme.chip"), nullptr);
}

TEST_F(TypeSteps, TwoOfOneStepAreRefusedWithBoth) {
  EXPECT_EQ(Announce(Step::kPath, "a.so"), "");
  EXPECT_EQ(Announce(Step::kPath, "b.so", "other"),
            "device type acme.chip is in plugin acme (a.so) and in plugin other (b.so)\n"
            "  leave one of the two out");
  EXPECT_THAT(Add(Step::kPath, "b.so"), HasSubstr("acme (a.so) and in plugin acme (b.so)"));
  EXPECT_EQ(Announce(Step::kInstalled, "b.so", "other"), "");
}

TEST_F(TypeSteps, CopyIsFilledOnItsOwn) {
  EXPECT_EQ(Announce(Step::kPath, "p.so"), "");
  const TypeRegistry copy = registry_;
  EXPECT_EQ(Add(Step::kPath, "p.so"), "");
  EXPECT_EQ(copy.Find("acme.chip"), nullptr);
  EXPECT_NE(registry_.Find("acme.chip"), nullptr);
}

}  // namespace
}  // namespace cardcage
