// SPDX-License-Identifier: MIT
// What a scalar of a machine file means. YAML's own guesses (yes is true, 010 is 8, "12" is a number)
// are refused with what would do.
//
// Each function adds an error to `diagnostics` and gives nothing where the node is not what `what`
// names it to be ("the size of slot ram").
#ifndef CARDCAGE_MACHINES_SPEC_SCALARS_H_
#define CARDCAGE_MACHINES_SPEC_SCALARS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machines/spec/diagnostics.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {

// The text of a scalar that must not be quoted: what is no text. `wanted` says what it is ("a number").
std::optional<std::string_view> PlainText(const YamlNode& node, std::string_view what,
                                          std::string_view wanted, Diagnostics& diagnostics);

// A number of 64 bits without a sign: 42 or 0x2a.
std::optional<uint64_t> ReadNumber(const YamlNode& node, std::string_view what,
                                   Diagnostics& diagnostics);

// A number with a sign or without: -42, 42 or 0x2a.
std::optional<int64_t> ReadSigned(const YamlNode& node, std::string_view what,
                                  Diagnostics& diagnostics);

// true or false.
std::optional<bool> ReadBool(const YamlNode& node, std::string_view what, Diagnostics& diagnostics);

// A word or text, quoted or not; never empty, and without a 0 byte.
std::optional<std::string> ReadText(const YamlNode& node, std::string_view what,
                                    Diagnostics& diagnostics);

// The same, but it may be empty: "".
std::optional<std::string> ReadString(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics);

// One of the words, by its index.
std::optional<size_t> ReadWord(const YamlNode& node, std::string_view what,
                               const std::vector<std::string>& words, Diagnostics& diagnostics);

// The name or type of a backend: a text, or null, which is YAML's word for nothing and a backend here.
std::optional<std::string> ReadBackendName(const YamlNode& node, std::string_view what,
                                           Diagnostics& diagnostics);

// A factor, as 2 or 0.5: without sign or exponent.
std::optional<double> ReadFactor(const YamlNode& node, std::string_view what,
                                 Diagnostics& diagnostics);

// Bytes as pairs of hex digits; spaces and line ends may stand between them.
std::optional<std::vector<uint8_t>> ReadHex(const YamlNode& node, std::string_view what,
                                            Diagnostics& diagnostics);

// The six bytes of an Ethernet address: 52:54:00:12:34:56.
std::optional<std::vector<uint8_t>> ReadMac(const YamlNode& node, std::string_view what,
                                            Diagnostics& diagnostics);

// The other way: what the functions above read as that value.
std::string SpellString(std::string_view text);
std::string QuoteString(std::string_view text);  // in quotation marks, whatever it is
std::string SpellHex(const std::vector<uint8_t>& bytes);
std::string SpellMac(const std::vector<uint8_t>& bytes);

// The number that a text is, as ReadNumber has it; nothing where it is none.
std::optional<uint64_t> ParseNumber(std::string_view text);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_SCALARS_H_
