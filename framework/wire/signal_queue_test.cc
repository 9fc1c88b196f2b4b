// SPDX-License-Identifier: MIT
#include "framework/wire/signal_queue.h"

#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// Notes what comes, and may queue more for another one meanwhile.
struct Recorder final : SignalTarget {
  explicit Recorder(SignalQueue* its_queue = nullptr, Recorder* its_next = nullptr)
      : queue(its_queue), next(its_next) {}
  void OnSignal(uint32_t input, bool level) override {
    seen.emplace_back(input, level);
    if (next != nullptr) queue->Add(*next, input + 1, level);
  }
  SignalQueue* queue;
  Recorder* next;
  std::vector<std::pair<uint32_t, bool>> seen;
};

TEST(SignalQueue, DeliversInOrderAndNotBeforeItIsAsked) {
  SignalQueue queue;
  Recorder target;
  queue.Add(target, 3, true);
  queue.Add(target, 1, true);
  queue.Add(target, 3, false);
  EXPECT_THAT(target.seen, IsEmpty());
  queue.RunIfPending();
  EXPECT_THAT(target.seen, ElementsAre(Pair(3, true), Pair(1, true), Pair(3, false)));
  queue.RunIfPending();
  EXPECT_THAT(target.seen, SizeIs(3));
}

TEST(SignalQueue, WhatATargetQueuesComesInTheSameRun) {
  SignalQueue queue;
  Recorder last;
  Recorder first(&queue, &last);
  queue.Add(first, 0, true);
  queue.RunIfPending();
  EXPECT_THAT(last.seen, ElementsAre(Pair(1, true)));
}

TEST(SignalQueue, TargetsThatDriveEachOtherForEverDoNotHoldUpWhoDelivers) {
  SignalQueue queue;
  Recorder one(&queue);
  Recorder other(&queue, &one);
  one.next = &other;
  queue.Add(one, 0, true);
  queue.RunIfPending();  // comes back
  const size_t seen = one.seen.size();
  EXPECT_GT(seen, 1000u);
  queue.RunIfPending();
  EXPECT_GT(one.seen.size(), seen);
}

TEST(SignalQueue, NothingIsLostAmongThreads) {
  constexpr unsigned kThreads = 4;
  constexpr unsigned kRounds = 1000;
  SignalQueue queue;
  Recorder target;  // one thread at a time delivers, so it needs no lock
  std::vector<std::thread> threads;
  for (uint32_t input = 0; input < kThreads; ++input) {
    threads.emplace_back([&, input] {
      for (unsigned round = 0; round < kRounds; ++round) {
        queue.Add(target, input, round % 2 == 0);
        queue.RunIfPending();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(target.seen, SizeIs(kThreads * kRounds));
  std::vector<unsigned> changes(kThreads);
  for (const auto& [input, level] : target.seen) {
    EXPECT_EQ(level, changes[input]++ % 2 == 0) << "of input " << input;
  }
}

}  // namespace
}  // namespace cardcage
