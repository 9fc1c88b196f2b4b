// SPDX-License-Identifier: MIT
#include "framework/bus/address_space.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace cardcage {
namespace {

std::string Describe(std::string_view space, const AddressRange& range) {
  return absl::StrFormat("%s 0x%x-0x%x", space, range.base, range.end() - 1);
}

// The largest access that the mapping takes at the offset, of at most `size` bytes; 0 where it takes
// none that small.
unsigned LargestPart(const Mapping& mapping, uint64_t offset, uint64_t size) {
  for (unsigned part = 8; part > 0; part /= 2) {
    if (part <= size && (mapping.sizes & part) != 0 &&
        (mapping.unaligned || (offset & (part - 1)) == 0)) {
      return part;
    }
  }
  return 0;
}

// The smallest access that the mapping takes and that begins, aligned to its size, at or before the
// offset and ends behind it; 0 where there is none inside the region.
unsigned SmallestAround(const Mapping& mapping, uint64_t offset) {
  for (unsigned part = 1; part <= 8; part *= 2) {
    const uint64_t begin = offset & ~uint64_t{part - 1};
    if ((mapping.sizes & part) != 0 && mapping.range.size - begin >= part) return part;
  }
  return 0;
}

}  // namespace

absl::StatusOr<const Mapping*> AddressSpace::Add(std::unique_ptr<Mapping> mapping) {
  const AddressRange& range = mapping->range;
  if (range.size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(mapping->owner, " has no size"));
  }
  if (range.Wraps() || range.end() - 1 > last_) {
    return absl::InvalidArgumentError(
        absl::StrFormat("%s at %s 0x%x with 0x%x bytes reaches beyond the last address, 0x%x",
                        mapping->owner, std::string(name_), range.base, range.size, last_));
  }
  const auto above = std::upper_bound(
      by_base_.begin(), by_base_.end(), range.base,
      [](uint64_t base, const Mapping* other) { return base < other->range.base; });
  const Mapping* clash = nullptr;
  if (above != by_base_.end() && (*above)->range.Overlaps(range)) clash = *above;
  if (above != by_base_.begin() && (*(above - 1))->range.Overlaps(range)) clash = *(above - 1);
  if (clash != nullptr) {
    return absl::AlreadyExistsError(absl::StrFormat("%s (%s) overlaps %s (%s)", mapping->owner,
                                                    Describe(name_, range), clash->owner,
                                                    Describe(name_, clash->range)));
  }
  by_base_.insert(above, mapping.get());
  mappings_.push_back(std::move(mapping));
  return mappings_.back().get();
}

std::vector<Mapping*> AddressSpace::AllMappings() const {
  std::vector<Mapping*> all;
  all.reserve(mappings_.size());
  for (const auto& mapping : mappings_) all.push_back(mapping.get());
  return all;
}

cardcage_status AddressSpace::EndCall(Mapping& mapping, Accessor& by, cardcage_access& access,
                                      cardcage_status status) {
  // Without turns it could be answered before it is awaited.
  const bool is_pending = status == CARDCAGE_PENDING && mapping.lock != nullptr;
  if (is_pending) by.answer.Await(mapping.lock);
  if (mapping.lock != nullptr) mapping.lock->unlock();
  if (mapping.after != nullptr) mapping.after->RunIfPending();
  if (!is_pending) return status;
  by.wait();
  const PendingAnswer::Answer answer = by.answer.Take();
  access.value = answer.value;
  return answer.status;
}

uint32_t AddressSpace::CallBatch(Mapping& mapping, cardcage_batch_function handler,
                                 const cardcage_access& access, void* data, uint32_t count) {
  if (mapping.lock != nullptr) mapping.lock->lock();
  const uint32_t done = std::min(count, handler(mapping.device, &access, data, count));
  ((access.flags & CARDCAGE_ACCESS_WRITE) != 0 ? mapping.counters.writes : mapping.counters.reads)
      .Add(done);
  if (mapping.lock != nullptr) mapping.lock->unlock();
  if (mapping.after != nullptr) mapping.after->RunIfPending();
  return done;
}

std::optional<uint64_t> AddressSpace::PeekAt(Mapping& mapping, uint64_t address, unsigned size) {
  const cardcage_access_function handler = mapping.read;
  if (handler == nullptr) return std::nullopt;
  cardcage_access access = MakeAccess(mapping, UINT32_MAX, address, size, CARDCAGE_ACCESS_PEEK, 0);
  if (mapping.lock != nullptr) mapping.lock->lock();
  const cardcage_status status = handler(mapping.device, &access);
  if (mapping.lock != nullptr) mapping.lock->unlock();
  if (status != CARDCAGE_OK) return std::nullopt;
  return access.value & Ones(size);
}

void AddressSpace::NotAnswered(Accessor& by, const Mapping* mapping, cardcage_status status,
                               uint64_t address, unsigned size, bool is_write) {
  if (mapping != nullptr && mapping->is_claim) {
    by.dropped.Add();
    return;
  }
  const bool failed = mapping != nullptr && status != CARDCAGE_UNCLAIMED;
  (failed ? by.failed : by.unclaimed).Add();
  if (!reported_all_.load(std::memory_order_relaxed)) {
    Report(by, mapping, status, address, size, is_write);
  }
}

void AddressSpace::Report(const Accessor& by, const Mapping* mapping, cardcage_status status,
                          uint64_t address, unsigned size, bool is_write) {
  const std::lock_guard lock(report_mutex_);
  if (!reporter_ || reported_.size() >= kReportLimit ||
      std::find(reported_.begin(), reported_.end(), address) != reported_.end()) {
    return;
  }
  reported_.push_back(address);
  std::string line =
      absl::StrFormat("cpu %d: %d-byte %s %s 0x%x", by.vcpu, size,
                      is_write ? "write to" : "read of", std::string(name_), address);
  if (mapping == nullptr) {
    absl::StrAppend(&line, is_write ? ": nobody is there, it vanishes"
                                    : ": nobody is there, it reads all ones");
  } else if (status == CARDCAGE_UNCLAIMED) {
    absl::StrAppendFormat(&line, ": %s does not answer there", mapping->owner);
  } else {
    absl::StrAppendFormat(&line, ": %s failed to answer", mapping->owner);
  }
  if (reported_.size() == kReportLimit) {
    reported_all_.store(true, std::memory_order_relaxed);
    absl::StrAppendFormat(&line, " (the last of %d such lines)", kReportLimit);
  }
  reporter_(line);
}

// Walks over the access from its first byte; each step is one part of one owner.
template <class Space>
uint64_t AddressSpace::ReadParts(Space& space, Accessor& by, uint64_t address, unsigned size) {
  uint64_t value = 0;
  unsigned done = 0;
  if (size > 8) size = 8;
  while (done < size) {
    const uint64_t at = address + done;
    const unsigned left = size - done;
    Mapping* mapping = space.Find(at);
    unsigned part = 1;
    uint64_t bytes = 0xff;
    if (mapping == nullptr || mapping->read == nullptr) {
      // All that follows and has the same owner, or none.
      while (part < left && space.Find(at + part) == mapping) ++part;
      bytes = Ones(part);
      space.NotAnswered(by, mapping, CARDCAGE_UNCLAIMED, at, part, false);
    } else {
      const uint64_t offset = at - mapping->range.base;
      const uint64_t inside = std::min<uint64_t>(left, mapping->range.size - offset);
      part = LargestPart(*mapping, offset, inside);
      const unsigned width = part != 0 ? part : SmallestAround(*mapping, offset);
      const auto skipped =
          static_cast<unsigned>(part != 0 || width == 0 ? 0 : offset & (width - 1));
      if (part == 0) {
        part = static_cast<unsigned>(
            std::min<uint64_t>(inside, width == 0 ? inside : width - skipped));
      }
      cardcage_status status = CARDCAGE_UNCLAIMED;
      if (width != 0) {
        cardcage_access access = MakeAccess(*mapping, by.vcpu, at - skipped, width, 0, 0);
        status = Call(*mapping, mapping->read, by, access);
        bytes = access.value >> (8 * skipped) & Ones(part);
      }
      if (status != CARDCAGE_OK) {
        bytes = Ones(part);
        space.NotAnswered(by, mapping, status, at, part, false);
      }
    }
    value |= bytes << (8 * done);
    done += part;
    if (done < size) by.split.Add();
  }
  return value;
}

template <class Space>
void AddressSpace::WriteParts(Space& space, Accessor& by, uint64_t address, unsigned size,
                              uint64_t value) {
  unsigned done = 0;
  if (size > 8) size = 8;
  while (done < size) {
    const uint64_t at = address + done;
    const unsigned left = size - done;
    Mapping* mapping = space.Find(at);
    unsigned part = 1;
    if (mapping == nullptr || mapping->write == nullptr) {
      while (part < left && space.Find(at + part) == mapping) ++part;
      space.NotAnswered(by, mapping, CARDCAGE_UNCLAIMED, at, part, true);
    } else {
      const uint64_t offset = at - mapping->range.base;
      const uint64_t inside = std::min<uint64_t>(left, mapping->range.size - offset);
      part = LargestPart(*mapping, offset, inside);
      cardcage_status status = CARDCAGE_UNCLAIMED;
      if (part != 0) {
        cardcage_access access = MakeAccess(*mapping, by.vcpu, at, part, CARDCAGE_ACCESS_WRITE,
                                            value >> (8 * done) & Ones(part));
        status = Call(*mapping, mapping->write, by, access);
      } else {
        part = 1;  // narrower than anything the region takes: byte by byte to the next that fits
      }
      if (status != CARDCAGE_OK) space.NotAnswered(by, mapping, status, at, part, true);
    }
    done += part;
    if (done < size) by.split.Add();
  }
}

template uint64_t AddressSpace::ReadParts(RoutedSpace<PortTable>&, Accessor&, uint64_t, unsigned);
template uint64_t AddressSpace::ReadParts(RoutedSpace<MmioTable>&, Accessor&, uint64_t, unsigned);
template void AddressSpace::WriteParts(RoutedSpace<PortTable>&, Accessor&, uint64_t, unsigned,
                                       uint64_t);
template void AddressSpace::WriteParts(RoutedSpace<MmioTable>&, Accessor&, uint64_t, unsigned,
                                       uint64_t);

}  // namespace cardcage
