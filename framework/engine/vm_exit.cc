// SPDX-License-Identifier: MIT
#include "framework/engine/vm_exit.h"

#include "absl/strings/str_format.h"

namespace cardcage {

std::string_view Describe(VmExit::Reason reason) {
  switch (reason) {
    case VmExit::Reason::kKicked:
      return "kicked";
    case VmExit::Reason::kHalt:
      return "halt";
    case VmExit::Reason::kShutdown:
      return "triple fault";
    case VmExit::Reason::kPowerOff:
      return "power off";
    case VmExit::Reason::kReset:
      return "reset";
    case VmExit::Reason::kGuestCrash:
      return "guest crash";
    case VmExit::Reason::kGuestFault:
      return "guest fault";
    case VmExit::Reason::kDebug:
      return "debug exit";
    case VmExit::Reason::kEntryFailed:
      return "state that the CPU refuses";
    case VmExit::Reason::kUnhandled:
      return "unhandled exit";
    case VmExit::Reason::kEngineFailed:
      return "engine failure";
  }
  return "unknown";
}

std::string_view Name(VmExit::Reason reason) {
  switch (reason) {
    case VmExit::Reason::kKicked:
      return "kicked";
    case VmExit::Reason::kHalt:
      return "halt";
    case VmExit::Reason::kShutdown:
      return "triple-fault";
    case VmExit::Reason::kPowerOff:
      return "power-off";
    case VmExit::Reason::kReset:
      return "reset";
    case VmExit::Reason::kGuestCrash:
      return "guest-crash";
    case VmExit::Reason::kGuestFault:
      return "guest-fault";
    case VmExit::Reason::kDebug:
      return "debug";
    case VmExit::Reason::kEntryFailed:
      return "entry-failed";
    case VmExit::Reason::kUnhandled:
      return "unhandled-exit";
    case VmExit::Reason::kEngineFailed:
      return "engine-failed";
  }
  return "unknown";
}

std::vector<AccessTrail::Entry> AccessTrail::Entries() const {
  std::vector<Entry> entries;
  for (size_t i = 0; i < kLength; ++i) {
    const Entry& entry = entries_[(next_ + i) % kLength];
    if (entry.size != 0) entries.push_back(entry);
  }
  return entries;
}

std::string Describe(const AccessTrail::Entry& entry) {
  const char* verb =
      entry.is_port ? (entry.is_write ? "out" : "in") : (entry.is_write ? "write to" : "read of");
  std::string text = absl::StrFormat("%s 0x%x, %d byte%s", verb, entry.address, entry.size,
                                     entry.size == 1 ? "" : "s");
  if (entry.count > 1) {
    absl::StrAppendFormat(&text, ", %d times", entry.count);
  } else {
    absl::StrAppendFormat(&text, ": 0x%x", entry.value);
  }
  return text;
}

}  // namespace cardcage
