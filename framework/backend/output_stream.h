// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_OUTPUT_STREAM_H_
#define CARDCAGE_FRAMEWORK_BACKEND_OUTPUT_STREAM_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "framework/event/event_loop.h"

namespace cardcage {

// Writes to a descriptor that other programs share, without ever waiting for who reads it.
//
// A byte goes to the kernel at once where the kernel takes it. What it does not take is held, up to
// kCapacity bytes, and written by the event loop as the reader goes on.
class OutputStream {
 public:
  static constexpr size_t kCapacity = 64 * 1024;

  // `fd` stays the caller's; its flags are not changed, for they belong to every process that has
  // the same open file. `on_closed` is called once, on any thread, when the reader has gone.
  // `on_room` is called on the loop's thread when held output was written after there was no room left,
  // `on_hang_up` there when the other side will take nothing of what is held.
  OutputStream(int fd, EventLoop& loop, std::function<void()> on_closed,
               std::function<void()> on_room = {}, std::function<void()> on_hang_up = {});
  ~OutputStream();
  OutputStream(const OutputStream&) = delete;
  OutputStream& operator=(const OutputStream&) = delete;

  // Takes as much as there is room for and returns how much. What cannot be written (a full disk) is
  // counted in lost() and taken. Any thread; does not block.
  size_t Write(std::span<const uint8_t> data);

  // Takes all of it, and waits where there is no room: for a guest that must not see how fast its reader
  // is. What came when StopWaiting() was called is counted in lost(). Any thread but the loop's.
  void WriteAll(std::span<const uint8_t> data);
  // From now on nobody waits. Any thread.
  void StopWaiting() { waits_.store(false); }

  // As little room as this is none to whoever waits for on_room. Before the loop runs.
  void set_spare(size_t spare) { spare_ = spare; }

  // How many bytes can be held now. Any thread.
  size_t Room() const { return kCapacity - held_size_.load(std::memory_order_acquire); }

  // Writes what is held, as long as the reader takes some of it every `patience`. What is left then
  // is counted in lost(). Not while the loop runs.
  void Flush(std::chrono::milliseconds patience);

  // Forgets what is held and returns how much that was. Any thread.
  size_t Discard();

  // Bytes that were taken and could not be written.
  uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }
  // The errno of the first write that failed, or 0. EPIPE or ECONNRESET where the reader has gone.
  int error() const { return error_.load(std::memory_order_relaxed); }

 private:
  // How a write to this kind of file is kept from blocking.
  enum class Way {
    kOwn,   // O_NONBLOCK is set and ours alone: opened anew, or a pty's master, which nobody shares
    kFile,  // a regular file: there is no reader to wait for
    kSocket,  // MSG_DONTWAIT
    kPoll,    // asked first, and then no more than surely fits
  };

  void ChooseWay();
  void OnReady(uint32_t events);
  // One system call; -1 with errno as write(2) has it.
  ssize_t WriteOnce(std::span<const uint8_t> data);
  // Writes until the kernel takes no more, and returns how much is done with, lost bytes included.
  size_t WriteSome(std::span<const uint8_t> data);
  // Writes what is held, and says whether there is more of it that is worth waiting for; `events` are
  // those that epoll or poll told.
  bool Drain(uint32_t events);

  const int original_;
  int fd_;
  Way way_ = Way::kPoll;
  size_t poll_chunk_ = 1;
  bool watched_ = false;
  EventLoop& loop_;
  std::function<void()> on_closed_;
  const std::function<void()> on_room_;
  const std::function<void()> on_hang_up_;
  size_t spare_ = 0;
  std::atomic<bool> waits_{true};

  std::mutex mutex_;
  std::unique_ptr<uint8_t[]> held_;  // a ring of kCapacity bytes; made when first needed
  size_t held_begin_ = 0;
  std::atomic<size_t> held_size_{0};  // written with mutex_ held
  std::atomic<uint64_t> lost_{0};
  std::atomic<int> error_{0};
  bool closed_ = false;  // guarded by mutex_: the reader has gone, and that was told
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_OUTPUT_STREAM_H_
