// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_CHAR_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_CHAR_BACKEND_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "cardcage/abi.h"

namespace cardcage {

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
  virtual void Dropped(size_t count) = 0;

  // Who wants to know when Readable() or WriteRoom() may answer otherwise: called on the event loop's
  // thread. Before the loop runs.
  void set_listener(std::function<void()> listener) { listener_ = std::move(listener); }

  // The same as the contract's table; lives as long as the backend.
  const cardcage_char* table() const { return &table_; }

 protected:
  void TellListener() const {
    if (listener_) listener_();
  }

 private:
  const cardcage_char table_;
  std::function<void()> listener_;
};

// `null`: takes all output and gives no input.
class NullBackend final : public CharBackend {
 public:
  size_t Write(std::span<const uint8_t> data) override { return data.size(); }
  size_t WriteRoom() override { return SIZE_MAX; }
  size_t Read(std::span<uint8_t> /*data*/) override { return 0; }
  bool Readable() override { return false; }
  void Dropped(size_t /*count*/) override {}
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_CHAR_BACKEND_H_
