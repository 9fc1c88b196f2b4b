// SPDX-License-Identifier: MIT
// The backends that write to files: file, log, asciicast.
#include "framework/backend/file_backend.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "framework/backend/backend_tester.h"
#include "framework/backend/formatted_backend.h"
#include "gmock/gmock.h"

namespace cardcage {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;

class FileBackendTest : public BackendTester {
 protected:
  template <class Backend>
  void StartOn(const std::string& path, OutputFile::Options options = {}) {
    auto made = Backend::Create(path, options, *loop_);
    ASSERT_TRUE(made.ok()) << made.status();
    Start(*std::move(made));
  }
  template <class Backend>
  std::string WhyNot(const std::string& path) {
    const auto made = Backend::Create(path, {}, *loop_);
    EXPECT_TRUE(absl::IsFailedPrecondition(made.status()));
    return std::string(made.status().message());
  }
};

TEST_F(FileBackendTest, OutputIsInTheFileAtOnce) {
  StartOn<FileBackend>(Path("out"));
  Write("hello\r\n");
  EXPECT_EQ(ReadFile(Path("out")), "hello\r\n");
  EXPECT_FALSE(backend_->Readable());
}

TEST_F(FileBackendTest, WhatWasThereGoesUnlessItIsToStay) {
  std::ofstream(Path("out")) << "old and long\n";
  StartOn<FileBackend>(Path("out"), {.append = true});
  Write("new");
  EXPECT_EQ(ReadFile(Path("out")), "old and long\nnew");
  StopLoop();
  StartOn<FileBackend>(Path("out"));
  Write("new");
  EXPECT_EQ(ReadFile(Path("out")), "new");
}

TEST_F(FileBackendTest, NewFileIsForWhoMayReadTheUsers) {
  const mode_t before = umask(022);
  StartOn<FileBackend>(Path("out"));
  umask(before);
  struct stat info {};
  ASSERT_EQ(stat(Path("out").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST_F(FileBackendTest, FullDiskIsReported) {
  StartOn<FileBackend>("/dev/full");
  EXPECT_EQ(Write("hello"), 5u);
  const OutputReport report = End();
  EXPECT_EQ(report.lost, 5u);
  EXPECT_EQ(report.error, ENOSPC);
}

TEST_F(FileBackendTest, PathThatCannotBeIsRefused) {
  EXPECT_EQ(WhyNot<FileBackend>(Path("no/such")), Path("no/such") + ": No such file or directory");
  EXPECT_EQ(WhyNot<LogBackend>(folder_.path()), folder_.path() + ": Is a directory");
  EXPECT_EQ(WhyNot<AsciicastBackend>(folder_.path()), folder_.path() + ": Is a directory");
}

TEST_F(FileBackendTest, FifoThatNobodyReadsIsRefused) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(WhyNot<FileBackend>(Path("fifo")), Path("fifo") + ": nobody reads it");
}

TEST_F(FileBackendTest, FifoIsHeldForAReaderWhoIsSlow) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const int reader = open(Path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  StartOn<FileBackend>(Path("fifo"));
  while (Write(Pattern(4096)) > 0) continue;
  EXPECT_EQ(backend_->WriteRoom(), 0u);
  HostRead(reader, 64 * 1024);
  EXPECT_TRUE(WaitUntil([this] { return told_ > 0 && backend_->WriteRoom() > 0; }));
  close(reader);
}

TEST_F(FileBackendTest, PatientFileNeverShowsThatItIsFull) {
  signal(SIGPIPE, SIG_IGN);
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const int reader = open(Path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  StartOn<FileBackend>(Path("fifo"), {.patient = true});
  std::thread guest([&] {
    EXPECT_EQ(Write(Pattern(500'000)), 500'000u);
    EXPECT_EQ(backend_->WriteRoom(), OutputStream::kCapacity);
  });
  EXPECT_TRUE(HostRead(reader, 500'000) == Pattern(500'000));
  guest.join();
  close(reader);
}

TEST_F(FileBackendTest, LogHasLinesWithTimes) {
  StartOn<LogBackend>(Path("log"));
  Write("one\ntwo\nth");
  EXPECT_THAT(ReadFile(Path("log")),
              MatchesRegex("\\[    0\\.[0-9]{6}\\] one\n\\[    0\\.[0-9]{6}\\] two\n"));
  Write("ree");
  End();
  EXPECT_THAT(ReadFile(Path("log")), EndsWith("] three\n"));
}

TEST_F(FileBackendTest, RecordingBeginsWithItsHeader) {
  StartOn<AsciicastBackend>(Path("cast"));
  Write("hello");
  End();
  EXPECT_THAT(ReadFile(Path("cast")),
              MatchesRegex("\\{\"version\": 2, \"width\": 80, \"height\": 24, \"timestamp\": [0-9]+"
                           "\\}\n\\[0\\.[0-9]{6}, \"o\", \"hello\"\\]\n"));
}

// What is formatted is longer than what came: room is told for the worst case.
TEST_F(FileBackendTest, LogLosesNothingWhereTheReaderIsSlow) {
  ASSERT_EQ(mkfifo(Path("fifo").c_str(), 0600), 0);
  const int reader = open(Path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  StartOn<LogBackend>(Path("fifo"));
  size_t lines = 0;
  while (backend_->WriteRoom() > 0) lines += Write(std::string(backend_->WriteRoom(), '\n'));
  EXPECT_EQ(Write("\n"), 0u);
  const size_t all = lines * std::string_view("[    0.000000] \n").size();
  EXPECT_EQ(HostRead(reader, all).size(), all);
  EXPECT_TRUE(WaitUntil([this] { return told_ > 0 && backend_->WriteRoom() > 0; }));
  EXPECT_EQ(End().lost, 0u);
  close(reader);
}

}  // namespace
}  // namespace cardcage
