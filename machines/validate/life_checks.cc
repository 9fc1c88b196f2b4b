// SPDX-License-Identifier: MIT
// A device's life: made and ended any number of times, reset, paused and looked at, alone and beside others.
#include <dirent.h>
#include <malloc.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "framework/plugin/plugin_file.h"
#include "machines/validate/check.h"
#include "machines/validate/subject.h"
#include "machines/validate/twins.h"

namespace cardcage {
namespace {

// Entries of a folder of /proc/self.
size_t CountOf(const char* folder) {
  DIR* const dir = opendir(folder);
  if (dir == nullptr) return 0;
  size_t count = 0;
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

void MakeAndEnd(Context& context, unsigned times) {
  while (times-- > 0) const Subject subject(context);
}

// The device with the same script alone, and while something else is done between its steps.
template <class Between>
void CheckUndisturbed(Context& context, std::string_view by, Between between) {
  for (unsigned round = 0; round < 10; ++round) {
    Random random(context.seed() + round);
    Random again = random;
    std::vector<std::string> alone;
    {
      Subject subject(context);
      for (unsigned step = 0; step < 100; ++step) alone.push_back(subject.Do(random));
    }
    Subject subject(context);
    for (unsigned step = 0; step < 100; ++step) {
      const std::string seen = subject.Do(again);
      const std::string action = context.last();
      if (seen != alone[step]) {
        return context.Find(absl::StrCat(action, " gives ", seen, std::string(by), ", and ",
                                         alone[step], " without it"));
      }
      between(round, step);
    }
  }
}

// Another device, made anew every 50 steps, with a script of its own.
class Neighbour {
 public:
  explicit Neighbour(Context& context) : context_(context) {}

  void Do(const cardcage_plugin& plugin, unsigned round, unsigned step) {
    if (step % 50 == 0) {
      device_ = std::make_unique<Subject>(context_, plugin);
      random_.seed(context_.seed() + 1000 + round);
    }
    device_->Do(random_);
  }

 private:
  Context& context_;
  std::unique_ptr<Subject> device_;
  Random random_;
};

}  // namespace

void CheckMany(Context& context) {
  constexpr unsigned kTimes = 1000;
  MakeAndEnd(context, 100);
  const size_t descriptors = CountOf("/proc/self/fd");
  const size_t threads = CountOf("/proc/self/task");
  const size_t bytes = mallinfo2().uordblks;
  MakeAndEnd(context, kTimes);
  const size_t descriptors_left = CountOf("/proc/self/fd") - descriptors;
  const size_t threads_left = CountOf("/proc/self/task") - threads;
  const size_t bytes_now = mallinfo2().uordblks;
  const std::string times = absl::StrCat(" after it was made and ended ", kTimes, " times");
  if (descriptors_left >= kTimes / 2)
    context.Find(absl::StrCat(descriptors_left, " descriptors are left open", times));
  if (threads_left >= kTimes / 2)
    context.Find(absl::StrCat(threads_left, " threads are left", times));
  if (bytes_now > bytes + 8 * kTimes)
    context.Find(absl::StrCat(bytes_now - bytes, " bytes of memory are left", times));
}

void CheckReset(Context& context) {
  for (unsigned round = 0; round < 20; ++round) {
    Random random(context.seed() + round);
    Subject used(context);
    used.DoSteps(random, static_cast<unsigned>(random() % 200));
    used.cage().console().input.clear();
    used.Reset();
    used.TakeOutput();  // what it has given away for the reset
    Subject fresh(context);
    fresh.Follow(used);
    fresh.Reset();
    const std::string levels = fresh.Levels();
    if (used.Levels() != levels) {
      return context.Find(absl::StrCat("behind a reset its outputs are ", used.Levels(),
                                       "; those of a new one are ", levels));
    }
    if ((context.type().flags & CARDCAGE_TYPE_BATTERY) != 0) continue;
    if (const auto difference = FirstDifference(context, used, fresh, random, 100)) {
      return context.Find(absl::StrCat("behind a reset, ", *difference, ": a new one differs"));
    }
  }
}

void CheckPause(Context& context) {
  for (unsigned round = 0; round < 20; ++round) {
    Random random(context.seed() + round);
    Subject paused(context);
    Subject other(context);
    DoBoth(paused, other, random);
    context.Do("pause");
    paused.cage().Pause();
    const std::string output = paused.cage().console().output;
    const std::string levels = paused.Levels();
    context.Do("events in a pause");
    paused.cage().RunLoop();
    if (paused.cage().console().output != output || paused.Levels() != levels) {
      return context.Find("in a pause it goes on to send or to drive its outputs");
    }
    context.Do("resume");
    paused.cage().Resume();
    if (const auto difference =
            FirstDifference(context, paused, other, random, 100, /*with_output=*/false)) {
      return context.Find(
          absl::StrCat("behind a pause, ", *difference, ": without the pause it differs"));
    }
  }
}

void CheckPeek(Context& context) {
  for (unsigned round = 0; round < 20; ++round) {
    Random random(context.seed() + round);
    Subject looked_at(context);
    Subject other(context);
    DoBoth(looked_at, other, random);
    const std::string first = looked_at.Peeks();
    if (looked_at.Peeks() != first)
      return context.Find("two peeks, one behind the other, show different values");
    if (const auto difference = FirstDifference(context, looked_at, other, random, 100)) {
      return context.Find(absl::StrCat("behind peeks, ", *difference, ": without them it differs"));
    }
  }
}

void CheckRepeats(Context& context) {
  CheckUndisturbed(context, " the second time", [](unsigned, unsigned) {});
}

void CheckInstances(Context& context) {
  Neighbour neighbour(context);
  CheckUndisturbed(
      context, " beside another device of its type",
      [&](unsigned round, unsigned step) { neighbour.Do(context.plugin(), round, step); });
}

// Loaded when the first device has run alone: until then the plugin is alone, too.
void CheckCopies(Context& context) {
  std::unique_ptr<PluginFile> copy;
  Neighbour neighbour(context);
  const auto between = [&](unsigned round, unsigned step) {
    if (copy == nullptr) {
      auto file = PluginFile::Open(context.file());
      if (!file.ok()) return;
      copy = *std::move(file);
    }
    neighbour.Do(copy->plugin(), round, step);
  };
  CheckUndisturbed(context, " beside a device of another copy of the plugin", between);
  if (copy == nullptr && !context.has_findings()) context.Find("it cannot be loaded a second time");
}

}  // namespace cardcage
