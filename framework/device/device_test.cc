// SPDX-License-Identifier: MIT
#include "framework/device/device.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "framework/bus/address_space.h"
#include "framework/device/device_tester.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(DeviceTest, IsMadeWithItsParametersAndDestroyedOnce) {
  {
    auto device = Make(7);
    ASSERT_TRUE(device.ok());
    EXPECT_EQ(Inside()->number, 7u);
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
  const cardcage_char* character = Inside()->character;
  const uint8_t byte = 1;
  EXPECT_EQ(character->write(character->self, &byte, 1), 1u);
  EXPECT_FALSE(character->readable(character->self));
}

TEST_F(DeviceTest, HostServicesComeWithTheDevicesName) {
  auto device = Make(1);
  const cardcage_host* host = Inside()->host;
  host->log(host->self, CARDCAGE_LOG_INFO, "hello");
  host->stop(host->self, 5);
  EXPECT_THAT(services_.lines, ::testing::ElementsAre("dev0: hello"));
  EXPECT_THAT(services_.stops, ::testing::ElementsAre("dev0 5"));
  EXPECT_EQ(host->extension(host->self, "acme.none/1"), nullptr);
}

TEST_F(DeviceTest, ADeviceThatLogsTooMuchIsSilenced) {
  auto device = Make(1);
  const cardcage_host* host = Inside()->host;
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

}  // namespace
}  // namespace cardcage
