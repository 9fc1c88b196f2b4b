// SPDX-License-Identifier: MIT
#include "framework/engine/vm_exit.h"

#include <iterator>

#include "absl/strings/str_format.h"

namespace cardcage {

namespace {

// In the order of VmExit::Reason.
constexpr struct {
  VmExit::Reason reason;
  std::string_view name;
  std::string_view description;
} kReasons[] = {
    {VmExit::Reason::kKicked, "kicked", "kicked"},
    {VmExit::Reason::kHalt, "halt", "halt"},
    {VmExit::Reason::kShutdown, "triple-fault", "triple fault"},
    {VmExit::Reason::kPowerOff, "power-off", "power off"},
    {VmExit::Reason::kReset, "reset", "reset"},
    {VmExit::Reason::kGuestCrash, "guest-crash", "guest crash"},
    {VmExit::Reason::kGuestFault, "guest-fault", "guest fault"},
    {VmExit::Reason::kDebug, "debug", "debug exit"},
    {VmExit::Reason::kEntryFailed, "entry-failed", "state that the CPU refuses"},
    {VmExit::Reason::kUnhandled, "unhandled-exit", "unhandled exit"},
    {VmExit::Reason::kEngineFailed, "engine-failed", "engine failure"},
};
static_assert([] {
  for (size_t i = 0; i < std::size(kReasons); ++i) {
    if (static_cast<size_t>(kReasons[i].reason) != i) return false;
  }
  return std::size(kReasons) == static_cast<size_t>(VmExit::Reason::kEngineFailed) + 1;
}());

}  // namespace

std::string_view Describe(VmExit::Reason reason) {
  return kReasons[static_cast<size_t>(reason)].description;
}

std::string_view Name(VmExit::Reason reason) { return kReasons[static_cast<size_t>(reason)].name; }

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
