// SPDX-License-Identifier: MIT
#include "framework/device/param_table.h"

#include <utility>

#include "framework/backend/char_backend.h"

namespace cardcage {

ParamTable::ParamTable(const cardcage_type& type, std::vector<ParamValue> values, CharBackend& null)
    : given_(std::move(values)) {
  for (size_t i = 0; i < type.param_count; ++i) {
    pointers_.push_back(Add(type.params[i]->kind, given_[i], null));
  }
}

const cardcage_value* ParamTable::Add(uint32_t kind, const ParamValue& value, CharBackend& null) {
  cardcage_value& abi = values_.emplace_back();
  abi.struct_size = sizeof(abi);
  abi.kind = kind;
  abi.u64 = value.number;
  if (IsText(kind)) {
    abi.text = value.text.c_str();
    abi.length = value.text.size();
  } else if (!value.bytes.empty()) {
    abi.bytes = value.bytes.data();
    abi.length = value.bytes.size();
  }
  if (kind == CARDCAGE_KIND_CHAR) {
    abi.character = (value.character != nullptr ? value.character : &null)->table();
  }
  if (!value.items.empty()) {
    std::vector<const cardcage_value*>& items = lists_.emplace_back();
    for (const ParamValue& item : value.items) items.push_back(Add(kind, item, null));
    abi.items = items.data();
    abi.item_count = static_cast<uint32_t>(items.size());
  }
  return &abi;
}

}  // namespace cardcage
