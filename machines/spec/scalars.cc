// SPDX-License-Identifier: MIT
#include "machines/spec/scalars.h"

#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

constexpr struct {
  std::string_view name;
  unsigned shift;
} kSizeUnits[] = {{"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}
bool IsHexDigits(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

// The text of a scalar that must not be quoted; nothing, with an error, where it is no such scalar.
std::optional<std::string_view> PlainText(const YamlNode& node, std::string_view what,
                                          std::string_view wanted, Diagnostics& diagnostics) {
  if (node.kind != YamlNode::Kind::kScalar) {
    diagnostics.Error(node.place,
                      absl::StrCat(std::string(what), " must be ", std::string(wanted)));
    return std::nullopt;
  }
  if (node.quoted) {
    diagnostics.Error(node.place,
                      absl::StrCat(std::string(what), " is in quotes, which make it a text"),
                      absl::StrCat("without quotes: ", node.scalar));
    return std::nullopt;
  }
  return node.scalar;
}

}  // namespace

std::optional<uint64_t> ParseNumber(std::string_view text) {
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    return std::nullopt;
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<uint64_t> ReadNumber(const YamlNode& node, std::string_view what,
                                   Diagnostics& diagnostics) {
  const auto text = PlainText(node, what, "a number, as 42 or 0x2a", diagnostics);
  if (!text) return std::nullopt;
  if (const auto value = ParseNumber(*text)) return value;
  std::string help = "write 42 or 0x2a";
  if (text->size() > 1 && (*text)[0] == '0' &&
      text->find_first_not_of("01234567") == std::string_view::npos) {
    uint64_t octal = 0;
    std::from_chars(text->data(), text->data() + text->size(), octal, 8);
    const std::string_view digits =
        text->substr(std::min(text->find_first_not_of('0'), text->size() - 1));
    help = absl::StrFormat("a leading 0 would make it octal: write %s, or 0x%x for octal %s",
                           std::string(digits), octal, std::string(*text));
  } else if (text->starts_with('0') && IsDigits(*text)) {
    help = "without the leading 0";
  } else if (IsDigits(*text) || (text->starts_with("0x") && IsHexDigits(text->substr(2)))) {
    help = "the largest is 0xffffffffffffffff";
  } else if (IsHexDigits(*text) && !text->starts_with('0')) {
    help = absl::StrCat("in hex: 0x", std::string(*text));
  } else if (text->starts_with('-')) {
    help = "it cannot be negative";
  }
  diagnostics.Error(node.place, absl::StrCat(std::string(what), " is no number: ", node.scalar),
                    help);
  return std::nullopt;
}

std::optional<uint64_t> ReadSize(const YamlNode& node, std::string_view what,
                                 Diagnostics& diagnostics) {
  const auto text = PlainText(node, what, "a size, as 4KiB", diagnostics);
  if (!text) return std::nullopt;
  size_t digits = 0;
  while (digits < text->size() && IsDigit((*text)[digits])) ++digits;
  const auto number = ParseNumber(text->substr(0, digits));
  std::string_view unit = text->substr(digits);
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (number && unit.empty()) {
    diagnostics.Error(node.place, absl::StrCat(std::string(what), " has no unit: ", node.scalar),
                      absl::StrCat("bytes: ", node.scalar, "B; or KiB, MiB, GiB, TiB"));
    return std::nullopt;
  }
  for (const auto& [name, shift] : kSizeUnits) {
    if (!number || unit != name) continue;
    if (*number > ~uint64_t{0} >> shift) {
      diagnostics.Error(node.place,
                        absl::StrCat(std::string(what), " is beyond 64 bits: ", node.scalar));
      return std::nullopt;
    }
    return *number << shift;
  }
  std::string help = "a number with B, KiB, MiB, GiB or TiB: 4KiB";
  for (const auto& [name, shift] : kSizeUnits) {
    if (number && shift > 0 && !unit.empty() && (unit[0] | 0x20) == (name[0] | 0x20)) {
      help = absl::StrCat("did you mean ", *number, std::string(name), "?");
    }
  }
  diagnostics.Error(node.place, absl::StrCat(std::string(what), " is no size: ", node.scalar),
                    help);
  return std::nullopt;
}

std::optional<bool> ReadBool(const YamlNode& node, std::string_view what,
                             Diagnostics& diagnostics) {
  const auto text = PlainText(node, what, "true or false", diagnostics);
  if (!text) return std::nullopt;
  if (*text == "true") return true;
  if (*text == "false") return false;
  diagnostics.Error(node.place,
                    absl::StrCat(std::string(what), " must be true or false, not ", node.scalar));
  return std::nullopt;
}

std::optional<double> ReadFactor(const YamlNode& node, std::string_view what,
                                 Diagnostics& diagnostics) {
  const auto text = PlainText(node, what, "a factor, as 2 or 0.5", diagnostics);
  if (!text) return std::nullopt;
  double factor = 0;
  const char* const end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, factor, std::chars_format::fixed);
  if (error == std::errc() && rest == end && factor >= 0) return factor;
  diagnostics.Error(node.place, absl::StrCat(std::string(what),
                                             " must be a factor, as 2 or 0.5, not ", node.scalar));
  return std::nullopt;
}

std::optional<std::string> ReadText(const YamlNode& node, std::string_view what,
                                    Diagnostics& diagnostics) {
  if (node.kind == YamlNode::Kind::kScalar && !node.scalar.empty()) return node.scalar;
  diagnostics.Error(node.place, absl::StrCat(std::string(what), " must be a text"));
  return std::nullopt;
}

std::optional<size_t> ReadWord(const YamlNode& node, std::string_view what,
                               const std::vector<std::string>& words, Diagnostics& diagnostics) {
  const auto text = ReadText(node, what, diagnostics);
  if (!text) return std::nullopt;
  for (size_t i = 0; i < words.size(); ++i) {
    if (*text == words[i]) return i;
  }
  diagnostics.Error(node.place,
                    absl::StrCat(std::string(what), " cannot be `", *text, "`: it is ",
                                 absl::StrJoin(words, " or ")),
                    Suggest(*text, words));
  return std::nullopt;
}

std::optional<std::string> ReadBackendName(const YamlNode& node, std::string_view what,
                                           Diagnostics& diagnostics) {
  if (node.kind == YamlNode::Kind::kNull) return "null";
  return ReadText(node, what, diagnostics);
}

std::optional<std::vector<uint8_t>> ReadHex(const YamlNode& node, std::string_view what,
                                            Diagnostics& diagnostics) {
  const auto text = ReadText(node, what, diagnostics);
  if (!text) return std::nullopt;
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < text->size();) {
    if (absl::ascii_isspace(static_cast<unsigned char>((*text)[i]))) {
      ++i;
      continue;
    }
    uint8_t byte = 0;
    const char* begin = text->data() + i;
    const auto pair = static_cast<ptrdiff_t>(std::min<size_t>(2, text->size() - i));
    const auto [end, error] = std::from_chars(begin, begin + pair, byte, 16);
    if (error != std::errc() || end != begin + 2) {
      diagnostics.Error(node.place,
                        absl::StrCat(std::string(what), " is no hex: at character ", i + 1, ", `",
                                     text->substr(i, 2), "`"),
                        "pairs of hex digits, as \"b0 0a ee f4\"");
      return std::nullopt;
    }
    bytes.push_back(byte);
    i += 2;
  }
  return bytes;
}

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  double seconds = 0;
  if (unit.empty() || unit == "s") {
    seconds = number;
  } else if (unit == "ms") {
    seconds = number / 1000;
  } else if (unit == "min") {
    seconds = number * 60;
  } else {
    return std::nullopt;
  }
  constexpr double kYear = 365.0 * 24 * 3600;
  if (seconds > kYear) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<int64_t>(seconds * 1e9));
}

}  // namespace cardcage
