// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_ASSEMBLY_FILES_H_
#define CARDCAGE_MACHINES_ASSEMBLY_FILES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace cardcage {

// The path of a file that a machine file names: `cardcage:guests/hello.bin` is what this build or
// installation ships, a relative path begins at the machine file's folder. What is shipped lies beside the program,
// or else in the installation, a folder, if that is not empty.
// Errors: NotFound for what is not shipped, with where it was looked for.
absl::StatusOr<std::string> ResolveFile(std::string_view name, const std::string& machine_file,
                                        const std::string& installation = "");

// The size in bytes of a regular file that can be read.
// Errors: NotFound, PermissionDenied, InvalidArgument, with the reason.
absl::StatusOr<uint64_t> FileSize(const std::string& path);

// Fills `data` from the file's beginning.
// Errors: as FileSize; InvalidArgument where the file has become shorter.
absl::Status ReadFile(const std::string& path, std::span<std::byte> data);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_FILES_H_
