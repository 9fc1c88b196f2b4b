// SPDX-License-Identifier: MIT
// Consoles that share standard input and output, where these are no terminal.
#include "framework/backend/stdio_backend.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "framework/backend/backend_tester.h"

namespace cardcage {
namespace {

// Pipes stand for the process's own standard input and output as long as a test goes on.
class StdioTest : public BackendTester {
 protected:
  StdioTest() {
    std::fflush(stdout);
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    EXPECT_EQ(pipe2(input.data(), O_CLOEXEC) | pipe2(output.data(), O_CLOEXEC), 0);
    typing_ = input[1];
    reader_ = output[0];
    EXPECT_EQ(fcntl(output[1], F_SETPIPE_SZ, 4096), 4096);
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    close(input[0]);
    close(output[1]);
    stdio_ = std::make_unique<Stdio>(*loop_, Stdio::Events(), std::nullopt);
  }
  ~StdioTest() override {
    StopLoop();
    consoles_.clear();
    stdio_.reset();
    dup2(stdin_, STDIN_FILENO);
    dup2(stdout_, STDOUT_FILENO);
    for (const int fd : {stdin_, stdout_, typing_, reader_}) close(fd);
  }

  void StartConsoles(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      consoles_.push_back(stdio_->AddConsole("console " + std::to_string(i)));
    }
    thread_ = std::thread([this] { loop_->Run(); });
  }
  static size_t Send(CharBackend& console, std::string_view text) {
    return console.Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }
  static std::string Take(CharBackend& console, size_t size) {
    std::string text(size, '\0');
    size_t done = 0;
    while (done < size && WaitUntil([&] { return console.Readable(); })) {
      done += console.Read({reinterpret_cast<uint8_t*>(text.data()) + done, size - done});
    }
    return text.substr(0, done);
  }

  const int stdin_ = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  const int stdout_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  int typing_ = -1;
  int reader_ = -1;
  std::unique_ptr<Stdio> stdio_;
  std::vector<std::unique_ptr<StdioConsole>> consoles_;
};

TEST_F(StdioTest, OutputOfAllComesAsTheyWriteIt) {
  StartConsoles(2);
  Send(*consoles_[0], "one ");
  Send(*consoles_[1], "two ");
  Send(*consoles_[0], "one");
  EXPECT_EQ(HostRead(reader_, 11), "one two one");
}

TEST_F(StdioTest, FirstConsoleHasTheInput) {
  StartConsoles(2);
  HostWrite(typing_, "hello");
  EXPECT_EQ(Take(*consoles_[0], 5), "hello");
  EXPECT_FALSE(consoles_[1]->Readable());
}

// Each writes no more than it was told there is room for: then nothing is lost, however they mix.
TEST_F(StdioTest, RoomThatOneWasToldOfIsNotTakenByAnother) {
  constexpr size_t kEach = 300'000;
  StartConsoles(3);
  std::atomic<size_t> refused{0};
  std::vector<std::thread> guests;
  for (size_t i = 0; i < 3; ++i) {
    guests.emplace_back([this, i, &refused] {
      for (size_t left = kEach; left > 0;) {
        const size_t count = std::min(consoles_[i]->WriteRoom(), left);
        const std::string text(count, static_cast<char>('a' + i));
        refused += count - Send(*consoles_[i], text);
        left -= count;
        if (count == 0) std::this_thread::yield();
      }
    });
  }
  const std::string all = HostRead(reader_, 3 * kEach);
  for (std::thread& guest : guests) guest.join();
  EXPECT_EQ(refused, 0u);
  for (const char c : {'a', 'b', 'c'}) {
    EXPECT_EQ(std::count(all.begin(), all.end(), c), static_cast<std::ptrdiff_t>(kEach));
  }
}

TEST_F(StdioTest, ConsoleThatDoesNotLookTakesNothingFromAnother) {
  StartConsoles(2);
  const size_t told = consoles_[1]->WriteRoom();
  ASSERT_GT(told, 0u);
  while (Send(*consoles_[0], std::string(1000, 'x')) > 0) continue;
  EXPECT_EQ(consoles_[0]->WriteRoom(), 0u);
  EXPECT_EQ(Send(*consoles_[1], std::string(told, 'y')), told);
}

TEST_F(StdioTest, EveryConsoleIsToldOfRoom) {
  StartConsoles(2);
  std::array<std::atomic<int>, 2> told{};
  // Before the loop could have anything to tell.
  for (size_t i = 0; i < 2; ++i) consoles_[i]->set_listener([&told, i] { ++told[i]; });
  while (Send(*consoles_[0], std::string(1000, 'x')) > 0) continue;
  HostRead(reader_, 40'000);
  EXPECT_TRUE(WaitUntil([&] { return told[0] > 0 && told[1] > 0; }));
  EXPECT_GT(consoles_[0]->WriteRoom(), 0u);
  StopLoop();
}

}  // namespace
}  // namespace cardcage
