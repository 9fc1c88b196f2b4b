// SPDX-License-Identifier: MIT
#include "bench/lab/start.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/lab/measure.h"
#include "bench/lab/subjects.h"
#include "nlohmann/json.hpp"

namespace cardcage::bench {
namespace {

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
  std::string engine;
  Subject cardcage;
  std::optional<Subject> raw;  // the raw loop is KVM's
  Series cardcage_series;
  Series raw_series;

  std::string Title() const { return name + " on " + engine; }
  // Above 1.5, others have used the host meanwhile. That meets both programs alike and so hides what
  // one adds to the other.
  double Disturbance() const {
    const std::vector<double>& times = raw ? raw_series.times : cardcage_series.times;
    return Median(times) / Fastest(times);
  }
  std::optional<double> Ratio() const {
    if (!raw) return std::nullopt;
    return Median(cardcage_series.times) / Median(raw_series.times);
  }
};

Machine MakeMachine(const std::string& name, const std::string& engine, const std::string& output,
                    const TemporaryFolder& folder) {
  Subjects subjects = FindSubjects(name, engine, output, folder);
  Machine machine{.name = name, .engine = engine};
  machine.cardcage = std::move(subjects.cardcage);
  machine.raw = std::move(subjects.raw);
  return machine;
}

// By turns, so that what the host does meanwhile meets both.
void Measure(Machine& machine, int runs) {
  constexpr int kWarmUp = 2;
  for (int i = -kWarmUp; i < runs; ++i) {
    const double cardcage = MillisecondsToFirstByte(machine.cardcage);
    const double raw = machine.raw ? MillisecondsToFirstByte(*machine.raw) : 0;
    if (i < 0) continue;
    machine.cardcage_series.times.push_back(cardcage);
    if (machine.raw) machine.raw_series.times.push_back(raw);
  }
  machine.cardcage_series.resident = ResidentAtExit(machine.cardcage);
  if (machine.raw) machine.raw_series.resident = ResidentAtExit(*machine.raw);
}

void PrintTable(const std::vector<Machine>& machines, int runs) {
  std::printf("Medians of %d runs each, by turns. Resident is the peak beyond guest memory.\n\n",
              runs);
  std::printf("%-22s %-12s %12s %12s %8s\n", "machine", "", "cardcage", "raw loop", "ratio");
  const auto row = [](const std::string& title, const char* what, const char* unit, double ours,
                      std::optional<double> raw, bool has_ratio) {
    std::printf("%-22s %-12s %8.2f %-3s", title.c_str(), what, ours, unit);
    if (raw) std::printf(" %8.2f %-3s", *raw, unit);
    if (raw && has_ratio) std::printf(" %8.2f", ours / *raw);
    std::printf("\n");
  };
  for (const Machine& machine : machines) {
    const Series& ours = machine.cardcage_series;
    const auto raw = [&machine](const auto& figure) -> std::optional<double> {
      if (!machine.raw) return std::nullopt;
      return figure(machine.raw_series);
    };
    const auto median = [](const Series& series) { return Median(series.times); };
    const auto fastest = [](const Series& series) { return Fastest(series.times); };
    const auto resident = [](const Series& series) { return series.ResidentMib(); };
    row(machine.Title(), "first exit", "ms", median(ours), raw(median), true);
    row("", "  fastest", "ms", fastest(ours), raw(fastest), false);
    row("", "resident", "MiB", resident(ours), raw(resident), true);
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
    nlohmann::ordered_json row = {{"name", machine.name},
                                  {"engine", machine.engine},
                                  {"ratio", nullptr},
                                  {"cardcage", describe(machine.cardcage_series)},
                                  {"raw_loop", nullptr}};
    if (machine.raw) {
      row["ratio"] = *machine.Ratio();
      row["raw_loop"] = describe(machine.raw_series);
    }
    report["machines"].push_back(std::move(row));
  }
  std::printf("%s\n", report.dump(2).c_str());
}

// Says each bound that is exceeded, and what makes the numbers doubtful.
bool WithinBounds(const StartOptions& options, const std::vector<Machine>& machines) {
  constexpr double kQuiet = 1.5;
  bool ok = true;
  for (const Machine& machine : machines) {
    if (machine.Disturbance() > kQuiet) {
      std::fprintf(
          stderr,
          "cardcage bench: %s: the host was busy (the median of all runs is %.1f times the "
          "fastest one), which makes all ratios look like 1: try again\n",
          machine.Title().c_str(), machine.Disturbance());
    }
    if (options.max_ratio && machine.Ratio() > options.max_ratio) {
      std::fprintf(stderr,
                   "cardcage bench: %s: first exit after %.2f times the raw loop's time; "
                   "the bound is %.2f\n",
                   machine.Title().c_str(), *machine.Ratio(), *options.max_ratio);
      ok = false;
    }
    if (options.max_soft && machine.engine == "soft" &&
        Median(machine.cardcage_series.times) > *options.max_soft) {
      std::fprintf(stderr, "cardcage bench: %s: first exit after %.2f ms; the bound is %.2f ms\n",
                   machine.Title().c_str(), Median(machine.cardcage_series.times),
                   *options.max_soft);
      ok = false;
    }
    if (options.max_resident && machine.engine == "kvm" &&
        machine.cardcage_series.ResidentMib() > *options.max_resident) {
      std::fprintf(stderr, "cardcage bench: %s: %.2f MiB beyond guest memory; the bound is %.2f\n",
                   machine.Title().c_str(), machine.cardcage_series.ResidentMib(),
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
    const TemporaryFolder folder;
    if (access("/dev/kvm", R_OK | W_OK) == 0) {
      machines.push_back(MakeMachine("two-plus-two", "kvm", "4\n", folder));
      machines.push_back(MakeMachine("smp", "kvm", "cpu 0\ncpu 1\n", folder));
    } else {
      std::fprintf(stderr, "cardcage bench: /dev/kvm: %s: only the soft engine is measured\n",
                   std::strerror(errno));
    }
    machines.push_back(MakeMachine("two-plus-two", "soft", "4\n", folder));
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
