// SPDX-License-Identifier: MIT
#include "framework/wire/wire.h"

#include <mutex>

namespace cardcage {

size_t Wire::Join() {
  levels_.push_back(false);
  return levels_.size() - 1;
}

void Wire::Set(size_t output, bool level) {
  const std::lock_guard lock(lock_);
  if (levels_[output] == level) return;
  levels_[output] = level;
  const bool before = high_ > 0;
  high_ = level ? high_ + 1 : high_ - 1;
  if (before != (high_ > 0)) sink_(!before);
}

void Wire::Pulse() {
  const std::lock_guard lock(lock_);
  if (high_ > 0) return;
  sink_(true);
  sink_(false);
}

}  // namespace cardcage
