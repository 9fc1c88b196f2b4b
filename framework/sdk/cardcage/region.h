// SPDX-License-Identifier: MIT
// The regions of a declaration: windows that the machine places at an address, made of registers with a
// handler for each direction, or decoded by the device itself (Window).
#ifndef CARDCAGE_REGION_H_
#define CARDCAGE_REGION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cardcage/abi.h"
#include "cardcage/internal/items.h"
#include "cardcage/internal/members.h"
#include "cardcage/internal/register_value.h"

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

// A read handler's and a write handler's shape. A peek may call only what is const.
template <class M>
struct Handler {
  using Class = void;
  using Value = uint8_t;
  static constexpr bool kReads = false, kWrites = false, kConst = false, kMayPend = false;
};
template <class C, class V, bool kNoexcept>
struct Handler<V (C::*)() noexcept(kNoexcept)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = kIsValue<V>, kWrites = false, kConst = false, kMayPend = false;
};
template <class C, class V, bool kNoexcept>
struct Handler<V (C::*)() const noexcept(kNoexcept)> : Handler<V (C::*)()> {
  static constexpr bool kConst = true;
};
template <class C, class V, bool kNoexcept>
struct Handler<void (C::*)(V) noexcept(kNoexcept)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = false, kWrites = kIsValue<V>, kConst = false, kMayPend = false;
};
template <class C, class V, bool kNoexcept>
struct Handler<void (C::*)(V) const noexcept(kNoexcept)> : Handler<void (C::*)(V)> {};
// Those that may leave the access pending.
template <class C, class V, bool kNoexcept>
struct Handler<std::optional<V> (C::*)(uint32_t) noexcept(kNoexcept)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = kIsValue<V>, kWrites = false, kConst = false, kMayPend = true;
};
template <class C, class V, bool kNoexcept>
struct Handler<bool (C::*)(V, uint32_t) noexcept(kNoexcept)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = false, kWrites = kIsValue<V>, kConst = false, kMayPend = true;
};

// A handler of several accesses at once, of registers as wide as V.
template <auto Member, class Value>
inline constexpr bool kIsBatch = kNone<Member> || kIs<size_t(std::span<Value>), Member>;

template <auto Member>
using HandlerOf = Handler<decltype(Member)>;
template <auto Member>
inline constexpr bool kIsReader = kNone<Member> || HandlerOf<Member>::kReads;
template <auto Member>
inline constexpr bool kIsWriter = kNone<Member> || HandlerOf<Member>::kWrites;
template <auto Read, auto Write>
inline constexpr bool kHasHandler = !kNone<Read> || !kNone<Write>;
template <auto Read, auto Write>
inline constexpr bool kAreOneWidth =
    kNone<Read> || kNone<Write> ||
    sizeof(typename RawOf<typename HandlerOf<Read>::Value>::Type) ==
        sizeof(typename RawOf<typename HandlerOf<Write>::Value>::Type);
template <class... Rows>
inline constexpr bool kAreRowsOfOneWidth = true;
template <class First, class... Rows>
inline constexpr bool kAreRowsOfOneWidth<First, Rows...> =
    ((sizeof(typename Rows::Value) == sizeof(typename First::Value)) && ...);

}  // namespace internal

// A row of a register map: the handlers of one register. nullptr stands for a direction that the
// register does not have. What they give and take is an unsigned integer as wide as the register, or a value of
// bits.h, whose fields are then shown with the register.
//
// A handler that may have to answer later is told the CPU, and says whether it has: `std::optional<uint8_t>
// Name(uint32_t vcpu)`, `bool Name(uint8_t value, uint32_t vcpu)`. Without an answer the CPU waits for
// Host::Complete(vcpu, value). Not of a type that is concurrent.
//
// ReadMany and WriteMany take what a string instruction of the guest brings at once, as far as they can:
// `size_t Name(std::span<uint8_t> values)` fills them, `size_t Name(std::span<const uint8_t> values)` has them,
// and both say how many they have done. The rest comes one by one.
template <auto Read, auto Write, auto ReadMany = nullptr, auto WriteMany = nullptr>
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
  using Value = typename internal::RawOf<typename Any::Value>::Type;  // as wide as it is
  static constexpr bool kReads = !internal::kNone<Read>;
  static constexpr bool kWrites = !internal::kNone<Write>;
  static_assert(internal::kAreOneWidth<Read, Write>,
                "a register's handlers differ in width: read and write the same uintN_t");
  static_assert(internal::kIsBatch<ReadMany, Value>,
                "a register's third handler reads many: make it `size_t Name(std::span<uint8_t> "
                "values)`, or as wide as the register is");
  static_assert(internal::kIsBatch<WriteMany, const Value>,
                "a register's fourth handler writes many: make it `size_t Name(std::span<const "
                "uint8_t> values)`, or as wide as the register is");
  using Fields = internal::Fields<
      std::conditional_t<kReads, typename internal::HandlerOf<Read>::Value, void>,
      std::conditional_t<kWrites, typename internal::HandlerOf<Write>::Value, void>>;
  static constexpr auto kReadMany = ReadMany;
  static constexpr auto kWriteMany = WriteMany;
  static constexpr bool kMayPend =
      internal::HandlerOf<Read>::kMayPend || internal::HandlerOf<Write>::kMayPend;
  static constexpr bool kReadsMany = !internal::kNone<ReadMany>;
  static constexpr bool kWritesMany = !internal::kNone<WriteMany>;

  constexpr Register(uint64_t at, const char* register_name, const RegisterText& register_text = {})
      : offset(at), name(register_name), text(register_text) {}

  constexpr cardcage_register Abi() const {
    cardcage_register abi{};
    abi.struct_size = sizeof(abi);
    abi.access = (kReads ? CARDCAGE_REGISTER_READ : 0) | (kWrites ? CARDCAGE_REGISTER_WRITE : 0);
    abi.offset = offset;
    abi.reset = text.reset;
    abi.name = name;
    abi.doc = text.doc;
    abi.width = sizeof(Value);
    abi.fields = Fields::kList.data();
    abi.field_count = static_cast<uint32_t>(Fields::kCount);
    return abi;
  }

  template <class Device>
  static cardcage_status DoRead(Device& device, cardcage_access* access) {
    if (!internal::HandlerOf<Read>::kConst && (access->flags & CARDCAGE_ACCESS_PEEK) != 0) {
      return CARDCAGE_UNCLAIMED;
    }
    if constexpr (internal::HandlerOf<Read>::kMayPend) {
      const auto value = (device.*Read)(access->vcpu);
      access->value = value ? internal::ToRaw(*value) : 0;
      return value ? CARDCAGE_OK : CARDCAGE_PENDING;
    } else {
      access->value = internal::ToRaw((device.*Read)());
      return CARDCAGE_OK;
    }
  }
  template <class Device>
  static cardcage_status DoWrite(Device& device, const cardcage_access* access) {
    const auto value = internal::FromRaw<typename internal::HandlerOf<Write>::Value>(
        static_cast<Value>(access->value));
    if constexpr (internal::HandlerOf<Write>::kMayPend) {
      return (device.*Write)(value, access->vcpu) ? CARDCAGE_OK : CARDCAGE_PENDING;
    } else {
      (device.*Write)(value);
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

  // Instance::Get<I>() is this region in its declaration.
  template <class Instance, size_t I>
  static cardcage_status Read(void* device, cardcage_access* access) noexcept {
    cardcage_status status = CARDCAGE_UNCLAIMED;
    FindRow<Instance, I, Rows::kReads...>(access->offset, [&](auto row) {
      using Row = typename decltype(row)::type;
      if constexpr (Row::kReads) status = Row::DoRead(Instance::Self(device), access);
    });
    Instance::Settle(device);
    return status;
  }
  template <class Instance, size_t I>
  static cardcage_status Write(void* device, cardcage_access* access) noexcept {
    cardcage_status status = CARDCAGE_UNCLAIMED;
    FindRow<Instance, I, Rows::kWrites...>(access->offset, [&](auto row) {
      using Row = typename decltype(row)::type;
      if constexpr (Row::kWrites) status = Row::DoWrite(Instance::Self(device), access);
    });
    Instance::Settle(device);
    return status;
  }

  static constexpr bool kMayPend = (Rows::kMayPend || ...);

  // The same for several accesses.
  static constexpr bool kReadsMany = (Rows::kReadsMany || ...);
  static constexpr bool kWritesMany = (Rows::kWritesMany || ...);
  template <class Instance, size_t I>
  static uint32_t ReadMany(void* device, const cardcage_access* access, void* data,
                           uint32_t count) noexcept {
    const std::span values(static_cast<typename First::Value*>(data), count);
    size_t done = 0;
    FindRow<Instance, I, Rows::kReadsMany...>(access->offset, [&](auto row) {
      using Row = typename decltype(row)::type;
      if constexpr (Row::kReadsMany) done = (Instance::Self(device).*Row::kReadMany)(values);
    });
    Instance::Settle(device);
    return static_cast<uint32_t>(done);
  }
  template <class Instance, size_t I>
  static uint32_t WriteMany(void* device, const cardcage_access* access, void* data,
                            uint32_t count) noexcept {
    const std::span values(static_cast<const typename First::Value*>(data), count);
    size_t done = 0;
    FindRow<Instance, I, Rows::kWritesMany...>(access->offset, [&](auto row) {
      using Row = typename decltype(row)::type;
      if constexpr (Row::kWritesMany) done = (Instance::Self(device).*Row::kWriteMany)(values);
    });
    Instance::Settle(device);
    return static_cast<uint32_t>(done);
  }

  // act(std::type_identity<Row>()) for the row at that offset which has what is wanted; there is one at most. The
  // offsets are constants of the compiler's here, so that a jump table comes of it.
  template <class Instance, size_t I, size_t Row>
  static constexpr uint64_t kOffset = std::get<Row>(Instance::template Get<I>().rows).offset;
  template <class Instance, size_t I, bool... kHas, class Act>
  static void FindRow(uint64_t offset, const Act& act) {
    [&]<size_t... Row>(std::index_sequence<Row...> /*rows*/) {
      (void)((kHas && offset == kOffset<Instance, I, Row> &&
              (act(std::type_identity<Rows>()), true)) ||
             ...);
    }
    (std::index_sequence_for<Rows...>());
  }

  const char* name;
  RegionText text;
  std::tuple<Rows...> rows;
};

// A region of one register on a port, or in memory.
template <auto... Handlers>
struct Port : Registers<Register<Handlers...>> {
  constexpr explicit Port(const char* port_name, const RegisterText& port_text = {})
      : Registers<Register<Handlers...>>(
            port_name,
            {.space = Space::kPort, .size = sizeof(typename Register<Handlers...>::Value)},
            Register<Handlers...>(0, port_name, port_text)) {}
};

template <auto... Handlers>
struct Mmio : Registers<Register<Handlers...>> {
  constexpr explicit Mmio(const char* mmio_name, const RegisterText& mmio_text = {})
      : Registers<Register<Handlers...>>(
            mmio_name,
            {.space = Space::kMmio, .size = sizeof(typename Register<Handlers...>::Value)},
            Register<Handlers...>(0, mmio_name, mmio_text)) {}
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
  static constexpr bool kMayPend = false, kReadsMany = false, kWritesMany = false;

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
