// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_AFTER_TURN_H_
#define CARDCAGE_FRAMEWORK_BUS_AFTER_TURN_H_

#include <atomic>

namespace cardcage {

// What a device's handlers leave to be done when they have returned and no lock is held.
class AfterTurn {
 public:
  // Behind each turn of a device that may leave something.
  void RunIfPending() {
    if (pending_.load(std::memory_order_relaxed)) [[unlikely]]
      Run();
  }

 protected:
  ~AfterTurn() = default;
  virtual void Run() = 0;
  std::atomic<bool> pending_{false};
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_AFTER_TURN_H_
