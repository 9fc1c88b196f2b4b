// SPDX-License-Identifier: MIT
#include "machines/report/outcome.h"

#include <signal.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage {

Outcome OutcomeOf(const MachineEnd& end) {
  using Cause = MachineEnd::Cause;
  using Reason = VmExit::Reason;
  Outcome outcome;
  switch (end.cause) {
    case Cause::kQuit:
      outcome.reason = "quit";
      break;
    case Cause::kDevice:
      outcome.reason = "device";
      outcome.code = end.code;
      outcome.device = end.device;
      outcome.exit_code = static_cast<int>(std::min<uint64_t>(end.code, kMostGuestCode));
      if (end.code > kMostGuestCode) {
        outcome.message =
            absl::StrFormat("the guest's code is %d (0x%x); codes above %d end with %d", end.code,
                            end.code, kMostGuestCode, kMostGuestCode);
      }
      break;
    case Cause::kReset:
      outcome.reason = "reset";
      break;
    case Cause::kTimeout:
      outcome.reason = "timeout";
      outcome.exit_code = kExitTimeout;
      break;
    case Cause::kSignal:
      outcome.reason = "signal";
      outcome.code = end.code;
      outcome.exit_code = kExitSignal + static_cast<int>(end.code);
      break;
    case Cause::kOutputClosed:
      outcome.reason = "output-closed";
      outcome.exit_code = kExitSignal + SIGPIPE;
      break;
    case Cause::kCpu:
      outcome.reason = std::string(Name(end.exit.reason));
      outcome.cpu = end.cpu;
      switch (end.exit.reason) {
        case Reason::kHalt:
        case Reason::kPowerOff:
        case Reason::kReset:
          break;
        case Reason::kEngineFailed:
          outcome.exit_code = kExitHost;
          outcome.message = absl::StrCat("cpu ", end.cpu, ": ", end.exit.detail);
          break;
        default:
          outcome.exit_code = kExitGuestFault;
          outcome.is_guest_fault = true;
      }
      break;
  }
  return outcome;
}

std::string ResultJson(const Outcome& outcome) {
  nlohmann::ordered_json json;
  json["version"] = 1;
  json["reason"] = outcome.reason;
  json["exit_code"] = outcome.exit_code;
  json["code"] = nullptr;
  json["device"] = nullptr;
  json["cpu"] = nullptr;
  json["rip"] = nullptr;
  json["engine"] = outcome.engine;
  json["instructions"] = nullptr;
  if (outcome.code) json["code"] = *outcome.code;
  if (!outcome.device.empty()) json["device"] = outcome.device;
  if (outcome.cpu) json["cpu"] = *outcome.cpu;
  if (outcome.rip) json["rip"] = absl::StrFormat("0x%x", *outcome.rip);
  if (outcome.instructions) json["instructions"] = *outcome.instructions;
  return json.dump(2) + "\n";
}

}  // namespace cardcage
