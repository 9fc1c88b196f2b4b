// SPDX-License-Identifier: MIT
// Declares a device: a class, its parameters, its registers. Header-only over abi.h; nothing else of
// Cardcage is needed to build one.
//
//   struct DiceConfig { uint8_t sides = 6; };
//   class Dice {
//    public:
//     using Config = DiceConfig;
//     explicit Dice(const Config& config);  // or (const Config&, cardcage::Host)
//     void Reset();                         // the state after power-on; called before the first access
//     uint8_t Throw();                      // the return type gives the register's width
//     void Load(uint8_t seed);
//   };
//   constexpr cardcage::Declaration kDice{
//       cardcage::Type<Dice>("dice", "a die: read to throw it, write to load it"),
//       cardcage::Param<&DiceConfig::sides>("sides", {.doc = "faces", .min = 2, .max = 255}),
//       cardcage::Port<&Dice::Throw, &Dice::Load>("face"),
//   };
//   CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
//
// A device with an interrupt says how its level follows from its state, and the host is told each change
// behind the handler that made it:
//     bool Interrupt() const;
//     void Ready();                       // optional: a backend has input, or room again
//   cardcage::Output<&Dice::Interrupt>("irq"),
//
// A device says what it holds; the declaration becomes constant tables of abi.h. Handlers run one
// at a time (unless the type says .concurrent), on any thread, and must not block. A read handler
// that is const is one without side effects, and serves a peek too.
#ifndef CARDCAGE_DEVICE_H_
#define CARDCAGE_DEVICE_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cardcage/abi.h"
#include "cardcage/host.h"

namespace cardcage {
inline namespace v0 {

// Where a region may be placed.
enum class Space : uint32_t {
  kPort = CARDCAGE_SPACE_PORT,
  kMmio = CARDCAGE_SPACE_MMIO,
  kEither = CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO,
};

struct TypeText {
  const char* document = nullptr;  // the data sheet it follows
  bool concurrent = false;         // handlers may run on several threads at once
};

// The words of a parameter whose member is an enum, in the order of its values from 0 on: an array that
// lives as long as the plugin.
struct Names {
  constexpr Names() = default;
  template <size_t N>
  // NOLINTNEXTLINE(google-explicit-constructor): so that `.names = kWords` can be written
  constexpr Names(const char* const (&words)[N]) : list(words), count(N) {}
  const char* const* list = nullptr;
  uint32_t count = 0;
};

// Of a u64 or Size parameter, min and max are both inside.
struct ParamText {
  const char* doc = "";
  const char* unit = nullptr;
  bool required = false;
  uint64_t min = 0;
  uint64_t max = std::numeric_limits<uint64_t>::max();
  Names names{};  // of an enum
};

struct RegisterText {
  const char* doc = nullptr;
  uint64_t reset = 0;
};

struct OutputText {
  const char* doc = nullptr;
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

template <class M>
struct MemberOf;
template <class C, class T>
struct MemberOf<T C::*> {
  using Class = C;
  using Type = T;
};

// A read handler's and a write handler's shape. A peek may call only what is const.
template <class M>
struct Handler {
  static constexpr bool kReads = false, kWrites = false, kConst = false;
};
template <class C, class V>
struct Handler<V (C::*)()> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = std::is_unsigned_v<V>, kWrites = false, kConst = false;
};
template <class C, class V>
struct Handler<V (C::*)() const> : Handler<V (C::*)()> {
  static constexpr bool kConst = true;
};
template <class C, class V>
struct Handler<void (C::*)(V)> {
  using Class = C;
  using Value = V;
  static constexpr bool kReads = false, kWrites = std::is_unsigned_v<V>, kConst = false;
};
template <auto Member>
using HandlerOf = Handler<decltype(Member)>;
template <auto Member>
inline constexpr bool kNone = std::is_null_pointer_v<decltype(Member)>;

struct IsParam {};
struct IsRegion {};
struct IsOutput {};

template <class M>
struct LevelOf {
  static constexpr bool kIsOne = false;
};
template <class C>
struct LevelOf<bool (C::*)() const> {
  static constexpr bool kIsOne = true;
};

template <class T>
constexpr uint32_t KindOf() {
  if constexpr (std::is_same_v<T, bool>) {
    return CARDCAGE_KIND_BOOL;
  } else if constexpr (std::is_same_v<T, Size>) {
    return CARDCAGE_KIND_SIZE;
  } else if constexpr (std::is_same_v<T, CharLink>) {
    return CARDCAGE_KIND_CHAR;
  } else if constexpr (std::is_enum_v<T>) {
    return CARDCAGE_KIND_ENUM;
  } else {
    static_assert(std::is_unsigned_v<T>,
                  "a parameter's member is bool, an unsigned integer, an enum, cardcage::Size or "
                  "cardcage::CharLink");
    return CARDCAGE_KIND_U64;
  }
}

}  // namespace internal

// The type itself: its class, its id in the machine file and a line about it.
template <class D>
struct Type {
  using Device = D;
  constexpr Type(const char* type_id, const char* type_summary, const TypeText& type_text = {})
      : id(type_id), summary(type_summary), text(type_text) {}
  const char* id;
  const char* summary;
  TypeText text;
};

// A parameter, held by a member of the device's Config, whose initialiser is the default.
template <auto Member>
struct Param : internal::IsParam {
  using Config = typename internal::MemberOf<decltype(Member)>::Class;
  using Value = typename internal::MemberOf<decltype(Member)>::Type;

  constexpr Param(const char* param_key, const ParamText& param_text)
      : key(param_key), text(param_text) {}

  constexpr cardcage_param Abi() const {
    constexpr uint32_t kKind = internal::KindOf<Value>();
    cardcage_param abi{};
    abi.struct_size = sizeof(abi);
    abi.kind = kKind;
    abi.key = key;
    abi.doc = text.doc;
    abi.unit = text.unit;
    abi.flags = text.required ? CARDCAGE_PARAM_REQUIRED : 0;
    abi.min = text.min;
    abi.max = text.max;
    abi.names = text.names.list;
    abi.name_count = text.names.count;
    const Config config{};
    if constexpr (kKind == CARDCAGE_KIND_SIZE) {
      abi.default_u64 = (config.*Member).bytes;
    } else if constexpr (kKind == CARDCAGE_KIND_BOOL) {
      abi.default_u64 = config.*Member ? 1 : 0;
      abi.max = 1;
    } else if constexpr (kKind == CARDCAGE_KIND_ENUM) {
      abi.default_u64 = static_cast<uint64_t>(config.*Member);
      abi.max = text.names.count == 0 ? 0 : text.names.count - 1;
    } else if constexpr (kKind == CARDCAGE_KIND_U64) {
      abi.default_u64 = config.*Member;
      if (abi.max > std::numeric_limits<Value>::max()) abi.max = std::numeric_limits<Value>::max();
    }
    return abi;
  }

  static void Set(Config& config, const cardcage_value& value) {
    if constexpr (internal::KindOf<Value>() == CARDCAGE_KIND_CHAR) {
      config.*Member = CharLink(value.character);
    } else if constexpr (internal::KindOf<Value>() == CARDCAGE_KIND_SIZE) {
      config.*Member = Size{value.u64};
    } else {
      config.*Member = static_cast<Value>(value.u64);
    }
  }

  const char* key;
  ParamText text;
};

// A signal that the device drives: high while the function says so.
template <auto Level>
struct Output : internal::IsOutput {
  static_assert(internal::LevelOf<decltype(Level)>::kIsOne,
                "an output's function is `bool Name() const`");

  constexpr explicit Output(const char* output_name, const OutputText& output_text = {})
      : name(output_name), text(output_text) {}

  constexpr cardcage_signal Abi() const {
    cardcage_signal abi{};
    abi.struct_size = sizeof(abi);
    abi.name = name;
    abi.doc = text.doc;
    return abi;
  }
  template <class Device>
  static bool Get(const Device& device) {
    return (device.*Level)();
  }

  const char* name;
  OutputText text;
};

// A row of a register map: the handlers of one register. nullptr stands for a direction that the
// register does not have.
template <auto Read, auto Write>
struct Register {
  static_assert(internal::kNone<Read> || internal::HandlerOf<Read>::kReads,
                "a read handler is `uintN_t Name()` or `uintN_t Name() const`");
  static_assert(internal::kNone<Write> || internal::HandlerOf<Write>::kWrites,
                "a write handler is `void Name(uintN_t value)`");
  static_assert(!internal::kNone<Read> || !internal::kNone<Write>,
                "a register can be read or written: give it a handler");
  using Any = std::conditional_t<internal::kNone<Read>, internal::HandlerOf<Write>,
                                 internal::HandlerOf<Read>>;
  using Device = typename Any::Class;
  using Value = typename Any::Value;

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
  static_assert(((sizeof(typename Rows::Value) == kWidth) && ...),
                "the registers of a region have one width; a Window takes accesses of any size");

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
  constexpr bool RowsInside() const {
    return std::apply(
        [&](const auto&... row) {
          return text.size == 0 || ((row.offset + kWidth <= text.size) && ...);
        },
        rows);
  }

  // The row at the offset answers. The offsets are constants here: this becomes a jump table.
  // Tables::Get<I>() is this region in its declaration.
  template <class Tables, size_t I>
  static cardcage_status Read(void* device, cardcage_access* access) noexcept {
    const cardcage_status status = FindRow<Tables, I>(
        access->offset, std::index_sequence_for<Rows...>{},
        [&](auto row) { return decltype(row)::type::DoRead(&Tables::Self(device), access); });
    Tables::Settle(device);
    return status;
  }
  template <class Tables, size_t I>
  static cardcage_status Write(void* device, cardcage_access* access) noexcept {
    const cardcage_status status = FindRow<Tables, I>(
        access->offset, std::index_sequence_for<Rows...>{},
        [&](auto row) { return decltype(row)::type::DoWrite(&Tables::Self(device), access); });
    Tables::Settle(device);
    return status;
  }
  template <class Tables, size_t I, size_t... Row, class Do>
  static cardcage_status FindRow(uint64_t offset, std::index_sequence<Row...> /*rows*/, Do&& act) {
    cardcage_status status = CARDCAGE_UNCLAIMED;
    (void)((offset == std::get<Row>(Tables::template Get<I>().rows).offset &&
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
  constexpr bool RowsInside() const { return true; }

  template <class Tables, size_t I>
  static cardcage_status Read(void* device, cardcage_access* access) noexcept {
    if constexpr (internal::kNone<ReadHandler>) {
      return CARDCAGE_UNCLAIMED;
    } else {
      constexpr bool kConst = requires(const D& d) { (d.*ReadHandler)(uint64_t{}, 0u); };
      if (!kConst && (access->flags & CARDCAGE_ACCESS_PEEK) != 0) return CARDCAGE_UNCLAIMED;
      access->value = (Tables::Self(device).*ReadHandler)(access->offset, access->size);
      Tables::Settle(device);
      return CARDCAGE_OK;
    }
  }
  template <class Tables, size_t I>
  static cardcage_status Write(void* device, cardcage_access* access) noexcept {
    if constexpr (internal::kNone<WriteHandler>) {
      return CARDCAGE_UNCLAIMED;
    } else {
      (Tables::Self(device).*WriteHandler)(access->offset, access->size, access->value);
      Tables::Settle(device);
      return CARDCAGE_OK;
    }
  }

  const char* name;
  WindowText text;
  std::tuple<> rows;
};

// A device's type with its parameters and regions. The order of the items is the order in which
// people see them, and nothing else.
template <class T, class... Items>
struct Declaration {
  using Device = typename T::Device;
  constexpr explicit Declaration(const T& declared_type, const Items&... declared_items)
      : type(declared_type), items(declared_items...) {}
  T type;
  std::tuple<Items...> items;
};

namespace internal {

// The flat tables of abi.h of one declaration. All are constants: with g++ and clang they land in
// .data.rel.ro, which is read-only once the plugin is loaded.
template <const auto& Decl, class S>
struct Tables;
template <const auto& Decl, class T, class... Items>
struct Tables<Decl, const Declaration<T, Items...>> {
  using Device = typename T::Device;
  using Config = typename Device::Config;
  template <size_t I>
  using Item = std::tuple_element_t<I, std::tuple<Items...>>;
  template <size_t I>
  static constexpr const Item<I>& Get() {
    return std::get<I>(Decl.items);
  }

  static_assert(std::is_constructible_v<Device, const Config&, Host> ||
                    std::is_constructible_v<Device, const Config&>,
                "the device's class needs a constructor (const Config&) or "
                "(const Config&, cardcage::Host)");
  static_assert(std::is_invocable_v<decltype(&Device::Reset), Device&>,
                "the device's class needs `void Reset()`");

  template <size_t I, size_t Row>
  static constexpr cardcage_register kRegister = std::get<Row>(Get<I>().rows).Abi();

  template <size_t I, size_t... Row>
  static constexpr auto RegisterList(std::index_sequence<Row...> /*rows*/) {
    return std::array<const cardcage_register*, sizeof...(Row) + 1>{&kRegister<I, Row>..., nullptr};
  }
  template <size_t I>
  static constexpr auto kRegisters =
      RegisterList<I>(std::make_index_sequence<Item<I>::kRowCount>{});

  template <size_t I>
  static constexpr cardcage_region Region() {
    static_assert(Get<I>().RowsInside(), "a register lies outside its region");
    cardcage_region abi = Get<I>().Abi();
    abi.read = &Item<I>::template Read<Tables, I>;
    abi.write = &Item<I>::template Write<Tables, I>;
    abi.registers = kRegisters<I>.data();
    abi.register_count = static_cast<uint32_t>(kRegisters<I>.size() - 1);
    return abi;
  }
  template <size_t I>
  static constexpr auto Abi() {
    if constexpr (std::is_base_of_v<IsRegion, Item<I>>) {
      return Region<I>();
    } else {
      return Get<I>().Abi();
    }
  }
  template <size_t I>
  static constexpr auto kAbi = Abi<I>();

  template <class Tag>
  static constexpr size_t kCount = (size_t{0} + ... + (std::is_base_of_v<Tag, Items> ? 1 : 0));

  // The items of one kind, as the contract's pointers to Out, and a null one behind them.
  template <class Tag, class Out, size_t... I>
  static constexpr auto List(std::index_sequence<I...> /*items*/) {
    std::array<const Out*, kCount<Tag> + 1> list{};
    size_t n = 0;
    (
        [&] {
          if constexpr (std::is_base_of_v<Tag, Item<I>>) list[n++] = &kAbi<I>;
        }(),
        ...);
    return list;
  }
  static constexpr auto kParams =
      List<IsParam, cardcage_param>(std::index_sequence_for<Items...>{});
  static constexpr auto kRegions =
      List<IsRegion, cardcage_region>(std::index_sequence_for<Items...>{});
  static constexpr auto kSignals =
      List<IsOutput, cardcage_signal>(std::index_sequence_for<Items...>{});

  // What the host has for a device: the device itself, or with its outputs as the host knows them.
  static constexpr bool kHasOutputs = kCount<IsOutput> > 0;
  static constexpr bool kHasReady = requires(Device & device) { device.Ready(); };
  static_assert(kCount<IsOutput> <= 32, "a type has at most 32 outputs");
  static_assert(!kHasOutputs || !Decl.type.text.concurrent,
                "outputs are worked out behind each handler, which takes turns: the type cannot be "
                ".concurrent");
  struct WithOutputs {
    WithOutputs(const Config& config, const cardcage_host* its_host)
        : device(Make(config, its_host)), host(its_host) {}
    Device device;
    const cardcage_host* host;
    uint32_t levels = 0;
  };
  using Instance = std::conditional_t<kHasOutputs, WithOutputs, Device>;

  static Device Make(const Config& config, const cardcage_host* host) {
    if constexpr (std::is_constructible_v<Device, const Config&, Host>) {
      return Device(config, Host(host));
    } else {
      return Device(config);
    }
  }
  static Device& Self(void* instance) {
    if constexpr (kHasOutputs) {
      return static_cast<WithOutputs*>(instance)->device;
    } else {
      return *static_cast<Device*>(instance);
    }
  }
  // Behind each handler: tells the host of outputs that have changed.
  static void Settle([[maybe_unused]] void* instance) {
    if constexpr (kHasOutputs) {
      auto& with = *static_cast<WithOutputs*>(instance);
      uint32_t n = 0;
      (
          [&] {
            if constexpr (std::is_base_of_v<IsOutput, Items>) {
              const bool level = Items::Get(with.device);
              if (level != ((with.levels >> n & 1) != 0)) {
                with.levels ^= uint32_t{1} << n;
                with.host->set_signal(with.host->self, n, level ? 1 : 0);
              }
              ++n;
            }
          }(),
          ...);
    }
  }

  static constexpr bool KeysDiffer() {
    for (size_t i = 0; i < kCount<IsParam>; ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (std::string_view(kParams[i]->key) == kParams[j]->key) return false;
      }
    }
    return true;
  }
  static_assert(KeysDiffer(), "two parameters have the same key");
  static constexpr bool DefaultsInBounds() {
    for (size_t i = 0; i < kCount<IsParam>; ++i) {
      const cardcage_param& param = *kParams[i];
      if (param.kind == CARDCAGE_KIND_CHAR || (param.flags & CARDCAGE_PARAM_REQUIRED) != 0)
        continue;
      if (param.default_u64 < param.min || param.default_u64 > param.max) return false;
    }
    return true;
  }
  static constexpr bool EnumsHaveNames() {
    for (size_t i = 0; i < kCount<IsParam>; ++i) {
      if (kParams[i]->kind == CARDCAGE_KIND_ENUM && kParams[i]->name_count == 0) return false;
    }
    return true;
  }
  static_assert(EnumsHaveNames(), "a parameter whose member is an enum needs .names");
  static constexpr bool UsesEnums() {
    for (size_t i = 0; i < kCount<IsParam>; ++i) {
      if (kParams[i]->kind == CARDCAGE_KIND_ENUM) return true;
    }
    return false;
  }
  // The least minor of the ABI that has all that is used.
  static constexpr uint16_t kNeedsMinor = kHasOutputs || kHasReady || UsesEnums() ? 2 : 1;
  static_assert(DefaultsInBounds(),
                "a parameter's default (its member's initialiser) is out of "
                "its own bounds");

  static void* Create(const cardcage_host* host, const cardcage_value* const* values,
                      [[maybe_unused]] size_t count, cardcage_error* error) noexcept {
    try {
      Config config;
      [[maybe_unused]] size_t next = 0;
      (
          [&] {
            if constexpr (std::is_base_of_v<IsParam, Items>) Items::Set(config, *values[next++]);
          }(),
          ...);
      if constexpr (kHasOutputs) {
        return new WithOutputs(config, host);
      } else if constexpr (std::is_constructible_v<Device, const Config&, Host>) {
        return new Device(config, Host(host));
      } else {
        return new Device(config);
      }
    } catch (const std::exception& e) {
      std::snprintf(error->message, error->capacity, "%s", e.what());
    } catch (...) {
      std::snprintf(error->message, error->capacity, "the constructor threw");
    }
    return nullptr;
  }

  static constexpr cardcage_type MakeType() {
    cardcage_type abi{};
    abi.struct_size = sizeof(abi);
    abi.flags = Decl.type.text.concurrent ? CARDCAGE_TYPE_CONCURRENT : 0;
    abi.id = Decl.type.id;
    abi.summary = Decl.type.summary;
    abi.document = Decl.type.text.document;
    abi.params = kParams.data();
    abi.regions = kRegions.data();
    abi.param_count = static_cast<uint32_t>(kParams.size() - 1);
    abi.region_count = static_cast<uint32_t>(kRegions.size() - 1);
    abi.create = &Create;
    abi.destroy = [](void* instance) { delete static_cast<Instance*>(instance); };
    abi.reset = [](void* instance) {
      Self(instance).Reset();
      Settle(instance);
    };
    abi.signals = kSignals.data();
    abi.signal_count = static_cast<uint32_t>(kSignals.size() - 1);
    if constexpr (kHasReady) {
      abi.ready = [](void* instance, uint32_t /*param*/) {
        Self(instance).Ready();
        Settle(instance);
      };
    }
    return abi;
  }
  static constexpr cardcage_type kType = MakeType();
};

template <const auto&... Decl>
inline constexpr std::array<const cardcage_type*, sizeof...(Decl)> kTypes{
    &Tables<Decl, std::remove_reference_t<decltype(Decl)>>::kType...};

template <const auto&... Decl>
constexpr cardcage_plugin MakePlugin(const char* name, const char* version, const char* license) {
  cardcage_plugin plugin{};
  plugin.struct_size = sizeof(plugin);
  plugin.magic = CARDCAGE_ABI_MAGIC;
  plugin.abi_major = CARDCAGE_ABI_MAJOR;
  plugin.abi_minor = CARDCAGE_ABI_MINOR;
  plugin.needs_minor =
      std::max({Tables<Decl, std::remove_reference_t<decltype(Decl)>>::kNeedsMinor...});
  plugin.name = name;
  plugin.version = version;
  plugin.license = license;
  plugin.types = kTypes<Decl...>.data();
  plugin.type_count = sizeof...(Decl);
  return plugin;
}

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

// The entry's symbol. cardcage_add_device() gives each built-in device one of its own.
#ifndef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_plugin_entry
#endif

// Once a plugin, at namespace scope: its name, version, SPDX licence and declarations.
#define CARDCAGE_PLUGIN(name, version, license, ...)                                  \
  extern "C" {                                                                        \
  __attribute__((visibility("default"))) extern const cardcage_plugin CARDCAGE_ENTRY; \
  }                                                                                   \
  constinit const cardcage_plugin CARDCAGE_ENTRY =                                    \
      cardcage::internal::MakePlugin<__VA_ARGS__>(name, version, license)

#endif  // CARDCAGE_DEVICE_H_
