// SPDX-License-Identifier: MIT
#include "machines/spec/scalars.h"

#include <algorithm>
#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool IsDigits(std::string_view text) {
  return !text.empty() && text.find_first_not_of(kDigits) == std::string_view::npos;
}
bool IsHexDigits(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

void FormatByte(std::string* out, uint8_t byte) { absl::StrAppendFormat(out, "%02x", byte); }

}  // namespace

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

std::optional<int64_t> ReadSigned(const YamlNode& node, std::string_view what,
                                  Diagnostics& diagnostics) {
  const auto text = PlainText(node, what, "a number, as -42 or 0x2a", diagnostics);
  if (!text) return std::nullopt;
  const bool is_negative = text->starts_with('-');
  const std::string_view digits = text->substr(is_negative ? 1 : 0);
  const auto magnitude = ParseNumber(digits);
  constexpr auto kGreatest = static_cast<uint64_t>(INT64_MAX);
  if (magnitude && *magnitude <= kGreatest + (is_negative ? 1 : 0)) {
    return static_cast<int64_t>(is_negative ? 0 - *magnitude : *magnitude);
  }
  std::string help = "write 42, -42 or 0x2a";
  if (magnitude) {
    help = absl::StrCat("it is from ", INT64_MIN, " to ", INT64_MAX);
  } else if (digits.starts_with('0') && IsDigits(digits)) {
    help = "without the leading 0";
  }
  diagnostics.Error(node.place, absl::StrCat(std::string(what), " is no number: ", node.scalar),
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
  if (node.kind == YamlNode::Kind::kScalar && !node.scalar.empty()) {
    return ReadString(node, what, diagnostics);
  }
  diagnostics.Error(node.place, absl::StrCat(std::string(what), " must be a text"));
  return std::nullopt;
}

std::optional<std::string> ReadString(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics) {
  if (node.kind != YamlNode::Kind::kScalar) {
    diagnostics.Error(node.place, absl::StrCat(std::string(what), " must be a text"),
                      node.kind == YamlNode::Kind::kNull ? "an empty one is \"\"" : "");
    return std::nullopt;
  }
  if (const size_t zero = node.scalar.find('\0'); zero != std::string::npos) {
    diagnostics.Error(
        node.place, absl::StrCat(std::string(what), " is no text: byte ", zero + 1, " of it is 0"));
    return std::nullopt;
  }
  return node.scalar;
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

std::optional<std::vector<uint8_t>> ReadMac(const YamlNode& node, std::string_view what,
                                            Diagnostics& diagnostics) {
  const auto text = ReadText(node, what, diagnostics);
  if (!text) return std::nullopt;
  constexpr size_t kLength = 6;
  std::string digits = *text;
  std::erase_if(digits, [](char c) { return c == ':' || c == '-' || c == '.' || c == ' '; });
  std::vector<uint8_t> bytes;
  if (digits.size() == 2 * kLength && IsHexDigits(digits)) {
    const std::string raw = absl::HexStringToBytes(digits);
    bytes.assign(raw.begin(), raw.end());
  }
  if (!bytes.empty() && absl::EqualsIgnoreCase(SpellMac(bytes), *text)) return bytes;
  diagnostics.Error(node.place, absl::StrCat(std::string(what), " is no Ethernet address: ", *text),
                    bytes.empty() ? "six pairs of hex digits, as 52:54:00:12:34:56"
                                  : absl::StrCat("did you mean ", SpellMac(bytes), "?"));
  return std::nullopt;
}

std::string SpellString(std::string_view text) {
  // A word alone, where YAML can take it for nothing else.
  const bool is_word = !text.empty() && !text.starts_with('-') &&
                       !absl::EqualsIgnoreCase(std::string(text), "null") &&
                       std::all_of(text.begin(), text.end(), [](char c) {
                         return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
                                c == '.' || c == '/' || c == '-';
                       });
  return is_word ? std::string(text) : QuoteString(text);
}

std::string QuoteString(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') quoted += '\\';
    if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(&quoted, "\\x%02x", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

std::string SpellHex(const std::vector<uint8_t>& bytes) {
  return absl::StrCat("\"", absl::StrJoin(bytes, " ", FormatByte), "\"");
}

std::string SpellMac(const std::vector<uint8_t>& bytes) {
  return absl::StrJoin(bytes, ":", FormatByte);
}

}  // namespace cardcage
