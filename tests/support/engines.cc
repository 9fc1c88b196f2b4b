// SPDX-License-Identifier: MIT
#include "tests/support/engines.h"

#include "absl/strings/str_cat.h"

namespace cardcage::testing {

std::string WhyNoEngine(std::string_view engine) {
  if (engine == "kvm") {
    const std::string why = WhyNoKvm();
    return why.empty() ? "" : absl::StrCat("needs /dev/kvm: ", why);
  }
  return CARDCAGE_HAS_SOFT_ENGINE ? "" : "needs a build with Unicorn (libunicorn-dev)";
}

std::string WithEngine(std::string_view engine, std::string text) {
  const std::string key = absl::StrCat("engine: ", std::string(engine));
  const size_t cpu = text.find("\ncpu:");
  if (cpu == std::string::npos) return absl::StrCat(text, "cpu: { ", key, " }\n");
  return text.insert(text.find('{', cpu) + 1, absl::StrCat(" ", key, ","));
}

}  // namespace cardcage::testing
