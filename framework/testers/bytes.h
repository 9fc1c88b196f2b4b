// SPDX-License-Identifier: MIT
// Bytes to send through something.
#ifndef CARDCAGE_FRAMEWORK_TESTERS_BYTES_H_
#define CARDCAGE_FRAMEWORK_TESTERS_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cardcage {

// No two neighbouring pages are alike, so that none can be left out or change places unseen.
inline std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 4096);
  return bytes;
}

// The text where it is.
inline std::span<const uint8_t> Bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_TESTERS_BYTES_H_
