// SPDX-License-Identifier: MIT
// What a device saves of itself, and loads: its members, by name.
//
//   template <class Archive>
//   void State(Archive& archive) {
//     archive("seed", seed_);
//     archive("fifo", fifo_);       // a std::array, vector, deque, string or optional of numbers
//     archive("channel", channel_);  // whatever has such a State itself
//   }
//
// One function serves both ways. A name stays what it is from one version to the next; what an older version
// had not saved is left as it was, which is how the constructor has it.
#ifndef CARDCAGE_STATE_H_
#define CARDCAGE_STATE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "cardcage/abi.h"

namespace cardcage {
inline namespace v0 {

namespace internal {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

}  // namespace internal

class Archive {
 public:
  explicit Archive(const cardcage_archive& table) : table_(table) {}

  bool is_loading() const { return table_.is_loading != 0; }
  // Of the type when it was saved.
  uint32_t version() const { return table_.version; }
  // Loading: says that this cannot be the state of such a device.
  void Refuse(const char* reason) const { table_.refuse(table_.self, reason); }

  // Saves a member, or loads it.
  template <class T>
  void operator()(const char* name, T& member) {
    if constexpr (kIsNumber<T>) {
      Number(name, member);
    } else if constexpr (requires { T(member.raw()); }) {  // Bits
      auto raw = member.raw();
      Number(name, raw);
      member = T(raw);
    } else if constexpr (requires(Archive & archive) { member.State(archive); }) {
      Archive inner(table_, prefix_ + name + ".");
      member.State(inner);
    } else if constexpr (internal::kIsOptional<T>) {
      Optional(name, member);
    } else if constexpr (kIsNumber<std::remove_cvref_t<decltype(*std::begin(member))>>) {
      Numbers(name, member);
    } else {
      Objects(name, member);
    }
  }

 private:
  template <class T>
  static constexpr bool kIsNumber = std::is_integral_v<T> || std::is_enum_v<T>;

  Archive(const cardcage_archive& table, std::string prefix)
      : table_(table), prefix_(std::move(prefix)) {}

  uint64_t Field(const char* name, void* data, size_t width, size_t count) const {
    return table_.field(table_.self, (prefix_ + name).c_str(), data, static_cast<uint32_t>(width),
                        count);
  }

  template <class T>
  void Number(const char* name, T& member) {
    if constexpr (std::is_same_v<T, bool>) {
      uint8_t byte = member ? 1 : 0;
      Field(name, &byte, 1, 1);
      member = byte != 0;
    } else {
      Field(name, &member, sizeof(T), 1);
    }
  }

  template <class T>
  void Optional(const char* name, std::optional<T>& member) {
    T value = member.value_or(T{});
    if (!is_loading()) {
      Field(name, &value, sizeof(T), member ? 1 : 0);
    } else if (Field(name, nullptr, sizeof(T), 0) == 0) {
      member.reset();
    } else {
      Number(name, value);
      member = value;
    }
  }

  // By way of a copy: not all that has numbers has them in one piece.
  template <class C>
  void Numbers(const char* name, C& member) {
    using T = std::remove_cvref_t<decltype(*std::begin(member))>;
    using Stored = std::conditional_t<std::is_same_v<T, bool>, uint8_t, T>;
    std::vector<Stored> numbers(std::begin(member), std::end(member));
    if constexpr (requires { member.resize(size_t{}); }) {
      if (is_loading()) {
        numbers.resize(Field(name, nullptr, sizeof(Stored), 0));
        member.resize(numbers.size());
      }
    }
    Field(name, numbers.data(), sizeof(Stored), numbers.size());
    if (!is_loading()) return;
    size_t i = 0;
    for (auto&& each : member) each = static_cast<T>(numbers[i++]);
  }

  // Objects of a fixed number.
  template <class C>
  void Objects(const char* name, C& member) {
    size_t i = 0;
    for (auto& each : member) {
      (*this)((std::string(name) + "." + std::to_string(i++)).c_str(), each);
    }
  }

  const cardcage_archive& table_;
  std::string prefix_;  // of the names of an object inside another
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_STATE_H_
