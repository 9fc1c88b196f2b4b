// SPDX-License-Identifier: MIT
#include "cardcage/testing/register_value.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace cardcage::testing {
namespace {

std::span<const cardcage_field* const> FieldsOf(const RegisterValue& value) {
  return {value.declared->fields, value.declared->field_count};
}

uint64_t Cut(uint64_t value, const cardcage_field& field) {
  return value >> field.low & ~uint64_t{0} >> (63 - (field.high - field.low));
}

// Whether that is a row's name, or one of several: of "RBR/THR/DLL".
bool IsNameOf(std::string_view name, const char* row) {
  const std::vector<std::string> parts = absl::StrSplit(row, '/');
  return name == row || std::find(parts.begin(), parts.end(), name) != parts.end();
}

std::string NotThere(absl::string_view whose, absl::string_view what, std::string_view name,
                     const std::vector<std::string>& known) {
  return absl::StrCat(whose, " has no ", what, " `", std::string(name), "`",
                      known.empty() ? "" : "; it has: ", absl::StrJoin(known, ", "));
}

}  // namespace

std::optional<RegisterPlace> FindRegister(const cardcage_type& type, std::string_view name,
                                          std::string* why_not) {
  std::vector<std::string> known;
  for (uint32_t i = 0; i < type.region_count; ++i) {
    const cardcage_region& region = *type.regions[i];
    const std::string before = absl::StrCat(region.name, ".");
    const std::string_view row =
        name.starts_with(before) ? name.substr(before.size()) : name;  // its name there
    for (const cardcage_register* declared : std::span(region.registers, region.register_count)) {
      if (IsNameOf(row, declared->name)) return RegisterPlace{i, declared};
      known.push_back(absl::StrCat(type.region_count > 1 ? before : "", declared->name));
    }
  }
  *why_not = NotThere(type.id, "register", name, known);
  return std::nullopt;
}

std::optional<uint64_t> FieldOf(const RegisterValue& value, std::string_view name,
                                std::string* why_not) {
  std::vector<std::string> known;
  for (const cardcage_field* field : FieldsOf(value)) {
    if (name == field->name) return Cut(value.value, *field);
    known.emplace_back(field->name);
  }
  *why_not = NotThere(value.declared->name, "field", name, known);
  return std::nullopt;
}

std::optional<uint64_t> ValueWith(const cardcage_register& declared,
                                  std::initializer_list<std::string_view> bits,
                                  std::string* why_not) {
  std::vector<std::string> known;
  std::map<std::string_view, uint64_t> masks;
  for (const cardcage_field* field : std::span(declared.fields, declared.field_count)) {
    if ((field->access & CARDCAGE_REGISTER_WRITE) == 0 || field->high != field->low) continue;
    known.emplace_back(field->name);
    masks[field->name] = uint64_t{1} << field->low;
  }
  uint64_t value = 0;
  for (const std::string_view bit : bits) {
    if (!masks.contains(bit)) {
      *why_not = NotThere(declared.name, "bit to write", bit, known);
      return std::nullopt;
    }
    value |= masks[bit];
  }
  return value;
}

std::string Describe(const RegisterValue& value) {
  std::vector<std::string> set;
  for (const cardcage_field* field : FieldsOf(value)) {
    const uint64_t cut = Cut(value.value, *field);
    // What is there only for writes says nothing of a value that was read, and no register is told by both.
    if (cut == 0 || (field->access & value.declared->access & CARDCAGE_REGISTER_READ) == 0)
      continue;
    set.push_back(field->high == field->low ? std::string(field->name)
                                            : absl::StrCat(field->name, " ", cut));
  }
  return absl::StrFormat("%s 0x%0*x%s", value.declared->name, 2 * value.declared->width,
                         value.value,
                         set.empty() ? "" : absl::StrCat(" (", absl::StrJoin(set, ", "), ")"));
}

}  // namespace cardcage::testing
