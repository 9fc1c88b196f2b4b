// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_TESTING_SETTING_H_
#define CARDCAGE_TESTING_SETTING_H_

#include <concepts>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cardcage::testing {

// What a test sets a parameter to. It is checked by the type's declaration, as the machine file is.
//
//   {{"sides", 8}, {"label", "red"}, {"mac", Setting::Bytes({0x52, 0x54, 0, 0x12, 0x34, 0x56})}}
struct Setting {
  Setting() = default;
  // A number: of an enum the word's index, of a bool 0 or 1, of a size bytes, of a duration ns, of a
  // frequency Hz.
  // NOLINTNEXTLINE(google-explicit-constructor): so that {"sides", 8} can be written
  Setting(std::integral auto integer) : number(static_cast<uint64_t>(integer)) {}
  // A string or a path, which stays as it is.
  // NOLINTNEXTLINE(google-explicit-constructor): so that {"label", "red"} can be written
  Setting(const char* string) : text(string) {}
  // Bytes, or the six of a mac.
  static Setting Bytes(std::vector<uint8_t> all) {
    Setting setting;
    setting.bytes = std::move(all);
    return setting;
  }
  static Setting List(std::vector<Setting> all) {
    Setting setting;
    setting.items = std::move(all);
    return setting;
  }

  uint64_t number = 0;
  std::string text;
  std::vector<uint8_t> bytes;
  std::vector<Setting> items;
};

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_SETTING_H_
