// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_WIRE_SIGNAL_QUEUE_H_
#define CARDCAGE_FRAMEWORK_WIRE_SIGNAL_QUEUE_H_

#include <cstdint>
#include <mutex>
#include <vector>

#include "framework/bus/after_turn.h"

namespace cardcage {

// Whoever has inputs that wires lead to.
class SignalTarget {
 public:
  virtual ~SignalTarget() = default;
  // A change of one of its inputs. No lock is held.
  virtual void OnSignal(uint32_t input, bool level) = 0;
};

// Takes changes of signals from one device's turn to the next device's: in order, and with no lock held.
// Whoever's turn is over delivers what is there; one thread at a time does, and what comes meanwhile is left
// to it.
class SignalQueue final : public AfterTurn {
 public:
  // Any thread, in a turn; does not block. The target outlives what is queued for it.
  void Add(SignalTarget& target, uint32_t input, bool level);

 private:
  // Devices that drive each other round and round must not hold up a CPU: after so many the rest waits for
  // the next turn.
  static constexpr unsigned kMost = 4096;

  struct Change {
    SignalTarget* target;
    uint32_t input;
    bool level;
  };
  void Run() override;

  std::mutex mutex_;
  std::vector<Change> changes_;     // guarded by mutex_
  bool is_delivering_ = false;      // guarded by mutex_
  std::vector<Change> delivering_;  // of the thread that delivers
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_WIRE_SIGNAL_QUEUE_H_
