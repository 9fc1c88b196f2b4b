// SPDX-License-Identifier: MIT
// The backends in memory: ring and tee.
#include "framework/backend/tee_backend.h"

#include <algorithm>

#include "framework/backend/ring_backend.h"
#include "framework/testers/bytes.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

TEST(ByteRing, KeepsTheLastBytes) {
  const struct {
    std::vector<const char*> parts;
    const char* kept;
  } kTable[] = {
      {{}, ""},
      {{"ab"}, "ab"},
      {{"abcd"}, "abcd"},
      {{"abc", "de"}, "bcde"},
      {{"abcdefghij"}, "ghij"},
      {{"a", "b", "c", "d", "e", "f"}, "cdef"},
      {{"abc", "defg"}, "defg"},
  };
  for (const auto& [parts, kept] : kTable) {
    ByteRing ring(4);
    for (const char* part : parts) ring.Append(Bytes(part));
    EXPECT_EQ(ring.Contents(), kept);
    ring.Clear();
    ring.Append(Bytes("xyz"));
    EXPECT_EQ(ring.Contents(), "xyz");
  }
}

TEST(RingBackend, TakesAllAndKeepsTheEnd) {
  RingBackend ring(8);
  EXPECT_EQ(ring.Write(Bytes("hello world")), 11u);
  EXPECT_EQ(ring.Kept(), "lo world");
  EXPECT_GT(ring.WriteRoom(), 1'000'000u);
  EXPECT_FALSE(ring.Readable());
}

// Takes up to its room, and gives what it was given.
class FakeBackend final : public CharBackend {
 public:
  size_t Write(std::span<const uint8_t> data) override {
    const size_t count = std::min(data.size(), room);
    output.append(reinterpret_cast<const char*>(data.data()), count);
    room -= count;
    return count;
  }
  size_t WriteRoom() override { return room; }
  size_t Read(std::span<uint8_t> data) override {
    const size_t count = std::min(data.size(), input.size());
    std::copy_n(input.begin(), count, data.begin());
    input.erase(0, count);
    return count;
  }
  bool Readable() override { return !input.empty(); }
  OutputReport report() const override { return CharBackend::report(); }
  void Tell() const { TellListener(); }

  size_t room = 100;
  std::string output;
  std::string input;
};

class TeeBackendTest : public ::testing::Test {
 protected:
  std::string Read(size_t size) {
    std::string text(size, '\0');
    text.resize(tee_.Read({reinterpret_cast<uint8_t*>(text.data()), size}));
    return text;
  }
  FakeBackend one_;
  FakeBackend two_;
  TeeBackend tee_{{&one_, &two_}};
};

TEST_F(TeeBackendTest, OutputGoesToAll) {
  EXPECT_EQ(tee_.Write(Bytes("hello")), 5u);
  EXPECT_EQ(one_.output, "hello");
  EXPECT_EQ(two_.output, "hello");
}

TEST_F(TeeBackendTest, RoomIsTheLeastOfTheirs) {
  two_.room = 3;
  EXPECT_EQ(tee_.WriteRoom(), 3u);
  EXPECT_EQ(tee_.Write(Bytes("hello")), 3u);
  EXPECT_EQ(one_.output, "hel");
  EXPECT_EQ(two_.output, "hel");
  EXPECT_EQ(tee_.WriteRoom(), 0u);
  EXPECT_EQ(tee_.Write(Bytes("x")), 0u);
  EXPECT_EQ(one_.output, "hel");
}

TEST_F(TeeBackendTest, InputOfAllComesAsOne) {
  EXPECT_FALSE(tee_.Readable());
  two_.input = "two";
  EXPECT_TRUE(tee_.Readable());
  EXPECT_EQ(Read(2), "tw");
  one_.input = "one";
  EXPECT_EQ(Read(10), "oneo");
  EXPECT_FALSE(tee_.Readable());
}

TEST_F(TeeBackendTest, WhatAnyMemberTellsIsTold) {
  int told = 0;
  tee_.set_listener([&] { ++told; });
  one_.Tell();
  two_.Tell();
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace cardcage
