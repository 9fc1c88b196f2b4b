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
// In the same way it says when it next has something to do by itself, on the machine's time in ns (Host::Now):
//     std::optional<uint64_t> Deadline() const;
//     void OnDeadline();                  // that time has come, or it is a little later
//   cardcage::Timer<&Dice::Deadline, &Dice::OnDeadline>(),
// Signals of other devices, and what the host has for it, come in turns of their own:
//     void OnLine(uint32_t input, bool level);
//   cardcage::Inputs<&Dice::OnLine>(kInputNames),
//     void Posted(uint64_t value);        // optional: what Host::Post was given, by any thread
//     void FdReady(int fd, uint32_t events);  // optional: what Host::Watch waits for
//     void Stop();                        // optional: the guest has ended; gives the output that it holds
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
#include <optional>
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
struct IsInputs {};
struct IsTimer {};
struct IsController {};

// Whether a member is a const function without arguments that gives a T.
template <class T, class M>
inline constexpr bool kGives = false;
template <class T, class C>
inline constexpr bool kGives<T, T (C::*)() const> = true;

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

namespace internal {

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
  static_assert(internal::kGives<bool, decltype(Level)>,
                "an output's function is `bool Name() const`");
  static constexpr auto kValue = Level;
  static constexpr bool kIsEdge = false;
  using NamedOutput::NamedOutput;
};

// A signal that the device pulses: each time that the function counts one more. Several at once are one.
template <auto Pulses>
struct PulseOutput : internal::NamedOutput {
  static_assert(internal::kGives<uint32_t, decltype(Pulses)>,
                "a pulse output's function is `uint32_t Name() const`, the pulses so far");
  static constexpr auto kValue = Pulses;
  static constexpr bool kIsEdge = true;
  using NamedOutput::NamedOutput;
};

// Signals that other devices drive, by the index of their names. One item of this kind a type.
template <auto OnChange>
struct Inputs : internal::IsInputs {
  static constexpr auto kOnChange = OnChange;
  constexpr explicit Inputs(const Names& input_names) : names(input_names) {}
  Names names;
};

// What the device does by itself, and when.
template <auto Deadline, auto OnDeadline>
struct Timer : internal::IsTimer {
  static_assert(internal::kGives<std::optional<uint64_t>, decltype(Deadline)>,
                "a timer's first function is `std::optional<uint64_t> Name() const`");
  static constexpr auto kDeadline = Deadline;
  static constexpr auto kOnDeadline = OnDeadline;
};

// The device is an interrupt controller: the CPU that its output leads to asks for the vector,
// `uint8_t Name()`.
template <auto Acknowledge>
struct InterruptController : internal::IsController {
  static constexpr auto kAcknowledge = Acknowledge;
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
    } else if constexpr (std::is_base_of_v<IsOutput, Item<I>>) {
      return cardcage_signal{.struct_size = sizeof(cardcage_signal),
                             .flags = Item<I>::kIsEdge ? CARDCAGE_SIGNAL_EDGE : 0,
                             .name = Get<I>().name,
                             .doc = Get<I>().text.doc};
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
  template <class Tag, class Out>
  static constexpr auto kList = List<Tag, Out>(std::index_sequence_for<Items...>{});

  static constexpr auto kParams = kList<IsParam, cardcage_param>;
  static constexpr auto kRegions = kList<IsRegion, cardcage_region>;
  static constexpr auto kSignals = kList<IsOutput, cardcage_signal>;

  // The names of the inputs; their number is 0 for a type without any.
  static constexpr Names InputNames() {
    return std::apply(
        [](const auto&... item) {
          Names names;
          (
              [&] {
                if constexpr (std::is_base_of_v<IsInputs, std::remove_cvref_t<decltype(item)>>) {
                  names = item.names;
                }
              }(),
              ...);
          return names;
        },
        Decl.items);
  }
  template <size_t... I>
  static constexpr auto InputSignals(std::index_sequence<I...> /*inputs*/) {
    std::array<cardcage_signal, sizeof...(I) + 1> all{};
    ((all[I] = {.struct_size = sizeof(cardcage_signal),
                .flags = 0,
                .name = InputNames().list[I],
                .doc = nullptr}),
     ...);
    return all;
  }
  static constexpr auto kInputSignals =
      InputSignals(std::make_index_sequence<InputNames().count>{});
  template <size_t... I>
  static constexpr auto InputList(std::index_sequence<I...> /*inputs*/) {
    return std::array<const cardcage_signal*, sizeof...(I) + 1>{&kInputSignals[I]..., nullptr};
  }
  static constexpr auto kInputs = InputList(std::make_index_sequence<InputNames().count>{});

  // What the host has for a device: the device itself, or with what was last told of it.
  static constexpr size_t kOutputCount = kCount<IsOutput>;
  static constexpr size_t kTimerCount = kCount<IsTimer>;
  static constexpr bool kSettles = kOutputCount + kTimerCount > 0;
  static constexpr bool kHasReady = requires(Device & device) { device.Ready(); };
  static constexpr bool kHasPosted = requires(Device & device) { device.Posted(uint64_t{}); };
  static constexpr bool kHasFdReady = requires(Device & device) { device.FdReady(0, uint32_t{}); };
  static constexpr bool kHasStop = requires(Device & device) { device.Stop(); };
  static_assert(kCount<IsInputs> <= 1, "a type has one item of inputs: they are told by index");
  static_assert(
      !kSettles || !Decl.type.text.concurrent,
      "outputs and timers are worked out behind each handler, which takes turns: the type "
      "cannot be .concurrent");
  struct Settling {
    Settling(const Config& config, const cardcage_host* its_host)
        : device(Make(config, its_host)), host(its_host) {
      deadlines.fill(CARDCAGE_NEVER);
    }
    Device device;
    const cardcage_host* host;
    std::array<uint32_t, kOutputCount> outputs{};  // levels, or pulses so far
    std::array<uint64_t, kTimerCount> deadlines{};
  };
  using Instance = std::conditional_t<kSettles, Settling, Device>;

  static Device Make(const Config& config, const cardcage_host* host) {
    if constexpr (std::is_constructible_v<Device, const Config&, Host>) {
      return Device(config, Host(host));
    } else {
      return Device(config);
    }
  }
  static Device& Self(void* instance) {
    if constexpr (kSettles) {
      return static_cast<Settling*>(instance)->device;
    } else {
      return *static_cast<Device*>(instance);
    }
  }

  // Behind each handler: tells the host of outputs and deadlines that have changed.
  static void Settle([[maybe_unused]] void* instance) {
    if constexpr (kSettles) {
      auto& with = *static_cast<Settling*>(instance);
      SettleItems(with, std::index_sequence_for<Items...>{});
    }
  }
  template <size_t... I>
  static void SettleItems(Settling& with, std::index_sequence<I...> /*items*/) {
    (
        [&] {
          if constexpr (std::is_base_of_v<IsOutput, Item<I>>) {
            SettleOutput<I>(with);
          } else if constexpr (std::is_base_of_v<IsTimer, Item<I>>) {
            SettleTimer<I>(with);
          }
        }(),
        ...);
  }
  // How many items of that kind stand before the I-th.
  template <class Tag, size_t I>
  static constexpr uint32_t IndexOf() {
    constexpr std::array<bool, sizeof...(Items)> kIs{std::is_base_of_v<Tag, Items>...};
    return static_cast<uint32_t>(std::count(kIs.begin(), kIs.begin() + I, true));
  }
  template <size_t I>
  static void SettleOutput(Settling& with) {
    constexpr uint32_t kIndex = IndexOf<IsOutput, I>();
    const uint32_t value = (with.device.*Item<I>::kValue)();
    if (value == with.outputs[kIndex]) return;
    with.outputs[kIndex] = value;
    with.host->set_signal(with.host->self, kIndex, Item<I>::kIsEdge ? 1 : value);
  }
  template <size_t I>
  static void SettleTimer(Settling& with) {
    constexpr uint32_t kIndex = IndexOf<IsTimer, I>();
    const uint64_t when = (with.device.*Item<I>::kDeadline)().value_or(CARDCAGE_NEVER);
    if (when == with.deadlines[kIndex]) return;
    with.deadlines[kIndex] = when;
    with.host->set_timer(with.host->self, kIndex, when);
  }

  static void OnInput(void* instance, uint32_t input, uint32_t level) {
    (
        [&] {
          if constexpr (std::is_base_of_v<IsInputs, Items>) {
            (Self(instance).*Items::kOnChange)(input, level != 0);
          }
        }(),
        ...);
    Settle(instance);
  }
  template <size_t... I>
  static void OnTimer(void* instance, uint32_t timer, std::index_sequence<I...> /*items*/) {
    (
        [&] {
          if constexpr (std::is_base_of_v<IsTimer, Item<I>>) {
            if (timer != IndexOf<IsTimer, I>()) return;
            static_cast<Settling*>(instance)->deadlines[timer] = CARDCAGE_NEVER;
            (Self(instance).*Item<I>::kOnDeadline)();
          }
        }(),
        ...);
    Settle(instance);
  }
  static uint32_t OnAcknowledge(void* instance) {
    uint32_t vector = 0;
    (
        [&] {
          if constexpr (std::is_base_of_v<IsController, Items>) {
            vector = (Self(instance).*Items::kAcknowledge)();
          }
        }(),
        ...);
    Settle(instance);
    return vector;
  }
  static constexpr cardcage_interrupt_controller kController = {
      .struct_size = sizeof(cardcage_interrupt_controller),
      .reserved = 0,
      .acknowledge = &OnAcknowledge};

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
  static constexpr bool HasEdges() {
    return std::any_of(kSignals.begin(), kSignals.end() - 1, [](const cardcage_signal* signal) {
      return (signal->flags & CARDCAGE_SIGNAL_EDGE) != 0;
    });
  }
  static constexpr uint16_t NeedsMinor() {
    if (HasEdges() || kHasStop || kTimerCount > 0 || InputNames().count > 0 || kHasPosted ||
        kHasFdReady || kCount < IsController >> 0) {
      return 3;
    }
    return kOutputCount > 0 || kHasReady || UsesEnums() ? 2 : 1;
  }
  static constexpr uint16_t kNeedsMinor = NeedsMinor();
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
      if constexpr (kSettles) {
        return new Settling(config, host);
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
    abi.inputs = kInputs.data();
    abi.input_count = InputNames().count;
    abi.timer_count = static_cast<uint32_t>(kTimerCount);
    if constexpr (kCount < IsInputs >> 0) abi.input = &OnInput;
    if constexpr (kTimerCount > 0) {
      abi.timer = [](void* instance, uint32_t timer) {
        OnTimer(instance, timer, std::index_sequence_for<Items...>{});
      };
    }
    if constexpr (kHasPosted) {
      abi.posted = [](void* instance, uint64_t value) {
        Self(instance).Posted(value);
        Settle(instance);
      };
    }
    if constexpr (kHasFdReady) {
      abi.fd_ready = [](void* instance, int fd, uint32_t events) {
        Self(instance).FdReady(fd, events);
        Settle(instance);
      };
    }
    if constexpr (kHasStop) {
      abi.stop = [](void* instance) {
        Self(instance).Stop();
        Settle(instance);
      };
    }
    if constexpr (kCount < IsController >> 0) {
      abi.extension = [](const char* id) -> const void* {
        return std::string_view(id) == CARDCAGE_EXTENSION_INTERRUPT_CONTROLLER ? &kController
                                                                               : nullptr;
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
