// SPDX-License-Identifier: MIT
#include "tests/support/program.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage::testing {
namespace {

std::string Machine(const std::string& load, uint64_t ecx) {
  return absl::StrFormat(
      "cardcage: 1\n"
      "memory:\n"
      "  code: { at: 0x1000, size: 4KiB }\n"
      "devices:\n"
      "  com1: { type: ns16550a, at: port 0x3f8, console: stdio }\n"
      "  ports: { type: scratch, at: port 0x400 }\n"
      "  page: { type: scratch, at: mmio 0xd0000, size: 4KiB }\n"
      "  debug-exit: { type: debug-exit, at: port 0xf4 }\n"
      "boot:\n"
      "  load: [ { at: 0x1000, %s } ]\n"
      "  entry: 0x1000\n"
      "  registers: { rcx: %d }\n",
      load, ecx);
}

}  // namespace

Command Cardcage(std::vector<std::string> arguments) {
  std::vector<std::string> all = {CARDCAGE_PROGRAM};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return {.arguments = std::move(all)};
}

std::string Config(std::string_view name) {
  return absl::StrCat(CARDCAGE_CONFIGS "/", std::string(name), ".yaml");
}

std::vector<std::string> ConfigNames() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(CARDCAGE_CONFIGS)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string GuestBinary(std::string_view name) {
  return absl::StrCat(CARDCAGE_GUESTS "/", std::string(name), ".bin");
}

TemporaryFolder::TemporaryFolder()
    : path_(std::filesystem::temp_directory_path() / "cardcage-test-XXXXXX") {
  if (mkdtemp(path_.data()) != nullptr) chmod(path_.c_str(), 0755);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::Path(std::string_view name) const {
  return absl::StrCat(path_, "/", std::string(name));
}

std::string TemporaryFolder::Write(std::string_view name, std::string_view text) const {
  std::string path = Path(name);
  std::ofstream(path, std::ios::binary)
      .write(text.data(), static_cast<std::streamsize>(text.size()));
  return path;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string MachineWithGuest(std::string_view guest, uint64_t ecx) {
  return Machine(absl::StrFormat("file: \"cardcage:guests/%s.bin\"", std::string(guest)), ecx);
}

std::string MachineWithCode(std::string_view hex) {
  return Machine(absl::StrFormat("hex: \"%s\"", std::string(hex)), 0);
}

std::vector<std::string> AsNobody() {
  if (geteuid() != 0) return {};
  std::vector<std::string> prefix = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
  std::vector<std::string> probe = prefix;
  probe.insert(probe.end(), {"test", "-x", CARDCAGE_PROGRAM});
  return RunToEnd({.arguments = probe}).code == 0 ? prefix : std::vector<std::string>();
}

}  // namespace cardcage::testing
