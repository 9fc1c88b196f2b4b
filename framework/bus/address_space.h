// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BUS_ADDRESS_SPACE_H_
#define CARDCAGE_FRAMEWORK_BUS_ADDRESS_SPACE_H_

#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardcage/abi.h"
#include "framework/bus/address_range.h"
#include "framework/bus/mapping.h"
#include "framework/bus/mmio_table.h"
#include "framework/bus/pending_answer.h"
#include "framework/bus/port_table.h"

namespace cardcage {

// One thread's way onto the buses, as a rule a vCPU's: who it is, and what became of its accesses.
// One thread writes; any thread reads the counters.
struct Accessor {
  explicit Accessor(uint32_t index) : vcpu(index) {}
  Accessor(const Accessor&) = delete;
  Accessor& operator=(const Accessor&) = delete;

  const uint32_t vcpu;
  Counter unclaimed;  // accesses, or parts of them, that nobody answered
  Counter dropped;    // writes to read-only memory, and others that a claim swallowed
  Counter split;      // accesses that were cut into parts
  Counter failed;     // answers of a device that it could not answer

  // What a device answers later, and how this thread waits for it: by default, it sleeps.
  PendingAnswer answer;
  std::function<void()> wait = [this] { answer.Wait(); };
};

// What the two spaces share: who owns which range, and what happens to an access that is not
// simply one mapping's. See PortSpace and MmioSpace below for the way of an access.
class AddressSpace {
 public:
  // Gets a line about an address that nobody claims; called by the accessing thread, with a lock
  // held, at most kReportLimit times. Must not block or access the space.
  using Reporter = std::function<void(std::string_view line)>;
  static constexpr size_t kReportLimit = 64;

  AddressSpace(const AddressSpace&) = delete;
  AddressSpace& operator=(const AddressSpace&) = delete;

  // Adds a mapping; the guest reaches it after Publish(). The pointer stays valid as long as the
  // space.
  // Errors: InvalidArgument (no address, or beyond the space's end), AlreadyExists (overlaps
  // another; the message names both owners and ranges).
  absl::StatusOr<const Mapping*> Add(std::unique_ptr<Mapping> mapping);

  // Makes everything added so far the guest's to reach, at once. Threads that look up meanwhile see
  // the routes before or after. Any thread; one at a time with Add.
  virtual void Publish() = 0;

  void set_reporter(Reporter reporter) { reporter_ = std::move(reporter); }

  // "port" or "mmio", as the machine file says it.
  std::string_view name() const { return name_; }
  // In the order of their addition. Not while another thread adds.
  const std::vector<std::unique_ptr<Mapping>>& mappings() const { return mappings_; }

 protected:
  // `last` is the space's last address.
  AddressSpace(std::string_view name, uint64_t last) : name_(name), last_(last) {}
  virtual ~AddressSpace() = default;

  // Whether the mapping's handlers take this access as it is.
  static bool Takes(const Mapping& mapping, uint64_t offset, unsigned size) {
    return (mapping.sizes & size) != 0 && mapping.range.size - offset >= size &&
           (mapping.unaligned || (offset & (size - 1)) == 0);
  }

  // The one call of a device: its turn, the count, the handler, and the wait for what it answers later.
  // The range was checked.
  static cardcage_status Call(Mapping& mapping, cardcage_access_function handler, Accessor& by,
                              cardcage_access& access) {
    if (mapping.lock != nullptr) mapping.lock->lock();
    ((access.flags & CARDCAGE_ACCESS_WRITE) != 0 ? mapping.counters.writes : mapping.counters.reads)
        .Add();
    const cardcage_status status = handler(mapping.device, &access);
    if (status != CARDCAGE_OK) [[unlikely]]
      return EndCall(mapping, by, access, status);
    if (mapping.lock != nullptr) mapping.lock->unlock();
    if (mapping.after != nullptr) mapping.after->RunIfPending();
    return status;
  }

  static cardcage_access MakeAccess(const Mapping& mapping, uint32_t vcpu, uint64_t address,
                                    unsigned size, uint8_t flags, uint64_t value) {
    return {.struct_size = sizeof(cardcage_access),
            .region = mapping.region,
            .offset = address - mapping.range.base,
            .value = value,
            .vcpu = vcpu,
            .size = static_cast<uint8_t>(size),
            .flags = flags,
            .reserved = 0};
  }

  // The rest of a call that was not simply done: the turn is still the device's.
  static cardcage_status EndCall(Mapping& mapping, Accessor& by, cardcage_access& access,
                                 cardcage_status status);
  // A batch as far as the device takes it. The range was checked.
  static uint32_t CallBatch(Mapping& mapping, cardcage_batch_function handler,
                            const cardcage_access& access, void* data, uint32_t count);
  // A look without effect; nothing where the device does not allow one.
  static std::optional<uint64_t> PeekAt(Mapping& mapping, uint64_t address, unsigned size);

  static uint64_t Ones(unsigned size) { return ~uint64_t{0} >> (64 - 8 * size); }

  // An access that no single mapping takes as it is: cut into parts that are routed one by one.
  template <class Space>
  static uint64_t ReadParts(Space& space, Accessor& by, uint64_t address, unsigned size);
  template <class Space>
  static void WriteParts(Space& space, Accessor& by, uint64_t address, unsigned size,
                         uint64_t value);

  // Counts what a handler did not answer with CARDCAGE_OK, and reports it.
  void NotAnswered(Accessor& by, const Mapping* mapping, cardcage_status status, uint64_t address,
                   unsigned size, bool is_write);

  std::vector<Mapping*> AllMappings() const;

 private:
  void Report(const Accessor& by, const Mapping* mapping, cardcage_status status, uint64_t address,
              unsigned size, bool is_write);

  const std::string_view name_;
  const uint64_t last_;
  std::vector<std::unique_ptr<Mapping>> mappings_;
  std::vector<const Mapping*> by_base_;  // sorted, for the overlap check
  Reporter reporter_;
  std::mutex report_mutex_;
  std::vector<uint64_t> reported_;         // guarded by report_mutex_
  std::atomic<bool> reported_all_{false};  // kReportLimit is reached
};

// An address space whose routes are a Table: immutable, and swapped whole by Publish().
//
// The way of an access: one look-up, one check that the mapping takes it, the handler. Nothing on it
// is written that two vCPUs share, but the device itself. A table that was replaced is kept until
// the space ends, so a reader needs no protection; routes change a few times in a machine's life.
template <class Table>
class RoutedSpace final : public AddressSpace {
 public:
  RoutedSpace(std::string_view name, uint64_t last) : AddressSpace(name, last) { Publish(); }

  void Publish() override {
    tables_.push_back(std::make_unique<const Table>(AllMappings()));
    table_.store(tables_.back().get(), std::memory_order_release);
  }

  // What the guest reads at `address`; `size` is 1 to 8 bytes, the value is zero-extended. What
  // nobody claims reads all ones. Any thread, each with its own Accessor.
  uint64_t Read(Accessor& by, uint64_t address, unsigned size) {
    Mapping* mapping = Find(address);
    const cardcage_access_function handler =
        mapping == nullptr ? nullptr : mapping->read.load(std::memory_order_relaxed);
    if (handler != nullptr && IsPowerOfTwo(size) &&
        Takes(*mapping, address - mapping->range.base, size)) [[likely]] {
      cardcage_access access = MakeAccess(*mapping, by.vcpu, address, size, 0, 0);
      const cardcage_status status = Call(*mapping, handler, by, access);
      if (status == CARDCAGE_OK) [[likely]]
        return access.value & Ones(size);
      NotAnswered(by, mapping, status, address, size, false);
      return Ones(size);
    }
    return ReadParts(*this, by, address, size);
  }

  // The guest writes `value`, of `size` bytes (1 to 8), at `address`. What nobody claims vanishes.
  // Any thread, each with its own Accessor.
  void Write(Accessor& by, uint64_t address, unsigned size, uint64_t value) {
    Mapping* mapping = Find(address);
    const cardcage_access_function handler =
        mapping == nullptr ? nullptr : mapping->write.load(std::memory_order_relaxed);
    if (handler != nullptr && IsPowerOfTwo(size) &&
        Takes(*mapping, address - mapping->range.base, size)) [[likely]] {
      cardcage_access access =
          MakeAccess(*mapping, by.vcpu, address, size, CARDCAGE_ACCESS_WRITE, value & Ones(size));
      const cardcage_status status = Call(*mapping, handler, by, access);
      if (status == CARDCAGE_OK) [[likely]]
        return;
      NotAnswered(by, mapping, status, address, size, true);
      return;
    }
    WriteParts(*this, by, address, size, value);
  }

  // `count` reads, or writes, of one address, as a string instruction makes them: as Read and Write, and
  // by fewer calls where the device takes several. `data` has count values of `size` bytes (1, 2 or 4), one
  // behind the other, aligned to their size.
  void ReadMany(Accessor& by, uint64_t address, unsigned size, uint8_t* data, uint32_t count) {
    while (count > 0) {
      uint32_t done = Batch(by, address, size, 0, data, count);
      if (done == 0) {
        const uint64_t value = Read(by, address, size);
        std::memcpy(data, &value, size);
        done = 1;
      }
      data += size_t{done} * size;
      count -= done;
    }
  }
  void WriteMany(Accessor& by, uint64_t address, unsigned size, uint8_t* data, uint32_t count) {
    while (count > 0) {
      uint32_t done = Batch(by, address, size, CARDCAGE_ACCESS_WRITE, data, count);
      if (done == 0) {
        uint64_t value = 0;
        std::memcpy(&value, data, size);
        Write(by, address, size, value);
        done = 1;
      }
      data += size_t{done} * size;
      count -= done;
    }
  }

  // What a read would give, without any effect; nothing where nobody is there or it cannot be told. Any
  // thread.
  std::optional<uint64_t> Peek(uint64_t address, unsigned size) {
    Mapping* mapping = Find(address);
    if (mapping == nullptr || !IsPowerOfTwo(size) ||
        !Takes(*mapping, address - mapping->range.base, size)) {
      return std::nullopt;
    }
    return PeekAt(*mapping, address, size);
  }

 private:
  // How many of them the device has done at once; 0 where it takes single ones.
  uint32_t Batch(const Accessor& by, uint64_t address, unsigned size, uint8_t flags, void* data,
                 uint32_t count) {
    Mapping* mapping = count < 2 ? nullptr : Find(address);
    if (mapping == nullptr) return 0;
    const cardcage_batch_function handler =
        (flags & CARDCAGE_ACCESS_WRITE) != 0 ? mapping->write_batch : mapping->read_batch;
    if (handler == nullptr || !IsPowerOfTwo(size) ||
        !Takes(*mapping, address - mapping->range.base, size)) {
      return 0;
    }
    return CallBatch(*mapping, handler, MakeAccess(*mapping, by.vcpu, address, size, flags, 0),
                     data, count);
  }

  friend class AddressSpace;

  static bool IsPowerOfTwo(unsigned size) { return (size & (size - 1)) == 0; }
  Mapping* Find(uint64_t address) const {
    return table_.load(std::memory_order_acquire)->Find(address);
  }

  std::atomic<const Table*> table_{nullptr};
  std::vector<std::unique_ptr<const Table>> tables_;  // all that were ever published
};

// The buses that a machine's vCPUs are on. The memory space ends one byte before 2^64, so that the
// end of a range is always an address.
struct Bus {
  RoutedSpace<PortTable> ports{"port", PortTable::kPorts - 1};
  RoutedSpace<MmioTable> mmio{"mmio", ~uint64_t{0} - 1};

  // Either of them, for what is not an access.
  AddressSpace& space(bool is_port) {
    if (is_port) return ports;
    return mmio;
  }
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BUS_ADDRESS_SPACE_H_
