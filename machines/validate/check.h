// SPDX-License-Identifier: MIT
// What `cardcage validate` asks of a plugin: one question a check, each with an id that stays.
#ifndef CARDCAGE_MACHINES_VALIDATE_CHECK_H_
#define CARDCAGE_MACHINES_VALIDATE_CHECK_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "machines/validate/context.h"

namespace cardcage {

// How strict a validation is; each level has the checks of those before it.
enum class Level : uint8_t {
  kBasic,   // no harm to the machine, and no rule broken that the host sees
  kFull,    // what the contract promises of a device's behaviour
  kStrict,  // what users expect beyond it: no allocation in a handler, documentation
};
constexpr std::string_view kLevelNames[] = {"basic", "full", "strict"};

struct Check {
  std::string_view id;
  Level level;
  std::string_view why;  // a line for people, which says what is so where it passes
  // Nullptr: what every check of a type looks for besides.
  void (*run)(Context&) = nullptr;
  bool is_of_plugin = false;  // run once, not for each type
};

// In the order in which they are run and shown.
std::span<const Check> AllChecks();
// By its id, or null.
const Check* FindCheck(std::string_view id);

// By the files that they are in.
void CheckSymbols(Context& context);

void CheckDefaults(Context& context);
void CheckParameters(Context& context);
void CheckOffsets(Context& context);
void CheckStreams(Context& context);
void CheckClock(Context& context);
void CheckRegisters(Context& context);
void CheckBatches(Context& context);
void CheckThreads(Context& context);

void CheckMany(Context& context);
void CheckReset(Context& context);
void CheckPause(Context& context);
void CheckPeek(Context& context);
void CheckInstances(Context& context);
void CheckRepeats(Context& context);
void CheckCopies(Context& context);

void CheckCopy(Context& context);
void CheckBadState(Context& context);

void CheckQuiet(Context& context);
void CheckAllocations(Context& context);
void CheckSystemCalls(Context& context);
void CheckTime(Context& context);
void CheckDocuments(Context& context);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_CHECK_H_
