// SPDX-License-Identifier: MIT
// Devices with one fault each, and the property that finds it.
#include "cardcage/testing/properties.h"

#include <cstdlib>

#include "cardcage/device.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"

namespace {

using cardcage::testing::DeviceProperties;

enum class Fault { kNone, kForgets, kKeeps, kShares, kBreaks };

// A register that keeps what is written, and one fault.
template <Fault fault>
class Faulty {
 public:
  struct Config {};
  Faulty(const Config& /*config*/, cardcage::Host host) : host_(host) { Reset(); }
  void Reset() {
    if (fault != Fault::kKeeps) value_ = 0;
  }
  uint8_t Read() const { return fault == Fault::kShares ? shared++ : value_; }
  void Write(uint8_t value) {
    value_ = value;
    if (fault == Fault::kBreaks && value == 0) host_.Finished();
  }
  template <class Archive>
  void State(Archive& archive) {
    if (fault != Fault::kForgets) archive("value", value_);
  }

 private:
  static inline uint8_t shared = 0;
  const cardcage::Host host_;
  uint8_t value_ = 0;
};

template <Fault fault>
constexpr auto Port() {
  return cardcage::Port<&Faulty<fault>::Read, &Faulty<fault>::Write>("VALUE");
}
constexpr cardcage::Declaration kGood{cardcage::Type<Faulty<Fault::kNone>>("good", "-"),
                                      Port<Fault::kNone>()};
constexpr cardcage::Declaration kForgets{cardcage::Type<Faulty<Fault::kForgets>>("forgets", "-"),
                                         Port<Fault::kForgets>()};
constexpr cardcage::Declaration kKeeps{cardcage::Type<Faulty<Fault::kKeeps>>("keeps", "-"),
                                       Port<Fault::kKeeps>()};
constexpr cardcage::Declaration kShares{cardcage::Type<Faulty<Fault::kShares>>("shares", "-"),
                                        Port<Fault::kShares>()};
constexpr cardcage::Declaration kBreaks{cardcage::Type<Faulty<Fault::kBreaks>>("breaks", "-"),
                                        Port<Fault::kBreaks>()};

}  // namespace

CARDCAGE_PLUGIN("faulty", "1.0.0", "MIT", kGood, kForgets, kKeeps, kShares, kBreaks);

namespace {

// Each run is the same.
[[maybe_unused]] const int kIsSet = setenv("RC_PARAMS", "seed=1", /*overwrite=*/0);

DeviceProperties Of(const char* type) { return {cardcage_plugin_entry, type}; }

CARDCAGE_DEVICE_PROPERTIES(GoodProperties, cardcage_plugin_entry, "good");

TEST(Properties, FindStateThatIsNotSaved) {
  EXPECT_FATAL_FAILURE(Of("forgets").GoesOnFromWhatItSaved(),
                       "cage.Read(0);  // VALUE\ngives: 0x0\n and not: 0x");
}

TEST(Properties, FindWhatAResetLeaves) {
  EXPECT_FATAL_FAILURE(Of("keeps").ResetIsAsNew(), "gives: 0x");
}

TEST(Properties, FindWhatTwoDevicesShare) {
  EXPECT_FATAL_FAILURE(Of("shares").TwoActAlike(), "cage.Read(0);  // VALUE");
}

// As few actions as it takes: a value is written, and read behind the reset.
TEST(Properties, ShowTheShortestWayToAFault) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &results);
    Of("keeps").ResetIsAsNew();
  }
  ASSERT_EQ(results.size(), 1);
  EXPECT_THAT(results.GetTestPartResult(0).message(),
              ::testing::HasSubstr("actions before the reset:\n\n"
                                   "  cage.Write(0, 1);  // VALUE\n\n"
                                   "actions behind it:\n\n"
                                   "  cage.Read(0);  // VALUE\n\n"));
}

TEST(Properties, FindABrokenRule) {
  EXPECT_FATAL_FAILURE(Of("breaks").KeepsTheContract(), "it broke a rule: ");
}

}  // namespace
