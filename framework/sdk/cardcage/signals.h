// SPDX-License-Identifier: MIT
// The signals and timers of a declaration: what the device drives, what it listens to, when it acts by itself.
#ifndef CARDCAGE_SIGNALS_H_
#define CARDCAGE_SIGNALS_H_

#include <cstdint>
#include <optional>

#include "cardcage/abi.h"
#include "cardcage/internal/items.h"
#include "cardcage/internal/members.h"
#include "cardcage/names.h"

namespace cardcage {
inline namespace v0 {

struct OutputText {
  const char* doc = nullptr;
};

namespace internal {

struct IsOutput : IsItem {};
struct IsInputs : IsItem {};
struct IsTimer : IsItem {};
struct IsController : IsItem {};
struct IsCounter : IsItem {};

struct NamedOutput : IsOutput {
  constexpr explicit NamedOutput(const char* output_name, const OutputText& output_text = {})
      : name(output_name), text(output_text) {}
  const char* name;
  OutputText text;
};

}  // namespace internal

// A signal that the device drives: high while the function says so.
template <auto Level>
struct Output : internal::NamedOutput {
  static_assert(internal::kGives<bool, Level>,
                "an output's function says its level: make it `bool Name() const`");
  static constexpr auto kValue = Level;
  static constexpr bool kIsEdge = false;
  using NamedOutput::NamedOutput;
};

// A signal that the device pulses: each time that the function counts one more. Several at once are one.
template <auto Pulses>
struct PulseOutput : internal::NamedOutput {
  static_assert(internal::kGives<uint32_t, Pulses>,
                "a pulse output's function counts its pulses: make it `uint32_t Name() const`, or "
                "take an Output");
  static constexpr auto kValue = Pulses;
  static constexpr bool kIsEdge = true;
  using NamedOutput::NamedOutput;
};

// Signals that other devices drive, by the index of their names. One item of this kind a type.
template <auto OnChange>
struct Inputs : internal::IsInputs {
  static_assert(
      internal::kIs<void(uint32_t, bool), OnChange>,
      "the inputs' function hears each change: make it `void Name(uint32_t input, bool level)`");
  static constexpr auto kOnChange = OnChange;
  constexpr explicit Inputs(const Names& input_names) : names(input_names) {}
  Names names;
};

// What the device does by itself, and when.
template <auto Deadline, auto OnDeadline>
struct Timer : internal::IsTimer {
  static_assert(internal::kGives<std::optional<uint64_t>, Deadline>,
                "a timer's first function says when it is due: make it `std::optional<uint64_t> "
                "Name() const`");
  static_assert(internal::kIs<void(), OnDeadline>,
                "a timer's second function is called when it is due: make it `void Name()`");
  static constexpr auto kDeadline = Deadline;
  static constexpr auto kOnDeadline = OnDeadline;
};

// The device is an interrupt controller: the CPU that its output leads to asks for the vector,
// `uint8_t Name()`.
template <auto Acknowledge>
struct InterruptController : internal::IsController {
  static_assert(internal::kIs<uint8_t(), Acknowledge>,
                "an interrupt controller's function gives the vector: make it `uint8_t Name()`");
  static constexpr auto kAcknowledge = Acknowledge;
};

// Something that the device counts, for people: Host::Count adds to it.
struct Counter : internal::IsCounter {
  constexpr explicit Counter(const char* counter_name, const OutputText& counter_text = {})
      : name(counter_name), text(counter_text) {}
  constexpr cardcage_counter Abi() const {
    return {.struct_size = sizeof(cardcage_counter), .reserved = 0, .name = name, .doc = text.doc};
  }
  const char* name;
  OutputText text;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_SIGNALS_H_
