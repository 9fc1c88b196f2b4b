// SPDX-License-Identifier: MIT
// The console on standard input and output: slow readers, readers that go, inputs that end.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Lt;

constexpr int kClosedPipe = 141;  // 128 + SIGPIPE

// What the host holds of output that nobody takes, and the smallest pipe in front of it.
constexpr size_t kHeld = 65'536;
constexpr size_t kPipe = 4096;

// What the guests pour and pour-blind send.
std::string Poured(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

class StdioTest : public OnEachEngine {
 protected:
  Command Pour(std::string_view guest, size_t count) {
    return Cardcage({"run", Write("pour.yaml", MachineWithGuest(guest, count))});
  }
};
CARDCAGE_ON_EACH_ENGINE(StdioTest);

// --- Output -------------------------------------------------------------------------------------

TEST_P(StdioTest, SlowReaderLosesNothingOfAGuestThatLooks) {
  constexpr size_t kCount = 200'000;
  Command command = Pour("pour", kCount);
  command.stdout_capacity = kPipe;
  command.stdout_unread_for = seconds(3);
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_TRUE(outcome.output == Poured(kCount)) << "of " << outcome.output.size() << " bytes";
  EXPECT_THAT(outcome.errors, IsEmpty());
}

TEST_P(StdioTest, GuestThatDoesNotLookLosesWhatIsBeyondAndItIsCounted) {
  constexpr size_t kCount = 100'000;
  Command command = Pour("pour-blind", kCount);
  command.stdout_capacity = kPipe;
  command.stdout_unread_for = seconds(3);
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.output.size(), AllOf(Ge(kPipe + kHeld), Lt(kCount)));
  EXPECT_EQ(outcome.output.substr(0, kPipe + kHeld), Poured(kPipe + kHeld));
  EXPECT_THAT(outcome.errors, HasSubstr(absl::StrCat(kCount - outcome.output.size())));
}

TEST_P(StdioTest, HeldOutputIsDeliveredAfterTheEnd) {
  constexpr size_t kCount = 30'000;
  Command command = Pour("pour", kCount);
  command.stdout_capacity = kPipe;
  command.stdout_unread_for = seconds(3);
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_TRUE(outcome.output == Poured(kCount)) << "of " << outcome.output.size() << " bytes";
}

TEST_P(StdioTest, ReaderThatNeverReadsIsWaitedForFiveSeconds) {
  Command command = Pour("pour", 10'000);
  command.stdout_capacity = kPipe;
  command.stdout_unread_for = seconds(60);
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.elapsed, AllOf(Ge(seconds(5)), Lt(seconds(8))));
  EXPECT_EQ(outcome.output, Poured(kPipe));  // what the pipe itself has kept
  EXPECT_THAT(outcome.errors, HasSubstr(absl::StrCat(10'000 - kPipe)));
}

TEST_P(StdioTest, SocketTakesOutputToo) {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdout_fd = ends[1];
  EXPECT_EQ(RunToEnd(command).code, 0);
  std::array<char, 100> buffer{};
  EXPECT_EQ(read(ends[0], buffer.data(), buffer.size()), 20);
  EXPECT_STREQ(buffer.data(), "Hello from the cage\n");
  close(ends[0]);
  close(ends[1]);
}

// Standard output belongs to the shell too: it must not find it non-blocking afterwards.
TEST_P(StdioTest, FlagsOfSharedOutputStayAsTheyWere) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const int before = fcntl(ends[1], F_GETFL);
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdout_fd = ends[1];
  EXPECT_EQ(RunToEnd(command).code, 0);
  EXPECT_EQ(fcntl(ends[1], F_GETFL), before);
  close(ends[0]);
  close(ends[1]);
}

TEST_P(StdioTest, ClosedPipeEndsWith141) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  close(ends[0]);
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdout_fd = ends[1];
  const Outcome outcome = RunToEnd(command);
  close(ends[1]);
  EXPECT_EQ(outcome.code, kClosedPipe);
}

TEST_P(StdioTest, ClosedPipeEndsAGuestThatWouldNot) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  close(ends[0]);
  Command command = Pour("spin", 0);
  command.stdout_fd = ends[1];
  const Outcome outcome = RunToEnd(command, seconds(10));
  close(ends[1]);
  EXPECT_EQ(outcome.code, kClosedPipe);
}

TEST_P(StdioTest, ClosedPipeEndsWith141WhereTheSignalIsIgnored) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  close(ends[0]);
  Command command = Cardcage({"run", Shipped("hello")});
  command.arguments.insert(command.arguments.begin(), {"env", "--ignore-signal=PIPE"});
  command.stdout_fd = ends[1];
  const Outcome outcome = RunToEnd(command);
  close(ends[1]);
  EXPECT_EQ(outcome.code, kClosedPipe);
}

// The machine goes on: the guest's own end is what ends it.
TEST_P(StdioTest, FullDiskIsSaidOnceWithTheCount) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdout_fd = full;
  const Outcome outcome = RunToEnd(command);
  close(full);
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("20 bytes"), HasSubstr("No space left")));
  EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
}

TEST_P(StdioTest, FullDiskDoesNotHideTheGuestsCode) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  // MOV DX, 0x3f8; OUT DX, AL; MOV AL, 3; OUT 0xf4, AL; HLT.
  Command command =
      Cardcage({"run", Write("m.yaml", MachineWithCode("ba f8 03 ee b0 03 e6 f4 f4"))});
  command.stdout_fd = full;
  const Outcome outcome = RunToEnd(command);
  close(full);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.errors, HasSubstr("1 byte"));
}

TEST_P(StdioTest, OutputThatIsNotOpenIsAWriteError) {
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdout_fd = Command::kClosed;
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, HasSubstr("20 bytes"));
}

// A descriptor that is missing at the start must not become KVM's, and be written to.
TEST_P(StdioTest, NothingIsOpenAtAll) {
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdin_fd = command.stdout_fd = command.stderr_fd = Command::kClosed;
  EXPECT_EQ(RunToEnd(command).code, kExitHost);
}

// --- Input --------------------------------------------------------------------------------------

TEST_P(StdioTest, GuestGoesOnAfterTheEndOfInput) {
  Command command = Cardcage({"run", "--timeout", "500ms", Shipped("echo")});
  command.input = "abc";
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.output, "abc");
  EXPECT_EQ(outcome.code, kExitTimeout);
}

TEST_P(StdioTest, GuestGoesOnWithoutInput) {
  Command command = Cardcage({"run", Shipped("hello")});
  command.stdin_fd = Command::kClosed;
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.output, "Hello from the cage\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
}

TEST_P(StdioTest, InputMayBeAFile) {
  const std::string file = folder_.Write("input", "from a file\n\x04");
  const int input = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(input, 0);
  Command command = Cardcage({"run", Shipped("echo")});
  command.stdin_fd = input;
  const Outcome outcome = RunToEnd(command);
  close(input);
  EXPECT_EQ(outcome.output, "from a file\n");
  EXPECT_EQ(outcome.code, 0);
}

TEST_P(StdioTest, InputComesAsItIsTyped) {
  Command command = Cardcage({"run", Shipped("echo")});
  command.input = "a";
  command.input_stays_open = true;
  Process process(command);
  EXPECT_TRUE(process.WaitForOutput("a"));  // and no end of input was needed for it
  process.Signal(SIGTERM);
  process.Wait(seconds(5));
}

// More than the host reads ahead: the rest waits in the pipe until the guest has taken some.
TEST_P(StdioTest, InputIsNotLostByAGuestThatIsSlow) {
  std::string input;
  for (int i = 0; i < 20'000; ++i) input += static_cast<char>('a' + i % 23);
  Command command = Cardcage({"run", Shipped("echo")});
  command.input = input + '\x04';
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.output == input) << "of " << outcome.output.size() << " bytes";
}

}  // namespace
}  // namespace cardcage::testing
