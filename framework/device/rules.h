// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_RULES_H_
#define CARDCAGE_FRAMEWORK_DEVICE_RULES_H_

#include <cstdint>
#include <string_view>

namespace cardcage {

// The rules of the contract whose breach the host sees.
enum class Rule : uint8_t {
  kTurn,      // what needs the device's turn is called in it
  kLate,      // a device that was destroyed calls nobody
  kIndex,     // a counter, signal or timer is one that the type declares
  kFinished,  // finished ends what was begun
  kEnd,       // a destroy is finished in time
  kPost,      // who posts has a function for it
  kViews,     // views of guest memory are given back, each once
};

// Its name, in one word: "turn".
constexpr std::string_view NameOf(Rule rule) {
  constexpr std::string_view kNames[] = {"turn", "late", "index", "finished",
                                         "end",  "post", "views"};
  return kNames[static_cast<unsigned>(rule)];
}

// Whether a machine checks the rules that cost something to check: kTurn and kLate. It does in builds for
// debugging; the test kit always does.
#if defined(CARDCAGE_CHECK_RULES)
inline constexpr bool kCheckRules = true;
#else
inline constexpr bool kCheckRules = false;
#endif

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_RULES_H_
