// SPDX-License-Identifier: MIT
#include "machines/cli/run_command.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machines/assembly/machine.h"
#include "machines/cli/console_log.h"
#include "machines/cli/process.h"
#include "machines/cli/read_plan.h"
#include "machines/report/fault_report.h"
#include "machines/report/outcome.h"
#include "machines/report/output_report.h"

namespace cardcage {
namespace {

void OnEscapeKey(uint8_t key, Machine& machine, ConsoleLog& log) {
  if (key == 'x') {
    machine.RequestEnd({.cause = MachineEnd::Cause::kQuit});
    return;
  }
  const bool has_several = machine.stdio()->console_count() > 1;
  log.Text(absl::StrCat("\nCtrl-A x  ends the machine\n",
                        has_several ? "Ctrl-A n  goes to the next console\n" : "",
                        "Ctrl-A h  prints this\nCtrl-A Ctrl-A  is one Ctrl-A for the guest\n"));
}

// What backends have kept, in parts that the log holds whole, for a reader who is slow.
void ShowKeptOutput(Machine& machine, ConsoleLog& log) {
  constexpr size_t kPart = OutputStream::kCapacity / 2;
  const std::string text = KeptOutput(machine);
  for (size_t at = 0; at < text.size(); at += kPart) {
    log.Flush(kPatience);
    log.Text(std::string_view(text).substr(at, kPart));
  }
}

bool WriteResult(const std::string& path, const Outcome& outcome, ConsoleLog& log) {
  std::ofstream file(path, std::ios::trunc);
  file << ResultJson(outcome);
  file.close();
  if (file) return true;
  log.Line(absl::StrCat("the result cannot be written to ", path, ": ", strerror(errno)));
  return false;
}

// All that is told when the machine has ended, and the command's exit code.
int Finish(const RunOptions& options, Machine& machine, ConsoleLog& log) {
  const MachineEnd& end = machine.end();
  Outcome outcome = OutcomeOf(end);
  const bool output_is_whole =
      FinishOutput(machine, [&log](std::string_view line) { log.Line(line); });
  const uint32_t cpu = outcome.cpu.value_or(0);
  outcome.engine = std::string(machine.engine());
  outcome.instructions = machine.cpus()[0]->instructions();
  if (outcome.cpu || machine.cpus().size() == 1) {
    const auto registers = machine.cpus()[cpu]->GetRegisters();
    if (registers.ok()) outcome.rip = registers->rip;
  }
  if (outcome.is_guest_fault) {
    log.Text(absl::StrCat("cardcage: guest fault\n", FaultReport(machine, cpu, end.exit)));
    ShowKeptOutput(machine, log);
  }
  if (end.cause == MachineEnd::Cause::kTimeout) {
    log.Line(absl::StrCat("timeout: ", Positions(machine)));
  }
  if (!outcome.message.empty()) log.Line(outcome.message);
  if (!output_is_whole && outcome.exit_code == 0) outcome.exit_code = kExitHost;
  if (!options.result_file.empty() && !WriteResult(options.result_file, outcome, log) &&
      outcome.exit_code == 0) {
    outcome.exit_code = kExitHost;
  }
  log.Flush(kPatience);
  return outcome.exit_code;
}

// All of standard input, for a machine whose runs are all the same. Nothing where it cannot be had, and
// that was said.
std::optional<std::vector<uint8_t>> ReadScript() {
  constexpr size_t kMost = 16 << 20;
  if (isatty(STDIN_FILENO) != 0) {
    std::fputs(
        "cardcage: --deterministic reads its input to the end before the guest starts, and a "
        "terminal's has none\n"
        "  give it a file or a pipe, or nothing: </dev/null\n",
        stderr);
    return std::nullopt;
  }
  std::vector<uint8_t> script;
  std::array<uint8_t, 4096> buffer;
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return script;  // an input that is not open has none
    script.insert(script.end(), buffer.begin(), buffer.begin() + got);
    if (script.size() > kMost) {
      std::fputs(
          "cardcage: --deterministic holds all of its input, and there is more than 16 MiB\n",
          stderr);
      return std::nullopt;
    }
  }
}

bool UsesStdio(const Plan& plan) {
  return std::any_of(plan.backends.begin(), plan.backends.end(), [](const auto& backend) {
    return backend.is_used && backend.type->name == "stdio";
  });
}

int ReportFailure(const Machine::Failure& failure, const Source& source) {
  std::fputs(Format(failure, source).c_str(), stderr);
  return failure.whose == Machine::Failure::Whose::kFile ? kExitFile : kExitHost;
}

}  // namespace

int RunCommand(const RunOptions& options, Plugins& plugins) {
  ReadFailure failed_read;
  const auto read = ReadMachineFile(options.file, plugins, {.deterministic = options.deterministic},
                                    &failed_read);
  if (!read) {
    std::fputs(failed_read.errors.c_str(), stderr);
    return failed_read.exit_code;
  }
  std::optional<std::vector<uint8_t>> script;
  if (options.deterministic) {
    script.emplace();
    if (UsesStdio(read->plan) && !(script = ReadScript())) return kExitUsage;
  }
  auto made_loop = EventLoop::Create();
  if (!made_loop.ok()) {
    std::fprintf(stderr, "cardcage: %s\n", std::string(made_loop.status().message()).c_str());
    return kExitHost;
  }
  EventLoop& loop = **made_loop;
  ConsoleLog log(loop);
  std::unique_ptr<Machine> machine;
  Machine::Failure failure;
  machine = Machine::Create(
      read->plan, loop, [&log](std::string_view line) { log.Line(line); },
      {.escape_key = [&](uint8_t key) { OnEscapeKey(key, *machine, log); },
       .script = std::move(script)},
      &failure);
  if (machine == nullptr) return ReportFailure(failure, read->source);

  const auto terminal = [&] {
    return machine->stdio() == nullptr ? nullptr : machine->stdio()->terminal();
  };
  const ProcessSignals signals(
      loop,
      [&](int number) {
        machine->RequestEnd(
            {.cause = MachineEnd::Cause::kSignal, .code = static_cast<uint64_t>(number)});
      },
      [&] {
        if (terminal() != nullptr) terminal()->Leave();
      },
      [&] {
        if (terminal() != nullptr) terminal()->Return();
      });
  if (options.timeout) {
    loop.CallAt(EventLoop::Clock::now() + *options.timeout,
                [&] { machine->RequestEnd({.cause = MachineEnd::Cause::kTimeout}); });
  }
  machine->Start();
  loop.Run();
  return Finish(options, *machine, log);
}

}  // namespace cardcage
