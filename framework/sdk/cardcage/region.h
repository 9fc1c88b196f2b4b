// SPDX-License-Identifier: MIT
// The regions of a declaration: windows that the machine places at an address, made of registers with a
// handler for each direction, or decoded by the device itself (Window).
#ifndef CARDCAGE_REGION_H_
#define CARDCAGE_REGION_H_

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cardcage/abi.h"
#include "cardcage/internal/items.h"
#include "cardcage/internal/members.h"

namespace cardcage {
inline namespace v0 {

// Where a region may be placed.
enum class Space : uint32_t {
  kPort = CARDCAGE_SPACE_PORT,
  kMmio = CARDCAGE_SPACE_MMIO,
  kEither = CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO,
};

struct RegisterText {
  const char* doc = nullptr;
  uint64_t reset = 0;
};

struct RegionText {
  Space space = Space::kPort;
  uint64_t size = 0;                 // in bytes; where size_param is not given
  const char* size_param = nullptr;  // key of a parameter of type Size
};

struct WindowText {
  Space space = Space::kMmio;
  uint64_t size = 0;
  const char* size_param = nullptr;
  uint32_t sizes = CARDCAGE_SIZE_1;  // CARDCAGE_SIZE_* that the handlers take
  bool unaligned = false;            // also those not aligned to their own size
};

namespace internal {

struct IsRegion : IsItem {};
struct IsRegister {};

// What a register's handler gives or takes: as wide as the register.
template <class V>
inline constexpr bool kIsValue = std::is_unsigned_v<V> && !std::is_same_v<V, bool>;

// A read handler's and a write handler's shape. A peek may call only what is const.
template <class M>
struct Handler {
  using Class = void;
  using Value = uint8_t;
  static constexpr bool kReads = false, kWrites = false, kConst = false;
};
template <class C, class V, bool kNoexcept>
struct Handler<V (C::*)() noexcept(kNoexcept)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = kIsValue<V>, kWrites = false, kConst = false;
};
template <class C, class V, bool kNoexcept>
struct Handler<V (C::*)() const noexcept(kNoexcept)> : Handler<V (C::*)()> {
  static constexpr bool kConst = true;
};
template <class C, class V, bool kNoexcept>
struct Handler<void (C::*)(V) noexcept(kNoexcept)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = false, kWrites = kIsValue<V>, kConst = false;
};
template <class C, class V, bool kNoexcept>
struct Handler<void (C::*)(V) const noexcept(kNoexcept)> : Handler<void (C::*)(V)> {};
template <auto Member>
using HandlerOf = Handler<decltype(Member)>;
template <auto Member>
inline constexpr bool kIsReader = kNone<Member> || HandlerOf<Member>::kReads;
template <auto Member>
inline constexpr bool kIsWriter = kNone<Member> || HandlerOf<Member>::kWrites;
template <auto Read, auto Write>
inline constexpr bool kHasHandler = !kNone<Read> || !kNone<Write>;
template <auto Read, auto Write>
inline constexpr bool kAreOneWidth = kNone<Read> || kNone<Write> ||
                                     sizeof(typename HandlerOf<Read>::Value) ==
                                         sizeof(typename HandlerOf<Write>::Value);
template <class... Rows>
inline constexpr bool kAreRowsOfOneWidth = true;
template <class First, class... Rows>
inline constexpr bool kAreRowsOfOneWidth<First, Rows...> =
    ((sizeof(typename Rows::Value) == sizeof(typename First::Value)) && ...);

}  // namespace internal

// A row of a register map: the handlers of one register. nullptr stands for a direction that the
// register does not have.
template <auto Read, auto Write>
struct Register : internal::IsRegister {
  static_assert(
      internal::kIsReader<Read>,
      "a register's first handler reads: make it `uint8_t Name()`, or uint16_t, uint32_t or "
      "uint64_t as the register is wide, and const where it has no side effect");
  static_assert(
      internal::kIsWriter<Write>,
      "a register's second handler writes: make it `void Name(uint8_t value)`, or uint16_t, "
      "uint32_t or uint64_t as the register is wide");
  static_assert(internal::kHasHandler<Read, Write>,
                "a register has no handlers: give it one that reads, one that writes, or both");
  using Any = std::conditional_t<internal::kNone<Read>, internal::HandlerOf<Write>,
                                 internal::HandlerOf<Read>>;
  using Device = typename Any::Class;
  using Value = typename Any::Value;
  static_assert(internal::kAreOneWidth<Read, Write>,
                "a register's handlers differ in width: read and write the same uintN_t");

  constexpr Register(uint64_t at, const char* register_name, const RegisterText& register_text = {})
      : offset(at), name(register_name), text(register_text) {}

  constexpr cardcage_register Abi() const {
    cardcage_register abi{};
    abi.struct_size = sizeof(abi);
    abi.access = (internal::kNone<Read> ? 0 : CARDCAGE_REGISTER_READ) |
                 (internal::kNone<Write> ? 0 : CARDCAGE_REGISTER_WRITE);
    abi.offset = offset;
    abi.reset = text.reset;
    abi.name = name;
    abi.doc = text.doc;
    abi.width = sizeof(Value);
    return abi;
  }

  static cardcage_status DoRead(Device* device, cardcage_access* access) {
    if constexpr (internal::kNone<Read>) {
      return CARDCAGE_UNCLAIMED;
    } else {
      if (!internal::HandlerOf<Read>::kConst && (access->flags & CARDCAGE_ACCESS_PEEK) != 0) {
        return CARDCAGE_UNCLAIMED;
      }
      access->value = (device->*Read)();
      return CARDCAGE_OK;
    }
  }
  static cardcage_status DoWrite(Device* device, const cardcage_access* access) {
    if constexpr (internal::kNone<Write>) {
      return CARDCAGE_UNCLAIMED;
    } else {
      (device->*Write)(static_cast<Value>(access->value));
      return CARDCAGE_OK;
    }
  }

  uint64_t offset;
  const char* name;
  RegisterText text;
};

// A region of registers, all of one width, at the offsets of their rows.
template <class... Rows>
struct Registers : internal::IsRegion {
  using First = std::tuple_element_t<0, std::tuple<Rows...>>;
  using Device = typename First::Device;
  static constexpr size_t kRowCount = sizeof...(Rows);
  static constexpr uint32_t kWidth = sizeof(typename First::Value);
  static_assert(internal::kAreRowsOfOneWidth<Rows...>,
                "the registers of a region have one width: give all handlers the same uintN_t, or "
                "take a Window, whose accesses are of any size");

  constexpr Registers(const char* region_name, const RegionText& region_text, const Rows&... all)
      : name(region_name), text(region_text), rows(all...) {}

  constexpr cardcage_region Abi() const {
    cardcage_region abi{};
    abi.struct_size = sizeof(abi);
    abi.spaces = static_cast<uint32_t>(text.space);
    abi.name = name;
    abi.size = text.size;
    abi.size_param = text.size_param;
    abi.sizes = kWidth;
    return abi;
  }

  // The row at the offset answers. The offsets are constants here: this becomes a jump table.
  // Instance::Get<I>() is this region in its declaration.
  template <class Instance, size_t I>
  static cardcage_status Read(void* device, cardcage_access* access) noexcept {
    const cardcage_status status = FindRow<Instance, I>(
        access->offset, std::index_sequence_for<Rows...>{},
        [&](auto row) { return decltype(row)::type::DoRead(&Instance::Self(device), access); });
    Instance::Settle(device);
    return status;
  }
  template <class Instance, size_t I>
  static cardcage_status Write(void* device, cardcage_access* access) noexcept {
    const cardcage_status status = FindRow<Instance, I>(
        access->offset, std::index_sequence_for<Rows...>{},
        [&](auto row) { return decltype(row)::type::DoWrite(&Instance::Self(device), access); });
    Instance::Settle(device);
    return status;
  }
  template <class Instance, size_t I, size_t... Row, class Do>
  static cardcage_status FindRow(uint64_t offset, std::index_sequence<Row...> /*rows*/, Do&& act) {
    cardcage_status status = CARDCAGE_UNCLAIMED;
    (void)((offset == std::get<Row>(Instance::template Get<I>().rows).offset &&
            (status = act(std::type_identity<Rows>{})) != CARDCAGE_UNCLAIMED) ||
           ...);
    return status;
  }

  const char* name;
  RegionText text;
  std::tuple<Rows...> rows;
};

// A region of one register on a port, or in memory.
template <auto Read, auto Write>
struct Port : Registers<Register<Read, Write>> {
  constexpr explicit Port(const char* port_name, const RegisterText& port_text = {})
      : Registers<Register<Read, Write>>(
            port_name,
            {.space = Space::kPort, .size = sizeof(typename Register<Read, Write>::Value)},
            Register<Read, Write>(0, port_name, port_text)) {}
};

template <auto Read, auto Write>
struct Mmio : Registers<Register<Read, Write>> {
  constexpr explicit Mmio(const char* mmio_name, const RegisterText& mmio_text = {})
      : Registers<Register<Read, Write>>(
            mmio_name,
            {.space = Space::kMmio, .size = sizeof(typename Register<Read, Write>::Value)},
            Register<Read, Write>(0, mmio_name, mmio_text)) {}
};

// A region whose device decodes offset and size itself:
//   uint64_t Read(uint64_t offset, unsigned size);   void Write(uint64_t offset, unsigned size,
//                                                               uint64_t value);
// Either may be nullptr. The read handler may be const (and then serves a peek).
template <class D, auto ReadHandler, auto WriteHandler>
struct Window : internal::IsRegion {
  static_assert(
      internal::kNone<ReadHandler> || internal::kIs<uint64_t(uint64_t, unsigned), ReadHandler>,
      "a window's first handler reads: make it `uint64_t Name(uint64_t offset, unsigned size)`, "
      "const where it has no side effect");
  static_assert(
      internal::kNone<WriteHandler> ||
          internal::kIs<void(uint64_t, unsigned, uint64_t), WriteHandler>,
      "a window's second handler writes: make it `void Name(uint64_t offset, unsigned size, "
      "uint64_t value)`");
  static constexpr size_t kRowCount = 0;

  constexpr Window(const char* window_name, const WindowText& window_text)
      : name(window_name), text(window_text), rows() {}

  constexpr cardcage_region Abi() const {
    cardcage_region abi{};
    abi.struct_size = sizeof(abi);
    abi.spaces = static_cast<uint32_t>(text.space);
    abi.name = name;
    abi.size = text.size;
    abi.size_param = text.size_param;
    abi.sizes = text.sizes;
    abi.unaligned = text.unaligned ? 1 : 0;
    return abi;
  }

  template <class Instance, size_t I>
  static cardcage_status Read(void* device, cardcage_access* access) noexcept {
    if constexpr (internal::kNone<ReadHandler>) {
      return CARDCAGE_UNCLAIMED;
    } else {
      constexpr bool kConst = requires(const D& d) { (d.*ReadHandler)(uint64_t{}, 0u); };
      if (!kConst && (access->flags & CARDCAGE_ACCESS_PEEK) != 0) return CARDCAGE_UNCLAIMED;
      access->value = (Instance::Self(device).*ReadHandler)(access->offset, access->size);
      Instance::Settle(device);
      return CARDCAGE_OK;
    }
  }
  template <class Instance, size_t I>
  static cardcage_status Write(void* device, cardcage_access* access) noexcept {
    if constexpr (internal::kNone<WriteHandler>) {
      return CARDCAGE_UNCLAIMED;
    } else {
      (Instance::Self(device).*WriteHandler)(access->offset, access->size, access->value);
      Instance::Settle(device);
      return CARDCAGE_OK;
    }
  }

  const char* name;
  WindowText text;
  std::tuple<> rows;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_REGION_H_
