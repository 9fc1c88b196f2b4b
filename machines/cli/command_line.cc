// SPDX-License-Identifier: MIT
#include "machines/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machines/cli/check_command.h"
#include "machines/cli/describe_command.h"
#include "machines/cli/helpers.h"
#include "machines/cli/plugins.h"
#include "machines/cli/process.h"
#include "machines/cli/run_command.h"
#include "machines/report/outcome.h"
#include "machines/spec/quantities.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

int UsageError(std::string_view message, std::string_view help) {
  std::string text = absl::StrCat("cardcage: ", std::string(message), "\n");
  if (!help.empty()) absl::StrAppend(&text, "  ", std::string(help), "\n");
  absl::StrAppend(&text, "  `cardcage --help` lists what there is\n");
  std::fputs(text.c_str(), stderr);
  return kExitUsage;
}

// The options of one verb. Only those of the verb that is asked for are made: start-up time counts.
class VerbOptions {
 public:
  VerbOptions(std::string_view verb, std::string_view summary, std::string_view more)
      : app_(std::string(summary), absl::StrCat("cardcage ", std::string(verb))) {
    app_.set_help_flag("-h,--help", "Print this and end");
    app_.get_formatter()->column_width(28);
    app_.get_formatter()->label("REQUIRED", "");
    app_.footer(std::string(more));
  }

  CLI::App& app() { return app_; }

  // Reads the words after the verb. Nothing where the command goes on, else its exit code.
  std::optional<int> Parse(int argc, char** argv) {
    try {
      app_.parse(argc - 1, argv + 1);
      return std::nullopt;
    } catch (const CLI::Success& e) {  // --help
      return app_.exit(e) == 0 ? 0 : kExitOurBug;
    } catch (const CLI::ParseError& e) {
      return UsageError(e.what(), SuggestOption(argc, argv));
    }
  }

 private:
  // For the first option that there is none of: the nearest that there is.
  std::string SuggestOption(int argc, char** argv) {
    for (int i = 2; i < argc; ++i) {
      const std::string word = argv[i];
      if (!word.starts_with("--") || word.find('=') != std::string::npos) continue;
      if (app_.get_option_no_throw(word) != nullptr) continue;
      std::vector<std::string> known;
      for (const CLI::Option* option : app_.get_options()) {
        if (!option->get_lnames().empty()) known.push_back("--" + option->get_lnames()[0]);
      }
      return Suggest(word, known);
    }
    return "";
  }

  CLI::App app_;
};

std::string CheckDuration(const std::string& text) {
  if (ParseDuration(text)) return "";
  return "`" + text + "` is no duration: 10s, 300ms, 2min, or a number of seconds";
}

void AddPluginOption(CLI::App& app, std::vector<std::string>& files) {
  app.add_option("--plugin", files, "Load device types from this shared object (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
}

constexpr std::string_view kRunSummary = "Run a machine";
int Run(int argc, char** argv, TypeRegistry& types) {
  VerbOptions options(
      "run", kRunSummary,
      "The machine's `stdio` is this terminal, pipe or file. On a terminal: Ctrl-A x ends,\n"
      "Ctrl-A h helps.\n"
      "Exit codes: 0 to 63 the guest's own, 64 usage, 65 machine file, 66 plugin,\n"
      "69 the host cannot, 76 guest fault, 124 timeout, 128+n signal n.\n"
      "Example: cardcage run configs/hello.yaml --timeout 10s");
  RunOptions run;
  std::string timeout;
  options.app().add_option("FILE", run.file, "Machine file")->required()->type_name("");
  options.app()
      .add_option("--timeout", timeout,
                  "End with 124 after this time: 10s, 300ms, 2min, or seconds")
      ->type_name("TIME")
      ->check(CheckDuration);
  options.app()
      .add_option("--result", run.result_file, "Write how the machine ended to this file, as JSON")
      ->type_name("FILE");
  options.app().add_flag("--deterministic", run.deterministic,
                         "Make each run the same: in software, all input read first");
  std::vector<std::string> files;
  AddPluginOption(options.app(), files);
  if (const auto end = options.Parse(argc, argv)) return *end;
  if (!timeout.empty()) run.timeout = ParseDuration(timeout);
  Plugins plugins(std::move(types));
  if (!plugins.Find(files)) return kExitPlugin;
  return RunCommand(run, plugins);
}

constexpr std::string_view kCheckSummary = "Check machine files, without running them";
int Check(int argc, char** argv, TypeRegistry& types) {
  VerbOptions options(
      "check", kCheckSummary,
      "Ends with 0 where all are right, else with every mistake on stderr and 65, or 66\n"
      "where it is a plugin that cannot be loaded.\n"
      "Example: cardcage check configs/*.yaml");
  CheckOptions check;
  options.app().add_option("FILES", check.files, "Machine files")->required()->type_name("");
  std::vector<std::string> files;
  AddPluginOption(options.app(), files);
  if (const auto end = options.Parse(argc, argv)) return *end;
  Plugins plugins(std::move(types));
  if (!plugins.Find(files)) return kExitPlugin;
  return CheckCommand(check, plugins);
}

constexpr std::string_view kDescribeSummary =
    "Show the device types that there are, and each in full";
int Describe(int argc, char** argv, TypeRegistry& types) {
  VerbOptions options(
      "describe", kDescribeSummary,
      "Without TYPE, all types with a line each, and where they come from; no plugin of a folder\n"
      "is loaded. A plugin's FILE.so is loaded in a process of its own.\n"
      "Example: cardcage describe ns16550a");
  DescribeOptions describe;
  options.app().add_option("TYPE", describe.what, "A type, or a plugin's file")->type_name("");
  CLI::Option* const json = options.app().add_flag("--json", describe.json, "Print JSON");
  options.app()
      .add_flag("--manifest", describe.manifest, "Print the manifest of a plugin's file")
      ->excludes(json);
  AddPluginOption(options.app(), describe.plugins);
  if (const auto end = options.Parse(argc, argv)) return *end;
  if (describe.manifest && !IsPluginFile(describe.what)) {
    return UsageError("--manifest is of a plugin's file: name one", "");
  }
  Plugins plugins(std::move(types));
  return DescribeCommand(describe, plugins);
}

struct Verb {
  std::string_view name;
  std::string_view summary;
  int (*run)(int argc, char** argv, TypeRegistry& types);
};
constexpr std::array kVerbs = {Verb{"run", kRunSummary, &Run}, Verb{"check", kCheckSummary, &Check},
                               Verb{"describe", kDescribeSummary, &Describe}};

void PrintHelp() {
  std::string text =
      "Assembles a machine of virtual devices from a YAML file and runs it, on KVM or in "
      "software.\n"
      "Usage: cardcage VERB [WORDS…]\n\nVerbs:\n";
  for (const Verb& verb : kVerbs) {
    absl::StrAppendFormat(&text, "  %-12s %s\n", std::string(verb.name), std::string(verb.summary));
  }
  for (const std::string& helper : HelperNames()) {
    absl::StrAppendFormat(&text, "  %-12s %s\n", helper, std::string(HelperSummary(helper)));
  }
  absl::StrAppend(&text,
                  "\n  --version    Print the version and end\n"
                  "  -h, --help   Print this and end; after a verb: its options\n\n"
                  "Example: cardcage run configs/hello.yaml\n");
  std::fputs(text.c_str(), stdout);
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
  if (argc == 1) return UsageError("what shall it do?", "try: cardcage run configs/hello.yaml");
  const std::string_view word = argv[1];
  if (word == "-h" || word == "--help") {
    PrintHelp();
    return 0;
  }
  if (word == "--version") {
    std::puts("cardcage " CARDCAGE_VERSION);
    return 0;
  }
  if (word.starts_with("-")) {
    return UsageError(absl::StrCat("there is no option `", argv[1], "` before a verb"), "");
  }
  std::vector<std::string> known;
  for (const Verb& verb : kVerbs) {
    if (word == verb.name) return verb.run(argc, argv, types);
    known.emplace_back(verb.name);
  }
  // A verb that is not the program's own is a helper's: `cardcage bench` runs cardcage-bench.
  RunHelper(argv[1], argv + 1);
  for (std::string& helper : HelperNames()) known.push_back(std::move(helper));
  return UsageError(absl::StrCat("there is no verb `", argv[1], "`"), Suggest(word, known));
}

}  // namespace cardcage
