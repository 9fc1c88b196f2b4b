// SPDX-License-Identifier: MIT
#include "machines/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "machines/cli/check_command.h"
#include "machines/cli/helpers.h"
#include "machines/cli/process.h"
#include "machines/cli/run_command.h"
#include "machines/report/outcome.h"
#include "machines/spec/scalars.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

int UsageError(const std::string& message, const std::string& help) {
  std::fprintf(stderr, "cardcage: %s\n", message.c_str());
  if (!help.empty()) std::fprintf(stderr, "  %s\n", help.c_str());
  std::fprintf(stderr, "  `cardcage --help` lists what there is\n");
  return kExitUsage;
}

std::string CheckDuration(const std::string& text) {
  if (ParseDuration(text)) return "";
  return "`" + text + "` is no duration: 10s, 300ms, 2min, or a number of seconds";
}

}  // namespace

int Main(int argc, char** argv, std::span<const cardcage_plugin* const> builtin_devices) {
  PrepareProcess();
  TypeRegistry types;
  for (const cardcage_plugin* plugin : builtin_devices) {
    if (const absl::Status added = types.Add(*plugin); !added.ok()) {
      std::fprintf(stderr, "cardcage: a built-in device: %s\n",
                   std::string(added.message()).c_str());
      return kExitOurBug;
    }
  }

  CLI::App app("Assembles a machine of virtual devices from a YAML file and runs it on KVM.",
               "cardcage");
  app.set_version_flag("--version", "cardcage " CARDCAGE_VERSION);
  app.set_help_flag("-h,--help", "Print this and end");
  app.require_subcommand(1);
  app.get_formatter()->column_width(28);
  app.footer("`cardcage VERB --help` says more of one verb.");

  RunOptions run;
  std::string timeout;
  CLI::App* run_command = app.add_subcommand("run", "Run a machine");
  run_command->add_option("FILE", run.file, "Machine file")->required();
  run_command
      ->add_option("--timeout", timeout,
                   "End with 124 after this time: 10s, 300ms, 2min, or seconds")
      ->type_name("TIME")
      ->check(CheckDuration);
  run_command
      ->add_option("--result", run.result_file, "Write how the machine ended to this file, as JSON")
      ->type_name("FILE");
  run_command->footer(
      "The machine's `stdio` is this terminal, pipe or file. On a terminal: Ctrl-A x ends,\n"
      "Ctrl-A h helps.\n"
      "Exit codes: 0 to 63 the guest's own, 64 usage, 65 machine file, 69 the host cannot,\n"
      "76 guest fault, 124 timeout, 128+n signal n.\n"
      "Example: cardcage run configs/hello.yaml --timeout 10s");

  CheckOptions check;
  CLI::App* check_command =
      app.add_subcommand("check", "Check machine files, without running them");
  check_command->add_option("FILES", check.files, "Machine files")->required();
  check_command->footer(
      "Ends with 0 where all are right, else with 65 and every mistake on stderr.\n"
      "Example: cardcage check configs/*.yaml");

  if (argc == 1) return UsageError("what shall it do?", "try: cardcage run configs/hello.yaml");
  // A verb that is not the program's own is a helper's: `cardcage bench` runs cardcage-bench.
  const std::vector<std::string> verbs = {"run", "check"};
  if (argc > 1 && argv[1][0] != '-' &&
      std::find(verbs.begin(), verbs.end(), argv[1]) == verbs.end()) {
    RunHelper(argv[1], argv + 1);
    std::vector<std::string> known = verbs;
    for (std::string& helper : HelperNames()) known.push_back(std::move(helper));
    return UsageError(std::string("there is no verb `") + argv[1] + "`", Suggest(argv[1], known));
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e) == 0 ? 0 : kExitOurBug;
  } catch (const CLI::ParseError& e) {
    std::vector<std::string> options;
    const CLI::App* verb = run_command->parsed() ? run_command : check_command;
    std::string help;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (!word.starts_with("--") || word.find('=') != std::string::npos) continue;
      if (verb->get_option_no_throw(word) == nullptr) {
        for (const CLI::Option* option : verb->get_options()) {
          if (!option->get_lnames().empty()) options.push_back("--" + option->get_lnames()[0]);
        }
        help = Suggest(word, options);
        break;
      }
    }
    return UsageError(e.what(), help);
  }

  if (run_command->parsed()) {
    if (!timeout.empty()) run.timeout = ParseDuration(timeout);
    return RunCommand(run, types);
  }
  return CheckCommand(check, types);
}

}  // namespace cardcage
