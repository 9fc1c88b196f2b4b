// SPDX-License-Identifier: MIT
// What a type declares of a parameter, and a value that fits it.
#ifndef CARDCAGE_FRAMEWORK_DEVICE_PARAMS_H_
#define CARDCAGE_FRAMEWORK_DEVICE_PARAMS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cardcage/abi.h"

namespace cardcage {

class CharBackend;

// A parameter's value, before it is a device's.
struct ParamValue {
  uint64_t number = 0;               // of the kinds that are in cardcage_value.u64, as it is there
  std::string text = {};             // string, path
  std::vector<uint8_t> bytes = {};   // bytes, mac
  CharBackend* character = nullptr;  // char; null: the null backend
  std::vector<ParamValue> items = {};  // of a list, which has nothing else
};

inline bool IsRequired(const cardcage_param& param) {
  return (param.flags & CARDCAGE_PARAM_REQUIRED) != 0;
}
inline bool IsList(const cardcage_param& param) { return (param.flags & CARDCAGE_PARAM_LIST) != 0; }

// Whether the kind is a string or a path.
bool IsText(uint32_t kind);
// Whether min and max are of any meaning, and the same of min_length and max_length.
bool HasBounds(const cardcage_param& param);
bool HasLength(const cardcage_param& param);
// The least and the greatest number of the kind, as cardcage_value.u64 has it.
uint64_t LeastOf(uint32_t kind);
uint64_t GreatestOf(uint32_t kind);
// Whether a number of the kind, or a length, is inside the bounds; true where there are none.
bool IsInBounds(const cardcage_param& param, uint64_t number);
bool LengthIsInBounds(const cardcage_param& param, uint64_t length);

// The most that min_length may ask for: more is no number that somebody meant.
inline constexpr uint64_t kMostLength = 1 << 20;

// Why a value does not fit, to stand behind the parameter's name: "is 1 to 255, not 256", "has 1 to 2 items, not
// 0". Empty where it does. `param` has no fault but, at most, in its default.
std::string MisfitOf(const cardcage_param& param, const ParamValue& value);

// What is wrong with a declaration, to stand behind the parameter's name ("has a min above its max"), or an empty
// string. A plugin may be written in any language: nothing of it was checked by a compiler of ours.
std::string ParamFault(const cardcage_param& param);

// The value of a parameter that is not set; of a required one, some that fits. `param` has no fault.
ParamValue DefaultOf(const cardcage_param& param);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_PARAMS_H_
