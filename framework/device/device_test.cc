// SPDX-License-Identifier: MIT
#include "framework/device/device.h"

#include <cstdio>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class RecordingServices final : public DeviceServices {
 public:
  void DeviceLog(const std::string& device, uint32_t, std::string_view line) override {
    lines.push_back(absl::StrCat(device, ": ", std::string(line)));
  }
  void DeviceStop(const std::string& device, uint64_t code) override {
    stops.push_back(absl::StrCat(device, " ", code));
  }
  std::vector<std::string> lines;
  std::vector<std::string> stops;
};

// A type in plain C terms; create refuses where its parameter is 13.
struct Instance {
  const cardcage_host* host;
  uint64_t number;
  const cardcage_char* character;
  static inline int alive = 0;
  static inline int resets = 0;
};

class DeviceTest : public ::testing::Test {
 protected:
  DeviceTest() {
    Instance::alive = 0;
    Instance::resets = 0;
    for (cardcage_param* param : {&number_, &character_}) param->struct_size = sizeof(*param);
    number_.kind = CARDCAGE_KIND_U64;
    number_.key = "number";
    character_.kind = CARDCAGE_KIND_CHAR;
    character_.key = "console";
    region_.struct_size = sizeof(region_);
    region_.name = "registers";
    region_.sizes = 1;
    type_.struct_size = sizeof(type_);
    type_.id = "thing";
    type_.params = params_;
    type_.param_count = 2;
    type_.regions = regions_;
    type_.region_count = 1;
    type_.create = [](const cardcage_host* host, const cardcage_value* const* values, size_t count,
                      cardcage_error* error) -> void* {
      EXPECT_EQ(count, 2u);
      if (values[0]->u64 == 13) {
        std::snprintf(error->message, error->capacity, "13 brings bad luck");
        error->param = "number";
        return nullptr;
      }
      ++Instance::alive;
      return new Instance{host, values[0]->u64, values[1]->character};
    };
    type_.destroy = [](void* self) {
      --Instance::alive;
      delete static_cast<Instance*>(self);
    };
    type_.reset = [](void*) { ++Instance::resets; };
  }
  absl::StatusOr<std::unique_ptr<Device>> Make(uint64_t number) {
    return Device::Create(type_, "dev0", {{.number = number}, {}}, services_, &wrong_);
  }
  static Instance* Inside(Device& device) {
    return static_cast<Instance*>(device.MakeMapping(0, {0, 8})->device);
  }

  cardcage_param number_{}, character_{};
  const cardcage_param* params_[2] = {&number_, &character_};
  cardcage_region region_{};
  const cardcage_region* regions_[1] = {&region_};
  cardcage_type type_{};
  RecordingServices services_;
  std::string wrong_;
};

TEST_F(DeviceTest, IsMadeWithItsParametersAndDestroyedOnce) {
  {
    auto device = Make(7);
    ASSERT_TRUE(device.ok());
    EXPECT_EQ(Inside(**device)->number, 7u);
    EXPECT_EQ(Instance::alive, 1);
  }
  EXPECT_EQ(Instance::alive, 0);
}

TEST_F(DeviceTest, RefusalCarriesTheReasonAndTheParameter) {
  const auto device = Make(13);
  EXPECT_THAT(std::string(device.status().message()), HasSubstr("13 brings bad luck"));
  EXPECT_EQ(wrong_, "number");
  EXPECT_EQ(Instance::alive, 0);
}

TEST_F(DeviceTest, CharacterParameterThatIsNotGivenIsTheNullBackend) {
  auto device = Make(1);
  const cardcage_char* character = Inside(**device)->character;
  const uint8_t byte = 1;
  EXPECT_EQ(character->write(character->self, &byte, 1), 1u);
  EXPECT_FALSE(character->readable(character->self));
}

TEST_F(DeviceTest, HostServicesComeWithTheDevicesName) {
  auto device = Make(1);
  const cardcage_host* host = Inside(**device)->host;
  host->log(host->self, CARDCAGE_LOG_INFO, "hello");
  host->stop(host->self, 5);
  EXPECT_THAT(services_.lines, ::testing::ElementsAre("dev0: hello"));
  EXPECT_THAT(services_.stops, ::testing::ElementsAre("dev0 5"));
  EXPECT_EQ(host->extension(host->self, "acme.none/1"), nullptr);
}

TEST_F(DeviceTest, ADeviceThatLogsTooMuchIsSilenced) {
  auto device = Make(1);
  const cardcage_host* host = Inside(**device)->host;
  for (int i = 0; i < 1000; ++i) host->log(host->self, CARDCAGE_LOG_INFO, "again");
  EXPECT_THAT(services_.lines, SizeIs(Device::kLogLimit + 1));
  EXPECT_THAT(services_.lines.back(), HasSubstr("logs too much"));
}

TEST_F(DeviceTest, HandlersOfAConcurrentTypeHaveNoLock) {
  EXPECT_NE((*Make(1))->MakeMapping(0, {0, 8})->lock, nullptr);
  type_.flags = CARDCAGE_TYPE_CONCURRENT;
  EXPECT_EQ((*Make(1))->MakeMapping(0, {0, 8})->lock, nullptr);
}

TEST_F(DeviceTest, ResetReachesIt) {
  auto device = Make(1);
  (*device)->Reset();
  EXPECT_EQ(Instance::resets, 1);
}

}  // namespace
}  // namespace cardcage
