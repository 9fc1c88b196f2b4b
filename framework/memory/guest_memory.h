// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_MEMORY_GUEST_MEMORY_H_
#define CARDCAGE_FRAMEWORK_MEMORY_GUEST_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "framework/bus/address_range.h"

namespace cardcage {

inline constexpr uint64_t kPageSize = 4096;

// A piece of guest memory. RAM and ROM are a shared memfd, mapped into this process, so that other
// processes can be given the same pages; a reserved slot has an address and nothing behind it.
class MemorySlot {
 public:
  enum class Kind {
    kRam,
    kRom,       // the guest reads it; its writes are dropped
    kReserved,  // keeps its addresses free of anything else
  };

  // Makes the memory, filled with zeros and not yet resident.
  // Errors: InvalidArgument (address or size not of whole pages, no size, wraps at 2^64);
  // ResourceExhausted (a limit of the process or host; the message says which and the cure).
  static absl::StatusOr<std::unique_ptr<MemorySlot>> Create(std::string name, AddressRange range,
                                                            Kind kind);
  ~MemorySlot();
  MemorySlot(const MemorySlot&) = delete;
  MemorySlot& operator=(const MemorySlot&) = delete;

  const std::string& name() const { return name_; }
  const AddressRange& range() const { return range_; }
  Kind kind() const { return kind_; }
  // The host's view of it, also of ROM; empty for a reserved slot. Shared with a running guest.
  std::span<std::byte> bytes() const { return bytes_; }

  // The pages that somebody has touched, by their number in the slot, rising: all others are 0. Of a reserved slot
  // none.
  std::vector<uint64_t> TouchedPages() const;

  // From now on notes which pages the host writes, all at first unwritten. What the guest writes is the
  // engine's to know. Before other threads use the slot.
  void TrackWrites();
  // The host has written there, or may have. Any thread.
  void NoteWritten(uint64_t offset, uint64_t size);
  // The pages noted since the last call, by their number in the slot, rising. Any thread.
  std::vector<uint64_t> TakeWritten();

 private:
  MemorySlot(std::string name, AddressRange range, Kind kind)
      : name_(std::move(name)), range_(range), kind_(kind) {}

  const std::string name_;
  const AddressRange range_;
  const Kind kind_;
  int fd_ = -1;
  std::span<std::byte> bytes_;
  std::vector<std::atomic<uint64_t>> written_;  // a bit a page; empty where it is not tracked
};

// All of a machine's memory, by guest address. Slots are added before the guest runs; afterwards any
// thread may read and write, as one CPU beside the others (no order, no atomicity across bytes).
class GuestMemory {
 public:
  // Errors: AlreadyExists (overlaps another slot; the message names both).
  absl::Status Add(std::shared_ptr<MemorySlot> slot);

  const std::vector<std::shared_ptr<MemorySlot>>& slots() const { return slots_; }

  // The slot that contains the address, or null.
  const MemorySlot* Find(uint64_t address) const;
  // The same, kept by who has it, whatever becomes of this.
  std::shared_ptr<MemorySlot> Share(uint64_t address) const;

  // Copies to or from RAM and ROM; a copy may go over neighbouring slots. Nothing is copied where it
  // does not lie wholly in memory.
  // Errors: OutOfRange, which names the first address that has no memory and the nearest slots.
  absl::Status Write(uint64_t address, std::span<const std::byte> data);
  absl::Status Read(uint64_t address, std::span<std::byte> data) const;

  // How many bytes from `address` on are memory, at most `limit`.
  uint64_t Extent(uint64_t address, uint64_t limit) const;

 private:
  const std::shared_ptr<MemorySlot>* Look(uint64_t address) const;
  absl::Status Check(uint64_t address, uint64_t size) const;

  std::vector<std::shared_ptr<MemorySlot>> slots_;  // sorted by address
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_MEMORY_GUEST_MEMORY_H_
