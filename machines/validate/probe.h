// SPDX-License-Identifier: MIT
// A plugin whose handlers are watched: what they answer, and, where it is asked for, what they cost.
#ifndef CARDCAGE_MACHINES_VALIDATE_PROBE_H_
#define CARDCAGE_MACHINES_VALIDATE_PROBE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cardcage/abi.h"
#include "machines/validate/host_shield.h"

namespace cardcage {

class Context;

// A copy of a plugin's tables whose regions lead through this. One type is under test at a time, and one Probe
// alive: the contract's handlers have no room for a pointer to it.
class Probe {
 public:
  // The plugin has passed the type registry; it outlives this.
  Probe(const cardcage_plugin& plugin, const cardcage_type& type);
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  const cardcage_plugin& plugin() const { return plugin_; }
  // The type under test, as it is watched.
  const cardcage_type& type() const { return type_; }

  // Where what is amiss with an answer is told, under the ids `answers` and `fits`.
  void set_context(Context* context) { context_ = context; }

  // What is measured in a handler, from now on.
  enum class Cost : uint8_t { kNone, kAllocations, kSystemCalls, kTime };
  void Measure(Cost cost) { cost_ = cost; }
  // Leaves out what the host costs that a handler calls; of devices that are made from now on.
  void LeaveOutHost() { leaves_out_host_ = true; }

  // Of the handlers of one offset and direction, while something was measured.
  struct Sum {
    uint64_t calls = 0;
    uint64_t costly = 0;  // calls with an allocation, with a system call, or that took over kLong
    uint64_t most = 0;    // allocations, the number of a system call, or ns
  };
  static constexpr uint64_t kLong = 1'000'000;  // ns
  struct Place {
    uint32_t region;
    uint64_t offset;
    bool is_write;
    bool operator<(const Place& other) const {
      return std::tie(region, offset, is_write) <
             std::tie(other.region, other.offset, other.is_write);
    }
  };
  const std::map<Place, Sum>& sums() const { return sums_; }

  // The last device that was made, for those who call its handlers themselves.
  void* device() const { return device_; }

 private:
  class Meter;
  static void EnterHost();
  static void LeaveHost();
  static void* Create(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                      cardcage_error* error);
  static cardcage_status Access(void* device, cardcage_access* access);
  static uint32_t Batch(void* device, const cardcage_access* access, void* data, uint32_t count);
  void Judge(const cardcage_access& access, cardcage_status status);

  static inline Probe* probe_ = nullptr;

  const cardcage_type& original_;
  cardcage_plugin plugin_;
  cardcage_type type_;
  std::vector<cardcage_region> regions_;
  std::vector<const cardcage_region*> region_list_;
  std::vector<const cardcage_type*> types_;
  Context* context_ = nullptr;
  Cost cost_ = Cost::kNone;
  bool leaves_out_host_ = false;
  std::deque<HostShield> shields_;
  std::map<Place, Sum> sums_;
  void* device_ = nullptr;
};

// The bits of an access of that many bytes, 1 to 8.
inline uint64_t MaskOf(unsigned size) { return ~uint64_t{0} >> (64 - 8 * size); }

// "offset 0x3 (LCR)", with the region's name where the type has several.
std::string NameOf(const cardcage_type& type, uint32_t region, uint64_t offset, bool is_write);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_PROBE_H_
