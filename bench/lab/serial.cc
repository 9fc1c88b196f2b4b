// SPDX-License-Identifier: MIT
#include "bench/lab/serial.h"

#include <errno.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/lab/measure.h"
#include "bench/lab/subjects.h"
#include "nlohmann/json.hpp"

namespace cardcage::bench {
namespace {

// What the guest of configs/stream.yaml sends.
std::string Stream() {
  constexpr size_t kBytes = 256 * 1024;
  std::string stream;
  for (size_t i = 0; i < kBytes; ++i) stream += static_cast<char>(i % 16);
  return stream;
}

double BytesPerSecond(const Subject& subject) {
  return static_cast<double>(subject.output.size()) / MillisecondsOfOutput(subject) * 1000;
}

}  // namespace

int Serial(const SerialOptions& options) {
  std::vector<double> ours;
  std::vector<double> raw;
  const bool has_kvm = access("/dev/kvm", R_OK | W_OK) == 0;
  if (!has_kvm) {
    std::fprintf(stderr, "cardcage bench: /dev/kvm: %s: only the soft engine is measured\n",
                 std::strerror(errno));
  }
  try {
    const TemporaryFolder folder;
    const Subjects subjects = FindSubjects("stream", has_kvm ? "kvm" : "soft", Stream(), folder);
    // By turns, so that what the host does meanwhile meets both.
    for (int i = -1; i < options.runs; ++i) {
      const double our_rate = BytesPerSecond(subjects.cardcage);
      const double raw_rate = subjects.raw ? BytesPerSecond(*subjects.raw) : 0;
      if (i < 0) continue;
      ours.push_back(our_rate);
      if (subjects.raw) raw.push_back(raw_rate);
    }
  } catch (const std::exception& e) {
    std::fprintf(stderr, "cardcage bench: %s\n", e.what());
    return 69;
  }
  const double our_rate = Median(ours);
  const double ratio = raw.empty() ? 0 : our_rate / Median(raw);
  if (options.json) {
    nlohmann::ordered_json report = {{"version", 1},
                                     {"bench", "serial"},
                                     {"runs", options.runs},
                                     {"engine", has_kvm ? "kvm" : "soft"},
                                     {"bytes_per_second", our_rate},
                                     {"raw_loop_bytes_per_second", nullptr},
                                     {"ratio", nullptr}};
    if (!raw.empty()) {
      report["raw_loop_bytes_per_second"] = Median(raw);
      report["ratio"] = ratio;
    }
    std::printf("%s\n", report.dump(2).c_str());
  } else {
    std::printf(
        "Medians of %d runs each, by turns, of bytes through the serial port to a pipe.\n\n",
        options.runs);
    std::printf("%-14s %12.0f bytes/s\n", has_kvm ? "cardcage, kvm" : "cardcage, soft", our_rate);
    if (!raw.empty()) {
      std::printf("%-14s %12.0f bytes/s\n%-14s %12.2f\n", "raw loop", Median(raw), "ratio", ratio);
    }
  }
  if (options.min_ratio && !raw.empty() && ratio < *options.min_ratio) {
    std::fprintf(stderr,
                 "cardcage bench: %.2f of the raw loop's bytes a second; the bound is %.2f\n",
                 ratio, *options.min_ratio);
    return 1;
  }
  return 0;
}

}  // namespace cardcage::bench
