// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_SPEC_MACHINE_READER_H_
#define CARDCAGE_MACHINES_SPEC_MACHINE_READER_H_

#include "absl/status/statusor.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/machine_spec.h"

namespace cardcage {

// Reads a machine file, at most kMaxMachineFileSize bytes of it.
// Errors: NotFound, PermissionDenied, InvalidArgument (not a file that can be read, too large), with
// the reason.
absl::StatusOr<Source> ReadSource(const std::string& path);

// What the file says. Every mistake is added to `diagnostics`, all of them; what could not be read
// is left out of the spec.
MachineSpec ReadMachine(const Source& source, Diagnostics& diagnostics);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_MACHINE_READER_H_
