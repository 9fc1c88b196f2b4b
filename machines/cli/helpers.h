// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_HELPERS_H_
#define CARDCAGE_MACHINES_CLI_HELPERS_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cardcage {

// The folder that this program is in, whatever link it was started by.
std::filesystem::path ProgramFolder();

// The verbs that programs beside this one serve: X where there is a cardcage-X in libexec.
std::vector<std::string> HelperNames();

// A line about one, for the list of verbs.
std::string_view HelperSummary(std::string_view verb);

// Becomes the helper of that verb, with these arguments (argv[0] is the verb). Returns where there is
// none.
void RunHelper(const std::string& verb, char** argv);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_HELPERS_H_
