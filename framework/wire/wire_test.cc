// SPDX-License-Identifier: MIT
#include "framework/wire/wire.h"

#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WireTest : public ::testing::Test {
 protected:
  std::vector<bool> seen_;
  Wire wire_{[this](bool level) { seen_.push_back(level); }};
};

TEST_F(WireTest, TellsChangesAlone) {
  const size_t output = wire_.Join();
  wire_.Set(output, false);
  EXPECT_THAT(seen_, IsEmpty());
  wire_.Set(output, true);
  wire_.Set(output, true);
  wire_.Set(output, false);
  EXPECT_THAT(seen_, ElementsAre(true, false));
}

TEST_F(WireTest, IsHighWhileAnyOutputIs) {
  const size_t first = wire_.Join();
  const size_t second = wire_.Join();
  wire_.Set(first, true);
  wire_.Set(second, true);
  wire_.Set(first, false);
  EXPECT_THAT(seen_, ElementsAre(true));
  wire_.Set(second, false);
  EXPECT_THAT(seen_, ElementsAre(true, false));
}

TEST_F(WireTest, ManyThreadsLeaveItAsTheLastOfEachHasSet) {
  constexpr size_t kThreads = 4;
  for (size_t output = 0; output < kThreads; ++output) EXPECT_EQ(wire_.Join(), output);
  std::vector<std::thread> threads;
  for (size_t output = 0; output < kThreads; ++output) {
    threads.emplace_back([this, output] {
      for (int round = 0; round < 1001; ++round) wire_.Set(output, round % 2 == 0);
      wire_.Set(output, false);
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_FALSE(seen_.empty());
  for (size_t i = 0; i < seen_.size(); ++i) EXPECT_EQ(seen_[i], i % 2 == 0) << i;
  EXPECT_FALSE(seen_.back());
}

}  // namespace
}  // namespace cardcage
