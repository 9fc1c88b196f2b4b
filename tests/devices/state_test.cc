// SPDX-License-Identifier: MIT
// Every built-in device: what is saved of it in the middle of its work goes on like it.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "cardcage/testing/test_cage.h"
#include "framework/plugin/builtin_devices.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using testing::SavedState;
using testing::Setting;
using testing::TestCage;

using Random = std::mt19937;

// The device of a plugin's first type, with what its declaration does not give a default.
class Subject {
 public:
  explicit Subject(const cardcage_plugin& plugin)
      : type_(*plugin.types[0]), cage_(plugin, type_.id, Params(type_)) {}

  TestCage& cage() { return cage_; }
  uint64_t now() const { return now_; }
  void Advance(uint64_t ns) {
    now_ += ns;
    cage_.Advance(ns);
  }

  // One thing that the guest, the machine or time does; what can be seen of it.
  std::string Do(Random& random) {
    switch (random() % 8) {
      case 0:
        Advance(random() % 3'000'000);
        break;
      case 1:
        if (type_.input_count > 0) {
          cage_.SetInput(type_.inputs[random() % type_.input_count]->name, random() % 2 == 0);
        } else {
          const auto byte = static_cast<char>(random() % 256);
          cage_.console().Type({&byte, 1});
        }
        break;
      case 2:
      case 3:
      case 4:
        cage_.WriteRegion(Region(random), random() % 16, random() % 256);
        break;
      case 5:
        if (type_.extension != nullptr) return std::to_string(cage_.Acknowledge());
        [[fallthrough]];
      default:
        return std::to_string(cage_.ReadRegion(Region(random), random() % 16));
    }
    return "";
  }

  // What others see of it now.
  std::string Outside() {
    std::string outside = cage_.console().output;
    cage_.console().output.clear();
    for (uint32_t i = 0; i < type_.signal_count; ++i) {
      outside += cage_.output(type_.signals[i]->name) ? " high" : " low";
    }
    return outside;
  }

 private:
  static std::map<std::string, Setting> Params(const cardcage_type& type) {
    std::map<std::string, Setting> params;
    for (uint32_t i = 0; i < type.param_count; ++i) {
      if ((type.params[i]->flags & CARDCAGE_PARAM_REQUIRED) != 0) params[type.params[i]->key] = 16;
    }
    return params;
  }
  unsigned Region(Random& random) const { return random() % type_.region_count; }

  const cardcage_type& type_;
  TestCage cage_;
  uint64_t now_ = 0;
};

class StateTest : public ::testing::TestWithParam<const cardcage_plugin*> {};

TEST_P(StateTest, CopyGoesOnLikeTheDevice) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    Random random(seed);
    Subject device(*GetParam());
    for (unsigned step = random() % 60; step > 0; --step) device.Do(random);
    const SavedState saved = device.cage().Save();

    Subject copy(*GetParam());
    copy.Advance(device.now());
    copy.cage().console().input = device.cage().console().input;
    ASSERT_EQ(copy.cage().Load(saved), "") << "seed " << seed;
    EXPECT_EQ(copy.cage().Save(), saved) << "seed " << seed;
    device.Outside();
    copy.Outside();
    Random again = random;
    for (unsigned step = 0; step < 60; ++step) {
      ASSERT_EQ(copy.Do(again), device.Do(random)) << "seed " << seed << " step " << step;
      ASSERT_EQ(copy.Outside(), device.Outside()) << "seed " << seed << " step " << step;
    }
  }
}

TEST_P(StateTest, NoStateMakesItFail) {
  const SavedState good = Subject(*GetParam()).cage().Save();
  for (unsigned seed = 0; seed < 60; ++seed) {
    Random random(seed);
    Subject device(*GetParam());
    SavedState bad = good;
    for (auto& [name, numbers] : bad.fields) {
      if (random() % 16 == 0) numbers.resize(random() % 80);
      for (uint64_t& number : numbers) {
        if (random() % 4 == 0) number = random() % 4 == 0 ? random() : random() % 256;
      }
    }
    device.cage().Load(bad);
    for (unsigned step = 0; step < 60; ++step) device.Do(random);
    device.cage().Reset();
    ASSERT_EQ(device.cage().Load(good), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Devices, StateTest,
                         ::testing::ValuesIn(BuiltinDevices().begin(), BuiltinDevices().end()),
                         [](const auto& device) {
                           std::string name = device.param->types[0]->id;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace cardcage
