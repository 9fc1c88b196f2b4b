// SPDX-License-Identifier: MIT
#include "machines/cli/console_log.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace cardcage {

void ConsoleLog::Line(std::string_view line) {
  Text(absl::StrCat("cardcage: ", std::string(line), "\n"));
}

void ConsoleLog::Text(std::string_view text) {
  output_.Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

}  // namespace cardcage
