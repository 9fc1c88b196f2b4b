// SPDX-License-Identifier: MIT
// What users expect of a device beyond the contract: that it is cheap to enter, says little, and is documented.
#include <sys/syscall.h>

#include <span>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machines/validate/check.h"
#include "machines/validate/costs.h"
#include "machines/validate/probe.h"
#include "machines/validate/subject.h"

namespace cardcage {
namespace {

using Cost = Probe::Cost;

// Has handlers measured while much is done; `judge` sees each place where that cost something.
template <class Judge>
void Measure(Context& context, Cost cost, Judge judge) {
  context.probe().LeaveOutHost();
  for (unsigned round = 0; round < 4; ++round) {
    Random random(context.seed() + round);
    Subject subject(context);
    subject.DoSteps(random, 100);  // what is done once only may cost more
    context.probe().Measure(cost);
    subject.DoSteps(random, 1000);
    context.probe().Measure(Cost::kNone);
  }
  for (const auto& [place, sum] : context.probe().sums()) {
    if (sum.costly == 0) continue;
    judge(absl::StrCat(place.is_write ? "writes" : "reads", " at ",
                       NameOf(context.type(), place.region, place.offset, place.is_write)),
          sum);
  }
}

// Of those that handlers make by mistake; by its number otherwise.
std::string SystemCallName(uint64_t number) {
  switch (number) {
    case SYS_read:
      return "read";
    case SYS_write:
      return "write";
    case SYS_futex:
      return "futex";
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return "nanosleep";
    case SYS_timerfd_settime:
      return "timerfd_settime";
    case SYS_openat:
      return "openat";
    case SYS_mmap:
      return "mmap";
    case SYS_getpid:
      return "getpid";
    default:
      return absl::StrCat("number ", number);
  }
}

}  // namespace

void CheckQuiet(Context& context) {
  constexpr size_t kMost = 32;
  Random random(context.seed());
  Subject subject(context);
  subject.DoSteps(random, 2000);
  const std::vector<std::string>& log = subject.cage().log();
  if (log.size() > kMost) {
    context.Find(absl::StrCat("2000 accesses and events make it log ", log.size(),
                              " lines and more, as: ", log.front()));
  }
}

void CheckAllocations(Context& context) {
  Measure(context, Cost::kAllocations, [&](const std::string& place, const Probe::Sum& sum) {
    context.Find(absl::StrCat(sum.costly, " of ", sum.calls, " ", place, " allocate memory, up to ",
                              sum.most, " times"));
  });
}

void CheckSystemCalls(Context& context) {
  if (!SystemCallWatch::Prepare()) {
    return context.Skip("this kernel cannot say which system calls are made: Linux 5.11 can");
  }
  Measure(context, Cost::kSystemCalls, [&](const std::string& place, const Probe::Sum& sum) {
    context.Find(absl::StrCat(sum.costly, " of ", sum.calls, " ", place, " make a system call (",
                              SystemCallName(sum.most), ")"));
  });
}

// One that is slow by chance, since another program had the CPU, is not slow most of the time.
void CheckTime(Context& context) {
  Measure(context, Cost::kTime, [&](const std::string& place, const Probe::Sum& sum) {
    if (sum.calls < 4 || sum.costly * 2 < sum.calls) return;
    context.Find(absl::StrFormat(
        "%d of %d %s take over %d ms, up to %.1f ms: the guest's CPU waits", sum.costly, sum.calls,
        place, Probe::kLong / 1'000'000, static_cast<double>(sum.most) / 1e6));
  });
}

void CheckDocuments(Context& context) {
  const cardcage_type& type = context.type();
  const auto lacks = [&context](std::string_view what, const char* name) {
    context.Find(
        absl::StrCat("its ", std::string(what), " ", name, " has no line that says what it is"));
  };
  const auto is_missing = [](const char* text) { return text == nullptr || *text == '\0'; };
  if (is_missing(type.summary)) context.Find("it has no summary");
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    if (is_missing(param->doc)) lacks("parameter", param->key);
  }
  for (const cardcage_counter* counter : std::span(type.counters, type.counter_count)) {
    if (is_missing(counter->doc)) lacks("counter", counter->name);
  }
}

}  // namespace cardcage
