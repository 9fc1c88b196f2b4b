// SPDX-License-Identifier: MIT
// `cardcage new-device`: a project for a device of one's own.
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "machines/new-device/project.h"
#include "machines/report/outcome.h"
#include "machines/spec/spelling.h"

namespace {

namespace fs = std::filesystem;
using cardcage::kExitHost;
using cardcage::kExitUsage;

int UsageError(const std::string& message, const std::string& help) {
  std::fputs(
      absl::StrCat("cardcage new-device: ", message, "\n", help.empty() ? "" : "  ", help,
                   help.empty() ? "" : "\n", "  `cardcage new-device --help` shows what it takes\n")
          .c_str(),
      stderr);
  return kExitUsage;
}

// For the first option that there is none of: the nearest that there is.
std::string SuggestOption(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with("--") && word != "--port" && word != "--mmio" && word != "--help") {
      return cardcage::Suggest(word, {"--port", "--mmio", "--help"});
    }
  }
  return "";
}

// Whether `cardcage` alone is that program.
bool IsInPath(const fs::path& program) {
  const char* const path = getenv("PATH");
  for (const absl::string_view folder : absl::StrSplit(path == nullptr ? "" : path, ':')) {
    const fs::path found = fs::path(std::string(folder)) / "cardcage";
    std::error_code error;
    if (fs::exists(found, error)) return fs::equivalent(found, program, error);
  }
  return false;
}

// As a word of a shell.
std::string Quoted(const std::string& text) {
  const auto is_plain = [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("/._-+:@", absl::string_view(&c, 1));
  };
  if (std::all_of(text.begin(), text.end(), is_plain)) return text;
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// The words that build, test and run the project, by where this program lies: in PREFIX/libexec/cardcage, or the
// same in a build folder, from which nothing can be found yet.
std::string NextSteps(const std::string& type) {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  const fs::path base = self.parent_path().parent_path().parent_path();
  std::string prefix = Quoted(base.string());
  std::string steps = "Next:\n";
  if (!fs::exists(base / "bin" / "cardcage", error)) {
    prefix = "$HOME/.local";
    absl::StrAppend(&steps, "  cmake --build ", base.string(), " && cmake --install ",
                    base.string(), " --prefix ", prefix, "\n");
  }
  const bool is_in_path = IsInPath(base / "bin" / "cardcage");
  absl::StrAppend(&steps, "  cd ", type, "\n  cmake -S . -B build",
                  is_in_path ? "" : " -DCMAKE_PREFIX_PATH=" + prefix,
                  "\n  cmake --build build\n  ctest --test-dir build --output-on-failure\n  ",
                  is_in_path ? "" : prefix + "/bin/", "cardcage run ", type,
                  ".yaml --plugin build/", type, ".so\nREADME.md says what is where.\n");
  return steps;
}

int NewDevice(const std::string& text, cardcage::RegisterPlace place) {
  const auto name = cardcage::ParseDeviceName(text);
  if (!name.ok()) {
    const std::string near = cardcage::NearestDeviceName(text);
    return UsageError(std::string(name.status().message()),
                      near.empty() ? "" : absl::StrCat("did you mean `", near, "`?"));
  }
  const auto files = cardcage::MakeProject(*name, place);
  const absl::Status written = cardcage::WriteProject(name->type, files);
  if (absl::IsAlreadyExists(written)) {
    return UsageError(absl::StrCat("there is a `", name->type, "` here already"),
                      "choose another name, or move it away");
  }
  if (!written.ok()) {
    std::fputs(
        absl::StrCat(
            "cardcage new-device: ", written.message(),
            "\n  nothing is left of it; try in a folder that you may write to, on a disk with "
            "room\n")
            .c_str(),
        stderr);
    return kExitHost;
  }
  std::string list;
  for (const cardcage::ProjectFile& file : files) {
    absl::StrAppend(&list, name->type, "/", file.path, "\n");
  }
  std::fputs(list.c_str(), stdout);
  std::fputs(NextSteps(name->type).c_str(), stderr);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Writes a project for a device of your own, in a new folder of that name here.",
               "cardcage new-device");
  app.set_help_flag("-h,--help", "Print this and end");
  app.get_formatter()->column_width(28);
  app.get_formatter()->label("REQUIRED", "");
  app.footer(
      "NAME is the type's, as machine files say it: count-down, or with a prefix acme.count-down.\n"
      "It builds against the installed Cardcage, and tests and runs with no edit.\n"
      "Prints the files on stdout, and on stderr what to do next. Ends with 64 where the name is "
      "none\n"
      "or the folder is there, 69 where it cannot be written.\n"
      "Example: cardcage new-device count-down --mmio");
  std::string name;
  bool is_port = false;
  bool is_mmio = false;
  app.add_option("NAME", name, "Of the device's type")->required()->type_name("");
  CLI::Option* const port =
      app.add_flag("--port", is_port, "Its register is on a port (the default)");
  app.add_flag("--mmio", is_mmio, "Its register is in memory")->excludes(port);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return UsageError(e.what(), SuggestOption(argc, argv));
  }
  return NewDevice(name, is_mmio ? cardcage::RegisterPlace::kMmio : cardcage::RegisterPlace::kPort);
}
