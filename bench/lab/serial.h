// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_BENCH_LAB_SERIAL_H_
#define CARDCAGE_BENCH_LAB_SERIAL_H_

#include <optional>

namespace cardcage::bench {

struct SerialOptions {
  int runs = 11;                    // of each program, after one that does not count
  bool json = false;                // instead of the table
  std::optional<double> min_ratio;  // of the bytes a second to the raw loop's
};

// `cardcage bench serial`: how many bytes a second a guest sends to a pipe through its serial port's FIFO: on KVM
// beside the raw loop, which takes the same exits and writes in the same pieces; else on the soft engine alone.
// Ends with 1 where the bound is not reached, 69 where the programs cannot be run.
int Serial(const SerialOptions& options);

}  // namespace cardcage::bench

#endif  // CARDCAGE_BENCH_LAB_SERIAL_H_
