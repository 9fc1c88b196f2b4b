// SPDX-License-Identifier: MIT
// What a device saves is all that the guest could tell it by, and nothing that is loaded does harm.
#include "absl/strings/str_cat.h"
#include "machines/validate/check.h"
#include "machines/validate/subject.h"
#include "machines/validate/twins.h"

namespace cardcage {
namespace {

using testing::SavedState;

bool HasState(Context& context) {
  if (context.type().state != nullptr && context.type().state_version > 0) return true;
  context.Skip("the type saves no state");
  return false;
}

// The first field in which they differ, as words; empty where they do not.
std::string Difference(const SavedState& one, const SavedState& other) {
  for (const auto& [name, numbers] : one.fields) {
    const auto found = other.fields.find(name);
    if (found == other.fields.end() || found->second != numbers) return name;
  }
  return one.fields.size() == other.fields.size() ? "" : "(one that was not there)";
}

}  // namespace

void CheckCopy(Context& context) {
  if (!HasState(context)) return;
  for (unsigned round = 0; round < 30; ++round) {
    Random random(context.seed() + round);
    Subject device(context);
    device.DoSteps(random, static_cast<unsigned>(random() % 100));
    context.Do("save");
    const SavedState saved = device.cage().Save();
    if (const std::string field = Difference(saved, device.cage().Save()); !field.empty()) {
      return context.Find(
          absl::StrCat("saved twice, one behind the other, its field ", field, " differs"));
    }
    Subject copy(context);
    copy.Follow(device);
    context.Do("load");
    if (const std::string refusal = copy.cage().Load(saved); !refusal.empty()) {
      return context.Find(absl::StrCat("it refuses what it has saved: ", refusal));
    }
    if (const std::string field = Difference(saved, copy.cage().Save()); !field.empty()) {
      return context.Find(absl::StrCat("saved again behind a load, its field ", field, " differs"));
    }
    device.TakeOutput();
    copy.TakeOutput();
    if (const auto difference = FirstDifference(context, copy, device, random, 100)) {
      return context.Find(absl::StrCat("with a loaded state, ", *difference));
    }
  }
}

void CheckBadState(Context& context) {
  if (!HasState(context)) return;
  const SavedState good = Subject(context).cage().Save();
  for (unsigned round = 0; round < 60; ++round) {
    Random random(context.seed() + round);
    Subject device(context);
    SavedState bad = good;
    for (auto& [name, numbers] : bad.fields) {
      if (random() % 16 == 0) numbers.resize(random() % 80);
      for (uint64_t& number : numbers) {
        if (random() % 4 == 0) number = random() % 4 == 0 ? random() : random() % 256;
      }
    }
    context.Do("load of a damaged state");
    device.cage().Load(bad);
    device.DoSteps(random, 60);
    device.Reset();
    context.Do("load of a good state");
    if (const std::string refusal = device.cage().Load(good); !refusal.empty()) {
      return context.Find(absl::StrCat(
          "behind a damaged state and a reset, it refuses what it has saved: ", refusal));
    }
  }
}

}  // namespace cardcage
