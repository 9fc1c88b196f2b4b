// SPDX-License-Identifier: MIT
// The mistakes of an author's that the compiler finds in a declaration as a whole. Each assertion says what to
// do, and compilers show whom it is about beside it: kIsRight<Param<&DiceConfig::sides>>. The shape of a single
// handler is checked where its item is declared (param.h, region.h, signals.h).
#ifndef CARDCAGE_INTERNAL_CHECKS_H_
#define CARDCAGE_INTERNAL_CHECKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "cardcage/abi.h"
#include "cardcage/declaration.h"
#include "cardcage/host.h"
#include "cardcage/internal/items.h"
#include "cardcage/internal/members.h"
#include "cardcage/internal/param_values.h"
#include "cardcage/internal/tables.h"
#include "cardcage/names.h"
#include "cardcage/param.h"
#include "cardcage/region.h"
#include "cardcage/signals.h"

namespace cardcage {
inline namespace v0 {
namespace internal {

// --- Finding the culprit ------------------------------------------------------------------------------

// The assertions: nobody is wrong, no two are alike.
template <class Culprit>
inline constexpr bool kIsRight = false;
template <>
inline constexpr bool kIsRight<void> = true;
template <class Culprit, class Other>
inline constexpr bool kDiffer = false;
template <>
inline constexpr bool kDiffer<void, void> = true;

// A tuple's type by its index; void beyond its end.
template <class Tuple, size_t I>
constexpr auto TypeAt() {
  if constexpr (I < std::tuple_size_v<Tuple>) {
    return std::type_identity<std::tuple_element_t<I, Tuple>>();
  } else {
    return std::type_identity<void>();
  }
}
template <class Tuple, size_t I>
using At = typename decltype(TypeAt<Tuple, I>())::type;

inline constexpr size_t kNobody = std::numeric_limits<size_t>::max();

// The n-th item of a kind; void for nobody.
template <const auto& Decl, class Tag, size_t kN>
using Nth = At<typename ItemsOf<Decl>::Tuple, ItemsOf<Decl>::template IndexOf<Tag>(kN)>;

// The index of the first type that a rule does not hold for; beyond the end for nobody.
template <size_t kSize>
constexpr size_t FirstFalse(const std::array<bool, kSize>& holds) {
  size_t index = 0;
  while (index < kSize && holds[index]) ++index;
  return index;
}

// The same for one of the contract's lists, which end with a null pointer.
template <class Row, size_t kSize, class Rule>
constexpr size_t FirstWrong(const std::array<const Row*, kSize>& rows, const Rule& holds) {
  size_t index = 0;
  while (index + 1 < kSize && holds(*rows[index])) ++index;
  return index + 1 < kSize ? index : kNobody;
}

// The first two rows of a list that are alike.
struct Twins {
  size_t first = kNobody;
  size_t second = kNobody;
};
template <class Row, size_t kSize, class Alike>
constexpr Twins FirstTwins(const std::array<const Row*, kSize>& rows, const Alike& alike) {
  for (size_t second = 0; second + 1 < kSize; ++second) {
    for (size_t first = 0; first < second; ++first) {
      if (alike(*rows[first], *rows[second])) return {first, second};
    }
  }
  return {};
}
template <class Row, size_t kSize>
constexpr Twins FirstNamesakes(const std::array<const Row*, kSize>& rows) {
  return FirstTwins(rows, [](const Row& one, const Row& other) {
    return std::string_view(one.name) == other.name;
  });
}

// --- What is checked ----------------------------------------------------------------------------------

// Whether all members that an item is made of belong to a class.
template <class D, class Item>
inline constexpr bool kIsOf = true;
template <class D, template <auto...> class Item, auto... Members>
inline constexpr bool kIsOf<D, Item<Members...>> = (kBelongs<D, Members> && ...);
template <class D, class Its, auto Read, auto Write>
inline constexpr bool kIsOf<D, Window<Its, Read, Write>> = kBelongs<D, Read>&& kBelongs<D, Write>;

template <class D>
inline constexpr bool kHasConfig = requires {
  typename D::Config;
};
template <class D>
inline constexpr bool kHasConstructor = std::is_constructible_v<D, const typename D::Config&> ||
                                        std::is_constructible_v<D, const typename D::Config&, Host>;
template <class D>
inline constexpr bool kHasReset = requires(D& device) {
  device.Reset();
};

// Whether a class has no function of a name that the host calls, or one as the host calls it. It would be
// passed over otherwise, or a handler would be called at odd times.
template <class D>
constexpr bool ReadyFits() {
  if constexpr (requires { &D::Ready; }) return kIs<void(), &D::Ready>;
  return true;
}
template <class D>
constexpr bool PostedFits() {
  if constexpr (requires { &D::Posted; }) return kIs<void(uint64_t), &D::Posted>;
  return true;
}
template <class D>
constexpr bool FdReadyFits() {
  if constexpr (requires { &D::FdReady; }) return kIs<void(int, uint32_t), &D::FdReady>;
  return true;
}
template <class D>
constexpr bool PauseFits() {
  if constexpr (requires { &D::Pause; }) return kIs<void(), &D::Pause> || kIs<bool(), &D::Pause>;
  return true;
}
template <class D>
constexpr bool ResumeFits() {
  if constexpr (requires { &D::Resume; }) return kIs<void(), &D::Resume>;
  return true;
}
template <class D>
constexpr bool CloseFits() {
  if constexpr (requires { &D::Close; }) return kIs<void(Closer), &D::Close>;
  return true;
}

template <class D>
constexpr bool CheckClass() {
  static_assert(kHasConfig<D>,
                "the device's class lacks its Config: give it `using Config = ...;`, the struct of "
                "its parameters");
  if constexpr (kHasConfig<D>) {
    static_assert(
        kHasConstructor<D>,
        "the device's class lacks its constructor: give it a public one that takes (const "
        "Config&) or (const Config&, cardcage::Host)");
  }
  static_assert(kHasReset<D>,
                "the device's class lacks `void Reset()`: the state after power-on, which the host "
                "calls before the guest's first access");
  static_assert(
      ReadyFits<D>(),
      "the host calls a function of the name Ready when a backend is: make it `void Ready()`, or "
      "name it otherwise");
  static_assert(PostedFits<D>(),
                "the host calls a function of the name Posted with what was posted: make it `void "
                "Posted(uint64_t value)`, or name it otherwise");
  static_assert(FdReadyFits<D>(),
                "the host calls a function of the name FdReady for a descriptor: make it `void "
                "FdReady(int fd, uint32_t events)`, or name it otherwise");
  static_assert(
      PauseFits<D>(),
      "the host calls a function of the name Pause when the machine halts: make it `void Pause()`, "
      "or bool, or name it otherwise");
  static_assert(
      ResumeFits<D>(),
      "the host calls a function of the name Resume when the machine goes on: make it `void "
      "Resume()`, or name it otherwise");
  static_assert(CloseFits<D>(),
                "the host calls a function of the name Close at the device's end: make it `void "
                "Close(cardcage::Closer closer)`, or name it otherwise");
  return kHasConfig<D> && kHasReset<D>;
}

// Whether all is declared of the class itself. Behind this, handlers can be taken for the device's.
template <const auto& Decl>
constexpr bool CheckMembers() {
  using Device = typename std::remove_cvref_t<decltype(Decl)>::Device;
  using Tuple = typename ItemsOf<Decl>::Tuple;

  constexpr size_t kNoItem = FirstFalse(ItemsOf<Decl>::Map(
      [](auto item) { return std::is_base_of_v<IsItem, typename decltype(item)::type>; }));
  static_assert(
      kIsRight<At<Tuple, kNoItem>>,
      "an item of the declaration is none: put a Register into cardcage::Registers, and leave out "
      "what device.h does not name");

  constexpr size_t kStranger = FirstFalse(ItemsOf<Decl>::Map([](auto item) {
    using Item = typename decltype(item)::type;
    return std::is_base_of_v<IsParam, Item> || kIsOf<Device, Item>;
  }));
  static_assert(kIsRight<At<Tuple, kStranger>>,
                "a handler is a member of another class: take one of the class that Type<> names");

  constexpr size_t kStray = FirstFalse(ItemsOf<Decl>::Map([](auto item) {
    using Item = typename decltype(item)::type;
    return !std::is_base_of_v<IsParam, Item> || kIsOf<typename Device::Config, Item>;
  }));
  static_assert(kIsRight<At<Tuple, kStray>>,
                "a parameter's member is of another struct: take one of the device's Config");
  return kIsRight<At<Tuple, kNoItem>> && kIsRight<At<Tuple, kStranger>> &&
         kIsRight<At<Tuple, kStray>>;
}

// Keys that the machine file has for itself, in every device.
inline constexpr std::array<std::string_view, 5> kReservedKeys = {"type", "at", "irq", "dma",
                                                                  "cage"};

template <const auto& Decl>
constexpr void CheckParams() {
  constexpr const auto& kParams = Tables<Decl>::kParams;

  constexpr Twins kTwins = FirstTwins(kParams, [](const auto& one, const auto& other) {
    return std::string_view(one.key) == other.key;
  });
  static_assert(kDiffer<Nth<Decl, IsParam, kTwins.first>, Nth<Decl, IsParam, kTwins.second>>,
                "two parameters have the same key: give each its own");

  constexpr size_t kReserved = FirstWrong(kParams, [](const auto& param) {
    for (const std::string_view key : kReservedKeys) {
      if (key == param.key) return false;
    }
    return true;
  });
  static_assert(kIsRight<Nth<Decl, IsParam, kReserved>>,
                "a parameter has a key of the framework's own (type, at, irq, dma, cage): give it "
                "another");

  constexpr size_t kWordless = FirstWrong(kParams, [](const auto& param) {
    return param.kind != CARDCAGE_KIND_ENUM || param.name_count != 0;
  });
  static_assert(kIsRight<Nth<Decl, IsParam, kWordless>>,
                "a parameter whose member is an enum lacks its words: give it .names");

  constexpr size_t kOutside =
      FirstWrong(kParams, [](const auto& param) { return DefaultFits(param); });
  static_assert(
      kIsRight<Nth<Decl, IsParam, kOutside>>,
      "a parameter's default, its member's initialiser, is out of its own bounds: change that, "
      "or .min and .max (of a list or a text: .min_length and .max_length)");
}

// Of the region that is the I-th item.
template <const auto& Decl, size_t I>
constexpr void CheckRegisters() {
  using Rows = decltype(std::get<I>(Decl.items).rows);
  constexpr const auto& kRegisters = Tables<Decl>::template kRegisters<I>;

  constexpr size_t kOutside = FirstWrong(kRegisters, [](const auto& row) {
    const uint64_t size = std::get<I>(Decl.items).text.size;
    return size == 0 || (row.offset < size && size - row.offset >= row.width);
  });
  static_assert(kIsRight<At<Rows, kOutside>>,
                "a register lies outside its region: raise the region's .size, or lower the "
                "register's offset");

  constexpr size_t kUneven =
      FirstWrong(kRegisters, [](const auto& row) { return row.offset % row.width == 0; });
  static_assert(kIsRight<At<Rows, kUneven>>,
                "a register's offset is no multiple of its width, so that no access reaches it: "
                "align it, or take a Window that is .unaligned");

  constexpr size_t kWide = FirstWrong(kRegisters, [](const auto& row) {
    return row.width == sizeof(row.reset) || (row.reset >> (8 * row.width)) == 0;
  });
  static_assert(kIsRight<At<Rows, kWide>>,
                "a register's .reset is wider than the register: give the value that is read");

  constexpr size_t kOverlapping = FirstWrong(kRegisters, [](const auto& row) {
    for (uint32_t i = 0; i < row.field_count; ++i) {
      for (uint32_t j = 0; j < i; ++j) {
        const cardcage_field& one = *row.fields[i];
        const cardcage_field& other = *row.fields[j];
        if ((one.access & other.access) != 0 && one.low <= other.high && other.low <= one.high) {
          return false;
        }
      }
    }
    return true;
  });
  static_assert(
      kIsRight<At<Rows, kOverlapping>>,
      "two of a register's fields overlap: leave one of them out of its struct's kFields");

  constexpr Twins kNames = FirstNamesakes(kRegisters);
  static_assert(kDiffer<At<Rows, kNames.first>, At<Rows, kNames.second>>,
                "two registers of a region have the same name: give each its own");

  constexpr Twins kRead = FirstTwins(kRegisters, [](const auto& one, const auto& other) {
    return one.offset == other.offset && (one.access & other.access & CARDCAGE_REGISTER_READ) != 0;
  });
  static_assert(
      kDiffer<At<Rows, kRead.first>, At<Rows, kRead.second>>,
      "two registers are read at the same offset, so that the second is never asked: give "
      "it another offset, or nullptr for its read handler");
  constexpr Twins kWritten = FirstTwins(kRegisters, [](const auto& one, const auto& other) {
    return one.offset == other.offset && (one.access & other.access & CARDCAGE_REGISTER_WRITE) != 0;
  });
  static_assert(kDiffer<At<Rows, kWritten.first>, At<Rows, kWritten.second>>,
                "two registers are written at the same offset, so that the second is never told: "
                "give it another offset, or nullptr for its write handler");
}

template <const auto& Decl>
constexpr void CheckRegions() {
  constexpr const auto& kRegions = Tables<Decl>::kRegions;

  constexpr Twins kTwins = FirstNamesakes(kRegions);
  static_assert(kDiffer<Nth<Decl, IsRegion, kTwins.first>, Nth<Decl, IsRegion, kTwins.second>>,
                "two regions have the same name: give each its own");

  constexpr size_t kSizeless = FirstWrong(kRegions, [](const auto& region) {
    return region.size != 0 || region.size_param != nullptr;
  });
  static_assert(kIsRight<Nth<Decl, IsRegion, kSizeless>>,
                "a region has no size: give it .size in bytes, or .size_param, a parameter's key");

  constexpr size_t kUnsized = FirstWrong(kRegions, [](const auto& region) {
    if (region.size_param == nullptr) return true;
    return FirstWrong(Tables<Decl>::kParams, [&](const auto& param) {
             return std::string_view(param.key) != region.size_param ||
                    (param.flags & CARDCAGE_PARAM_LIST) != 0 ||
                    (param.kind != CARDCAGE_KIND_SIZE && param.kind != CARDCAGE_KIND_U64);
           }) != kNobody;
  });
  static_assert(
      kIsRight<Nth<Decl, IsRegion, kUnsized>>,
      "a region's .size_param is not the key of a parameter that is a cardcage::Size or an "
      "unsigned integer: declare that parameter, or give .size");

  ItemsOf<Decl>::template ForEach<IsRegion>([](auto i) {
    using Region = typename ItemsOf<Decl>::template Item<i>;
    static_assert(
        !Region::kMayPend || !Decl.type.text.concurrent,
        "a handler answers later, which is for a device that has its turns: leave .concurrent out, "
        "or answer at once");
    CheckRegisters<Decl, i>();
  });
}

template <const auto& Decl>
constexpr void CheckSignals() {
  using Items = ItemsOf<Decl>;

  constexpr Twins kOutputs = FirstNamesakes(Tables<Decl>::kSignals);
  static_assert(kDiffer<Nth<Decl, IsOutput, kOutputs.first>, Nth<Decl, IsOutput, kOutputs.second>>,
                "two outputs have the same name: give each its own");
  static_assert(
      Items::template kCount<IsInputs> <= 1,
      "a device has one item of inputs: put all their names into one, which tells them by "
      "their index");
  constexpr Twins kInputs = FirstNamesakes(Tables<Decl>::kInputs);
  static_assert(kInputs.first == kNobody, "two inputs have the same name: give each its own");
  static_assert(Items::template kCount<IsController> <= 1,
                "a device is an interrupt controller once: declare one InterruptController");
  constexpr bool kDrives = Items::template kCount<IsOutput> + Items::template kCount<IsTimer> != 0;
  static_assert(
      !kDrives || !Decl.type.text.concurrent,
      "outputs and timers are worked out behind each handler, in the device's turn: leave "
      ".concurrent out, or drive nothing");
}

// All of the above. Compilers say what is wrong by themselves: this is true.
template <const auto& Decl>
constexpr bool IsSound() {
  if constexpr (CheckClass<typename std::remove_cvref_t<decltype(Decl)>::Device>()) {
    if constexpr (CheckMembers<Decl>()) {
      CheckParams<Decl>();
      CheckRegions<Decl>();
      CheckSignals<Decl>();
    }
  }
  return true;
}

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_CHECKS_H_
