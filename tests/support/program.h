// SPDX-License-Identifier: MIT
// The `cardcage` that was just built, and files for it.
#ifndef CARDCAGE_TESTS_SUPPORT_PROGRAM_H_
#define CARDCAGE_TESTS_SUPPORT_PROGRAM_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/process.h"

namespace cardcage::testing {

// What the program ends with, as users know it: of the command line, of a machine file, of a plugin, of
// what the host cannot do, of a guest that cannot go on, of time that is over.
inline constexpr int kExitUsage = 64, kExitFile = 65, kExitPlugin = 66, kExitHost = 69,
                     kExitGuestFault = 76, kExitTimeout = 124;

// The command `cardcage ARGUMENTS…`.
Command Cardcage(std::vector<std::string> arguments);

// The path of a machine file that the project ships, by its name.
std::string Config(std::string_view name);
// The names of all of them.
std::vector<std::string> ConfigNames();
// The path of an assembled guest, by its name.
std::string GuestBinary(std::string_view name);

// A folder that everyone can read, for files that a test writes. It goes with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // The path of a file in it, which need not exist.
  std::string Path(std::string_view name) const;
  // Writes a file and returns its path.
  std::string Write(std::string_view name, std::string_view text) const;

 private:
  std::string path_;
};

std::string ReadFile(const std::string& path);

// A machine for one of the build's guests, with ECX for it: 4 KiB of code at 0x1000, a serial port on
// stdio, plain registers at ports 0x400 and at 0xd0000, debug-exit at port 0xf4.
std::string MachineWithGuest(std::string_view guest, uint64_t ecx = 0);
// The same, with the guest's bytes in place.
std::string MachineWithCode(std::string_view hex);

// What makes a command run as the user nobody, in front of its arguments. Nothing where this process
// may not change its user, or where nobody may not run the program.
std::vector<std::string> AsNobody();

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTS_SUPPORT_PROGRAM_H_
