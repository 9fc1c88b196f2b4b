// SPDX-License-Identifier: MIT
#include "framework/backend/pty_backend.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>

#include "framework/backend/backend_tester.h"

namespace cardcage {
namespace {

using std::chrono::milliseconds;

class PtyBackendTest : public BackendTester {
 protected:
  void StartPty(const std::string& link = "") {
    auto made = PtyBackend::Create(link, *loop_);
    ASSERT_TRUE(made.ok()) << made.status();
    path_ = (*made)->path();
    Start(*std::move(made));
  }
  int Attach() const {
    const int fd = open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_GE(fd, 0) << path_;
    return fd;
  }
  std::string WhyNot(const std::string& link) {
    const auto made = PtyBackend::Create(link, *loop_);
    return std::string(made.status().message());
  }
  std::string path_;
};

TEST_F(PtyBackendTest, OtherSideIsRaw) {
  StartPty();
  const int fd = Attach();
  termios found{};
  ASSERT_EQ(tcgetattr(fd, &found), 0);
  EXPECT_EQ(found.c_lflag & (ECHO | ICANON | ISIG | IEXTEN), 0u);
  EXPECT_EQ(found.c_iflag & (ICRNL | IXON), 0u);
  EXPECT_EQ(found.c_oflag & OPOST, 0u);
  close(fd);
}

TEST_F(PtyBackendTest, OutputThatNobodyTakesIsLostAndCounted) {
  StartPty();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Write(Pattern(10'000)), 10'000u);
  EXPECT_GT(backend_->WriteRoom(), 0u);
  const OutputReport report = End();
  EXPECT_EQ(report.unheard, 1'000'000u);
  EXPECT_EQ(report.lost, 0u);
}

TEST_F(PtyBackendTest, ListenerThatAttachesLateGetsWhatComesThen) {
  StartPty();
  Write("before");
  const int fd = Attach();
  Write("after");
  EXPECT_EQ(HostRead(fd, 5), "after");
  close(fd);
}

TEST_F(PtyBackendTest, InputComesAndIsTold) {
  StartPty();
  const int fd = Attach();
  HostWrite(fd, "hello\r\x03");
  EXPECT_EQ(Read(7), "hello\r\x03");
  EXPECT_GT(told_, 0);
  close(fd);
}

TEST_F(PtyBackendTest, InputBeforeAHangUpStays) {
  StartPty();
  const int fd = Attach();
  HostWrite(fd, "bye");
  EXPECT_TRUE(WaitUntil([this] { return backend_->Readable(); }));
  close(fd);
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(Read(3), "bye");
}

TEST_F(PtyBackendTest, HangsUpAndAttachesAgain) {
  StartPty();
  for (int i = 0; i < 3; ++i) {
    const int fd = Attach();
    HostWrite(fd, "in");
    EXPECT_EQ(Read(2), "in");
    Write("out");
    EXPECT_EQ(HostRead(fd, 3), "out");
    const int before = told_;
    close(fd);
    EXPECT_TRUE(WaitUntil([&] { return told_ > before; })) << "the hang-up was not seen";
  }
}

TEST_F(PtyBackendTest, WhatOneListenerLeftIsNotTheNextOnes) {
  StartPty();
  int fd = Attach();
  HostWrite(fd, "x");
  Read(1);
  Write("unread");
  const int before = told_;
  close(fd);
  ASSERT_TRUE(WaitUntil([&] { return told_ > before; }));
  std::this_thread::sleep_for(milliseconds(20));
  fd = Attach();
  Write("new");
  EXPECT_EQ(HostRead(fd, 3), "new");
  close(fd);
}

TEST_F(PtyBackendTest, OutputIsHeldForAListenerWhoIsSlow) {
  StartPty();
  const int fd = Attach();
  const std::string text = Pattern(300'000);
  std::thread guest([&] { WriteAll(text); });
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_TRUE(HostRead(fd, text.size()) == text);
  guest.join();
  close(fd);
}

TEST_F(PtyBackendTest, ListenerWhoDoesNotReadIsHeldFor64KiB) {
  StartPty();
  const int fd = Attach();
  HostWrite(fd, "x");
  Read(1);
  size_t taken = 0;
  for (int i = 0; i < 100; ++i) taken += Write(Pattern(4096));
  EXPECT_EQ(backend_->WriteRoom(), 0u);
  EXPECT_LT(taken, 200'000u);
  close(fd);
}

TEST_F(PtyBackendTest, HangUpMakesRoomAgain) {
  StartPty();
  const int fd = Attach();
  HostWrite(fd, "x");
  Read(1);
  ASSERT_TRUE(WaitForRoomToShrink());
  while (Write(Pattern(4096)) > 0) continue;
  close(fd);
  EXPECT_TRUE(WaitUntil([this] { return backend_->WriteRoom() == OutputStream::kCapacity; }));
  EXPECT_GT(End().unheard, 0u);
}

TEST_F(PtyBackendTest, ListenerWhoIsGoneBeforeHeWasSeenLeavesRoom) {
  StartPty();
  for (int i = 0; i < 5; ++i) {
    const int fd = Attach();
    while (Write(Pattern(4096)) > 0) continue;
    close(fd);
    EXPECT_TRUE(WaitUntil([this] { return backend_->WriteRoom() == OutputStream::kCapacity; }));
  }
}

// Input that the guest does not take keeps the loop from seeing the end of it.
TEST_F(PtyBackendTest, HangUpIsSeenWhereInputWaits) {
  StartPty();
  const int fd = Attach();
  HostWrite(fd, Pattern(4000));
  HostWrite(fd, Pattern(4000));
  ASSERT_TRUE(WaitForRoomToShrink());
  close(fd);
  EXPECT_TRUE(WaitUntil([this] {
    Write("x");
    return backend_->WriteRoom() == OutputStream::kCapacity;
  }));
}

TEST_F(PtyBackendTest, NobodyThereCostsNothing) {
  StartPty();
  EXPECT_TRUE(IsQuiet());
  const int fd = Attach();
  HostWrite(fd, "x");
  Read(1);
  EXPECT_TRUE(IsQuiet());
  close(fd);
  EXPECT_TRUE(IsQuiet());
}

TEST_F(PtyBackendTest, EndWaitsForWhatTheReaderHasNotRead) {
  StartPty();
  const int fd = Attach();
  WriteAll(Pattern(3000));
  std::thread reader([&] {
    std::this_thread::sleep_for(milliseconds(100));
    EXPECT_TRUE(HostRead(fd, 3000) == Pattern(3000));
  });
  StopLoop();
  backend_->Flush(kPatience);
  backend_.reset();
  reader.join();
  close(fd);
}

TEST_F(PtyBackendTest, LinkLeadsThereAndGoesAtTheEnd) {
  StartPty(Path("com1"));
  EXPECT_EQ(std::filesystem::read_symlink(Path("com1")), path_);
  StopLoop();
  backend_.reset();
  EXPECT_FALSE(std::filesystem::is_symlink(Path("com1")));
}

TEST_F(PtyBackendTest, OldLinkIsReplaced) {
  std::filesystem::create_symlink("/dev/pts/no-more", Path("com1"));
  StartPty(Path("com1"));
  EXPECT_EQ(std::filesystem::read_symlink(Path("com1")), path_);
}

TEST_F(PtyBackendTest, LinkOfAnotherIsLeftAtTheEnd) {
  StartPty(Path("com1"));
  std::filesystem::remove(Path("com1"));
  std::filesystem::create_symlink("/dev/null", Path("com1"));
  StopLoop();
  backend_.reset();
  EXPECT_TRUE(std::filesystem::is_symlink(Path("com1")));
}

TEST_F(PtyBackendTest, WhatIsNoLinkIsLeftAsItIs) {
  std::ofstream(Path("com1")) << "precious";
  EXPECT_EQ(WhyNot(Path("com1")),
            Path("com1") + " exists and is no symbolic link: it is left as it is");
  EXPECT_EQ(ReadFile(Path("com1")), "precious");
  EXPECT_EQ(WhyNot(Path("no/such")), Path("no/such") + ": No such file or directory");
}

}  // namespace
}  // namespace cardcage
