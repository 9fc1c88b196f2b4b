// SPDX-License-Identifier: MIT
#include "machines/new-device/project.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace cardcage {
namespace {

constexpr size_t kMostLetters = 64;

// Names of targets that CMake keeps for itself.
constexpr std::array<std::string_view, 7> kReserved = {"all",        "clean",   "help", "install",
                                                       "preinstall", "package", "test"};

bool IsWord(absl::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c);
  });
}

// One side of the dot: words joined by `-`, a letter first.
bool IsKebabCase(absl::string_view text) {
  if (text.empty() || !absl::ascii_islower(text[0])) return false;
  const std::vector<absl::string_view> words = absl::StrSplit(text, '-');
  return std::all_of(words.begin(), words.end(), IsWord);
}

std::string CamelCase(absl::string_view kebab) {
  std::string camel;
  for (absl::string_view word : absl::StrSplit(kebab, '-')) {
    absl::StrAppend(&camel, std::string(1, absl::ascii_toupper(word[0])), word.substr(1));
  }
  return camel;
}

std::string_view Template(std::string_view path) {
  for (const TemplateFile& file : ProjectTemplates()) {
    if (file.path == path) return file.text;
  }
  return "";
}

// Whether that file of a project says that word for something else.
bool IsTaken(std::string_view file, std::string_view word) {
  const std::string_view text = Template(file);
  const auto is_inside = [&](size_t at) {
    return at < text.size() && (absl::ascii_isalnum(text[at]) || text[at] == '_');
  };
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (!is_inside(at - 1) && !is_inside(at + word.size())) return true;
  }
  return false;
}

absl::Status WriteFile(const std::string& path, std::string_view text, mode_t mode) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return absl::ErrnoToStatus(errno, path);
  absl::Status status;
  while (status.ok() && !text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno != EINTR) {
      status = absl::ErrnoToStatus(errno, path);
    }
  }
  if (close(file) != 0 && status.ok()) status = absl::ErrnoToStatus(errno, path);
  return status;
}

absl::Status WriteFiles(const std::string& folder, const std::vector<ProjectFile>& files) {
  for (const ProjectFile& file : files) {
    const std::string path = absl::StrCat(folder, "/", file.path);
    const std::string parent = std::filesystem::path(path).parent_path().string();
    if (mkdir(parent.c_str(), 0777) != 0 && errno != EEXIST) {
      return absl::ErrnoToStatus(errno, parent);
    }
    const bool is_program = file.text.starts_with("#!");
    if (absl::Status written = WriteFile(path, file.text, is_program ? 0777 : 0666);
        !written.ok()) {
      return written;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DeviceName> ParseDeviceName(const std::string& text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  if (parts.size() > 2 || !std::all_of(parts.begin(), parts.end(), IsKebabCase)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "`", text,
        "` is no name for a device type: that is words of a-z and 0-9, joined by `-`, a letter ",
        "first, and what you publish with a prefix and a dot before it: dice, count-down, "
        "acme.dma"));
  }
  if (text.size() > kMostLetters) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the name has ", text.size(), " letters, and a type's has at most ", kMostLetters));
  }
  if (std::find(kReserved.begin(), kReserved.end(), text) != kReserved.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("`", text, "` is a name of CMake's own: choose another, as my-", text));
  }
  DeviceName name = {
      .type = text, .device = std::string(parts.back()), .class_name = CamelCase(parts.back())};
  if (IsTaken("NAME.cc", name.class_name) ||
      IsTaken("NAME_test.cc", absl::StrCat(name.class_name, "Test"))) {
    name.class_name += "Device";
  }
  return name;
}

std::string NearestDeviceName(std::string_view text) {
  std::string near;
  bool was_upper = true;  // as the first letter begins no further word
  for (const char c : text) {
    const bool is_letter = absl::ascii_isalnum(c) || c == '.';
    const bool is_upper = absl::ascii_isupper(c);
    const bool begins_word = !is_letter || (is_upper && !was_upper);
    if (begins_word && !near.empty() && near.back() != '-' && near.back() != '.') near += '-';
    if (is_letter) near += absl::ascii_tolower(c);
    was_upper = is_upper;
  }
  while (near.ends_with('-')) near.pop_back();
  return ParseDeviceName(near).ok() ? near : "";
}

std::vector<ProjectFile> MakeProject(const DeviceName& name, RegisterPlace place) {
  const bool is_port = place == RegisterPlace::kPort;
  const std::vector<std::pair<std::string, std::string>> marks = {
      {"@NAME@", name.type},
      {"@DEVICE@", name.device},
      {"@CLASS@", name.class_name},
      {"@ITEM@", is_port ? "Port" : "Mmio"},
      {"@SPACE@", is_port ? "port" : "mmio"},
      {"@PLACE@", is_port ? "port 0x500" : "mmio 0xd0000"},
  };
  // Of the two machines the one, under a name that says no more of the other.
  const std::string_view machine = is_port ? "NAME.port.yaml" : "NAME.mmio.yaml";
  std::vector<ProjectFile> files;
  for (const TemplateFile& file : ProjectTemplates()) {
    std::string path(file.path);
    if (path.ends_with(".yaml")) {
      if (path != machine) continue;
      path = "NAME.yaml";
    }
    files.push_back({.path = absl::StrReplaceAll(path, {{"NAME", name.type}}),
                     .text = absl::StrReplaceAll(std::string(file.text), marks)});
  }
  return files;
}

absl::Status WriteProject(const std::string& folder, const std::vector<ProjectFile>& files) {
  // Whoever makes the folder owns what is in it.
  if (mkdir(folder.c_str(), 0777) != 0) return absl::ErrnoToStatus(errno, folder);
  absl::Status status = WriteFiles(folder, files);
  if (!status.ok()) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  return status;
}

}  // namespace cardcage
