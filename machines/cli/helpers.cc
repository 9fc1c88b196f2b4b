// SPDX-License-Identifier: MIT
#include "machines/cli/helpers.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace cardcage {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPrefix = "cardcage-";

// In a build folder, and in an installation, by the program's own path.
std::array<fs::path, 2> Folders() {
  const fs::path self = ProgramFolder();
  return {self / "libexec" / "cardcage", self.parent_path() / "libexec" / "cardcage"};
}

}  // namespace

std::filesystem::path ProgramFolder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::vector<std::string> HelperNames() {
  std::vector<std::string> names;
  for (const fs::path& folder : Folders()) {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(kPrefix)) names.push_back(name.substr(kPrefix.size()));
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string_view HelperSummary(std::string_view verb) {
  // Those that Cardcage has itself: a helper is not run to ask it.
  if (verb == "bench") return "Measure this build on this host";
  if (verb == "validate") return "Check a plugin against the contract";
  if (verb == "new-device") return "Write a project for a device of your own";
  return "(a program of its own)";
}

void RunHelper(const std::string& verb, char** argv) {
  if (verb.find('/') != std::string::npos) return;
  for (const fs::path& folder : Folders()) {
    execv((folder / (std::string(kPrefix) + verb)).c_str(), argv);
  }
}

}  // namespace cardcage
