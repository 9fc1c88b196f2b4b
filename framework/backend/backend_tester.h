// SPDX-License-Identifier: MIT
// What the tests of backends begin with.
#ifndef CARDCAGE_FRAMEWORK_BACKEND_BACKEND_TESTER_H_
#define CARDCAGE_FRAMEWORK_BACKEND_BACKEND_TESTER_H_

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "framework/backend/char_backend.h"
#include "framework/event/event_loop.h"
#include "framework/testers/bytes.h"
#include "framework/testers/temporary_folder.h"
#include "gtest/gtest.h"

namespace cardcage {

// A backend between the test, which is its device, and the host's side, a descriptor. The loop runs on a
// thread of its own from Start() on.
class BackendTester : public ::testing::Test {
 protected:
  static constexpr std::chrono::seconds kPatience{5};

  BackendTester() : loop_(*EventLoop::Create()) {
    signal(SIGPIPE, SIG_DFL);  // no backend may ever cause one
  }
  ~BackendTester() override {
    StopLoop();
    backend_.reset();
  }

  // Takes the backend for the one under test, and lets the loop run.
  void Start(std::unique_ptr<CharBackend> backend) {
    backend_ = std::move(backend);
    backend_->set_listener([this] { ++told_; });
    thread_ = std::thread([this] { loop_->Run(); });
  }
  void StopLoop() {
    if (!thread_.joinable()) return;
    loop_->Quit();
    thread_.join();
  }
  // As the machine ends: no loop, what is held is delivered.
  OutputReport End() {
    StopLoop();
    backend_->Flush(std::chrono::milliseconds(200));
    return backend_->report();
  }

  template <class Condition>
  static bool WaitUntil(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
  }

  // The guest's side.
  size_t Write(std::string_view text) {
    return backend_->Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }
  // All of it, as there is room.
  void WriteAll(std::string_view text) {
    while (!text.empty() && WaitUntil([this] { return backend_->WriteRoom() > 0; })) {
      const size_t count = std::min(text.size(), backend_->WriteRoom());
      ASSERT_EQ(Write(text.substr(0, count)), count);
      text.remove_prefix(count);
    }
  }
  std::string Read(size_t size) {
    std::string text(size, '\0');
    size_t done = 0;
    while (done < size && WaitUntil([this] { return backend_->Readable(); })) {
      done += backend_->Read({reinterpret_cast<uint8_t*>(text.data()) + done, size - done});
    }
    text.resize(done);
    return text;
  }
  // Whether output is taken by somebody, and not lost: waits for it.
  bool WaitForRoomToShrink() {
    return WaitUntil([this] {
      Write(std::string(4096, 'x'));
      return backend_->WriteRoom() < 4096;
    });
  }

  // The host's side.
  static std::string HostRead(int fd, size_t size) {
    std::string text(size, '\0');
    size_t done = 0;
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    while (done < size && poll(&ready, 1, 5000) > 0) {
      const ssize_t got = read(fd, text.data() + done, size - done);
      if (got <= 0) break;
      done += static_cast<size_t>(got);
    }
    text.resize(done);
    return text;
  }
  static bool HostHasInput(int fd) {
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    return poll(&ready, 1, 50) > 0;
  }
  static void HostWrite(int fd, std::string_view text) {
    EXPECT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }

  // Whether the loop does not go round in vain.
  bool IsQuiet() {
    clockid_t clock = {};
    timespec before{};
    timespec after{};
    pthread_getcpuclockid(thread_.native_handle(), &clock);
    clock_gettime(clock, &before);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    clock_gettime(clock, &after);
    const auto busy = std::chrono::seconds(after.tv_sec - before.tv_sec) +
                      std::chrono::nanoseconds(after.tv_nsec - before.tv_nsec);
    return busy < std::chrono::milliseconds(20);
  }

  std::string Path(std::string_view name) const { return folder_.Path(name); }
  static std::string ReadFile(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::unique_ptr<EventLoop> loop_;
  std::thread thread_;
  std::unique_ptr<CharBackend> backend_;
  TemporaryFolder folder_;
  std::atomic<int> told_{0};  // how often the device was told to look
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_BACKEND_TESTER_H_
