// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_BUILD_ID_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_BUILD_ID_H_

#include <string>

#include "absl/status/statusor.h"

namespace cardcage {

// The build-id of a shared object, which the linker wrote, in hex. It is read from the file's headers and notes:
// nothing of the file is run, whatever stands in it.
// `fd` can be read from; where it stands is neither used nor changed. Any thread.
// Errors: FailedPrecondition (not a 64-bit ELF file, or one without a build-id), without the file's name.
absl::StatusOr<std::string> ReadBuildId(int fd);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_BUILD_ID_H_
