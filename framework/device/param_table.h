// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_PARAM_TABLE_H_
#define CARDCAGE_FRAMEWORK_DEVICE_PARAM_TABLE_H_

#include <deque>
#include <span>
#include <vector>

#include "cardcage/abi.h"
#include "framework/device/params.h"

namespace cardcage {

// The values of a type's parameters as the contract has them. It owns all that they point to, but the backends.
class ParamTable {
 public:
  // `values` has one entry a parameter of the type. `null` stands for a backend that is none, and outlives the
  // table, as all other backends do.
  ParamTable(const cardcage_type& type, std::vector<ParamValue> values, CharBackend& null);
  ParamTable(const ParamTable&) = delete;
  ParamTable& operator=(const ParamTable&) = delete;

  // As cardcage_type.create takes them.
  std::span<const cardcage_value* const> values() const { return pointers_; }

 private:
  const cardcage_value* Add(uint32_t kind, const ParamValue& value, CharBackend& null);

  const std::vector<ParamValue> given_;
  // What is in them stays where it is.
  std::deque<cardcage_value> values_;
  std::deque<std::vector<const cardcage_value*>> lists_;
  std::vector<const cardcage_value*> pointers_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_PARAM_TABLE_H_
