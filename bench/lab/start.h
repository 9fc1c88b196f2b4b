// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_BENCH_LAB_START_H_
#define CARDCAGE_BENCH_LAB_START_H_

#include <optional>

namespace cardcage::bench {

struct StartOptions {
  int runs = 21;                       // of each program, after two that do not count
  bool json = false;                   // instead of the table
  std::optional<double> max_ratio;     // of the time to the raw loop's
  std::optional<double> max_resident;  // MiB beyond guest memory, on KVM
  std::optional<double> max_soft;      // ms to the first exit on the soft engine
};

// `cardcage bench start`: how long a machine takes from the process's start to its guest's first exit,
// and how much memory: on KVM beside the raw loop, where there is KVM, and on the soft engine. Ends with 1 where a bound is exceeded, 69 where the
// programs cannot be run.
int Start(const StartOptions& options);

}  // namespace cardcage::bench

#endif  // CARDCAGE_BENCH_LAB_START_H_
