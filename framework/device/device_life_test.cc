// SPDX-License-Identifier: MIT
// The steps of a device's life, and what the host does for it beside accesses and events.
#include <atomic>
#include <cstring>
#include <thread>

#include "framework/device/device_tester.h"
#include "framework/device/rules.h"
#include "gmock/gmock.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeviceLifeTest : public DeviceEventsTest {
 protected:
  // The device anew, once its type has what a test adds.
  void MakeAgain() {
    device_ = *Make(1);
    told.clear();
  }
  // A mapping of its region, on a bus.
  void Place() {
    region_.size = 8;
    ASSERT_TRUE(bus_.ports.Add(device_->MakeMapping(0, true, {0, 8})).ok());
    bus_.ports.Publish();
  }
  uint64_t Read() { return bus_.ports.Read(services_.accessor, 0, 1); }
  void AddRam(uint64_t base, MemorySlot::Kind kind = MemorySlot::Kind::kRam) {
    ASSERT_TRUE(services_.guest_memory.Add(*MemorySlot::Create("ram", {base, 0x1000}, kind)).ok());
    services_.guest_memory.slots().back()->TrackWrites();
  }
  Bus bus_;
};

TEST_F(DeviceLifeTest, WhatComesWhileItStandsWaitsForItsResume) {
  device_->Pause();
  EXPECT_TRUE(device_->is_settled());
  host()->set_timer(host()->self, 0, 10);
  services_.virtual_clock.RunTo(20);
  device_->OnSignal(0, true);
  host()->post(host()->self, 5);
  services_.event_loop->RunReady();
  EXPECT_THAT(told, ElementsAre("pause"));
  device_->Resume();
  EXPECT_THAT(told, ElementsAre("pause", "resume", "timer 0", "input 0=1", "posted 5"));
}

TEST_F(DeviceLifeTest, PauseThatEndsLaterStillGetsWhatItPostsAndNoTimer) {
  pauses_later = true;
  device_->Pause();
  EXPECT_FALSE(device_->is_settled());
  host()->set_timer(host()->self, 0, 10);
  services_.virtual_clock.RunTo(20);
  host()->post(host()->self, 1);
  services_.event_loop->RunReady();
  EXPECT_THAT(told, ElementsAre("pause", "posted 1"));
  host()->finished(host()->self);
  EXPECT_TRUE(device_->is_settled());
  host()->post(host()->self, 2);
  services_.event_loop->RunReady();
  EXPECT_THAT(told, ElementsAre("pause", "posted 1"));
  device_->Resume();
  EXPECT_THAT(told, ElementsAre("pause", "posted 1", "resume", "timer 0", "posted 2"));
}

TEST_F(DeviceLifeTest, AcknowledgeIsAnsweredAtOnceAndNotOnceMoreAtTheResume) {
  static unsigned acknowledged;
  acknowledged = 0;
  static constexpr cardcage_interrupt_controller kController{
      .struct_size = sizeof(kController), .reserved = 0, .acknowledge = [](void*) -> uint32_t {
        ++acknowledged;
        return 0x21;
      }};
  type_.extension = [](const char*) -> const void* { return &kController; };
  device_->Pause();
  EXPECT_EQ(device_->Acknowledge(), 0x21);
  device_->Resume();
  EXPECT_EQ(acknowledged, 1u);
}

TEST_F(DeviceLifeTest, ResetMayEndLaterOnAnotherThread) {
  type_.reset = [](void*) { return CARDCAGE_PENDING; };
  MakeAgain();
  device_->Reset();
  EXPECT_FALSE(device_->is_settled());
  std::thread([this] { host()->finished(host()->self); }).join();
  EXPECT_TRUE(device_->is_settled());
}

TEST_F(DeviceLifeTest, EndMayComeLaterByWhatItPosts) {
  type_.destroy = [](void* self) {
    auto* const instance = static_cast<Instance*>(self);
    instance->host->post(instance->host->self, 9);
    return CARDCAGE_PENDING;
  };
  type_.posted = [](void* self, uint64_t) {
    auto* const instance = static_cast<Instance*>(self);
    const cardcage_host* const host = instance->host;
    delete instance;
    --Instance::alive;
    host->finished(host->self);
  };
  MakeAgain();
  const int others = Instance::alive - 1;
  device_.reset();
  EXPECT_EQ(Instance::alive, others);
  EXPECT_THAT(services_.lines, IsEmpty());
}

TEST_F(DeviceLifeTest, FinishedWithoutAStepIsABreach) {
  host()->finished(host()->self);
  EXPECT_THAT(services_.lines, ElementsAre(HasSubstr("nothing was to be finished")));
}

TEST_F(DeviceLifeTest, CountsWhatItDeclaresAndNothingElse) {
  cardcage_counter drops{.struct_size = sizeof(drops), .name = "drops"};
  const cardcage_counter* counters[] = {&drops};
  type_.counters = counters;
  type_.counter_count = 1;
  MakeAgain();
  host()->count(host()->self, 0, 3);
  host()->count(host()->self, 0, 4);
  EXPECT_EQ(device_->counter(0), 7u);
  host()->count(host()->self, 1, 1);
  EXPECT_THAT(services_.lines, ElementsAre(HasSubstr("it has no counter 1")));
  device_.reset();
}

TEST_F(DeviceLifeTest, DeviceThatHasFailedIsEnteredNoMore) {
  region_.read = [](void*, cardcage_access* access) -> cardcage_status {
    access->value = 0x42;
    return CARDCAGE_OK;
  };
  Place();
  EXPECT_EQ(Read(), 0x42u);
  host()->failed(host()->self, "its helper has gone");
  host()->failed(host()->self, "again");
  EXPECT_THAT(services_.lines,
              ElementsAre(HasSubstr("dev0: the device cannot go on: its helper has gone")));
  EXPECT_EQ(Read(), 0xffu);
  EXPECT_EQ(services_.accessor.failed.value(), 1u);
  device_->OnSignal(0, true);
  host()->set_timer(host()->self, 0, 1);
  services_.virtual_clock.RunTo(2);
  device_->Reset();
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(Instance::resets, 0);
  device_->Pause();
  EXPECT_THAT(told, ElementsAre("pause"));
}

TEST_F(DeviceLifeTest, PendingAccessIsAnsweredInALaterTurn) {
  region_.read = [](void* self, cardcage_access* access) -> cardcage_status {
    EXPECT_EQ(access->vcpu, 0u);
    const cardcage_host* const host = static_cast<Instance*>(self)->host;
    host->post(host->self, 0);
    return CARDCAGE_PENDING;
  };
  type_.posted = [](void* self, uint64_t) {
    const cardcage_host* const host = static_cast<Instance*>(self)->host;
    host->complete(host->self, 0, CARDCAGE_OK, 0x1234);
  };
  MakeAgain();
  Place();
  std::atomic<bool> is_read{false};
  std::thread cpu([&] {
    EXPECT_EQ(Read(), 0x34u);
    is_read = true;
  });
  while (!is_read) services_.event_loop->RunReady();
  cpu.join();
}

TEST_F(DeviceLifeTest, PendingAccessThatIsGivenUpHasFailed) {
  region_.read = [](void*, cardcage_access*) -> cardcage_status { return CARDCAGE_PENDING; };
  MakeAgain();
  Place();
  services_.accessor.answer.Cancel();
  EXPECT_EQ(Read(), 0xffu);
  EXPECT_EQ(services_.accessor.failed.value(), 1u);
}

TEST_F(DeviceLifeTest, AnswerOfAnotherDeviceIsIgnored) {
  auto other = *Make(2);
  const cardcage_host* const others = Inside()->host;
  SpinLock mine;
  services_.accessor.answer.Await(&mine);
  others->complete(others->self, 0, CARDCAGE_OK, 1);
  EXPECT_FALSE(services_.accessor.answer.WaitFor({}));
  others->complete(others->self, 7, CARDCAGE_OK, 1);
}

TEST_F(DeviceLifeTest, ViewEndsWithItsSlotAndTellsWhatWasWritten) {
  AddRam(0x1000);
  AddRam(0x2000);
  cardcage_view view{.struct_size = sizeof(view)};
  ASSERT_EQ(host()->map(host()->self, 0x1ffe, 8, CARDCAGE_MAP_WRITE, &view), CARDCAGE_OK);
  EXPECT_EQ(view.size, 2u);
  view.data[1] = 0x77;
  host()->unmap(host()->self, &view, 2);
  EXPECT_EQ(view.data, nullptr);
  std::byte byte{};
  ASSERT_TRUE(services_.guest_memory.Read(0x1fff, {&byte, 1}).ok());
  EXPECT_EQ(byte, std::byte{0x77});
  EXPECT_THAT(services_.guest_memory.slots()[0]->TakeWritten(), ElementsAre(0));
  EXPECT_THAT(services_.guest_memory.slots()[1]->TakeWritten(), IsEmpty());
}

TEST_F(DeviceLifeTest, ViewOfNoMemoryOrOfRomToWriteIsUnclaimed) {
  AddRam(0x1000, MemorySlot::Kind::kRom);
  cardcage_view view{.struct_size = sizeof(view)};
  EXPECT_EQ(host()->map(host()->self, 0x5000, 1, 0, &view), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(host()->map(host()->self, 0x1000, 0, 0, &view), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(host()->map(host()->self, 0x1000, 1, CARDCAGE_MAP_WRITE, &view), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(view.data, nullptr);
  EXPECT_EQ(host()->map(host()->self, 0x1000, 1, 0, &view), CARDCAGE_OK);
  host()->unmap(host()->self, &view, 0);
  host()->unmap(host()->self, &view, 0);
  EXPECT_THAT(services_.lines, ElementsAre(HasSubstr("no view of its own")));
}

TEST_F(DeviceLifeTest, ViewThatIsKeptBeyondThePauseIsABreach) {
  AddRam(0x1000);
  cardcage_view view{.struct_size = sizeof(view)};
  ASSERT_EQ(host()->map(host()->self, 0x1000, 8, 0, &view), CARDCAGE_OK);
  device_->Pause();
  EXPECT_THAT(services_.lines, ElementsAre(HasSubstr("it kept 1 view of guest memory beyond")));
}

TEST_F(DeviceLifeTest, CallOutsideOfItsTurnIsABreach) {
  host()->set_signal(host()->self, 0, 1);
  EXPECT_THAT(services_.lines, ElementsAre(HasSubstr("set_signal outside of its turn")));
  region_.read = [](void* self, cardcage_access*) -> cardcage_status {
    const cardcage_host* const host = static_cast<Instance*>(self)->host;
    host->set_signal(host->self, 0, 0);
    return CARDCAGE_OK;
  };
  MakeAgain();
  services_.lines.clear();
  Place();
  Read();
  EXPECT_THAT(services_.lines, IsEmpty());
}

TEST_F(DeviceLifeTest, CallAfterItsEndIsSeen) {
  const cardcage_host* const late = host();
  device_.reset();
  ::testing::internal::CaptureStderr();
  late->log(late->self, CARDCAGE_LOG_INFO, "still here");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("dev0 broke the contract: it called its host after it was destroyed"));
  EXPECT_THAT(services_.lines, IsEmpty());
}

// A device of three fields, as C.
struct Saved {
  uint8_t mode = 1;
  uint32_t counts[3] = {1, 2, 3};
};
Saved saved;
bool is_strange = false;

void State(void*, const cardcage_archive* archive) {
  archive->field(archive->self, "mode", &saved.mode, 1, 1);
  archive->field(archive->self, is_strange ? "mode" : "counts", saved.counts, 4, 3);
  if (archive->is_loading != 0 && saved.mode == 0xee)
    archive->refuse(archive->self, "no such mode");
}

class DeviceStateTest : public DeviceLifeTest {
 protected:
  DeviceStateTest() {
    saved = {};
    is_strange = false;
    type_.state = &State;
    type_.state_version = 2;
    MakeAgain();
    device_->Pause();
  }
  std::string Load(const DeviceState& state) { return std::string(device_->Load(state).message()); }
};

TEST_F(DeviceStateTest, ComesBackByName) {
  const DeviceState state = *device_->Save();
  EXPECT_EQ(state.type, "thing");
  EXPECT_EQ(state.version, 2u);
  EXPECT_THAT(state.fields, ElementsAre(DeviceState::Field{"mode", {1}},
                                        DeviceState::Field{"counts", {1, 2, 3}}));
  saved = {.mode = 9, .counts = {9, 9, 9}};
  EXPECT_EQ(Load(state), "");
  EXPECT_EQ(saved.mode, 1);
  EXPECT_THAT(saved.counts, ElementsAre(1, 2, 3));
}

TEST_F(DeviceStateTest, WhatAnOlderVersionLacksStaysAsItWas) {
  EXPECT_EQ(Load({.type = "thing", .version = 1, .fields = {{"mode", {5}}, {"gone", {1}}}}), "");
  EXPECT_EQ(saved.mode, 5);
  EXPECT_THAT(saved.counts, ElementsAre(1, 2, 3));
  EXPECT_EQ(Load({.type = "thing", .version = 1, .fields = {{"counts", {7, 8}}}}), "");
  EXPECT_THAT(saved.counts, ElementsAre(7, 8, 3));
}

TEST_F(DeviceStateTest, WhatCannotBeItsStateIsRefused) {
  EXPECT_THAT(Load({.type = "other", .version = 2, .fields = {}}), HasSubstr("not of a thing"));
  EXPECT_THAT(Load({.type = "thing", .version = 3, .fields = {}}),
              HasSubstr("version 3 of thing's state, this one knows those up to 2"));
  EXPECT_THAT(Load({.type = "thing", .version = 2, .fields = {{"mode", {256}}}}),
              HasSubstr("field `mode`: 256 is more than 1 bytes hold"));
  EXPECT_THAT(Load({.type = "thing", .version = 2, .fields = {{"colour", {1}}}}),
              HasSubstr("field `colour` is none that a thing has"));
  EXPECT_EQ(Load({.type = "thing", .version = 2, .fields = {{"mode", {0xee}}}}), "no such mode");
}

TEST_F(DeviceStateTest, FieldThatIsSavedTwiceIsABreach) {
  is_strange = true;
  EXPECT_THAT(device_->Save().status().message(), HasSubstr("`mode` is there twice"));
}

TEST_F(DeviceStateTest, TypeWithoutStateSaysSo) {
  type_.state = nullptr;
  EXPECT_THAT(device_->Save().status().message(), HasSubstr("thing does not say"));
}

}  // namespace
}  // namespace cardcage
