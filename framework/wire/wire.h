// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_WIRE_WIRE_H_
#define CARDCAGE_FRAMEWORK_WIRE_WIRE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "framework/bus/spin_lock.h"

namespace cardcage {

// A wire from the outputs of devices to one input: high while any of them is.
class Wire {
 public:
  // Gets the level each time that it changes, in order; it was low. On the thread that changes it, with
  // the wire's lock held: it must not block, nor call a device.
  using Sink = std::function<void(bool level)>;

  explicit Wire(Sink sink) : sink_(std::move(sink)) {}
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  // One output more; returns its number. Before the guest runs.
  size_t Join();
  // An output's level. Any thread.
  void Set(size_t output, bool level);
  // High and at once low again: told, unless some output is high. Any thread.
  void Pulse();

 private:
  const Sink sink_;
  SpinLock lock_;
  std::vector<bool> levels_;  // guarded by lock_
  size_t high_ = 0;           // how many of them are high; guarded by lock_
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_WIRE_WIRE_H_
