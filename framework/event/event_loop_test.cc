// SPDX-License-Identifier: MIT
#include "framework/event/event_loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

class EventLoopTest : public ::testing::Test {
 protected:
  EventLoopTest() : loop_(*EventLoop::Create()) {
    EXPECT_EQ(pipe2(pipe_, O_CLOEXEC | O_NONBLOCK), 0);
  }
  ~EventLoopTest() override {
    close(pipe_[0]);
    close(pipe_[1]);
  }
  void QuitAfter(milliseconds time) {
    loop_->CallAt(EventLoop::Clock::now() + time, [this] { loop_->Quit(); });
  }
  std::unique_ptr<EventLoop> loop_;
  int pipe_[2];
};

TEST_F(EventLoopTest, RunsWhatWasPostedInOrder) {
  std::vector<int> seen;
  for (int i = 0; i < 3; ++i) loop_->Post([&seen, i] { seen.push_back(i); });
  loop_->Quit();
  loop_->Run();
  EXPECT_THAT(seen, ElementsAre(0, 1, 2));
}

TEST_F(EventLoopTest, ManyThreadsPostAndNothingIsLost) {
  int sum = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        loop_->Post([&] {
          if (++sum == 4000) loop_->Quit();
        });
      }
    });
  }
  loop_->Run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, 4000);
}

TEST_F(EventLoopTest, WatchFiresOnceUntilItIsRearmed) {
  int fired = 0;
  ASSERT_TRUE(loop_->Watch(pipe_[0], EPOLLIN, [&](uint32_t) { ++fired; }).ok());
  ASSERT_EQ(write(pipe_[1], "x", 1), 1);
  QuitAfter(milliseconds(30));
  loop_->Run();
  EXPECT_EQ(fired, 1);
}

TEST_F(EventLoopTest, AnotherThreadRearmsAWatch) {
  int fired = 0;
  ASSERT_TRUE(loop_
                  ->Watch(pipe_[0], 0,
                          [&](uint32_t events) {
                            EXPECT_NE(events & EPOLLIN, 0u);
                            ++fired;
                            loop_->Quit();
                          })
                  .ok());
  ASSERT_EQ(write(pipe_[1], "x", 1), 1);
  std::thread other([&] { loop_->Rearm(pipe_[0], EPOLLIN); });
  loop_->Run();
  other.join();
  EXPECT_EQ(fired, 1);
}

TEST_F(EventLoopTest, WatchWithoutEventsIsNotToldOfAHangUp) {
  int fired = 0;
  ASSERT_TRUE(loop_->Watch(pipe_[0], 0, [&](uint32_t) { ++fired; }).ok());
  close(pipe_[1]);
  pipe_[1] = -1;
  QuitAfter(milliseconds(20));
  loop_->Run();
  EXPECT_LE(fired, 1);
}

TEST_F(EventLoopTest, CallbackMayRemoveItself) {
  ASSERT_TRUE(loop_
                  ->Watch(pipe_[0], EPOLLIN,
                          [&](uint32_t) {
                            loop_->Unwatch(pipe_[0]);
                            loop_->Quit();
                          })
                  .ok());
  ASSERT_EQ(write(pipe_[1], "x", 1), 1);
  loop_->Run();
}

TEST_F(EventLoopTest, RegularFileCannotBeWaitedFor) {
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(loop_->Watch(file, EPOLLIN, [](uint32_t) {}).code(),
            absl::StatusCode::kFailedPrecondition);
  close(file);
}

TEST_F(EventLoopTest, TimersRunInOrderOfTheirTimesAndNotEarly) {
  std::vector<int> seen;
  const auto start = EventLoop::Clock::now();
  loop_->CallAt(start + milliseconds(20), [&] {
    seen.push_back(2);
    EXPECT_GE(EventLoop::Clock::now() - start, milliseconds(20));
    loop_->Quit();
  });
  loop_->CallAt(start + milliseconds(5), [&] { seen.push_back(1); });
  loop_->Run();
  EXPECT_THAT(seen, ElementsAre(1, 2));
}

TEST_F(EventLoopTest, RunsUntilSomethingIsSoOrTimeIsUp) {
  unsigned posts = 0;
  loop_->Post([&] { ++posts; });
  EXPECT_TRUE(loop_->RunUntil([&] { return posts == 1; }, std::chrono::seconds(10)));
  EXPECT_FALSE(loop_->RunUntil([] { return false; }, std::chrono::milliseconds(2)));
  std::atomic<bool> is_so{false};
  std::thread other([&] { is_so = true; });
  EXPECT_TRUE(loop_->RunUntil([&] { return is_so.load(); }, std::chrono::seconds(10)));
  other.join();
}

}  // namespace
}  // namespace cardcage
