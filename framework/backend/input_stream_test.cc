// SPDX-License-Identifier: MIT
#include "framework/backend/input_stream.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "framework/testers/bytes.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr size_t kCapacity = InputStream::kCapacity;

class InputStreamTest : public ::testing::Test {
 protected:
  InputStreamTest() : loop_(*EventLoop::Create()) { signal(SIGPIPE, SIG_IGN); }
  ~InputStreamTest() override {
    StopLoop();
    stream_.reset();
    if (input_ >= 0) close(input_);
    CloseWriter();
  }

  void OpenPipe() {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    input_ = ends[0];
    writer_ = ends[1];
  }
  void OpenPath(const std::string& path, int flags) {
    input_ = open(path.c_str(), flags | O_CLOEXEC);
    ASSERT_GE(input_, 0) << path;
  }
  void CloseWriter() {
    if (writer_ >= 0) close(writer_);
    writer_ = -1;
  }
  // Into the pipe; waits where it is full, until nobody can read it any more.
  void Send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = write(writer_, text.data(), text.size());
      if (sent <= 0) return;
      text.remove_prefix(static_cast<size_t>(sent));
    }
  }
  // How many bytes are still in the pipe.
  size_t Unread() {
    int count = 0;
    EXPECT_EQ(ioctl(input_, FIONREAD, &count), 0);
    return static_cast<size_t>(count);
  }

  // Makes the stream and lets the loop run.
  void Start(InputStream::Filter filter = nullptr) {
    stream_ = std::make_unique<InputStream>(input_, *loop_, std::move(filter));
    thread_ = std::thread([this] { loop_->Run(); });
  }
  void StopLoop() {
    if (!thread_.joinable()) return;
    loop_->Quit();
    thread_.join();
  }
  template <class Condition>
  static void WaitUntil(Condition condition) {
    const auto deadline = Clock::now() + seconds(5);
    while (!condition() && Clock::now() < deadline) std::this_thread::yield();
  }
  // Reads this many bytes, a few at a time; gives up where none has come for long.
  std::string Read(size_t size, size_t at_once = 1000) {
    std::string text;
    std::string part(at_once, 0);
    while (text.size() < size) {
      WaitUntil([&] { return stream_->Readable(); });
      const size_t wanted = std::min(at_once, size - text.size());
      const size_t got = stream_->Read({reinterpret_cast<uint8_t*>(part.data()), wanted});
      if (got == 0) break;
      text.append(part, 0, got);
    }
    return text;
  }
  // Whether nothing comes any more, and the loop does not go round in vain.
  bool IsQuiet() {
    clockid_t clock = {};
    timespec before{};
    timespec after{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    clock_gettime(clock, &before);
    std::this_thread::sleep_for(milliseconds(50));
    clock_gettime(clock, &after);
    const auto busy = seconds(after.tv_sec - before.tv_sec) +
                      std::chrono::nanoseconds(after.tv_nsec - before.tv_nsec);
    return !stream_->Readable() && busy < milliseconds(10);
  }

  std::unique_ptr<EventLoop> loop_;
  std::thread thread_;
  std::unique_ptr<InputStream> stream_;
  int input_ = -1;
  int writer_ = -1;
};

TEST_F(InputStreamTest, NothingCameYet) {
  OpenPipe();
  Start();
  uint8_t byte = 0;
  EXPECT_FALSE(stream_->Readable());
  EXPECT_EQ(stream_->Read({&byte, 1}), 0u);
}

TEST_F(InputStreamTest, BytesComeInOrder) {
  OpenPipe();
  Start();
  Send("abc");
  EXPECT_EQ(Read(3), "abc");
  Send("def");
  EXPECT_EQ(Read(3, 1), "def");
  EXPECT_FALSE(stream_->Readable());
}

TEST_F(InputStreamTest, ReadTakesNoMoreThanItWasAskedFor) {
  OpenPipe();
  Start();
  Send("abc");
  EXPECT_EQ(Read(1), "a");
  EXPECT_TRUE(stream_->Readable());
  EXPECT_EQ(stream_->Read({}), 0u);
  EXPECT_EQ(Read(2), "bc");
}

TEST_F(InputStreamTest, ReadsAheadNoFurtherThanItsCapacity) {
  OpenPipe();
  Send(Pattern(64 * 1024));
  Start();
  WaitUntil([&] { return Unread() <= 64 * 1024 - kCapacity; });
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(Unread(), 64 * 1024 - kCapacity);
}

TEST_F(InputStreamTest, GoesOnWhenTheReaderMakesRoom) {
  OpenPipe();
  Send(Pattern(64 * 1024));
  Start();
  for (size_t read = 0; read < 64 * 1024; read += kCapacity) {
    WaitUntil([&] { return Unread() == 64 * 1024 - read - kCapacity; });
    EXPECT_TRUE(Read(kCapacity) == Pattern(64 * 1024).substr(read, kCapacity)) << read;
  }
  EXPECT_EQ(Unread(), 0u);
}

TEST_F(InputStreamTest, OneByteOfRoomIsFilled) {
  OpenPipe();
  Send(Pattern(kCapacity + 3));
  Start();
  WaitUntil([&] { return Unread() == 3; });
  Read(1);
  WaitUntil([&] { return Unread() == 2; });
  EXPECT_EQ(Unread(), 2u);
}

TEST_F(InputStreamTest, AllArrivesWhereWriterLoopAndReaderAreThreeThreads) {
  OpenPipe();
  Start();
  const std::string text = Pattern(500'000);
  std::thread writer([&] { Send(text); });
  std::string got;
  for (const size_t at_once : {1, 7, 512, 5000}) got += Read(text.size() / 4, at_once);
  EXPECT_TRUE(got == text) << "after " << got.size() << " bytes";
  StopLoop();
  close(std::exchange(input_, -1));  // lets the writer go, whatever it still has
  writer.join();
}

TEST_F(InputStreamTest, EndOfInputIsQuiet) {
  OpenPipe();
  Start();
  Send("ab");
  CloseWriter();
  EXPECT_EQ(Read(2), "ab");
  EXPECT_TRUE(IsQuiet());
}

TEST_F(InputStreamTest, EmptyInputIsQuiet) {
  OpenPath("/dev/null", O_RDONLY);
  Start();
  EXPECT_TRUE(IsQuiet());
}

TEST_F(InputStreamTest, RegularFileIsReadToItsEnd) {
  FILE* file = tmpfile();
  const std::string text = Pattern(3 * kCapacity + 5);
  ASSERT_EQ(fwrite(text.data(), 1, text.size(), file), text.size());
  rewind(file);
  input_ = dup(fileno(file));
  Start();
  EXPECT_TRUE(Read(text.size()) == text);
  EXPECT_TRUE(IsQuiet());
  fclose(file);
}

TEST_F(InputStreamTest, FileIsReadAheadNoFurtherThanTheCapacity) {
  FILE* file = tmpfile();
  ASSERT_EQ(ftruncate(fileno(file), 3 * kCapacity), 0);
  input_ = dup(fileno(file));
  Start();
  WaitUntil([&] { return lseek(input_, 0, SEEK_CUR) >= static_cast<off_t>(kCapacity); });
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(lseek(input_, 0, SEEK_CUR), static_cast<off_t>(kCapacity));
  fclose(file);
}

TEST_F(InputStreamTest, DescriptorThatCannotBeReadIsTheEnd) {
  FILE* file = tmpfile();
  OpenPath("/proc/self/fd/" + std::to_string(fileno(file)), O_WRONLY);
  Start();
  EXPECT_TRUE(IsQuiet());
  fclose(file);
}

TEST_F(InputStreamTest, ClosedDescriptorIsTheEnd) {
  OpenPath("/dev/null", O_RDONLY);
  close(input_);
  Start();
  EXPECT_TRUE(IsQuiet());
  input_ = -1;
}

// Keeps all but the letter x.
size_t DropX(std::span<uint8_t> data) {
  const auto end = std::remove(data.begin(), data.end(), 'x');
  return static_cast<size_t>(end - data.begin());
}

TEST_F(InputStreamTest, FilterSeesEveryByteBeforeTheReader) {
  OpenPipe();
  std::string seen;
  Start([&](std::span<uint8_t> data) {
    seen.append(data.begin(), data.end());
    return data.size();
  });
  Send("abc");
  EXPECT_EQ(Read(3), "abc");
  StopLoop();
  EXPECT_EQ(seen, "abc");
}

TEST_F(InputStreamTest, FilterDropsWhatIsNoInput) {
  OpenPipe();
  Start(&DropX);
  Send("axbxxc");
  EXPECT_EQ(Read(3), "abc");
  EXPECT_FALSE(stream_->Readable());
}

TEST_F(InputStreamTest, WhatTheFilterDroppedTakesNoRoom) {
  OpenPipe();
  Start(&DropX);
  Send(std::string(4 * kCapacity, 'x') + "a");
  EXPECT_EQ(Read(1), "a");
  EXPECT_EQ(Unread(), 0u);
}

}  // namespace
}  // namespace cardcage
