// SPDX-License-Identifier: MIT
#include "framework/bus/spin_lock.h"

#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace cardcage {
namespace {

TEST(SpinLock, OneThreadAtATimeIsInside) {
  SpinLock lock;
  uint64_t plain = 0;  // ThreadSanitizer and the sum would both show a second one
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20000; ++i) {
        const std::lock_guard hold(lock);
        ++plain;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(plain, 80000u);
}

}  // namespace
}  // namespace cardcage
