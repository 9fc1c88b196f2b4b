// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_NEW_DEVICE_PROJECT_H_
#define CARDCAGE_MACHINES_NEW_DEVICE_PROJECT_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cardcage {

// What a device of somebody's own is called.
struct DeviceName {
  std::string type;        // in a machine file, and of the files: "acme.count-down"
  std::string device;      // one of them in a machine: "count-down"
  std::string class_name;  // in C++: "CountDown"
};

// Errors: InvalidArgument, with what would be right.
absl::StatusOr<DeviceName> ParseDeviceName(const std::string& text);

// What was probably meant by a text that is no name, as a name, or an empty string: "count-down" for
// "CountDown" and "count_down".
std::string NearestDeviceName(std::string_view text);

// Where the device's register lies.
enum class RegisterPlace { kPort, kMmio };

// A file of project/, as it is there; its path without the `.in`.
struct TemplateFile {
  std::string_view path;
  std::string_view text;
};
// All of them: a table that CMake writes.
std::span<const TemplateFile> ProjectTemplates();

// A file of a project, by its path in it.
struct ProjectFile {
  std::string path;
  std::string text;
};

// A project that builds, tests itself and runs as it is.
std::vector<ProjectFile> MakeProject(const DeviceName& name, RegisterPlace place);

// Writes the files into a folder that is made for them. Where that fails, nothing is left of it.
// Errors: AlreadyExists (there is something of that name), else as the host says.
absl::Status WriteProject(const std::string& folder, const std::vector<ProjectFile>& files);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_NEW_DEVICE_PROJECT_H_
