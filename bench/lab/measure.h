// SPDX-License-Identifier: MIT
// What a program costs, measured from outside and so in the same way for any program.
#ifndef CARDCAGE_BENCH_LAB_MEASURE_H_
#define CARDCAGE_BENCH_LAB_MEASURE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace cardcage::bench {

// A program with its arguments, and what it must print to count as run. Ends with 0.
struct Subject {
  std::vector<std::string> arguments;
  std::string output;
};

// Both throw std::runtime_error where the program does something else, or cannot be measured.

// From before the process exists to the first byte that its guest sends, in milliseconds.
//
// For a guest whose first exit sends a byte this is the first exit, its device's work and one write
// to a pipe; for one that asks the serial port first it is two exits. Nothing is put into the process
// for it: no preloaded library whose loading would count, no tracer. The waking of the reader, some
// 30 us, is the same for all.
double MillisecondsToFirstByte(const Subject& subject);

// From the first byte that the guest sends to its last, in milliseconds.
double MillisecondsOfOutput(const Subject& subject);

// In KiB.
struct Resident {
  int64_t peak = 0;    // the most that was ever resident, all of it
  int64_t shared = 0;  // of memory shared by memfd: the guest's memory that was touched
  // What the program itself took.
  int64_t BeyondGuest() const { return peak - shared; }
};

// Looks at the process as it exits, while its memory is still there: traced, and so not for times.
Resident ResidentAtExit(const Subject& subject);

double Median(std::vector<double> values);

}  // namespace cardcage::bench

#endif  // CARDCAGE_BENCH_LAB_MEASURE_H_
