// SPDX-License-Identifier: MIT
#include "machines/report/output_report.h"

#include <errno.h>
#include <string.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/backend/log_format.h"

namespace cardcage {
namespace {

using SayLine = std::function<void(std::string_view line)>;

// What became of the output; true where all that was taken was also written. `of` is whose it is: "" for
// standard output.
bool ReportOutput(const std::string& of, const OutputReport& report, const SayLine& say) {
  if (report.dropped > 0) {
    say(
        absl::StrFormat("%s%d bytes of output dropped: the guest wrote them although its serial "
                        "port said that it was full (THRE was 0)",
                        of, report.dropped));
  }
  if (report.unheard > 0) {
    say(absl::StrFormat("%s%d bytes of output lost: nobody was there to take them", of,
                        report.unheard));
  }
  // That standard output is closed is how the machine has ended.
  const bool is_closed = report.error == EPIPE || report.error == ECONNRESET;
  if (report.lost == 0 || (is_closed && of.empty())) return true;
  say(absl::StrFormat(
      "%s%d bytes of output could not be written: %s", of, report.lost,
      report.error != 0 ? strerror(report.error) : "the reader took nothing for 5 s"));
  return false;
}

}  // namespace

bool FinishOutput(Machine& machine, const SayLine& say) {
  for (const auto& [name, backend] : machine.backends()) backend->Flush(kPatience);
  Stdio* stdio = machine.stdio();
  if (stdio != nullptr && stdio->terminal() != nullptr) stdio->terminal()->Leave();
  const bool has_consoles = stdio != nullptr && stdio->console_count() > 1;
  bool is_whole = true;
  if (stdio != nullptr) {
    const OutputStream& output = stdio->output();
    is_whole = ReportOutput("", {.lost = output.lost(), .error = output.error()}, say);
  }
  for (const auto& [name, backend] : machine.backends()) {
    const bool is_console = stdio != nullptr && stdio->Has(*backend);
    const std::string of = is_console && !has_consoles ? "" : absl::StrCat("backend ", name, ": ");
    if (!ReportOutput(of, backend->report(), say)) is_whole = false;
  }
  return is_whole;
}

std::string KeptOutput(Machine& machine) {
  std::string text;
  for (const auto& [name, backend] : machine.backends()) {
    const std::string kept = backend->Kept();
    if (kept.empty()) continue;
    absl::StrAppendFormat(&text, "the last %d bytes of backend %s:\n", kept.size(), name);
    for (const char byte : kept) {
      if (byte == '\n') {
        text += '\n';
      } else {
        AppendEscaped(static_cast<uint8_t>(byte), text);
      }
    }
    if (!text.ends_with('\n')) text += '\n';
  }
  return text;
}

std::string Positions(Machine& machine) {
  std::string text;
  for (size_t i = 0; i < machine.cpus().size(); ++i) {
    const auto registers = machine.cpus()[i]->GetRegisters();
    if (!registers.ok()) continue;
    absl::StrAppendFormat(&text, "%scpu %d at %04x:%x", i == 0 ? "" : ", ", i,
                          registers->cs.selector, registers->rip);
  }
  return text;
}

std::string Format(const Machine::Failure& failure, const Source& source) {
  if (failure.place.line == 0 && failure.whose == Machine::Failure::Whose::kHost) {
    return absl::StrCat("cardcage: ", failure.message, "\n");
  }
  Diagnostics diagnostics(source);
  diagnostics.Error(failure.place, failure.message);
  return diagnostics.Format();
}

}  // namespace cardcage
