// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_REPORT_OUTCOME_H_
#define CARDCAGE_MACHINES_REPORT_OUTCOME_H_

#include <optional>
#include <string>

#include "machines/assembly/machine.h"

namespace cardcage {

// Exit codes of the command. Those up to kMostGuestCode are the guest's own.
inline constexpr int kMostGuestCode = 63;
inline constexpr int kExitUsage = 64;
inline constexpr int kExitFile = 65;  // machine file or image
inline constexpr int kExitPlugin = 66;
inline constexpr int kExitHost = 69;  // the host cannot
inline constexpr int kExitOurBug = 70;
inline constexpr int kExitGuestFault = 76;
inline constexpr int kExitTimeout = 124;
inline constexpr int kExitSignal = 128;  // and the signal's number on top

// What the command makes of a machine's end.
struct Outcome {
  int exit_code = 0;
  std::string reason;                    // for programs: "halt", "device", "timeout", …
  std::optional<uint64_t> code;          // the guest's own, exactly
  std::string device;                    // that ended it
  std::optional<uint32_t> cpu;           // that ended it, or would not go on
  std::optional<uint64_t> rip;           // of that CPU
  std::string engine;                    // that ran it
  std::optional<uint64_t> instructions;  // executed, where the engine counts them
  bool is_guest_fault = false;
  std::string message;  // a line for stderr, or empty
};

Outcome OutcomeOf(const MachineEnd& end);

// The file of --result: one JSON object, with a line feed.
std::string ResultJson(const Outcome& outcome);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_REPORT_OUTCOME_H_
