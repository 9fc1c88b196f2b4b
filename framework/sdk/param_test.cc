// SPDX-License-Identifier: MIT
// What a Config's members become in the contract, and what becomes of the contract's values in them.
#include <string>
#include <vector>

#include "cardcage/device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#undef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_radio_entry

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

enum class Band : uint8_t { kLong, kShort };
constexpr const char* kBands[] = {"long", "short"};

struct RadioConfig {
  bool on = true;
  uint8_t volume = 3;
  int8_t balance = -7;
  cardcage::Size buffer{4096};
  cardcage::Address window{0xd0000000};
  cardcage::Duration delay{10'000'000};
  cardcage::Frequency tuner{1'843'200};
  Band band = Band::kShort;
  std::string_view station = "one";
  cardcage::Path recording{"radio.wav"};
  cardcage::Path log;
  cardcage::Mac mac{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
  std::vector<uint8_t> key{0xde, 0xad};
  std::vector<std::string_view> stations{"one", "two"};
  std::vector<cardcage::Mac> peers{{1, 2, 3, 4, 5, 6}};
  std::vector<int16_t> offsets{-1, 1};
  std::vector<Band> bands;
  cardcage::Size needed;
  cardcage::CharLink speaker;
};

class Radio {
 public:
  using Config = RadioConfig;
  explicit Radio(const Config& config) { last = config; }
  void Reset() {}
  uint8_t Get() const { return 0; }
  static inline Config last;
};

constexpr cardcage::Declaration kRadio{
    cardcage::Type<Radio>("radio", "it plays"),
    cardcage::Param<&RadioConfig::on>("on", {.doc = "whether"}),
    cardcage::Param<&RadioConfig::volume>(
        "volume", {.doc = "how loud", .unit = "steps", .since = "1.1.0", .min = 1}),
    cardcage::Param<&RadioConfig::balance>("balance", {.min = -10, .max = 1000}),
    cardcage::Param<&RadioConfig::buffer>("buffer", {.min = 16, .max = 1 << 20}),
    cardcage::Param<&RadioConfig::window>("window", {}),
    cardcage::Param<&RadioConfig::delay>("delay", {}),
    cardcage::Param<&RadioConfig::tuner>("tuner", {}),
    cardcage::Param<&RadioConfig::band>("band", {.names = kBands}),
    cardcage::Param<&RadioConfig::station>("station", {.min_length = 1, .max_length = 8}),
    cardcage::Param<&RadioConfig::recording>("recording", {}),
    cardcage::Param<&RadioConfig::log>("log", {}),
    cardcage::Param<&RadioConfig::key>("key", {}),
    cardcage::Param<&RadioConfig::mac>("mac", {}),
    cardcage::Param<&RadioConfig::stations>("stations", {.max_length = 4}),
    cardcage::Param<&RadioConfig::peers>("peers", {}),
    cardcage::Param<&RadioConfig::offsets>("offsets", {}),
    cardcage::Param<&RadioConfig::bands>("bands", {.names = kBands}),
    cardcage::Param<&RadioConfig::needed>("needed", {.required = true, .min = 1}),
    cardcage::Param<&RadioConfig::speaker>("speaker", {}),
    cardcage::Port<&Radio::Get, nullptr>("get"),
};

}  // namespace

CARDCAGE_PLUGIN("radio", "1.2.0", "MIT", kRadio);

namespace {

const cardcage_type& RadioType() { return *cardcage_radio_entry.types[0]; }

const cardcage_param& Find(std::string_view key) {
  for (uint32_t i = 0; i < RadioType().param_count; ++i) {
    if (RadioType().params[i]->key == key) return *RadioType().params[i];
  }
  ADD_FAILURE() << "no parameter " << key;
  return *RadioType().params[0];
}
const cardcage_value& DefaultOf(std::string_view key) { return *Find(key).default_value; }

std::vector<int> BytesOf(const cardcage_value& value) {
  return {value.bytes, value.bytes + value.length};
}

TEST(Param, KindFollowsFromTheMembersType) {
  std::vector<std::pair<std::string, uint32_t>> kinds;
  for (uint32_t i = 0; i < RadioType().param_count; ++i) {
    const cardcage_param& param = *RadioType().params[i];
    EXPECT_EQ(param.struct_size, sizeof(cardcage_param));
    if ((param.flags & CARDCAGE_PARAM_LIST) == 0) kinds.emplace_back(param.key, param.kind);
  }
  using Row = std::pair<std::string, uint32_t>;
  EXPECT_THAT(
      kinds, ElementsAre(Row{"on", CARDCAGE_KIND_BOOL}, Row{"volume", CARDCAGE_KIND_U64},
                         Row{"balance", CARDCAGE_KIND_I64}, Row{"buffer", CARDCAGE_KIND_SIZE},
                         Row{"window", CARDCAGE_KIND_ADDRESS}, Row{"delay", CARDCAGE_KIND_DURATION},
                         Row{"tuner", CARDCAGE_KIND_FREQUENCY}, Row{"band", CARDCAGE_KIND_ENUM},
                         Row{"station", CARDCAGE_KIND_STRING}, Row{"recording", CARDCAGE_KIND_PATH},
                         Row{"log", CARDCAGE_KIND_PATH}, Row{"key", CARDCAGE_KIND_BYTES},
                         Row{"mac", CARDCAGE_KIND_MAC}, Row{"needed", CARDCAGE_KIND_SIZE},
                         Row{"speaker", CARDCAGE_KIND_CHAR}));
}

TEST(Param, DefaultIsTheMembersInitialiser) {
  EXPECT_EQ(DefaultOf("on").u64, 1u);
  EXPECT_EQ(DefaultOf("volume").u64, 3u);
  EXPECT_EQ(static_cast<int64_t>(DefaultOf("balance").u64), -7);
  EXPECT_EQ(DefaultOf("buffer").u64, 4096u);
  EXPECT_EQ(DefaultOf("window").u64, 0xd0000000u);
  EXPECT_EQ(DefaultOf("delay").u64, 10'000'000u);
  EXPECT_EQ(DefaultOf("tuner").u64, 1'843'200u);
  EXPECT_EQ(DefaultOf("band").u64, 1u);
  EXPECT_STREQ(DefaultOf("station").text, "one");
  EXPECT_EQ(DefaultOf("station").length, 3u);
  EXPECT_STREQ(DefaultOf("recording").text, "radio.wav");
  EXPECT_STREQ(DefaultOf("log").text, "");
  EXPECT_THAT(BytesOf(DefaultOf("key")), ElementsAre(0xde, 0xad));
  EXPECT_THAT(BytesOf(DefaultOf("mac")), ElementsAre(0x52, 0x54, 0x00, 0x12, 0x34, 0x56));
  EXPECT_EQ(Find("needed").default_value, nullptr);
  EXPECT_EQ(Find("speaker").default_value, nullptr);
}

TEST(Param, VectorIsAListWithItsItems) {
  for (const char* key : {"stations", "peers", "offsets", "bands"}) {
    EXPECT_EQ(Find(key).flags, CARDCAGE_PARAM_LIST) << key;
    EXPECT_EQ(DefaultOf(key).kind, Find(key).kind) << key;
  }
  EXPECT_EQ(Find("stations").kind, CARDCAGE_KIND_STRING);
  ASSERT_EQ(DefaultOf("stations").item_count, 2u);
  EXPECT_STREQ(DefaultOf("stations").items[1]->text, "two");
  ASSERT_EQ(DefaultOf("peers").item_count, 1u);
  EXPECT_THAT(BytesOf(*DefaultOf("peers").items[0]), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(static_cast<int64_t>(DefaultOf("offsets").items[0]->u64), -1);
  EXPECT_EQ(DefaultOf("bands").item_count, 0u);
}

TEST(Param, BoundsAreThoseGivenOrThoseOfTheMember) {
  EXPECT_EQ(Find("volume").min, 1u);
  EXPECT_EQ(Find("volume").max, 255u);
  EXPECT_EQ(static_cast<int64_t>(Find("balance").min), -10);
  EXPECT_EQ(static_cast<int64_t>(Find("balance").max), 127);
  EXPECT_EQ(static_cast<int64_t>(Find("offsets").min), -32768);
  EXPECT_EQ(Find("buffer").max, uint64_t{1} << 20);
  EXPECT_EQ(Find("window").max, UINT64_MAX);
  EXPECT_EQ(Find("station").min_length, 1u);
  EXPECT_EQ(Find("station").max_length, 8u);
}

TEST(Param, TextsGoIntoTheTable) {
  EXPECT_STREQ(Find("volume").unit, "steps");
  EXPECT_STREQ(Find("volume").since, "1.1.0");
  EXPECT_EQ(Find("on").since, nullptr);
  EXPECT_EQ(Find("needed").flags, CARDCAGE_PARAM_REQUIRED);
}

// A value as a host gives it.
cardcage_value Value(uint32_t kind) {
  cardcage_value value{};
  value.struct_size = sizeof(value);
  value.kind = kind;
  return value;
}

class RadioTest : public ::testing::Test {
 protected:
  RadioTest() : speaker_(Value(CARDCAGE_KIND_CHAR)), needed_(Value(CARDCAGE_KIND_SIZE)) {
    for (uint32_t i = 0; i < RadioType().param_count; ++i) {
      values_.push_back(RadioType().params[i]->default_value);
    }
    Set("needed", &needed_);
    Set("speaker", &speaker_);
  }
  void Set(std::string_view key, const cardcage_value* value) {
    for (uint32_t i = 0; i < RadioType().param_count; ++i) {
      if (RadioType().params[i]->key == key) values_[i] = value;
    }
  }
  RadioConfig Make() {
    cardcage_error error{};
    void* const device = RadioType().create(&host_, values_.data(), values_.size(), &error);
    EXPECT_NE(device, nullptr);
    RadioType().destroy(device);
    return Radio::last;
  }

  cardcage_host host_{};
  cardcage_value speaker_;
  cardcage_value needed_;
  std::vector<const cardcage_value*> values_;
};

TEST_F(RadioTest, DefaultsMakeTheConfigThatTheyCameFrom) {
  const RadioConfig made = Make();
  const RadioConfig declared;
  EXPECT_EQ(made.on, declared.on);
  EXPECT_EQ(made.volume, declared.volume);
  EXPECT_EQ(made.balance, declared.balance);
  EXPECT_EQ(made.buffer.bytes, declared.buffer.bytes);
  EXPECT_EQ(made.window.value, declared.window.value);
  EXPECT_EQ(made.delay.nanoseconds, declared.delay.nanoseconds);
  EXPECT_EQ(made.tuner.hertz, declared.tuner.hertz);
  EXPECT_EQ(made.band, declared.band);
  EXPECT_EQ(made.station, declared.station);
  EXPECT_STREQ(made.recording.name, declared.recording.name);
  EXPECT_STREQ(made.log.name, declared.log.name);
  EXPECT_EQ(made.key, declared.key);
  EXPECT_EQ(made.mac.bytes, declared.mac.bytes);
  EXPECT_EQ(made.stations, declared.stations);
  EXPECT_EQ(made.peers[0].bytes, declared.peers[0].bytes);
  EXPECT_EQ(made.offsets, declared.offsets);
  EXPECT_EQ(made.bands, declared.bands);
}

TEST_F(RadioTest, ValuesReachTheirMembers) {
  cardcage_value balance = Value(CARDCAGE_KIND_I64);
  balance.u64 = static_cast<uint64_t>(int64_t{-9});
  Set("balance", &balance);
  cardcage_value station = Value(CARDCAGE_KIND_STRING);
  station.text = "two";
  station.length = 3;
  Set("station", &station);
  cardcage_value key = Value(CARDCAGE_KIND_BYTES);  // none: bytes may be null
  Set("key", &key);
  const cardcage_value* const items[] = {&station, &station, &station};
  cardcage_value stations = Value(CARDCAGE_KIND_STRING);
  stations.items = items;
  stations.item_count = 3;
  Set("stations", &stations);
  const RadioConfig made = Make();
  EXPECT_EQ(made.balance, -9);
  EXPECT_EQ(made.station, "two");
  EXPECT_EQ(made.station.data(), station.text) << "the host's own, which stays";
  EXPECT_THAT(made.key, IsEmpty());
  EXPECT_THAT(made.stations, ElementsAre("two", "two", "two"));
}

}  // namespace
