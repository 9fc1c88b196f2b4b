// SPDX-License-Identifier: MIT
#include "framework/device/params.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

constexpr uint64_t kMacLength = 6;

std::span<const cardcage_value* const> ItemsOf(const cardcage_value& value) {
  return {value.items, value.item_count};
}

bool IsNumber(uint32_t kind) {
  return kind == CARDCAGE_KIND_BOOL || kind == CARDCAGE_KIND_ENUM ||
         (kind >= CARDCAGE_KIND_U64 && kind <= CARDCAGE_KIND_SIZE) ||
         (kind >= CARDCAGE_KIND_I64 && kind <= CARDCAGE_KIND_FREQUENCY);
}

std::string NumberText(uint32_t kind, uint64_t number) {
  return kind == CARDCAGE_KIND_I64 ? absl::StrCat(static_cast<int64_t>(number))
                                   : absl::StrCat(number);
}

// Of a value that is no list, or of an item of one.
std::string ItemMisfit(const cardcage_param& param, const ParamValue& value) {
  const auto number = [&](uint64_t min, uint64_t max) {
    return absl::StrCat("is ", NumberText(param.kind, min), " to ", NumberText(param.kind, max),
                        ", not ", NumberText(param.kind, value.number));
  };
  if (param.kind == CARDCAGE_KIND_BOOL && value.number > 1) return number(0, 1);
  if (param.kind == CARDCAGE_KIND_ENUM && value.number >= param.name_count) {
    return number(0, param.name_count - 1);
  }
  if (!IsInBounds(param, value.number)) return number(param.min, param.max);
  if (param.kind == CARDCAGE_KIND_MAC && value.bytes.size() != kMacLength) {
    return absl::StrCat("has 6 bytes, not ", value.bytes.size());
  }
  return "";
}

ParamValue FromAbi(const cardcage_value& value) {
  ParamValue copy{.number = value.u64};
  if (value.text != nullptr) copy.text = value.text;
  if (value.length > 0 && value.bytes != nullptr) {
    copy.bytes.assign(value.bytes, value.bytes + value.length);
  }
  for (const cardcage_value* const item : ItemsOf(value)) copy.items.push_back(FromAbi(*item));
  return copy;
}

// What is wrong with how a value is made, before anybody looks at what it means.
std::string FormFault(const cardcage_param& param, const cardcage_value& value) {
  if (value.struct_size < sizeof(cardcage_value)) return "has a struct_size that is too small";
  if (value.kind != param.kind) return "is of another kind";
  if (value.item_count > 0 && value.items == nullptr) return "has no items";
  if (IsText(param.kind)) {
    const size_t length = value.text == nullptr ? 0 : std::strlen(value.text);
    return value.length == length ? "" : "is a text with another length than it says";
  }
  return value.length > 0 && value.bytes == nullptr ? "has no bytes" : "";
}

// What is wrong with the default, to stand behind "it".
std::string DefaultFault(const cardcage_param& param) {
  if (param.default_value != nullptr) {
    const cardcage_value& value = *param.default_value;
    if (std::string fault = FormFault(param, value); !fault.empty()) return fault;
    if (!IsList(param) && value.item_count > 0) return "is a list";
    for (const cardcage_value* const item : ItemsOf(value)) {
      if (item == nullptr) return "lacks an item";
      if (std::string fault = FormFault(param, *item); !fault.empty()) return fault;
      if (item->item_count > 0) return "has a list in it";
    }
  }
  return MisfitOf(param, DefaultOf(param));
}

bool HasAllNames(const cardcage_param& param) {
  return param.names != nullptr && param.name_count > 0 &&
         std::count(param.names, param.names + param.name_count, nullptr) == 0;
}

// A value that fits, and is no empty one where it need not be.
ParamValue SomeValue(const cardcage_param& param) {
  const uint64_t length = std::max<uint64_t>(param.min_length, 1);
  ParamValue value;
  if (HasBounds(param)) value.number = param.min;
  if (IsText(param.kind)) value.text.assign(IsList(param) ? 1 : length, 'x');
  if (param.kind == CARDCAGE_KIND_BYTES) value.bytes.resize(IsList(param) ? 1 : length);
  if (param.kind == CARDCAGE_KIND_MAC) value.bytes.resize(kMacLength);
  if (!IsList(param)) return value;
  return {.items = std::vector<ParamValue>(length, value)};
}

}  // namespace

bool IsText(uint32_t kind) { return kind == CARDCAGE_KIND_STRING || kind == CARDCAGE_KIND_PATH; }

bool HasBounds(const cardcage_param& param) {
  return IsNumber(param.kind) && param.kind != CARDCAGE_KIND_BOOL &&
         param.kind != CARDCAGE_KIND_ENUM;
}

bool HasLength(const cardcage_param& param) {
  return IsList(param) || IsText(param.kind) || param.kind == CARDCAGE_KIND_BYTES;
}

uint64_t LeastOf(uint32_t kind) {
  return kind == CARDCAGE_KIND_I64 ? static_cast<uint64_t>(INT64_MIN) : 0;
}

uint64_t GreatestOf(uint32_t kind) {
  return kind == CARDCAGE_KIND_I64 ? static_cast<uint64_t>(INT64_MAX) : UINT64_MAX;
}

bool IsInBounds(const cardcage_param& param, uint64_t number) {
  if (!HasBounds(param)) return true;
  // Counted from the least of the kind on, a signed number compares as an unsigned one does.
  const uint64_t least = LeastOf(param.kind);
  return number - least >= param.min - least && number - least <= param.max - least;
}

bool LengthIsInBounds(const cardcage_param& param, uint64_t length) {
  return length >= param.min_length && (param.max_length == 0 || length <= param.max_length);
}

std::string MisfitOf(const cardcage_param& param, const ParamValue& value) {
  const uint64_t length = IsList(param)        ? value.items.size()
                          : IsText(param.kind) ? value.text.size()
                                               : value.bytes.size();
  if (HasLength(param) && !LengthIsInBounds(param, length)) {
    const std::string most =
        param.max_length == 0 ? "or more" : absl::StrCat("to ", param.max_length);
    return absl::StrCat("has ", param.min_length, " ", most, IsList(param) ? " items" : " bytes",
                        ", not ", length);
  }
  if (!IsList(param)) return ItemMisfit(param, value);
  for (const ParamValue& item : value.items) {
    if (std::string misfit = ItemMisfit(param, item); !misfit.empty()) {
      return absl::StrCat("has an item that ", misfit);
    }
  }
  return "";
}

std::string ParamFault(const cardcage_param& param) {
  if (param.kind < CARDCAGE_KIND_BOOL || param.kind > CARDCAGE_KIND_MAC) {
    return absl::StrCat("is of a kind that this host does not know (", param.kind,
                        "): use a later Cardcage");
  }
  if (param.kind == CARDCAGE_KIND_CHAR) {
    return IsList(param) ? "is a list of backends: declare a parameter for each" : "";
  }
  if (param.kind == CARDCAGE_KIND_ENUM && !HasAllNames(param)) {
    return "is an enum without names, or with one that is missing";
  }
  if (HasBounds(param) && (!IsInBounds(param, param.min) || !IsInBounds(param, param.max))) {
    return "has a min above its max";
  }
  if (HasLength(param) &&
      (!LengthIsInBounds(param, param.min_length) || param.min_length > kMostLength)) {
    return absl::StrCat("has a min_length above its max_length, or above ", kMostLength);
  }
  if (IsRequired(param)) return "";
  const std::string fault = DefaultFault(param);
  return fault.empty() ? "" : absl::StrCat("has a wrong default: it ", fault);
}

ParamValue DefaultOf(const cardcage_param& param) {
  ParamValue value;
  if (param.kind == CARDCAGE_KIND_CHAR) return value;
  if (IsRequired(param)) return SomeValue(param);
  if (param.default_value != nullptr) return FromAbi(*param.default_value);
  if (param.kind == CARDCAGE_KIND_MAC && !IsList(param)) value.bytes.resize(kMacLength);
  return value;
}

}  // namespace cardcage
