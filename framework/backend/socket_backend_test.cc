// SPDX-License-Identifier: MIT
#include "framework/backend/socket_backend.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "framework/backend/backend_tester.h"
#include "gmock/gmock.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Each test on both kinds of socket.
class SocketBackendTest : public BackendTester, public ::testing::WithParamInterface<const char*> {
 protected:
  ~SocketBackendTest() override { StopLoop(); }  // before what it logs to goes

  bool is_unix() const { return GetParam() == std::string_view("unix"); }
  // One that is nobody's yet.
  SocketAddress NewAddress() const {
    return is_unix() ? *SocketAddress::Unix(Path("socket")) : *SocketAddress::Tcp("0");
  }
  void StartListening() {
    auto made = ListeningBackend::Create(NewAddress(), *loop_);
    ASSERT_TRUE(made.ok()) << made.status();
    address_ = (*made)->address();
    Start(*std::move(made));
  }
  int Connect() const {
    const int fd = socket(address_.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(fd, address_.data(), address_.size()), 0) << strerror(errno);
    return fd;
  }
  // A client whose turn it is.
  int ConnectAndTalk() {
    const int fd = Connect();
    HostWrite(fd, "?");
    EXPECT_EQ(Read(1), "?");
    return fd;
  }

  // The host's listener, at address_, or at one that is new.
  int Listen() {
    if (address_.size() == 0) address_ = NewAddress();
    const int fd = socket(address_.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    EXPECT_EQ(bind(fd, address_.data(), address_.size()), 0) << strerror(errno);
    EXPECT_EQ(listen(fd, 1), 0);
    if (!is_unix()) address_ = SocketAddress::Of(fd);
    return fd;
  }
  void CloseListener(int fd) const {
    close(fd);
    if (is_unix()) unlink(address_.path().c_str());
  }
  void StartConnecting(milliseconds first = milliseconds(20)) {
    const auto log = [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line);
    };
    Start(std::make_unique<ConnectingBackend>(
        address_, *loop_, log,
        ConnectingBackend::Pace{.first = first, .longest = milliseconds(50)}));
  }
  std::vector<std::string> Lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  SocketAddress address_;
  std::mutex mutex_;
  std::vector<std::string> lines_;
};
INSTANTIATE_TEST_SUITE_P(Kinds, SocketBackendTest, ::testing::Values("unix", "tcp"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(SocketBackendTest, ClientGetsOutputAndGivesInput) {
  StartListening();
  const int fd = ConnectAndTalk();
  EXPECT_GT(told_, 0);
  Write("hello");
  EXPECT_EQ(HostRead(fd, 5), "hello");
  HostWrite(fd, "abc");
  EXPECT_EQ(Read(3), "abc");
  close(fd);
}

TEST_P(SocketBackendTest, OutputBeforeAClientIsLostAndCounted) {
  StartListening();
  EXPECT_EQ(Write(Pattern(100'000)), 100'000u);
  const int fd = ConnectAndTalk();
  Write("now");
  EXPECT_EQ(HostRead(fd, 3), "now");
  EXPECT_EQ(End().unheard, 100'000u);
  close(fd);
}

TEST_P(SocketBackendTest, NextClientIsServedWhenTheFirstHasGone) {
  StartListening();
  for (int i = 0; i < 3; ++i) {
    const int fd = ConnectAndTalk();
    Write("hello");
    EXPECT_EQ(HostRead(fd, 5), "hello");
    close(fd);
  }
  EXPECT_EQ(End().lost, 0u);
}

TEST_P(SocketBackendTest, SecondClientWaitsForTheFirstToGo) {
  StartListening();
  const int first = ConnectAndTalk();
  const int second = Connect();
  HostWrite(second, "second");
  Write("one");
  EXPECT_EQ(HostRead(first, 3), "one");
  EXPECT_FALSE(HostHasInput(second));
  EXPECT_FALSE(backend_->Readable());
  close(first);
  EXPECT_EQ(Read(6), "second");
  Write("two");
  EXPECT_EQ(HostRead(second, 3), "two");
  close(second);
}

// As `echo abc | socat - …` does it.
TEST_P(SocketBackendTest, ClientThatHasEndedItsSideStillReads) {
  StartListening();
  const int fd = Connect();
  HostWrite(fd, "abc");
  shutdown(fd, SHUT_WR);
  EXPECT_EQ(Read(3), "abc");
  std::this_thread::sleep_for(milliseconds(20));
  Write("answer");
  EXPECT_EQ(HostRead(fd, 6), "answer");
  EXPECT_TRUE(IsQuiet());
  close(fd);
  const int next = ConnectAndTalk();
  close(next);
}

TEST_P(SocketBackendTest, InputOfAClientThatHasGoneStays) {
  StartListening();
  const int fd = Connect();
  HostWrite(fd, Pattern(3000));
  close(fd);
  const int next = Connect();
  HostWrite(next, "next");
  EXPECT_TRUE(Read(3000) == Pattern(3000));
  EXPECT_EQ(Read(4), "next");
  close(next);
}

TEST_P(SocketBackendTest, InputWaitsInTheSocketUntilTheGuestTakesIt) {
  StartListening();
  const int fd = Connect();
  const std::string text = Pattern(1'000'000);
  std::thread writer([&] { HostWrite(fd, text); });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_TRUE(Read(text.size()) == text);
  writer.join();
  close(fd);
}

TEST_P(SocketBackendTest, OutputIsHeldForAClientWhoIsSlow) {
  StartListening();
  const int fd = ConnectAndTalk();
  const std::string text = Pattern(8'000'000);
  std::thread guest([&] { WriteAll(text); });
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_TRUE(HostRead(fd, text.size()) == text);
  guest.join();
  close(fd);
}

TEST_P(SocketBackendTest, ClientThatGoesInTheMiddleMakesRoomAndIsNoError) {
  StartListening();
  const int fd = ConnectAndTalk();
  while (Write(Pattern(4096)) > 0) continue;
  EXPECT_EQ(backend_->WriteRoom(), 0u);
  close(fd);
  EXPECT_TRUE(WaitUntil([this] { return backend_->WriteRoom() == OutputStream::kCapacity; }));
  const OutputReport report = End();
  EXPECT_EQ(report.lost, 0u);
  EXPECT_EQ(report.error, 0);
  EXPECT_GT(report.unheard, 0u);
}

TEST_P(SocketBackendTest, ListeningCostsNothing) {
  StartListening();
  EXPECT_TRUE(IsQuiet());
  const int fd = ConnectAndTalk();
  EXPECT_TRUE(IsQuiet());
  close(fd);
  EXPECT_TRUE(IsQuiet());
}

TEST_P(SocketBackendTest, AddressThatIsInUseIsAnError) {
  StartListening();
  const auto other = ListeningBackend::Create(address_, *loop_);
  EXPECT_TRUE(absl::IsUnavailable(other.status())) << other.status();
  EXPECT_THAT(std::string(other.status().message()), HasSubstr(address_.Text()));
  const int fd = ConnectAndTalk();  // and the first is as it was
  close(fd);
}

TEST_P(SocketBackendTest, ConnectsToWhoIsThere) {
  const int listener = Listen();
  StartConnecting();
  const int fd = accept(listener, nullptr, nullptr);
  HostWrite(fd, "abc");
  EXPECT_EQ(Read(3), "abc");
  Write("hello");
  EXPECT_EQ(HostRead(fd, 5), "hello");
  EXPECT_THAT(Lines(), ElementsAre("connected to " + address_.Text()));
  close(fd);
  close(listener);
}

TEST_P(SocketBackendTest, ServerThatHasEndedItsSideStillReadsForAWhile) {
  const int listener = Listen();
  StartConnecting(milliseconds(500));
  const int fd = accept(listener, nullptr, nullptr);
  HostWrite(fd, "abc");
  shutdown(fd, SHUT_WR);
  EXPECT_EQ(Read(3), "abc");
  Write("answer");
  EXPECT_EQ(HostRead(fd, 6), "answer");
  EXPECT_TRUE(WaitUntil([this] { return Lines().size() >= 2; }));
  EXPECT_EQ(Lines()[1], "disconnected from " + address_.Text());
  close(accept(listener, nullptr, nullptr));  // it comes again
  close(fd);
  close(listener);
}

TEST_P(SocketBackendTest, TriesAgainUntilSomebodyListens) {
  CloseListener(Listen());
  StartConnecting();
  EXPECT_EQ(Write("lost"), 4u);
  std::this_thread::sleep_for(milliseconds(200));
  const int listener = Listen();
  const int fd = accept(listener, nullptr, nullptr);
  EXPECT_TRUE(WaitUntil([this] { return Lines().size() == 2; }));
  EXPECT_THAT(Lines(), ElementsAre(HasSubstr("it is tried again"), HasSubstr("connected to")));
  Write("hello");
  EXPECT_EQ(HostRead(fd, 5), "hello");
  EXPECT_EQ(End().unheard, 4u);
  close(fd);
  close(listener);
}

TEST_P(SocketBackendTest, ConnectsAgainAndSaysEachOnce) {
  int listener = Listen();
  StartConnecting();
  close(accept(listener, nullptr, nullptr));
  EXPECT_TRUE(WaitUntil([this] { return Lines().size() == 2; }));
  CloseListener(listener);
  std::this_thread::sleep_for(milliseconds(200));
  listener = Listen();
  const int fd = accept(listener, nullptr, nullptr);
  EXPECT_TRUE(WaitUntil([this] {
    const auto lines = Lines();
    return lines.size() >= 3 && lines.back().starts_with("connected");
  }));
  close(fd);
  close(listener);
}

class UnixSocketTest : public SocketBackendTest {};
INSTANTIATE_TEST_SUITE_P(Kinds, UnixSocketTest, ::testing::Values("unix"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(UnixSocketTest, FileIsRemovedAtTheEnd) {
  StartListening();
  EXPECT_TRUE(std::filesystem::is_socket(Path("socket")));
  StopLoop();
  backend_.reset();
  EXPECT_FALSE(std::filesystem::exists(Path("socket")));
}

TEST_P(UnixSocketTest, FileOfAnotherIsLeftAtTheEnd) {
  StartListening();
  std::filesystem::rename(Path("socket"), Path("moved"));
  std::ofstream(Path("socket")) << "another's";
  StopLoop();
  backend_.reset();
  EXPECT_EQ(ReadFile(Path("socket")), "another's");
}

TEST_P(UnixSocketTest, FileThatNobodyListensToIsReplaced) {
  close(Listen());
  ASSERT_TRUE(std::filesystem::is_socket(Path("socket")));
  StartListening();
  close(ConnectAndTalk());
}

TEST_P(UnixSocketTest, WhatIsNoSocketIsLeftAsItIs) {
  std::ofstream(Path("socket")) << "precious";
  const auto made = ListeningBackend::Create(NewAddress(), *loop_);
  EXPECT_TRUE(absl::IsFailedPrecondition(made.status()));
  EXPECT_EQ(made.status().message(), Path("socket") +
                                         " exists and is no socket: it is left as it "
                                         "is");
  EXPECT_EQ(ReadFile(Path("socket")), "precious");
}

TEST_P(UnixSocketTest, FolderMustExist) {
  const auto made = ListeningBackend::Create(*SocketAddress::Unix(Path("no/such")), *loop_);
  EXPECT_TRUE(absl::IsFailedPrecondition(made.status()));
  EXPECT_THAT(std::string(made.status().message()), HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace cardcage
