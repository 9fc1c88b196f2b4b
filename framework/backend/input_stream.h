// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_INPUT_STREAM_H_
#define CARDCAGE_FRAMEWORK_BACKEND_INPUT_STREAM_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>

#include "framework/event/event_loop.h"

namespace cardcage {

// Reads from a descriptor ahead of who wants the bytes, but never further than kCapacity: what
// nobody has asked for waits in the host's pipe or terminal.
class InputStream {
 public:
  static constexpr size_t kCapacity = 4096;  // a power of two

  // Sees the bytes that came, on the loop's thread, before anybody reads them; keeps those that are
  // input, in place, and returns how many.
  using Filter = std::function<size_t(std::span<uint8_t> data)>;

  // `fd` stays the caller's and is read as it is. Its end, or an error, is the end of input and
  // nothing more. `on_input` is called on the loop's thread when bytes have come, `on_end` there at the
  // end. Before the loop runs.
  InputStream(int fd, EventLoop& loop, Filter filter, std::function<void()> on_input = {},
              std::function<void()> on_end = {});
  // Begins without a descriptor.
  InputStream(EventLoop& loop, std::function<void()> on_input, std::function<void()> on_end);
  ~InputStream();
  InputStream(const InputStream&) = delete;
  InputStream& operator=(const InputStream&) = delete;

  // Reads from this descriptor from now on, or from none; bytes that came before stay. Before the loop
  // runs or on its thread; no Read at the same time. Not from `on_input` or `on_end`.
  void Start(int fd);
  void Stop();

  // Gives bytes that came and returns how many. One thread at a time; does not block.
  size_t Read(std::span<uint8_t> data);
  // Whether Read would give a byte now. One thread at a time with Read.
  bool Readable() const {
    return tail_.load(std::memory_order_acquire) != head_.load(std::memory_order_relaxed);
  }

 private:
  void Fill();
  void WaitForMore();

  int fd_ = -1;
  EventLoop& loop_;
  const Filter filter_;
  const std::function<void()> on_input_;
  const std::function<void()> on_end_;
  bool watched_ = false;
  bool ended_ = false;

  // One thread reads (head_), the loop's writes (tail_); both count bytes and never wrap.
  std::array<uint8_t, kCapacity> ring_;
  std::atomic<size_t> head_{0};
  std::atomic<size_t> tail_{0};
  std::atomic<bool> full_{false};  // the loop waits for room
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_INPUT_STREAM_H_
