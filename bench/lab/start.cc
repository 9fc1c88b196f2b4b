// SPDX-License-Identifier: MIT
#include "bench/lab/start.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/lab/measure.h"
#include "nlohmann/json.hpp"

namespace cardcage::bench {
namespace {

namespace fs = std::filesystem;

// The first of the paths that is there.
std::string Find(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) {
    if (fs::exists(path)) return fs::weakly_canonical(path).string();
  }
  throw std::runtime_error(paths.front().string() + ": not found; build all of the project");
}

double Fastest(const std::vector<double>& times) {
  return *std::min_element(times.begin(), times.end());
}

struct Series {
  std::vector<double> times;
  Resident resident;

  double ResidentMib() const { return static_cast<double>(resident.BeyondGuest()) / 1024; }
};

struct Machine {
  std::string name;
  Subject cardcage;
  Subject raw;
  Series cardcage_series;
  Series raw_series;

  // Above 1.5, others have used the host meanwhile. That meets both programs alike and so hides what
  // one adds to the other.
  double Disturbance() const { return Median(raw_series.times) / Fastest(raw_series.times); }
  double Ratio() const { return Median(cardcage_series.times) / Median(raw_series.times); }
};

// In a build folder the program is two above its helpers; in an installation there is a bin/ beside.
Machine MakeMachine(const std::string& name, const std::string& output) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path root = here / ".." / "..";
  const std::string program = Find({root / "cardcage", root / "bin" / "cardcage"});
  const std::string config = Find({fs::path(CARDCAGE_CONFIGS) / (name + ".yaml"),
                                   root / "share" / "cardcage" / "configs" / (name + ".yaml")});
  const std::string guest = Find({root / "guests" / (name + ".bin"),
                                  root / "share" / "cardcage" / "guests" / (name + ".bin")});
  return {.name = name,
          .cardcage = {{program, "run", config}, output},
          .raw = {{Find({here / "raw-loop"}), name, guest}, output},
          .cardcage_series = {},
          .raw_series = {}};
}

// By turns, so that what the host does meanwhile meets both.
void Measure(Machine& machine, int runs) {
  constexpr int kWarmUp = 2;
  for (int i = -kWarmUp; i < runs; ++i) {
    const double cardcage = MillisecondsToFirstByte(machine.cardcage);
    const double raw = MillisecondsToFirstByte(machine.raw);
    if (i < 0) continue;
    machine.cardcage_series.times.push_back(cardcage);
    machine.raw_series.times.push_back(raw);
  }
  machine.cardcage_series.resident = ResidentAtExit(machine.cardcage);
  machine.raw_series.resident = ResidentAtExit(machine.raw);
}

void PrintTable(const std::vector<Machine>& machines, int runs) {
  std::printf("Medians of %d runs each, by turns. Resident is the peak beyond guest memory.\n\n",
              runs);
  std::printf("%-14s %-12s %12s %12s %8s\n", "machine", "", "cardcage", "raw loop", "ratio");
  for (const Machine& machine : machines) {
    std::printf("%-14s %-12s %9.2f ms %9.2f ms %8.2f\n", machine.name.c_str(), "first exit",
                Median(machine.cardcage_series.times), Median(machine.raw_series.times),
                machine.Ratio());
    std::printf("%-14s %-12s %9.2f ms %9.2f ms\n", "", "  fastest",
                Fastest(machine.cardcage_series.times), Fastest(machine.raw_series.times));
    std::printf("%-14s %-12s %8.2f MiB %8.2f MiB %8.2f\n", "", "resident",
                machine.cardcage_series.ResidentMib(), machine.raw_series.ResidentMib(),
                machine.cardcage_series.ResidentMib() / machine.raw_series.ResidentMib());
  }
}

void PrintJson(const std::vector<Machine>& machines, int runs) {
  nlohmann::ordered_json report = {{"version", 1}, {"bench", "start"}, {"runs", runs}};
  for (const Machine& machine : machines) {
    const auto describe = [](const Series& series) {
      return nlohmann::ordered_json{
          {"first_exit_ms", Median(series.times)}, {"first_exit_ms_fastest", Fastest(series.times)},
          {"first_exit_ms_all", series.times},     {"resident_kib", series.resident.BeyondGuest()},
          {"guest_kib", series.resident.shared},
      };
    };
    report["machines"].push_back({{"name", machine.name},
                                  {"ratio", machine.Ratio()},
                                  {"cardcage", describe(machine.cardcage_series)},
                                  {"raw_loop", describe(machine.raw_series)}});
  }
  std::printf("%s\n", report.dump(2).c_str());
}

// Says each bound that is exceeded, and what makes the numbers doubtful.
bool WithinBounds(const StartOptions& options, const std::vector<Machine>& machines) {
  constexpr double kQuiet = 1.5;
  bool ok = true;
  for (const Machine& machine : machines) {
    if (machine.Disturbance() > kQuiet) {
      std::fprintf(stderr,
                   "cardcage bench: %s: the host was busy (the raw loop's median is %.1f times its "
                   "fastest run), which makes all ratios look like 1: try again\n",
                   machine.name.c_str(), machine.Disturbance());
    }
    if (options.max_ratio && machine.Ratio() > *options.max_ratio) {
      std::fprintf(stderr,
                   "cardcage bench: %s: first exit after %.2f times the raw loop's time; "
                   "the bound is %.2f\n",
                   machine.name.c_str(), machine.Ratio(), *options.max_ratio);
      ok = false;
    }
    if (options.max_resident && machine.cardcage_series.ResidentMib() > *options.max_resident) {
      std::fprintf(stderr, "cardcage bench: %s: %.2f MiB beyond guest memory; the bound is %.2f\n",
                   machine.name.c_str(), machine.cardcage_series.ResidentMib(),
                   *options.max_resident);
      ok = false;
    }
  }
  return ok;
}

}  // namespace

int Start(const StartOptions& options) {
  std::vector<Machine> machines;
  try {
    machines.push_back(MakeMachine("two-plus-two", "4\n"));
    machines.push_back(MakeMachine("smp", "cpu 0\ncpu 1\n"));
    for (Machine& machine : machines) Measure(machine, options.runs);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "cardcage bench: %s\n", e.what());
    return 69;
  }
  if (options.json) {
    PrintJson(machines, options.runs);
  } else {
    PrintTable(machines, options.runs);
  }
  return WithinBounds(options, machines) ? 0 : 1;
}

}  // namespace cardcage::bench
