// SPDX-License-Identifier: MIT
// The flat tables of abi.h that a declaration becomes.
#ifndef CARDCAGE_INTERNAL_TABLES_H_
#define CARDCAGE_INTERNAL_TABLES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "cardcage/abi.h"
#include "cardcage/declaration.h"
#include "cardcage/internal/instance.h"
#include "cardcage/internal/items.h"
#include "cardcage/internal/param_values.h"
#include "cardcage/names.h"
#include "cardcage/param.h"
#include "cardcage/region.h"
#include "cardcage/signals.h"

namespace cardcage {
inline namespace v0 {
namespace internal {

// Of the declaration Decl. All are constants: with g++ and clang they land in .data.rel.ro, which is read-only
// once the plugin is loaded.
template <const auto& Decl>
struct Tables {
  using Its = Instance<Decl>;
  using Items = ItemsOf<Decl>;
  template <size_t I>
  using Item = typename Items::template Item<I>;
  template <size_t I>
  static constexpr const Item<I>& Get() {
    return std::get<I>(Decl.items);
  }
  template <class Tag>
  static constexpr size_t kCount = Items::template kCount<Tag>;

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
    cardcage_region abi = Get<I>().Abi();
    abi.read = &Item<I>::template Read<Its, I>;
    abi.write = &Item<I>::template Write<Its, I>;
    if constexpr (Item<I>::kReadsMany) abi.read_batch = &Item<I>::template ReadMany<Its, I>;
    if constexpr (Item<I>::kWritesMany) abi.write_batch = &Item<I>::template WriteMany<Its, I>;
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

  // The items of one kind, as the contract's pointers to Out, and a null one behind them.
  template <class Tag, class Out>
  static constexpr auto kList = [] {
    std::array<const Out*, kCount<Tag> + 1> list{};
    size_t n = 0;
    Items::template ForEach<Tag>([&](auto i) { list[n++] = &kAbi<i>; });
    return list;
  }();

  static constexpr auto kParams = kList<IsParam, cardcage_param>;
  static constexpr auto kRegions = kList<IsRegion, cardcage_region>;
  static constexpr auto kSignals = kList<IsOutput, cardcage_signal>;
  static constexpr auto kCounters = kList<IsCounter, cardcage_counter>;

  // The names of the inputs; their number is 0 for a type without any.
  static constexpr Names InputNames() {
    Names names;
    Items::template ForEach<IsInputs>([&](auto i) { names = Get<i>().names; });
    return names;
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

  static constexpr cardcage_type MakeType() {
    cardcage_type abi{};
    abi.struct_size = sizeof(abi);
    abi.flags = (Decl.type.text.concurrent ? CARDCAGE_TYPE_CONCURRENT : 0) |
                (Decl.type.text.battery ? CARDCAGE_TYPE_BATTERY : 0);
    abi.id = Decl.type.id;
    abi.summary = Decl.type.summary;
    abi.document = Decl.type.text.document;
    abi.params = kParams.data();
    abi.regions = kRegions.data();
    abi.signals = kSignals.data();
    abi.inputs = kInputs.data();
    abi.counters = kCounters.data();
    abi.param_count = static_cast<uint32_t>(kParams.size() - 1);
    abi.region_count = static_cast<uint32_t>(kRegions.size() - 1);
    abi.signal_count = static_cast<uint32_t>(kSignals.size() - 1);
    abi.input_count = InputNames().count;
    abi.counter_count = static_cast<uint32_t>(kCounters.size() - 1);
    abi.timer_count = static_cast<uint32_t>(Its::kTimerCount);
    abi.create = &Its::Create;
    abi.destroy = &Its::Destroy;
    abi.reset = &Its::Reset;
    if constexpr (Its::kHasPause) abi.pause = &Its::Pause;
    if constexpr (Its::kHasResume) abi.resume = &Its::Resume;
    if constexpr (Its::kHasState) {
      abi.state_version = Decl.type.text.state_version;
      abi.state = &Its::State;
    }
    if constexpr (Its::kHasReady) abi.ready = &Its::Ready;
    if constexpr (kCount<IsInputs> != 0) abi.input = &Its::OnInput;
    if constexpr (Its::kTimerCount != 0) abi.timer = &Its::OnTimer;
    if constexpr (Its::kHasPosted) abi.posted = &Its::Posted;
    if constexpr (Its::kHasFdReady) abi.fd_ready = &Its::FdReady;
    if constexpr (kCount<IsController> != 0) abi.extension = &Its::Extension;
    return abi;
  }
  static constexpr cardcage_type kType = MakeType();
};

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_INTERNAL_TABLES_H_
