// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_PARAMS_TESTER_H_
#define CARDCAGE_FRAMEWORK_DEVICE_PARAMS_TESTER_H_

#include <cstdint>

#include "cardcage/abi.h"
#include "framework/device/params.h"

namespace cardcage {

// A declaration of any kind that has no fault; each test spoils one thing.
inline cardcage_param Param(uint32_t kind) {
  cardcage_param param{};
  param.struct_size = sizeof(param);
  param.kind = kind;
  param.key = "key";
  param.min = LeastOf(kind);
  param.max = GreatestOf(kind);
  return param;
}
inline cardcage_param ListParam(uint32_t kind) {
  cardcage_param param = Param(kind);
  param.flags = CARDCAGE_PARAM_LIST;
  return param;
}

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_PARAMS_TESTER_H_
