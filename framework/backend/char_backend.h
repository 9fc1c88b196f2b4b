// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_CHAR_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_CHAR_BACKEND_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "cardcage/abi.h"

namespace cardcage {

// What became of the output that a guest wrote, in bytes.
struct OutputReport {
  uint64_t dropped = 0;  // written although there was no room
  uint64_t unheard = 0;  // nobody was there to take it
  uint64_t lost = 0;     // taken, and then it could not be written
  int error = 0;         // the errno of the first write that failed, or 0
};

// The host side of a serial line: what a device's output goes to and its input comes from.
// A device calls it in its turn, so one call at a time; no call blocks.
class CharBackend {
 public:
  CharBackend();
  virtual ~CharBackend() = default;
  CharBackend(const CharBackend&) = delete;
  CharBackend& operator=(const CharBackend&) = delete;

  // Takes bytes, in order, and returns how many: fewer than given where there is no room.
  virtual size_t Write(std::span<const uint8_t> data) = 0;
  // How many bytes Write would surely take now.
  virtual size_t WriteRoom() = 0;
  // Gives bytes of input and returns how many: 0 where there is none now.
  virtual size_t Read(std::span<uint8_t> data) = 0;
  // Whether Read would give a byte now.
  virtual bool Readable() = 0;
  // Counts output that the guest wrote although there was no room.
  virtual void Dropped(size_t count) { dropped_ += count; }

  // Delivers what is held, as long as some of it is taken every `patience`. Once the guest has stopped and
  // the loop does not run.
  virtual void Flush(std::chrono::milliseconds /*patience*/) {}
  // Lets go of a CPU that waits for room. Any thread.
  virtual void StopWaiting() {}
  // After Flush().
  virtual OutputReport report() const { return {.dropped = dropped_}; }
  // The last of the output, where it is kept to be shown when the guest fails. After Flush().
  virtual std::string Kept() const { return ""; }

  // Who wants to know when Readable() or WriteRoom() may answer otherwise: called on the event loop's
  // thread. Before the loop runs.
  void set_listener(std::function<void()> listener) { listener_ = std::move(listener); }

  // The same as the contract's table; lives as long as the backend.
  const cardcage_char* table() const { return &table_; }

 protected:
  uint64_t dropped() const { return dropped_; }
  void TellListener() const {
    if (listener_) listener_();
  }

 private:
  const cardcage_char table_;
  std::function<void()> listener_;
  uint64_t dropped_ = 0;  // in the device's turn
};

// `null`: takes all output and gives no input.
class NullBackend final : public CharBackend {
 public:
  size_t Write(std::span<const uint8_t> data) override { return data.size(); }
  size_t WriteRoom() override { return SIZE_MAX; }
  size_t Read(std::span<uint8_t> /*data*/) override { return 0; }
  bool Readable() override { return false; }
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_CHAR_BACKEND_H_
