// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_RULES_H_
#define CARDCAGE_FRAMEWORK_DEVICE_RULES_H_

namespace cardcage {

// Whether the host checks the rules of the contract that cost something to check: whose turn it is, and calls
// of a device that was destroyed. In builds for debugging and with sanitizers.
#if defined(CARDCAGE_CHECK_RULES)
inline constexpr bool kCheckRules = true;
#else
inline constexpr bool kCheckRules = false;
#endif

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_RULES_H_
