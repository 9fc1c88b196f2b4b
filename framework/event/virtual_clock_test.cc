// SPDX-License-Identifier: MIT
#include "framework/event/virtual_clock.h"

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/event/real_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DrivenClockTest : public ::testing::Test {
 protected:
  size_t AddTimer(const std::string& name) {
    return clock_.AddTimer(
        [this, name] { seen_.push_back(absl::StrCat(name, "@", clock_.Now())); });
  }
  DrivenClock clock_;
  std::vector<std::string> seen_;
};

TEST_F(DrivenClockTest, StandsStillUntilItIsDriven) {
  EXPECT_EQ(clock_.Now(), 0u);
  EXPECT_EQ(clock_.Next(), VirtualClock::kNever);
  clock_.RunTo(100);
  EXPECT_EQ(clock_.Now(), 100u);
  clock_.RunTo(50);
  EXPECT_EQ(clock_.Now(), 100u) << "time does not go back";
}

TEST_F(DrivenClockTest, RunsTimersInOrderEachAtItsTime) {
  const size_t one = AddTimer("one");
  const size_t two = AddTimer("two");
  clock_.Set(one, 30);
  clock_.Set(two, 20);
  EXPECT_EQ(clock_.Next(), 20u);
  clock_.RunTo(25);
  EXPECT_THAT(seen_, ElementsAre("two@20"));
  clock_.RunTo(100);
  EXPECT_THAT(seen_, ElementsAre("two@20", "one@30"));
  clock_.RunTo(200);
  EXPECT_THAT(seen_, ElementsAre("two@20", "one@30")) << "a timer runs once";
}

TEST_F(DrivenClockTest, OfTimersAtOneTimeTheOneAddedFirstRunsFirst) {
  const size_t one = AddTimer("one");
  const size_t two = AddTimer("two");
  clock_.Set(two, 10);
  clock_.Set(one, 10);
  clock_.RunTo(10);
  EXPECT_THAT(seen_, ElementsAre("one@10", "two@10"));
}

TEST_F(DrivenClockTest, ATimerCanBeMovedAndSwitchedOff) {
  const size_t one = AddTimer("one");
  clock_.Set(one, 10);
  clock_.Set(one, 30);
  EXPECT_EQ(clock_.Next(), 30u);
  clock_.RunTo(20);
  EXPECT_THAT(seen_, IsEmpty());
  clock_.Set(one, VirtualClock::kNever);
  EXPECT_EQ(clock_.Next(), VirtualClock::kNever);
  clock_.RunTo(100);
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(DrivenClockTest, ATimeThatIsPastIsSoon) {
  const size_t one = AddTimer("one");
  clock_.RunTo(50);
  clock_.Set(one, 10);
  clock_.RunTo(51);
  EXPECT_THAT(seen_, ElementsAre("one@50"));
}

TEST_F(DrivenClockTest, ATimerMaySetItselfAnew) {
  size_t timer = 0;
  timer = clock_.AddTimer([&] {
    seen_.push_back(absl::StrCat(clock_.Now()));
    clock_.Set(timer, clock_.Now() + 10);
  });
  clock_.Set(timer, 10);
  clock_.RunTo(35);
  EXPECT_THAT(seen_, ElementsAre("10", "20", "30"));
}

TEST_F(DrivenClockTest, ATimerThatIsAlwaysDueDoesNotHoldItUpForEver) {
  size_t timer = 0;
  timer = clock_.AddTimer([&] { clock_.Set(timer, 5); });
  clock_.Set(timer, 5);
  clock_.RunTo(10);
  EXPECT_EQ(clock_.Now(), 5u);
}

TEST_F(DrivenClockTest, TellsOfADeadlineThatIsEarlierThanAnyWas) {
  int told = 0;
  clock_.set_on_earlier([&] { ++told; });
  const size_t one = AddTimer("one");
  const size_t two = AddTimer("two");
  clock_.Set(one, 20);
  clock_.Set(two, 30);
  clock_.Set(one, 25);
  EXPECT_EQ(told, 1);
  clock_.Set(two, 10);
  EXPECT_EQ(told, 2);
}

class RealClockTest : public ::testing::Test {
 protected:
  static uint64_t Milliseconds(uint64_t count) { return count * 1'000'000; }
  std::unique_ptr<EventLoop> loop_ = *EventLoop::Create();
};

TEST_F(RealClockTest, StandsAt0UntilItIsStarted) {
  auto clock = *RealClock::Create(*loop_);
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_EQ(clock->Now(), 0u);
  clock->Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_GE(clock->Now(), Milliseconds(2));
}

TEST_F(RealClockTest, PassesAsManyTimesAsFastAsItIsTold) {
  auto clock = *RealClock::Create(*loop_, 1000);
  clock->Start();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_GE(clock->Now(), Milliseconds(2000));
}

TEST_F(RealClockTest, RunsATimerThatWasSetBeforeTheStartAndNeverEarly) {
  auto clock = *RealClock::Create(*loop_);
  uint64_t ran_at = 0;
  const size_t timer = clock->AddTimer([&] {
    ran_at = clock->Now();
    loop_->Quit();
  });
  clock->Set(timer, Milliseconds(3));
  clock->Start();
  loop_->Run();
  EXPECT_GE(ran_at, Milliseconds(3));
}

TEST_F(RealClockTest, RunsATimerThatAnotherThreadSetsToEarlier) {
  auto clock = *RealClock::Create(*loop_);
  const size_t never = clock->AddTimer([] {});
  const size_t timer = clock->AddTimer([&] { loop_->Quit(); });
  clock->Set(never, Milliseconds(3'600'000));
  clock->Start();
  std::thread other([&] { clock->Set(timer, clock->Now() + Milliseconds(1)); });
  loop_->Run();  // comes back long before the hour
  other.join();
  EXPECT_LT(clock->Now(), Milliseconds(3'000'000));
}

TEST_F(RealClockTest, ATimerThatMovesToLaterRunsThen) {
  auto clock = *RealClock::Create(*loop_);
  uint64_t ran_at = 0;
  const size_t timer = clock->AddTimer([&] {
    ran_at = clock->Now();
    loop_->Quit();
  });
  clock->Start();
  clock->Set(timer, Milliseconds(1));
  clock->Set(timer, Milliseconds(8));
  loop_->Run();
  EXPECT_GE(ran_at, Milliseconds(8));
}

TEST_F(RealClockTest, ThreadsThatSetTimersAtOnceLoseNone) {
  auto clock = *RealClock::Create(*loop_);
  constexpr size_t kTimers = 8;
  std::set<size_t> ran;  // on a slow machine one may run more than once
  std::vector<size_t> timers;
  for (size_t i = 0; i < kTimers; ++i) {
    timers.push_back(clock->AddTimer([&, i] {
      ran.insert(i);
      if (ran.size() == kTimers) loop_->Quit();
    }));
  }
  clock->Start();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kTimers; ++i) {
    threads.emplace_back([&, i] {
      for (uint64_t round = 0; round < 200; ++round) {
        clock->Set(timers[i], clock->Now() + Milliseconds(20 + (i * 7 + round) % 5));
      }
    });
  }
  loop_->Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran.size(), kTimers);
}

}  // namespace
}  // namespace cardcage
