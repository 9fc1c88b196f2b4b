// SPDX-License-Identifier: MIT
// What was built for an ABI works with each later host of its major. The plugins in the folder 0.1 are the files that
// were made when 0.1 was closed; beside them are those that today's headers make of the same sources, and those that
// the headers of a later minor will. This is compiled twice: for this host, and for one whose every struct has grown
// (CARDCAGE_LATER_HOST).
#include <fstream>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cardcage/testing/test_cage.h"
#include "framework/plugin/plugin_file.h"
#include "framework/plugin/type_registry.h"
#include "framework/plugin/whole_type.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

#if defined(CARDCAGE_LATER_HOST)
constexpr unsigned kLaterMinor = CARDCAGE_ABI_MINOR;
#define CARDCAGE_HOST ALaterHost
#else
constexpr unsigned kLaterMinor = CARDCAGE_ABI_MINOR + 1;
#define CARDCAGE_HOST ThisHost
#endif

// Where plugins come from, and which minor their headers had.
struct Origin {
  const char* name;
  const char* folder;
  unsigned minor;
  friend std::ostream& operator<<(std::ostream& out, const Origin& origin) {
    return out << origin.folder;
  }
};
constexpr Origin kOrigins[] = {{"OfAbi01", CARDCAGE_KEPT_PLUGINS, 1},
                               {"BuiltToday", CARDCAGE_TODAYS_PLUGINS, kLaterMinor - 1},
                               {"OfALaterMinor", CARDCAGE_LATER_PLUGINS, kLaterMinor}};

class KeptPlugin : public ::testing::TestWithParam<Origin> {
 protected:
  explicit KeptPlugin(const char* name) : name_(name) {}

  void SetUp() override {
#if !defined(__x86_64__)
    GTEST_SKIP() << "the plugins that were kept are for x86-64";
#endif
    auto opened = PluginFile::Open(absl::StrCat(GetParam().folder, "/", name_, ".so"));
    ASSERT_TRUE(opened.ok()) << opened.status();
    file_ = *std::move(opened);
    ASSERT_EQ(plugin().abi_minor, GetParam().minor);
  }
  const cardcage_plugin& plugin() const { return file_->plugin(); }

 private:
  const char* const name_;
  std::unique_ptr<PluginFile> file_;
};

#define CARDCAGE_FROM_EACH_ORIGIN(Fixture)                                        \
  INSTANTIATE_TEST_SUITE_P(CARDCAGE_HOST, Fixture, ::testing::ValuesIn(kOrigins), \
                           [](const auto& test) { return std::string(test.param.name); })

// --- The metronome, in plain C ---------------------------------------------------------------------

class KeptMetronome : public KeptPlugin {
 protected:
  static constexpr char kType[] = "kept.metronome";
  static constexpr uint64_t kControl = 0x0, kCount = 0x4, kBar = 0x8, kStop = 0xc;
  static constexpr uint64_t kMillisecond = 1'000'000;

  KeptMetronome() : KeptPlugin("metronome") {}
};
CARDCAGE_FROM_EACH_ORIGIN(KeptMetronome);

TEST_P(KeptMetronome, BeatsAndIsHeard) {
  TestCage cage(plugin(), kType);
  EXPECT_THAT(cage.log(), ElementsAre("metronome"));
  cage.Write(kControl, 1, 4);
  EXPECT_TRUE(cage.output("running"));
  cage.Advance(35 * kMillisecond);
  EXPECT_EQ(cage.Read(kCount, 4), 3u);
  EXPECT_EQ(cage.Peek(kCount, 4), 3u);
  EXPECT_EQ(cage.pulses("beat"), 3u);
  EXPECT_EQ(cage.counter("beats"), 3u);
  cage.Write(kControl, 0, 4);
  cage.Advance(35 * kMillisecond);
  EXPECT_EQ(cage.Read(kCount, 4), 3u);
  EXPECT_FALSE(cage.output("running"));
  EXPECT_THAT(cage.breaches(), IsEmpty());
}

TEST_P(KeptMetronome, TakesItsParameters) {
  TestCage standard(plugin(), kType);
  EXPECT_EQ(standard.Read(kBar, 4), 0x401u);
  standard.Write(kCount, 1, 4);
  EXPECT_EQ(standard.Read(kBar, 4), 0x301u);
  TestCage cage(plugin(), kType,
                {{"period", 2 * kMillisecond}, {"sound", 0}, {"bars", Setting::List({2, 5, 7})}});
  cage.Write(kControl, 1, 4);
  cage.Advance(4 * kMillisecond);
  EXPECT_EQ(cage.Read(kBar, 4), 0x700u);
}

TEST_P(KeptMetronome, RefusesWithAReason) {
  EXPECT_EQ(TestCage::WhyRefused(plugin(), kType, {{"title", ""}}), "a metronome has a title");
}

TEST_P(KeptMetronome, TakesSeveralAccessesAtOnce) {
  TestCage cage(plugin(), kType, {}, {.in_memory = true});
  cage.WriteMany(kCount, {7, 8, 9}, 4);  // comes one by one
  EXPECT_THAT(cage.ReadMany(kCount, 3, 4), ElementsAre(9, 9, 9));
  EXPECT_THAT(cage.ReadMany(kBar, 2, 4), ElementsAre(0x301, 0x301));
}

TEST_P(KeptMetronome, GoesOnFromWhatItHasSaved) {
  TestCage cage(plugin(), kType);
  cage.Write(kControl, 1, 4);
  cage.Advance(26 * kMillisecond);
  const SavedState state = cage.Save();
  TestCage other(plugin(), kType);
  EXPECT_EQ(other.Load(state), "");
  EXPECT_TRUE(other.output("running"));
  other.Advance(4 * kMillisecond);
  EXPECT_EQ(other.Read(kCount, 4), 3u);
  EXPECT_THAT(other.Load({.version = 1, .fields = {{"running", {5}}}}),
              HasSubstr("it runs or it does not"));
}

TEST_P(KeptMetronome, StopsTheMachine) {
  TestCage cage(plugin(), kType);
  cage.Write(kStop, 42, 4);
  EXPECT_EQ(cage.stop_code(), 42u);
}

// --- The courier, by the SDK -----------------------------------------------------------------------

class KeptCourier : public KeptPlugin {
 protected:
  static constexpr char kType[] = "kept.courier";
  static constexpr uint64_t kSource = 0, kTarget = 8, kLength = 16, kStatus = 24;
  static constexpr unsigned kConsole = 1, kLate = 2, kWindow = 3;
  static constexpr uint64_t kDone = 0x80;

  KeptCourier() : KeptPlugin("courier") {}
};
CARDCAGE_FROM_EACH_ORIGIN(KeptCourier);

TEST_P(KeptCourier, BringsBytesThroughGuestMemory) {
  TestCage cage(plugin(), kType);
  const std::string parcel = "parcel";
  std::copy(parcel.begin(), parcel.end(), cage.memory().begin() + 0x5000);
  cage.Write(kSource, 0x5000, 8);
  cage.Write(kTarget, 0x7ffe, 8);
  cage.Write(kLength, parcel.size(), 8);
  EXPECT_EQ(std::string(cage.memory().begin() + 0x7ffe, cage.memory().begin() + 0x8004), parcel);
  EXPECT_THAT(cage.TakeWrittenPages(), ElementsAre(7, 8));
  EXPECT_EQ(cage.Read(kStatus, 8), kDone | 1 << 4);
  EXPECT_EQ(cage.counter("bytes"), parcel.size());
  EXPECT_EQ(cage.views(), 0u);
  cage.Write(kTarget, 1 << 20, 8);  // where there is no memory
  cage.Write(kLength, 1, 8);
  EXPECT_EQ(cage.counter("bytes"), parcel.size());
  EXPECT_THAT(cage.breaches(), IsEmpty());
}

TEST_P(KeptCourier, InterruptsUntilItIsAcknowledged) {
  TestCage cage(plugin(), kType);
  cage.Write(kLength, 1, 8);
  EXPECT_TRUE(cage.output("done"));
  EXPECT_EQ(cage.Acknowledge(), 0x21);
  EXPECT_FALSE(cage.output("done"));
}

TEST_P(KeptCourier, HasAConsole) {
  TestCage cage(plugin(), kType);
  cage.WriteRegion(kConsole, 0, 'o');
  cage.WriteManyToRegion(kConsole, 0, {'k', '!'});
  EXPECT_EQ(cage.console().output, "ok!");
  cage.console().Type("yes");
  EXPECT_EQ(cage.ReadRegion(kConsole, 0), 'y');
  EXPECT_THAT(cage.ReadManyOfRegion(kConsole, 0, 2), ElementsAre('e', 's'));
  EXPECT_EQ(cage.counter("calls"), 1u);
  cage.console().room = 0;
  cage.WriteRegion(kConsole, 0, 'x');
  EXPECT_EQ(cage.console().dropped, 1u);
}

TEST_P(KeptCourier, AnswersLateBehindAPostAndAnEvent) {
  TestCage cage(plugin(), kType, {{"offset", -40}});
  EXPECT_EQ(cage.ReadRegion(kLate, 0, 4), 60u);
  EXPECT_EQ(cage.ReadRegion(kLate, 0, 4), 60u);
  EXPECT_THAT(cage.breaches(), IsEmpty());
}

TEST_P(KeptCourier, ListensToItsInputs) {
  TestCage cage(plugin(), kType);
  cage.SetInput("go", true);
  cage.Advance(999);
  EXPECT_FALSE(cage.output("done"));
  cage.Advance(1);
  EXPECT_TRUE(cage.output("done"));
}

TEST_P(KeptCourier, TakesItsParameters) {
  TestCage cage(plugin(), kType,
                {{"loud", 0}, {"window", 64}, {"address", Setting::Bytes({1, 2, 3, 4, 5, 6})}});
  EXPECT_EQ(cage.RegionSize(kWindow), 64u);
  EXPECT_EQ(cage.ReadRegion(kWindow, 9), 4u);
  cage.WriteRegion(kConsole, 0, 'o');
  EXPECT_EQ(cage.console().output, "");
  EXPECT_EQ(TestCage::WhyRefused(plugin(), kType, {{"offset", 0}}), "a courier that stays is none");
}

TEST_P(KeptCourier, GoesOnFromWhatItHasSaved) {
  TestCage cage(plugin(), kType);
  cage.Write(kSource, 0x1234, 8);
  cage.WriteRegion(kWindow, 2, 0xbeef, 2);
  cage.SetInput("go", true);
  const SavedState state = cage.Save();
  EXPECT_THAT(state.fields.at("memory"), ElementsAre(0, 0xbeef, 0, 0));
  TestCage other(plugin(), kType);
  EXPECT_EQ(other.Load(state), "");
  EXPECT_EQ(other.Read(kSource, 8), 0x1234u);
  EXPECT_EQ(other.ReadRegion(kWindow, 2, 2), 0xbeefu);
  other.Advance(1000);
  EXPECT_TRUE(other.output("done"));
  cage.Reset();
  EXPECT_EQ(cage.Read(kSource, 8), 0u);
}

TEST_P(KeptCourier, EndsInItsOwnTime) {
  TestCage cage(plugin(), kType);
  cage.Pause();
  cage.Resume();
  cage.End();
  EXPECT_THAT(cage.breaches(), IsEmpty());
}

TEST_P(KeptCourier, HasASecondType) {
  TestCage cage(plugin(), "kept.stone");
  EXPECT_EQ(cage.Read(0, 2), 0x57u);
}

// --- What the host makes of them -------------------------------------------------------------------

#if defined(CARDCAGE_LATER_HOST)

// Behind a struct that has not grown lies another, not 0.
TEST_P(KeptMetronome, WhatItDoesNotKnowIsZero) {
  TypeRegistry types;
  ASSERT_TRUE(types.Add(plugin()).ok());
  const cardcage_type& type = *types.Find(kType);
  EXPECT_EQ(type.struct_size, sizeof(cardcage_type));
  EXPECT_EQ(type.grown, 0u);
  for (uint32_t i = 0; i < type.param_count; ++i) EXPECT_EQ(type.params[i]->grown, 0u);
  EXPECT_EQ(type.params[2]->default_value->grown, 0u);
  EXPECT_EQ(type.params[2]->default_value->items[1]->grown, 0u);
  EXPECT_EQ(type.regions[0]->grown, 0u);
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(type.regions[0]->registers[i]->grown, 0u);
  EXPECT_EQ(type.regions[0]->registers[0]->fields[0]->grown, 0u);
  EXPECT_EQ(type.signals[0]->grown, 0u);
  EXPECT_EQ(type.counters[0]->grown, 0u);
}

#else

// Of each struct that a plugin gives: what the host takes at least is what it had when it came.
TEST(LeastSizes, AreThoseOfTheMinorsInWhichTheStructsCame) {
  std::map<std::string, size_t> described;
  std::ifstream description(CARDCAGE_KEPT_PLUGINS "/abi.txt");
  for (std::string line; std::getline(description, line);) {
    const size_t colon = line.find(": size ");
    if (!line.starts_with("struct ") || colon == std::string::npos) continue;
    described[line.substr(7, colon - 7)] = std::stoul(line.substr(colon + 7));
  }
  EXPECT_EQ(described["cardcage_plugin"], kLeastSize<cardcage_plugin>);
  EXPECT_EQ(described["cardcage_type"], kLeastSize<cardcage_type>);
  EXPECT_EQ(described["cardcage_param"], kLeastSize<cardcage_param>);
  EXPECT_EQ(described["cardcage_value"], kLeastSize<cardcage_value>);
  EXPECT_EQ(described["cardcage_region"], kLeastSize<cardcage_region>);
  EXPECT_EQ(described["cardcage_register"], kLeastSize<cardcage_register>);
  EXPECT_EQ(described["cardcage_field"], kLeastSize<cardcage_field>);
  EXPECT_EQ(described["cardcage_signal"], kLeastSize<cardcage_signal>);
  EXPECT_EQ(described["cardcage_counter"], kLeastSize<cardcage_counter>);
}

#endif

}  // namespace
}  // namespace cardcage::testing
