// SPDX-License-Identifier: MIT
#include "machines/validate/check.h"

#include <algorithm>

namespace cardcage {
namespace {

constexpr Check kChecks[] = {
    {"symbols", Level::kFull, "it exports its entry and nothing else", CheckSymbols, true},

    {"defaults", Level::kBasic, "it can be made with its parameters' defaults", CheckDefaults},
    {"parameters", Level::kBasic, "it takes values at the edges of their bounds, or says why not",
     CheckParameters},
    {"offsets", Level::kBasic,
     "it comes back from every offset, width and direction, and across the ends", CheckOffsets},
    {"streams", Level::kBasic, "it comes back from long random streams with input, time and resets",
     CheckStreams},
    {"clock", Level::kBasic, "its timers let time go on", CheckClock},
    {"damaged-state", Level::kBasic, "no state that is loaded does harm", CheckBadState},
    {"answers", Level::kBasic, "its handlers answer as the contract says, and do not fail"},
    {"fits", Level::kBasic, "what a read gives has no more bytes than were asked for"},
    {"rules.turn", Level::kBasic, "it calls the host in its turn where it has to"},
    {"rules.late", Level::kBasic, "it calls nobody once it has ended"},
    {"rules.index", Level::kBasic, "it names only counters, signals and timers that it declares"},
    {"rules.finished", Level::kBasic, "it finishes only what was begun"},
    {"rules.end", Level::kBasic, "its end is finished in time"},
    {"rules.post", Level::kBasic, "it posts only where it takes what is posted"},
    {"rules.views", Level::kBasic, "it gives its views of guest memory back, each once"},

    {"registers", Level::kFull, "there is an answer where it declares a register", CheckRegisters},
    {"batches", Level::kFull, "several accesses in one call act as one by one", CheckBatches},
    {"threads", Level::kFull, "two threads do it no harm, if its type is concurrent", CheckThreads},
    {"leaks", Level::kFull, "it can be made and ended a thousand times, and nothing is left",
     CheckMany},
    {"reset", Level::kFull, "a reset makes it as new, but for what a battery keeps", CheckReset},
    {"pause", Level::kFull, "in a pause it is still, and then it goes on as before", CheckPause},
    {"peek", Level::kFull, "a look from outside has no effect", CheckPeek},
    {"repeats", Level::kFull, "what it does depends on the guest and the machine alone",
     CheckRepeats},
    {"instances", Level::kFull, "two devices of the type share nothing", CheckInstances},
    {"copies", Level::kFull, "two versions of the plugin, side by side, share nothing",
     CheckCopies},
    {"state", Level::kFull, "a copy made of what it has saved goes on as it does", CheckCopy},

    {"quiet", Level::kStrict, "the guest cannot make it fill the log", CheckQuiet},
    {"allocations", Level::kStrict, "its handlers do not allocate memory", CheckAllocations},
    {"system-calls", Level::kStrict, "its handlers make no system calls", CheckSystemCalls},
    {"time", Level::kStrict, "its handlers take less than a millisecond", CheckTime},
    {"documents", Level::kStrict, "it says what each of its parameters and counters is",
     CheckDocuments},
};

}  // namespace

std::span<const Check> AllChecks() { return kChecks; }

const Check* FindCheck(std::string_view id) {
  const auto* const found = std::find_if(std::begin(kChecks), std::end(kChecks),
                                         [id](const Check& check) { return check.id == id; });
  return found == std::end(kChecks) ? nullptr : found;
}

}  // namespace cardcage
