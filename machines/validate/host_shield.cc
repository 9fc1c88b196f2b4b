// SPDX-License-Identifier: MIT
#include "machines/validate/host_shield.h"

#include <span>

namespace cardcage {
namespace {

// Stands for one function of a table.
template <auto kFunction>
struct Bracketed;
template <class Table, class Result, class... Given, Result (*Table::*kFunction)(void*, Given...)>
struct Bracketed<kFunction> {
  static Result Call(void* self, Given... given) {
    const auto& [shield, original, table] = *static_cast<HostShield::Shielded<Table>*>(self);
    struct Around {
      explicit Around(const HostShield& its) : shield(its) { shield.enter(); }
      ~Around() { shield.leave(); }
      const HostShield& shield;
    };
    const Around around(*shield);
    return (original->*kFunction)(original->self, given...);
  }
};

template <auto... kFunctions, class Table>
void Replace(Table& table) {
  ((table.*kFunctions = &Bracketed<kFunctions>::Call), ...);
}

}  // namespace

HostShield::HostShield(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                       Bracket on_enter, Bracket on_leave)
    : enter(on_enter), leave(on_leave), host_{this, host, *host}, characters_(count) {
  using Host = cardcage_host;
  Replace<&Host::log, &Host::count, &Host::failed, &Host::stop, &Host::extension, &Host::complete,
          &Host::finished, &Host::set_signal, &Host::now, &Host::set_timer, &Host::start_time,
          &Host::post, &Host::watch_fd, &Host::map, &Host::unmap, &Host::region_space>(host_.table);
  host_.table.self = &host_;
  for (const cardcage_value* value : std::span(values, count)) values_.push_back(*value);
  for (size_t i = 0; i < count; ++i) {
    value_list_.push_back(&values_[i]);
    if (values_[i].character == nullptr) continue;
    using Char = cardcage_char;
    characters_[i] = {this, values_[i].character, *values_[i].character};
    Replace<&Char::write, &Char::write_room, &Char::read, &Char::readable, &Char::dropped>(
        characters_[i].table);
    characters_[i].table.self = &characters_[i];
    values_[i].character = &characters_[i].table;
  }
}

}  // namespace cardcage
