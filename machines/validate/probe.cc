// SPDX-License-Identifier: MIT
#include "machines/validate/probe.h"

#include <algorithm>
#include <chrono>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/plugin/whole_type.h"
#include "machines/validate/context.h"
#include "machines/validate/costs.h"

namespace cardcage {
namespace {

uint64_t NowInNs() {
  return static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

}  // namespace

std::string NameOf(const cardcage_type& type, uint32_t region, uint64_t offset, bool is_write) {
  const cardcage_region& its = *type.regions[region];
  std::string name = absl::StrFormat("offset 0x%x", offset);
  if (type.region_count > 1) absl::StrAppend(&name, " of ", its.name);
  const uint32_t direction = is_write ? CARDCAGE_REGISTER_WRITE : CARDCAGE_REGISTER_READ;
  for (const cardcage_register* row : std::span(its.registers, its.register_count)) {
    if (row->offset == offset && (row->access & direction) != 0) {
      return absl::StrCat(name, " (", row->name, ")");
    }
  }
  return name;
}

// What one call of a handler costs, but for the host's part of it.
class Probe::Meter {
 public:
  // The one that runs on this thread, or null.
  static inline thread_local Meter* current = nullptr;

  Meter(Probe& probe, const cardcage_access& access)
      : probe_(probe),
        place_{access.region, access.offset, (access.flags & CARDCAGE_ACCESS_WRITE) != 0} {
    current = this;
    Begin();
  }
  ~Meter() {
    End();
    current = nullptr;
    Sum& sum = probe_.sums_[place_];
    ++sum.calls;
    sum.costly += is_costly_ ? 1 : 0;
    sum.most = std::max(sum.most, cost_);
  }
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void Begin() {
    if (probe_.cost_ == Cost::kAllocations) before_ = Allocations();
    if (probe_.cost_ == Cost::kTime) before_ = NowInNs();
    if (probe_.cost_ == Cost::kSystemCalls) SystemCallWatch::Begin();
  }
  void End() {
    if (probe_.cost_ == Cost::kSystemCalls) {
      const int64_t call = SystemCallWatch::End();
      if (call >= 0) cost_ = static_cast<uint64_t>(call);
      is_costly_ |= call >= 0;
    } else if (probe_.cost_ == Cost::kAllocations) {
      cost_ += Allocations() - before_;
      is_costly_ = cost_ > 0;
    } else {
      cost_ += NowInNs() - before_;
      is_costly_ = cost_ > kLong;
    }
  }

 private:
  Probe& probe_;
  const Place place_;
  uint64_t before_ = 0;
  uint64_t cost_ = 0;
  bool is_costly_ = false;
};

void Probe::EnterHost() {
  if (Meter::current != nullptr) Meter::current->End();
}

void Probe::LeaveHost() {
  if (Meter::current != nullptr) Meter::current->Begin();
}

Probe::Probe(const cardcage_plugin& plugin, const cardcage_type& type)
    : original_(type), plugin_(Whole(plugin)), type_(Whole(type)) {
  probe_ = this;
  for (const cardcage_region* region : std::span(type.regions, type.region_count)) {
    regions_.push_back(Whole(*region));
    cardcage_region& watched = regions_.back();
    if (watched.read != nullptr) watched.read = &Access;
    if (watched.write != nullptr) watched.write = &Access;
    if (watched.read_batch != nullptr) watched.read_batch = &Batch;
    if (watched.write_batch != nullptr) watched.write_batch = &Batch;
  }
  for (const cardcage_region& region : regions_) region_list_.push_back(&region);
  type_.regions = region_list_.data();
  type_.create = &Create;
  for (const cardcage_type* other : std::span(plugin.types, plugin.type_count)) {
    types_.push_back(other == &type ? &type_ : other);
  }
  plugin_.types = types_.data();
}

Probe::~Probe() { probe_ = nullptr; }

void* Probe::Create(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                    cardcage_error* error) {
  if (probe_->leaves_out_host_) {
    const HostShield& shield =
        probe_->shields_.emplace_back(host, values, count, &EnterHost, &LeaveHost);
    host = shield.host();
    values = shield.values();
  }
  return probe_->device_ = probe_->original_.create(host, values, count, error);
}

void Probe::Judge(const cardcage_access& access, cardcage_status status) {
  if (context_ == nullptr) return;
  const bool is_write = (access.flags & CARDCAGE_ACCESS_WRITE) != 0;
  const bool has_more = !is_write && (access.value & ~MaskOf(access.size)) != 0;
  const bool is_peek = (access.flags & CARDCAGE_ACCESS_PEEK) != 0;
  if (status == CARDCAGE_OK
          ? !has_more
          : status == CARDCAGE_UNCLAIMED || (status == CARDCAGE_PENDING && !is_peek)) {
    return;
  }
  const std::string name = NameOf(type_, access.region, access.offset, is_write);
  const std::string place =
      absl::StrFormat("%s of %u byte%s at %s", is_write ? "a write" : "a read", access.size,
                      access.size == 1 ? "" : "s", name);
  if (status > CARDCAGE_FAILED) {
    context_->Find("answers", absl::StrCat(place, " is answered with status ", status,
                                           ", which is none: see CARDCAGE_OK in abi.h"));
  } else if (status == CARDCAGE_FAILED) {
    context_->Find("answers", absl::StrCat(place, " is answered with CARDCAGE_FAILED"));
  } else if (status == CARDCAGE_PENDING) {
    context_->Find("answers",
                   absl::StrCat("a peek at ", name, " is answered with CARDCAGE_PENDING"));
  } else {
    context_->Find("fits",
                   absl::StrFormat("%s gives 0x%x, which has more bytes", place, access.value));
  }
}

cardcage_status Probe::Access(void* device, cardcage_access* access) {
  const cardcage_region& region = *probe_->original_.regions[access->region];
  const bool is_write = (access->flags & CARDCAGE_ACCESS_WRITE) != 0;
  cardcage_status status = CARDCAGE_OK;
  if (probe_->cost_ == Cost::kNone) {
    status = (is_write ? region.write : region.read)(device, access);
  } else {
    const Meter meter(*probe_, *access);
    status = (is_write ? region.write : region.read)(device, access);
  }
  probe_->Judge(*access, status);
  return status;
}

uint32_t Probe::Batch(void* device, const cardcage_access* access, void* data, uint32_t count) {
  const cardcage_region& region = *probe_->original_.regions[access->region];
  const bool is_write = (access->flags & CARDCAGE_ACCESS_WRITE) != 0;
  const uint32_t done =
      (is_write ? region.write_batch : region.read_batch)(device, access, data, count);
  if (done > count && probe_->context_ != nullptr) {
    probe_->context_->Find(
        "batches", absl::StrCat("of ", count, " accesses in a batch at ",
                                NameOf(probe_->type_, access->region, access->offset, is_write),
                                " it says to have done ", done));
  }
  return done;
}

}  // namespace cardcage
