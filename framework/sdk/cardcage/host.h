// SPDX-License-Identifier: MIT
// What the host offers a device: the C tables of abi.h, as C++ values that are as cheap to copy as
// a pointer. They own nothing: the host keeps what they point to until the device is destroyed.
#ifndef CARDCAGE_HOST_H_
#define CARDCAGE_HOST_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "cardcage/abi.h"
#include "cardcage/memory.h"

namespace cardcage {
inline namespace v0 {

// A device's link to a character backend, the host side of a serial line. As the type of a Config
// member it makes a parameter that names a backend of the machine. Without one it takes all output
// and gives no input.
// Threads: in the device's turn. No call blocks.
class CharLink {
 public:
  constexpr CharLink() = default;
  constexpr explicit CharLink(const cardcage_char* table) : table_(table) {}

  // Whether the host would take a byte now, or one behind so many that it is to get.
  bool Writable(size_t before = 0) const {
    return table_ == nullptr || table_->write_room(table_->self) > before;
  }

  // Gives a byte to the host. Where there is no room it is lost: dropped, and counted by the host.
  void Write(uint8_t byte) const {
    if (table_ == nullptr) return;
    if (table_->write(table_->self, &byte, 1) == 0) table_->dropped(table_->self, 1);
  }

  // Gives bytes to the host, in one piece where there is room. What finds none is dropped, as above.
  void Write(const uint8_t* bytes, size_t count) const {
    if (table_ == nullptr) return;
    const size_t taken = table_->write(table_->self, bytes, count);
    if (taken < count) table_->dropped(table_->self, count - taken);
  }

  // Whether the host has a byte of input now.
  bool Readable() const { return table_ != nullptr && table_->readable(table_->self); }

  // Takes a byte of input. False where there is none now; `byte` is then untouched.
  bool Read(uint8_t& byte) const {
    return table_ != nullptr && table_->read(table_->self, &byte, 1) == 1;
  }

 private:
  const cardcage_char* table_ = nullptr;
};

enum class Severity : uint32_t {
  kError = CARDCAGE_LOG_ERROR,
  kWarning = CARDCAGE_LOG_WARNING,
  kInfo = CARDCAGE_LOG_INFO,
};

// The cage that a device sits in. Threads: any, where nothing else is said. No call blocks.
class Host {
 public:
  constexpr explicit Host(const cardcage_host* table) : table_(table) {}

  // Reports a line under the device's name; the host limits the rate.
  void Log(Severity severity, const char* message) const {
    table_->log(table_->self, static_cast<uint32_t>(severity), message);
  }

  // Adds to a counter, by its place among the declaration's counters.
  void Count(uint32_t counter, uint64_t n = 1) const { table_->count(table_->self, counter, n); }

  // The device cannot go on, for good: the host says so, and enters it no more but to pause and end it.
  void Fail(const char* reason) const { table_->failed(table_->self, reason); }

  // Asks the machine to end with `code` as the guest's own. Returns at once.
  void Stop(uint64_t code) const { table_->stop(table_->self, code); }

  // The machine's time in ns, from 0 at its start on; it never goes back.
  uint64_t Now() const { return table_->now(table_->self); }

  // The calendar's time when the machine's was 0, in seconds since 1970-01-01: UTC, or the host's local.
  int64_t StartTime(bool local) const { return table_->start_time(table_->self, local ? 1 : 0); }

  // Whether that region, by its place in the declaration, lies on ports. From the first Reset() on.
  bool IsOnPorts(uint32_t region) const {
    return table_->region_space(table_->self, region) == CARDCAGE_SPACE_PORT;
  }

  // Has the device's Posted(value) called, in a turn of its own. The one function here for threads of the
  // device's own, too.
  void Post(uint64_t value) const { table_->post(table_->self, value); }

  // Has FdReady(fd, events) called once, when one of the events (CARDCAGE_FD_*) is there; with no events,
  // watches it no more. 0, or an errno. In the device's turn.
  int Watch(int fd, uint32_t events) const { return table_->watch_fd(table_->self, fd, events); }

  // Answers the access of that CPU, which a handler has left pending. In a later turn of the device's.
  void Complete(uint32_t vcpu, uint64_t value = 0) const {
    table_->complete(table_->self, vcpu, CARDCAGE_OK, value);
  }
  // The same, where there is no answer: it reads all ones, and is reported.
  void CompleteFailed(uint32_t vcpu) const {
    table_->complete(table_->self, vcpu, CARDCAGE_FAILED, 0);
  }

  // Ends a Reset() or Pause() that gave false.
  void Finished() const { table_->finished(table_->self); }

  // Views of guest memory from `address` on, of at most `size` bytes; see View. From the first Reset() on.
  View MapToRead(uint64_t address, uint64_t size) const { return {table_, address, size, 0}; }
  View MapToWrite(uint64_t address, uint64_t size) const {
    return {table_, address, size, CARDCAGE_MAP_WRITE};
  }
  // Copies from guest memory, and to it. False where some of it is none; what lies before has been copied.
  bool ReadMemory(uint64_t address, std::span<uint8_t> data) const {
    return internal::CopyGuest(
        table_, address, data, 0,
        [](const uint8_t* guest, uint8_t* ours, size_t size) { std::memcpy(ours, guest, size); });
  }
  bool WriteMemory(uint64_t address, std::span<const uint8_t> data) const {
    return internal::CopyGuest(
        table_, address, data, CARDCAGE_MAP_WRITE,
        [](uint8_t* guest, const uint8_t* ours, size_t size) { std::memcpy(guest, ours, size); });
  }

 private:
  const cardcage_host* table_;
};

// The end of a device that ends later: what its Close() is given. Once it is called the device is gone.
class Closer {
 public:
  constexpr Closer(void (*destroy)(void*), void* instance)
      : destroy_(destroy), instance_(instance) {}
  // On any thread, with the host of the device, and as the last that the device does.
  void operator()(Host host) const {
    destroy_(instance_);
    host.Finished();
  }

 private:
  void (*destroy_)(void*);
  void* instance_;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_HOST_H_
