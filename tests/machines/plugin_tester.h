// SPDX-License-Identifier: MIT
// What tests of the command with plugins begin with.
#ifndef CARDCAGE_TESTS_MACHINES_PLUGIN_TESTER_H_
#define CARDCAGE_TESTS_MACHINES_PLUGIN_TESTER_H_

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/support/program.h"

namespace cardcage::testing {

// One of the plugins with a fault each, or without one (framework/plugin/faulty_plugin.cc): type acme.chip of
// plugin acme 1.0.0.
inline std::string Acme(const std::string& name) {
  return absl::StrCat(CARDCAGE_FAULTY_PLUGINS, "/", name, ".so");
}
// One of this repository's devices.
inline std::string Device(const std::string& name) {
  return absl::StrCat(CARDCAGE_PLUGINS, "/", name, ".so");
}

// A machine that has nothing but devices of these types, and these plugins.
inline std::string Machine(const std::vector<std::string>& types, const std::string& plugins = "") {
  std::string devices;
  for (const std::string& type : types) {
    absl::StrAppend(&devices, devices.empty() ? "" : ", ", "d", devices.size(), ": { type: ", type,
                    " }");
  }
  return absl::StrCat("cardcage: 1\n", plugins,
                      "memory: { ram: { at: 0, size: 4KiB } }\ndevices: { ", devices,
                      " }\nboot: { load: [ { at: 0, hex: \"f4\" } ], entry: 0 }\n");
}

class PluginTest : public ::testing::Test {
 protected:
  // The command, and what is in its environment.
  Outcome Run(std::vector<std::string> words) const {
    Command command = Cardcage(std::move(words));
    command.environment = {absl::StrCat("CARDCAGE_PLUGIN_PATH=", path_),
                           absl::StrCat("ACME_WAS_HERE=", folder_.Path("witness"))};
    if (!program_.empty()) command.arguments[0] = program_;
    return RunToEnd(std::move(command));
  }
  Outcome Check(const std::string& machine, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), "check");
    options.push_back(folder_.Write("m.yaml", machine));
    return Run(std::move(options));
  }

  // A plugin with its manifest, in a folder inside the test's own; `edits` are made to the manifest.
  void Add(const std::string& folder, const std::string& plugin, const std::string& name,
           const std::vector<std::pair<std::string, std::string>>& edits = {}) const {
    std::filesystem::create_directories(folder_.Path(folder));
    const std::string file = folder_.Path(absl::StrCat(folder, "/", name));
    std::filesystem::copy_file(plugin, absl::StrCat(file, ".so"));
    const Outcome manifest =
        RunToEnd(Cardcage({"describe", absl::StrCat(file, ".so"), "--manifest"}));
    ASSERT_EQ(manifest.code, 0) << manifest.errors;
    folder_.Write(absl::StrCat(folder, "/", name, ".manifest.json"),
                  absl::StrReplaceAll(manifest.output, edits));
  }
  // A folder that CARDCAGE_PLUGIN_PATH names.
  void AddToPath(const std::string& folder) {
    absl::StrAppend(&path_, path_.empty() ? "" : ":", folder_.Path(folder));
  }
  // A copy of the program as it is installed, from now on the one that is run.
  void Install() {
    std::filesystem::create_directories(folder_.Path("prefix/" CARDCAGE_BINDIR));
    program_ = folder_.Path("prefix/" CARDCAGE_BINDIR "/cardcage");
    std::filesystem::copy_file(Cardcage({}).arguments[0], program_);
  }
  // Whether code of the plugin `writes` has run.
  bool CodeHasRun() const { return std::filesystem::exists(folder_.Path("witness")); }

  const TemporaryFolder folder_;
  std::string path_;     // CARDCAGE_PLUGIN_PATH
  std::string program_;  // empty: the build's
};

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTS_MACHINES_PLUGIN_TESTER_H_
