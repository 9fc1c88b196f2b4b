// SPDX-License-Identifier: MIT
// Numbers with a unit in a machine file, as scalars.h reads those without.
#ifndef CARDCAGE_MACHINES_SPEC_QUANTITIES_H_
#define CARDCAGE_MACHINES_SPEC_QUANTITIES_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "machines/spec/diagnostics.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {

// A size in bytes, with its unit: 16B, 4KiB, 1MiB, 3GiB, 1TiB.
std::optional<uint64_t> ReadSize(const YamlNode& node, std::string_view what,
                                 Diagnostics& diagnostics);

// A duration in ns, with its unit: 500ns, 20us, 1.5ms, 10s, 2min.
std::optional<uint64_t> ReadDuration(const YamlNode& node, std::string_view what,
                                     Diagnostics& diagnostics);

// A frequency in Hz, with its unit or without: 50Hz, 32.768kHz, 1.8432MHz, 3GHz, 1843200.
std::optional<uint64_t> ReadFrequency(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics);

// As the functions above read it, in the unit that is easiest to read: 4KiB, 1.5ms, 1.8432MHz.
std::string SpellSize(uint64_t bytes);
std::string SpellDuration(uint64_t nanoseconds);
std::string SpellFrequency(uint64_t hertz);

// A duration: 300ms, 10s, 2min, or a number of seconds (0.5). Nothing where it is none, or longer
// than a year.
std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_QUANTITIES_H_
