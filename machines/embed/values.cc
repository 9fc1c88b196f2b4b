// SPDX-License-Identifier: MIT
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardcage/machine.h"
#include "machines/spec/scalars.h"

namespace cardcage::embed {
namespace {

// Whether YAML takes the text as it is, inside braces too.
bool IsPlain(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_' || c == '.' || c == '/';
         });
}

template <class List, class Write>
std::string Joined(const List& list, Write write) {
  std::string text;
  for (const auto& item : list) {
    if (!text.empty()) text += ", ";
    text += write(item);
  }
  return text;
}

}  // namespace

Value::Value(double factor) : yaml_(absl::StrFormat("%.6f", factor)) {}

Value::Value(std::string_view text)
    : yaml_(IsPlain(text) ? std::string(text) : QuoteString(text)) {}

Value Value::FromYaml(std::string yaml) {
  Value value;
  value.yaml_ = std::move(yaml);
  return value;
}

Value Port(uint64_t port) { return Value::FromYaml(absl::StrFormat("port 0x%x", port)); }

Value Mmio(uint64_t address) { return Value::FromYaml(absl::StrFormat("mmio 0x%x", address)); }

Value Map(const Settings& settings) {
  if (settings.empty()) return Value::FromYaml("{}");
  return Value::FromYaml(absl::StrCat("{ ",
                                      Joined(settings,
                                             [](const Setting& setting) {
                                               return absl::StrCat(Value(setting.key).yaml(), ": ",
                                                                   setting.value.yaml());
                                             }),
                                      " }"));
}

Value List(const std::vector<Value>& values) {
  return Value::FromYaml(
      absl::StrCat("[", Joined(values, [](const Value& value) { return value.yaml(); }), "]"));
}

}  // namespace cardcage::embed
