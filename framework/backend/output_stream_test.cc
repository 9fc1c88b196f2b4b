// SPDX-License-Identifier: MIT
#include "framework/backend/output_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "framework/testers/bytes.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr size_t kPage = 4096;
constexpr seconds kPatience{5};  // how long a test waits for what does not come

class OutputStreamTest : public ::testing::Test {
 protected:
  OutputStreamTest() : loop_(*EventLoop::Create()) { signal(SIGPIPE, SIG_IGN); }
  ~OutputStreamTest() override {
    StopLoop();
    stream_.reset();
    CloseReader();
    if (writer_ >= 0) close(writer_);
  }

  void OpenPipe(size_t capacity = 64 * 1024) {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    reader_ = ends[0];
    writer_ = ends[1];
    ASSERT_EQ(fcntl(writer_, F_SETPIPE_SZ, capacity), static_cast<int>(capacity));
  }
  void OpenSocket() {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    reader_ = ends[0];
    writer_ = ends[1];
  }
  // A terminal that changes no byte, read at its master's side.
  void OpenTerminal() {
    termios raw{};
    cfmakeraw(&raw);
    ASSERT_EQ(openpty(&reader_, &writer_, nullptr, &raw, nullptr), 0);
  }
  void OpenPath(const std::string& path, int flags) {
    writer_ = open(path.c_str(), flags | O_CLOEXEC);
    ASSERT_GE(writer_, 0) << path;
  }
  void CloseReader() {
    if (reader_ >= 0) close(reader_);
    reader_ = -1;
  }

  OutputStream& Stream() {
    if (stream_ == nullptr) {
      stream_ = std::make_unique<OutputStream>(writer_, *loop_, [this] { ++closed_; });
    }
    return *stream_;
  }
  size_t Write(std::string_view text) { return Stream().Write(Bytes(text)); }
  // Writes all of it, no more at once than there is room for, while the reader goes on.
  void WriteAsThereIsRoom(std::string_view text) {
    const auto deadline = Clock::now() + kPatience;
    while (!text.empty() && Clock::now() < deadline) {
      const size_t size = std::min({Stream().Room(), text.size(), size_t{5000}});
      ASSERT_EQ(Write(text.substr(0, size)), size);
      text.remove_prefix(size);
      if (size == 0) std::this_thread::yield();
    }
  }
  // Reads this many bytes, or up to the end; waits for them, but not for ever.
  std::string Read(size_t size) {
    std::string text(size, 0);
    size_t done = 0;
    while (done < size) {
      pollfd ready{.fd = reader_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, static_cast<int>(milliseconds(kPatience).count())) <= 0) break;
      const ssize_t got = read(reader_, text.data() + done, size - done);
      if (got <= 0) break;
      done += static_cast<size_t>(got);
    }
    text.resize(done);
    return text;
  }
  // Those of the descriptor, while the stream is at work and after it.
  void ExpectFlagsStay() {
    const int before = fcntl(writer_, F_GETFL);
    EXPECT_LT(Write(Pattern(1024 * 1024)), 1024u * 1024);
    EXPECT_EQ(fcntl(writer_, F_GETFL), before);
    stream_.reset();
    EXPECT_EQ(fcntl(writer_, F_GETFL), before);
  }
  void RunLoop() {
    thread_ = std::thread([this] { loop_->Run(); });
  }
  void StopLoop() {
    if (!thread_.joinable()) return;
    loop_->Quit();
    thread_.join();
  }
  // Until the condition holds; a test that waits in vain goes on and fails.
  template <class Condition>
  static void WaitUntil(Condition condition) {
    const auto deadline = Clock::now() + kPatience;
    while (!condition() && Clock::now() < deadline) std::this_thread::sleep_for(milliseconds(1));
  }

  std::unique_ptr<EventLoop> loop_;
  std::thread thread_;
  std::unique_ptr<OutputStream> stream_;
  std::atomic<int> closed_{0};
  int reader_ = -1;
  int writer_ = -1;
};

TEST_F(OutputStreamTest, BytesAreThereAtOnceInOrder) {
  OpenPipe();
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Write("def"), 3u);
  EXPECT_EQ(Read(6), "abcdef");
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity);
}

TEST_F(OutputStreamTest, NothingIsWrittenAsNothing) {
  OpenPipe();
  EXPECT_EQ(Write(""), 0u);
  EXPECT_EQ(Stream().error(), 0);
}

TEST_F(OutputStreamTest, FullPipeIsNotWaitedForAndTheRestIsHeld) {
  OpenPipe(kPage);
  EXPECT_EQ(Write(Pattern(kPage + 1000)), kPage + 1000);
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity - 1000);
}

TEST_F(OutputStreamTest, TakesNoMoreThanItCanHold) {
  OpenPipe(kPage);
  const std::string text = Pattern(200 * 1024);
  EXPECT_EQ(Write(text), kPage + OutputStream::kCapacity);
  EXPECT_EQ(Stream().Room(), 0u);
  EXPECT_EQ(Write("x"), 0u);
  EXPECT_EQ(Read(kPage), text.substr(0, kPage));
  EXPECT_EQ(Stream().lost(), 0u);
}

TEST_F(OutputStreamTest, LaterBytesDoNotOvertakeThoseHeld) {
  OpenPipe(kPage);
  const std::string text = Pattern(kPage + 10);
  Write(text);
  ASSERT_EQ(Read(kPage), text.substr(0, kPage));  // the pipe has room again
  EXPECT_EQ(Write("later"), 5u);
  Stream().Flush(seconds(10));
  EXPECT_EQ(Read(15), text.substr(kPage) + "later");
}

TEST_F(OutputStreamTest, LoopDeliversAllInOrderToASlowReader) {
  OpenPipe(kPage);
  const std::string text = Pattern(300 * 1024);
  Stream();
  RunLoop();
  std::string got;
  std::thread reader([&] {
    for (std::string part = "?"; !part.empty() && got.size() < text.size();) {
      part = Read(std::min<size_t>(3001, text.size() - got.size()));
      got += part;
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  WriteAsThereIsRoom(text);
  reader.join();
  EXPECT_TRUE(got == text);
  EXPECT_EQ(Stream().lost(), 0u);
}

TEST_F(OutputStreamTest, SocketIsNotWaitedForAndTheLoopDelivers) {
  OpenSocket();
  const std::string text = Pattern(1024 * 1024);
  const size_t taken = Write(text);
  EXPECT_LT(taken, text.size());
  EXPECT_EQ(Stream().Room(), 0u);
  RunLoop();
  EXPECT_TRUE(Read(taken) == text.substr(0, taken));
}

TEST_F(OutputStreamTest, TerminalIsNotWaitedForAndTheLoopDelivers) {
  OpenTerminal();
  const std::string text = Pattern(1024 * 1024);
  const size_t taken = Write(text);
  EXPECT_LT(taken, text.size());
  RunLoop();
  EXPECT_TRUE(Read(taken) == text.substr(0, taken));
}

// The other side of a terminal: a pty's master opened anew would be another pty.
TEST_F(OutputStreamTest, MasterOfAPtyIsWrittenItself) {
  OpenTerminal();
  std::swap(reader_, writer_);
  EXPECT_EQ(Write("to the slave"), 12u);
  EXPECT_EQ(Read(12), "to the slave");
}

TEST_F(OutputStreamTest, ReaderThatHungUpEndsTheFlushAtOnce) {
  OpenTerminal();
  std::swap(reader_, writer_);
  Write(Pattern(256 * 1024));
  CloseReader();
  const auto begin = Clock::now();
  Stream().Flush(milliseconds(60000));
  EXPECT_LT(Clock::now() - begin, kPatience);
  EXPECT_GT(Stream().lost(), 0u);
}

TEST_F(OutputStreamTest, TwoThreadsAtOnceLoseNothing) {
  OpenPipe(kPage);
  constexpr size_t kEach = 100 * 1024;
  Stream();
  RunLoop();
  std::vector<std::thread> writers;
  for (const char letter : {'a', 'b'}) {
    writers.emplace_back([this, letter] {
      const std::string text(777, letter);
      const auto deadline = Clock::now() + kPatience;
      for (size_t done = 0; done < kEach && Clock::now() < deadline;) {
        done += Write(std::string_view(text).substr(0, kEach - done));
      }
    });
  }
  const std::string got = Read(2 * kEach);
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(std::count(got.begin(), got.end(), 'a'), static_cast<ptrdiff_t>(kEach));
  EXPECT_EQ(std::count(got.begin(), got.end(), 'b'), static_cast<ptrdiff_t>(kEach));
}

TEST_F(OutputStreamTest, FlushDeliversWhatIsHeld) {
  OpenPipe(kPage);
  const std::string text = Pattern(60'000);
  Write(text);
  std::string got;
  std::thread reader([&] { got = Read(text.size()); });
  Stream().Flush(seconds(10));
  reader.join();
  EXPECT_TRUE(got == text);
  EXPECT_EQ(Stream().lost(), 0u);
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity);
}

TEST_F(OutputStreamTest, FlushGivesUpAfterItsPatienceAndCountsTheRest) {
  OpenPipe(kPage);
  Write(Pattern(kPage + 1000));
  const auto start = Clock::now();
  Stream().Flush(milliseconds(30));
  EXPECT_GE(Clock::now() - start, milliseconds(30));
  EXPECT_EQ(Stream().lost(), 1000u);
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity);
}

TEST_F(OutputStreamTest, FlushGoesOnAsLongAsTheReaderDoes) {
  OpenPipe(kPage);
  const std::string text = Pattern(kPage + OutputStream::kCapacity);
  Write(text);
  std::string got;
  std::thread reader([&] {  // takes longer for all of it than Flush waits for a part
    for (std::string part = "?"; !part.empty() && got.size() < text.size();) {
      std::this_thread::sleep_for(milliseconds(30));
      part = Read(kPage);
      got += part;
    }
  });
  Stream().Flush(milliseconds(400));
  reader.join();
  EXPECT_TRUE(got == text);
  EXPECT_EQ(Stream().lost(), 0u);
}

TEST_F(OutputStreamTest, FlushOfNothingReturnsAtOnce) {
  OpenPipe();
  const auto start = Clock::now();
  Stream().Flush(seconds(10));
  EXPECT_LT(Clock::now() - start, seconds(5));
}

TEST_F(OutputStreamTest, ReaderThatGoesIsToldOnce) {
  OpenPipe();
  Write("abc");
  CloseReader();
  EXPECT_EQ(Write("defg"), 4u);
  EXPECT_EQ(Write("hi"), 2u);
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(Stream().error(), EPIPE);
  EXPECT_EQ(Stream().lost(), 6u);
}

TEST_F(OutputStreamTest, ReaderThatWasNeverThereIsToldOnce) {
  OpenPipe();
  CloseReader();
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Write("d"), 1u);
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(Stream().lost(), 4u);
}

TEST_F(OutputStreamTest, ReaderOfASocketThatGoesIsToldOnceAndNoSignalComes) {
  OpenSocket();
  CloseReader();
  signal(SIGPIPE, SIG_DFL);  // would end the test
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Write("d"), 1u);
  signal(SIGPIPE, SIG_IGN);
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(Stream().error(), EPIPE);
}

TEST_F(OutputStreamTest, ReaderThatGoesWhileBytesAreHeldIsToldByTheLoop) {
  OpenPipe(kPage);
  Write(Pattern(kPage + 1000));
  RunLoop();
  CloseReader();
  WaitUntil([&] { return closed_ == 1; });
  EXPECT_EQ(closed_, 1);
  StopLoop();
  EXPECT_EQ(Stream().lost(), 1000u);
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity);
}

TEST_F(OutputStreamTest, FlushEndsWhereTheReaderHasGone) {
  OpenPipe(kPage);
  Write(Pattern(kPage + 1000));
  CloseReader();
  Stream().Flush(seconds(100));
  EXPECT_EQ(closed_, 1);
  EXPECT_EQ(Stream().lost(), 1000u);
}

TEST_F(OutputStreamTest, FullDiskIsCountedAndTheBytesAreTaken) {
  OpenPath("/dev/full", O_WRONLY);
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Write("de"), 2u);
  EXPECT_EQ(Stream().lost(), 5u);
  EXPECT_EQ(Stream().error(), ENOSPC);
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity);
  EXPECT_EQ(closed_, 0);
}

TEST_F(OutputStreamTest, DescriptorThatCannotBeWrittenLosesAll) {
  OpenPath("/dev/null", O_RDONLY);
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Stream().lost(), 3u);
  EXPECT_EQ(Stream().error(), EBADF);
}

TEST_F(OutputStreamTest, ClosedDescriptorLosesAll) {
  OpenPath("/dev/null", O_WRONLY);
  close(writer_);
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Stream().lost(), 3u);
  EXPECT_EQ(Stream().error(), EBADF);
  writer_ = -1;
}

TEST_F(OutputStreamTest, FlagsOfAPipeAreNotChanged) {
  OpenPipe(kPage);
  ExpectFlagsStay();
}

TEST_F(OutputStreamTest, FlagsOfASocketAreNotChanged) {
  OpenSocket();
  ExpectFlagsStay();
}

TEST_F(OutputStreamTest, FlagsOfATerminalAreNotChanged) {
  OpenTerminal();
  ExpectFlagsStay();
}

// A file with "0123456789" in it that nobody else sees.
class OutputStreamFileTest : public OutputStreamTest {
 protected:
  OutputStreamFileTest() : file_(tmpfile()) {
    EXPECT_EQ(write(fileno(file_), "0123456789", 10), 10);
  }
  ~OutputStreamFileTest() override { fclose(file_); }
  // The file anew, with an offset of its own.
  void Open(int flags) { OpenPath("/proc/self/fd/" + std::to_string(fileno(file_)), flags); }
  std::string Content() {
    std::string text(100, 0);
    text.resize(static_cast<size_t>(pread(fileno(file_), text.data(), text.size(), 0)));
    return text;
  }
  FILE* file_;
};

TEST_F(OutputStreamFileTest, IsWrittenFromWhereItsOffsetIs) {
  Open(O_WRONLY);
  ASSERT_EQ(lseek(writer_, 3, SEEK_SET), 3);
  EXPECT_EQ(Write("abc"), 3u);
  EXPECT_EQ(Content(), "012abc6789");
  EXPECT_EQ(lseek(writer_, 0, SEEK_CUR), 6);
}

TEST_F(OutputStreamFileTest, IsAppendedToWhereItWasOpenedSo) {
  Open(O_WRONLY | O_APPEND);
  EXPECT_EQ(Write("a"), 1u);
  ASSERT_EQ(pwrite(fileno(file_), "X", 1, 11), 1);  // somebody else's
  EXPECT_EQ(Write("b"), 1u);
  EXPECT_EQ(Content(), "0123456789aXb");
}

TEST_F(OutputStreamFileTest, TakesAnyAmountAtOnce) {
  Open(O_WRONLY);
  EXPECT_EQ(Write(Pattern(1024 * 1024)), 1024u * 1024);
  EXPECT_EQ(lseek(fileno(file_), 0, SEEK_END), 1024 * 1024);
  EXPECT_EQ(Stream().Room(), OutputStream::kCapacity);
}

}  // namespace
}  // namespace cardcage
