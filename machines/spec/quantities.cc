// SPDX-License-Identifier: MIT
#include "machines/spec/quantities.h"

#include <algorithm>
#include <span>
#include <variant>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "machines/spec/scalars.h"

namespace cardcage {
namespace {

constexpr std::string_view kDecimal = "0123456789";

struct Unit {
  std::string_view name;
  uint64_t factor;  // how many of the smallest it is
};

// What a number with a unit may be. The units begin with the smallest, in which the value is counted.
struct Quantity {
  std::string_view noun;
  std::string_view smallest;  // the smallest unit, for people
  std::string_view example;
  std::span<const Unit> units;
  std::span<const Unit> spelled;  // those that people think in
  bool takes_fraction;            // as 1.5, if it is a whole number of the smallest
  bool needs_unit;
};

constexpr Unit kSizeUnits[] = {{"B", 1},
                               {"KiB", uint64_t{1} << 10},
                               {"MiB", uint64_t{1} << 20},
                               {"GiB", uint64_t{1} << 30},
                               {"TiB", uint64_t{1} << 40}};
constexpr Quantity kSize = {.noun = "size",
                            .smallest = "bytes",
                            .example = "4KiB",
                            .units = kSizeUnits,
                            .spelled = kSizeUnits,
                            .takes_fraction = false,
                            .needs_unit = true};

constexpr Unit kDurationUnits[] = {
    {"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"min", 60'000'000'000}};
constexpr Quantity kDuration = {.noun = "duration",
                                .smallest = "nanoseconds",
                                .example = "10ms",
                                .units = kDurationUnits,
                                .spelled = std::span(kDurationUnits).first(4),
                                .takes_fraction = true,
                                .needs_unit = true};

constexpr Unit kFrequencyUnits[] = {
    {"Hz", 1}, {"kHz", 1'000}, {"MHz", 1'000'000}, {"GHz", 1'000'000'000}};
constexpr Quantity kFrequency = {.noun = "frequency",
                                 .smallest = "Hz",
                                 .example = "1.8432MHz",
                                 .units = kFrequencyUnits,
                                 .spelled = kFrequencyUnits,
                                 .takes_fraction = true,
                                 .needs_unit = false};

// The parts of a number with a unit: 1.5 ms.
struct Amount {
  uint64_t whole = 0;
  std::string_view fraction;  // its digits
  std::string_view number;    // both, as they are written
  std::string_view unit;      // what is behind it
};

// Nothing where the text does not begin with a number.
std::optional<Amount> ParseAmount(std::string_view text, bool takes_fraction) {
  const size_t digits = std::min(text.find_first_not_of(kDecimal), text.size());
  const auto whole = ParseNumber(text.substr(0, digits));
  if (!whole) return std::nullopt;
  size_t end = digits;
  if (takes_fraction && text.substr(digits).starts_with('.')) {
    end = std::min(text.find_first_not_of(kDecimal, digits + 1), text.size());
    if (end == digits + 1) return std::nullopt;
  }
  return Amount{.whole = *whole,
                .fraction = end == digits ? "" : text.substr(digits + 1, end - digits - 1),
                .number = text.substr(0, end),
                .unit = text.substr(end)};
}

// How many of the smallest unit an amount is.
enum class Fault { kTooLarge, kNotWhole };
std::variant<uint64_t, Fault> Count(const Amount& amount, uint64_t factor) {
  uint64_t count = 0;
  if (__builtin_mul_overflow(amount.whole, factor, &count)) return Fault::kTooLarge;
  for (const char digit : amount.fraction) {
    const auto tenths = static_cast<uint64_t>(digit - '0');
    if (tenths != 0 && (factor == 0 || factor % 10 != 0)) return Fault::kNotWhole;
    factor /= 10;
    if (__builtin_add_overflow(count, tenths * factor, &count)) return Fault::kTooLarge;
  }
  return count;
}

const Unit* FindUnit(const Quantity& quantity, std::string_view name) {
  const auto found = std::find_if(quantity.units.begin(), quantity.units.end(),
                                  [name](const Unit& unit) { return unit.name == name; });
  return found == quantity.units.end() ? nullptr : &*found;
}

// The one that is meant by what is none: mhz, M. Null where that is not clear.
const Unit* GuessUnit(const Quantity& quantity, std::string_view name) {
  const std::string wrong = absl::AsciiStrToLower(std::string(name));
  std::vector<const Unit*> alike;
  for (const Unit& unit : quantity.units) {
    const std::string right = absl::AsciiStrToLower(std::string(unit.name));
    if (wrong == right) return &unit;
    if (&unit != &quantity.units.front() && wrong[0] == right[0]) alike.push_back(&unit);
  }
  return alike.size() == 1 ? alike[0] : nullptr;
}

std::string UnitNames(std::span<const Unit> units, const char* last) {
  std::vector<std::string> names;
  for (const Unit& unit : units) names.emplace_back(unit.name);
  const std::string other = names.back();
  names.pop_back();
  return absl::StrCat(absl::StrJoin(names, ", "), last, other);
}

std::optional<uint64_t> ReadQuantity(const YamlNode& node, std::string_view what,
                                     const Quantity& quantity, Diagnostics& diagnostics) {
  const std::string noun(quantity.noun);
  const std::string example(quantity.example);
  const auto text = PlainText(node, what, absl::StrCat("a ", noun, ", as ", example), diagnostics);
  if (!text) return std::nullopt;
  const auto refuse = [&](const std::string& why, const std::string& help = "") {
    diagnostics.Error(node.place, absl::StrCat(std::string(what), " ", why, ": ", node.scalar),
                      help);
    return std::nullopt;
  };
  if (const auto number = ParseNumber(*text); number && !quantity.needs_unit) return number;
  const auto amount = ParseAmount(*text, quantity.takes_fraction);
  std::string_view name = amount ? amount->unit : "";
  while (name.starts_with(' ')) name.remove_prefix(1);
  if (amount && name.empty() && quantity.needs_unit) {
    return refuse("has no unit", absl::StrCat(std::string(quantity.smallest), ": ", node.scalar,
                                              std::string(quantity.units[0].name), "; or ",
                                              UnitNames(quantity.units.subspan(1), ", ")));
  }
  const Unit* unit = name.empty() ? &quantity.units.front() : FindUnit(quantity, name);
  if (amount && unit != nullptr) {
    const auto count = Count(*amount, unit->factor);
    if (const uint64_t* value = std::get_if<uint64_t>(&count)) return *value;
    if (std::get<Fault>(count) == Fault::kTooLarge) return refuse("is beyond 64 bits");
    return refuse(absl::StrCat("is no whole number of ", std::string(quantity.smallest)));
  }
  const Unit* const guess = amount ? GuessUnit(quantity, name) : nullptr;
  return refuse(absl::StrCat("is no ", noun),
                guess != nullptr ? absl::StrCat("did you mean ", std::string(amount->number),
                                                std::string(guess->name), "?")
                                 : absl::StrCat("a number with ", UnitNames(quantity.units, " or "),
                                                ": ", example));
}

// In the largest unit that is not more than it; where it takes no fraction, that it is a multiple of.
std::string SpellQuantity(uint64_t value, const Quantity& quantity) {
  const Unit* unit = &quantity.spelled.front();
  for (const Unit& larger : quantity.spelled) {
    const bool fits = quantity.takes_fraction || value % larger.factor == 0;
    if (larger.factor <= value && fits) unit = &larger;
  }
  std::string fraction;
  for (uint64_t rest = value % unit->factor, tenth = unit->factor / 10; rest != 0; tenth /= 10) {
    fraction += static_cast<char>('0' + rest / tenth);
    rest %= tenth;
  }
  return absl::StrCat(value / unit->factor, fraction.empty() ? "" : ".", fraction,
                      std::string(unit->name));
}

}  // namespace

std::optional<uint64_t> ReadSize(const YamlNode& node, std::string_view what,
                                 Diagnostics& diagnostics) {
  return ReadQuantity(node, what, kSize, diagnostics);
}

std::optional<uint64_t> ReadDuration(const YamlNode& node, std::string_view what,
                                     Diagnostics& diagnostics) {
  return ReadQuantity(node, what, kDuration, diagnostics);
}

std::optional<uint64_t> ReadFrequency(const YamlNode& node, std::string_view what,
                                      Diagnostics& diagnostics) {
  return ReadQuantity(node, what, kFrequency, diagnostics);
}

std::string SpellSize(uint64_t bytes) { return SpellQuantity(bytes, kSize); }
std::string SpellDuration(uint64_t nanoseconds) { return SpellQuantity(nanoseconds, kDuration); }
std::string SpellFrequency(uint64_t hertz) { return SpellQuantity(hertz, kFrequency); }

std::optional<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  const auto amount = ParseAmount(text, kDuration.takes_fraction);
  if (!amount) return std::nullopt;
  const Unit* const unit = FindUnit(kDuration, amount->unit.empty() ? "s" : amount->unit);
  if (unit == nullptr) return std::nullopt;
  constexpr uint64_t kYear = uint64_t{365} * 24 * 3600 * 1'000'000'000;
  const auto count = Count(*amount, unit->factor);
  const uint64_t* const nanoseconds = std::get_if<uint64_t>(&count);
  if (nanoseconds == nullptr || *nanoseconds > kYear) return std::nullopt;
  return std::chrono::nanoseconds(*nanoseconds);
}

}  // namespace cardcage
