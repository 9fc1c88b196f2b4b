// SPDX-License-Identifier: MIT
#include "framework/device/device.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>

#include "framework/bus/address_space.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RecordingServices final : public DeviceServices {
 public:
  void DeviceLog(const std::string& device, uint32_t, std::string_view line) override {
    lines.push_back(absl::StrCat(device, ": ", std::string(line)));
  }
  void DeviceStop(const std::string& device, uint64_t code) override {
    stops.push_back(absl::StrCat(device, " ", code));
  }
  VirtualClock& clock() override { return virtual_clock; }
  EventLoop& loop() override { return *event_loop; }
  int64_t StartTime(bool local) override { return local ? 3600 : 0; }
  DrivenClock virtual_clock;
  std::unique_ptr<EventLoop> event_loop = *EventLoop::Create();
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
    return static_cast<Instance*>(device.MakeMapping(0, true, {0, 8})->device);
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
  EXPECT_NE((*Make(1))->MakeMapping(0, true, {0, 8})->lock, nullptr);
  type_.flags = CARDCAGE_TYPE_CONCURRENT;
  EXPECT_EQ((*Make(1))->MakeMapping(0, true, {0, 8})->lock, nullptr);
}

TEST_F(DeviceTest, ResetReachesIt) {
  auto device = Make(1);
  (*device)->Reset();
  EXPECT_EQ(Instance::resets, 1);
}

// What the contract's services come down to, and the turns that they lead to.
class DeviceEventsTest : public DeviceTest {
 protected:
  DeviceEventsTest() {
    told.clear();
    type_.timer_count = 2;
    type_.timer = [](void*, uint32_t timer) { told.push_back(absl::StrCat("timer ", timer)); };
    type_.posted = [](void*, uint64_t value) { told.push_back(absl::StrCat("posted ", value)); };
    type_.fd_ready = [](void*, int, uint32_t events) {
      told.push_back(absl::StrCat("fd ", events));
    };
    type_.stop = [](void*) { told.emplace_back("stop"); };
    line_.struct_size = sizeof(line_);
    line_.name = "line";
    type_.inputs = lines_;
    type_.input_count = 1;
    type_.input = [](void*, uint32_t input, uint32_t level) {
      told.push_back(absl::StrCat("input ", input, "=", level));
    };
    pulse_.struct_size = sizeof(pulse_);
    pulse_.name = "pulse";
    pulse_.flags = CARDCAGE_SIGNAL_EDGE;
    type_.signals = outputs_;
    type_.signal_count = 2;
    device_ = *Make(1);
  }
  const cardcage_host* host() { return Inside(*device_)->host; }

  static inline std::vector<std::string> told;
  cardcage_signal line_{};
  cardcage_signal pulse_{};
  const cardcage_signal* lines_[1] = {&line_};
  const cardcage_signal* outputs_[2] = {&line_, &pulse_};
  std::unique_ptr<Device> device_;
};

TEST_F(DeviceEventsTest, TimersRunAtTheirTime) {
  host()->set_timer(host()->self, 1, 50);
  host()->set_timer(host()->self, 0, 70);
  services_.virtual_clock.RunTo(60);
  EXPECT_EQ(host()->now(host()->self), 60u);
  EXPECT_THAT(told, ElementsAre("timer 1"));
  host()->set_timer(host()->self, 0, CARDCAGE_NEVER);
  services_.virtual_clock.RunTo(100);
  EXPECT_THAT(told, ElementsAre("timer 1"));
}

TEST_F(DeviceEventsTest, IndexesBeyondTheTypesOwnAreNobodys) {
  host()->set_timer(host()->self, 2, 1);
  host()->set_signal(host()->self, 2, 1);
  device_->OnSignal(1, true);
  services_.virtual_clock.RunTo(10);
  EXPECT_THAT(told, IsEmpty());
}

TEST_F(DeviceEventsTest, PostsComeInOrderOnTheLoopsThread) {
  host()->post(host()->self, 1);
  host()->post(host()->self, 2);
  EXPECT_THAT(told, IsEmpty());
  services_.event_loop->RunReady();
  EXPECT_THAT(told, ElementsAre("posted 1", "posted 2"));
}

TEST_F(DeviceEventsTest, DescriptorIsWatchedOnceEachTimeThatItIsAskedFor) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  ASSERT_EQ(host()->watch_fd(host()->self, pipe[0], CARDCAGE_FD_READ), 0);
  services_.event_loop->RunReady();
  EXPECT_THAT(told, IsEmpty());
  ASSERT_EQ(write(pipe[1], "x", 1), 1);
  for (int i = 0; i < 3; ++i) services_.event_loop->RunReady();
  EXPECT_THAT(told, ElementsAre("fd 1"));
  EXPECT_EQ(host()->watch_fd(host()->self, pipe[0], CARDCAGE_FD_READ), 0);
  services_.event_loop->RunReady();
  EXPECT_THAT(told, SizeIs(2));
  EXPECT_EQ(host()->watch_fd(host()->self, pipe[0], 0), 0);
  EXPECT_EQ(host()->watch_fd(host()->self, pipe[0], 0), 0) << "twice is no harm";
  services_.event_loop->RunReady();
  EXPECT_THAT(told, SizeIs(2));
  EXPECT_EQ(host()->watch_fd(host()->self, pipe[1], CARDCAGE_FD_WRITE), 0);
  services_.event_loop->RunReady();
  EXPECT_EQ(told.back(), "fd 2");
  close(pipe[0]);
  EXPECT_EQ(host()->watch_fd(host()->self, pipe[1], CARDCAGE_FD_WRITE), 0);
  services_.event_loop->RunReady();
  EXPECT_EQ(told.back(), "fd 6") << "hung up";
  device_.reset();  // lets go of the other end
  close(pipe[1]);
}

TEST_F(DeviceEventsTest, DescriptorThatCannotBeWaitedForIsRefused) {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(host()->watch_fd(host()->self, file, CARDCAGE_FD_READ), EPERM);
  close(file);
  EXPECT_EQ(host()->watch_fd(host()->self, 12345, CARDCAGE_FD_READ), EBADF);
}

TEST_F(DeviceEventsTest, OutputsDriveTheirWiresByLevelOrPulse) {
  std::vector<bool> seen;
  Wire wire([&](bool level) { seen.push_back(level); });
  device_->Connect(0, wire, nullptr);
  device_->Connect(1, wire, nullptr);
  host()->set_signal(host()->self, 1, 1);
  EXPECT_THAT(seen, ElementsAre(true, false)) << "a pulse";
  host()->set_signal(host()->self, 0, 1);
  host()->set_signal(host()->self, 1, 1);
  EXPECT_THAT(seen, ElementsAre(true, false, true)) << "no pulse shows on a line that is high";
}

TEST_F(DeviceEventsTest, WhatAHandlerDrivesReachesTheOtherDeviceWhenItHasReturned) {
  SignalQueue queue;
  Wire wire([&](bool level) { queue.Add(*device_, 0, level); });
  device_->Connect(0, wire, &queue);  // to itself: with its lock held it would wait for ever
  region_.write = [](void* self, cardcage_access*) -> cardcage_status {
    const cardcage_host* host = static_cast<Instance*>(self)->host;
    host->set_signal(host->self, 0, 1);
    told.emplace_back("handler ends");
    return CARDCAGE_OK;
  };
  region_.size = 8;
  Bus bus;
  ASSERT_TRUE(bus.ports.Add(device_->MakeMapping(0, true, {0, 8})).ok());
  bus.ports.Publish();
  Accessor by(0);
  bus.ports.Write(by, 0, 1, 1);
  EXPECT_THAT(told, ElementsAre("handler ends", "input 0=1"));
}

TEST_F(DeviceEventsTest, StopIsTold) {
  device_->Stop();
  EXPECT_THAT(told, ElementsAre("stop"));
}

}  // namespace
}  // namespace cardcage
