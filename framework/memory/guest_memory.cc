// SPDX-License-Identifier: MIT
#include "framework/memory/guest_memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage {
namespace {

absl::Status NoHostMemory(const std::string& name, uint64_t size, const char* call, int error) {
  std::string cure;
  switch (error) {
    case ENOMEM:
    case EAGAIN:
      cure = "make the slot smaller, free memory, or raise the limit on address space (ulimit -v)";
      break;
    case EFBIG:
      cure = "make the slot smaller, or raise the limit on file size (ulimit -f)";
      break;
    case EMFILE:
    case ENFILE:
      cure = "raise the limit on open files (ulimit -n)";
      break;
    case ENOSPC:
      cure = "the host's shared memory is full: free some (see /dev/shm), or make the slot smaller";
      break;
    default:
      cure = "make the slot smaller";
  }
  return absl::ResourceExhaustedError(
      absl::StrFormat("no host memory for slot %s of %d bytes: %s: %s; %s", name, size, call,
                      strerror(error), cure));
}

std::string Describe(const AddressRange& range) {
  return absl::StrFormat("0x%x-0x%x", range.base, range.end() - 1);
}

}  // namespace

absl::StatusOr<std::unique_ptr<MemorySlot>> MemorySlot::Create(std::string name, AddressRange range,
                                                               Kind kind) {
  if (range.size == 0 || range.size % kPageSize != 0 || range.base % kPageSize != 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("memory slot %s: address 0x%x and size %d must be multiples of the page "
                        "size, %d bytes, and the size more than 0",
                        name, range.base, range.size, kPageSize));
  }
  // A slot that ends at 2^64 exactly would have no address as its end.
  if (range.Wraps() || range.end() == 0) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "memory slot %s: 0x%x with 0x%x bytes reaches beyond the last 64-bit address", name,
        range.base, range.size));
  }
  auto slot = std::unique_ptr<MemorySlot>(new MemorySlot(std::move(name), range, kind));
  if (kind == Kind::kReserved) return slot;
  if (range.size > static_cast<uint64_t>(INT64_MAX)) {
    return NoHostMemory(slot->name_, range.size, "ftruncate", EFBIG);
  }

  slot->fd_ = memfd_create(slot->name_.c_str(), MFD_CLOEXEC);
  if (slot->fd_ < 0) return NoHostMemory(slot->name_, range.size, "memfd_create", errno);
  if (ftruncate(slot->fd_, static_cast<off_t>(range.size)) != 0) {
    return NoHostMemory(slot->name_, range.size, "ftruncate", errno);
  }
  void* memory =
      mmap(nullptr, range.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, slot->fd_, 0);
  if (memory == MAP_FAILED) return NoHostMemory(slot->name_, range.size, "mmap", errno);
  slot->bytes_ = {static_cast<std::byte*>(memory), range.size};
  return slot;
}

MemorySlot::~MemorySlot() {
  if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
  if (fd_ >= 0) close(fd_);
}

std::vector<uint64_t> MemorySlot::TouchedPages() const {
  std::vector<uint64_t> pages;
  if (fd_ < 0) return pages;
  // A memfd is a file with holes.
  for (off_t at = 0; (at = lseek(fd_, at, SEEK_DATA)) >= 0;) {
    const off_t end = lseek(fd_, at, SEEK_HOLE);
    for (; at < end; at += kPageSize) pages.push_back(static_cast<uint64_t>(at) / kPageSize);
  }
  return pages;
}

void MemorySlot::TrackWrites() {
  constexpr uint64_t kBits = 64;
  written_ = std::vector<std::atomic<uint64_t>>((bytes_.size() / kPageSize + kBits - 1) / kBits);
}

void MemorySlot::NoteWritten(uint64_t offset, uint64_t size) {
  if (written_.empty() || size == 0) return;
  for (uint64_t page = offset / kPageSize; page <= (offset + size - 1) / kPageSize; ++page) {
    written_[page / 64].fetch_or(uint64_t{1} << (page % 64), std::memory_order_release);
  }
}

std::vector<uint64_t> MemorySlot::TakeWritten() {
  std::vector<uint64_t> pages;
  for (size_t i = 0; i < written_.size(); ++i) {
    for (uint64_t bits = written_[i].exchange(0, std::memory_order_acquire); bits != 0;
         bits &= bits - 1) {
      pages.push_back(i * 64 + static_cast<unsigned>(std::countr_zero(bits)));
    }
  }
  return pages;
}

absl::Status GuestMemory::Add(std::shared_ptr<MemorySlot> slot) {
  const auto above =
      std::upper_bound(slots_.begin(), slots_.end(), slot->range().base,
                       [](uint64_t base, const auto& other) { return base < other->range().base; });
  for (const auto& neighbour : {above == slots_.end() ? nullptr : above->get(),
                                above == slots_.begin() ? nullptr : (above - 1)->get()}) {
    if (neighbour != nullptr && neighbour->range().Overlaps(slot->range())) {
      return absl::AlreadyExistsError(absl::StrFormat(
          "memory slot %s (%s) overlaps memory slot %s (%s)", slot->name(), Describe(slot->range()),
          neighbour->name(), Describe(neighbour->range())));
    }
  }
  slots_.insert(above, std::move(slot));
  return absl::OkStatus();
}

const std::shared_ptr<MemorySlot>* GuestMemory::Look(uint64_t address) const {
  const auto above =
      std::upper_bound(slots_.begin(), slots_.end(), address,
                       [](uint64_t at, const auto& slot) { return at < slot->range().base; });
  if (above == slots_.begin()) return nullptr;
  const std::shared_ptr<MemorySlot>& slot = *(above - 1);
  return slot->range().Contains(address) ? &slot : nullptr;
}

const MemorySlot* GuestMemory::Find(uint64_t address) const {
  const auto* slot = Look(address);
  return slot == nullptr ? nullptr : slot->get();
}

std::shared_ptr<MemorySlot> GuestMemory::Share(uint64_t address) const {
  const auto* slot = Look(address);
  return slot == nullptr ? nullptr : *slot;
}

uint64_t GuestMemory::Extent(uint64_t address, uint64_t limit) const {
  uint64_t extent = 0;
  while (extent < limit) {
    const MemorySlot* slot = Find(address + extent);
    if (slot == nullptr || slot->bytes().empty()) break;
    extent += slot->range().end() - (address + extent);
  }
  return std::min(extent, limit);
}

absl::Status GuestMemory::Check(uint64_t address, uint64_t size) const {
  const uint64_t extent = Extent(address, size);
  if (extent == size) return absl::OkStatus();
  std::string message = absl::StrFormat("no memory at 0x%x", address + extent);
  if (extent > 0) {
    const MemorySlot* slot = Find(address + extent - 1);
    absl::StrAppend(&message, ", where slot ", slot->name(), " ends");
  }
  if (slots_.empty()) {
    absl::StrAppend(&message, ": the machine has no memory slot");
  } else {
    absl::StrAppend(&message, "; there is");
    constexpr size_t kNamed = 4;
    for (size_t i = 0; i < std::min(slots_.size(), kNamed); ++i) {
      absl::StrAppend(&message, i == 0 ? " " : ", ", slots_[i]->name(), " at ",
                      Describe(slots_[i]->range()));
    }
    if (slots_.size() > kNamed) {
      absl::StrAppend(&message, " and ", slots_.size() - kNamed, " more");
    }
  }
  return absl::OutOfRangeError(message);
}

absl::Status GuestMemory::Write(uint64_t address, std::span<const std::byte> data) {
  const absl::Status status = Check(address, data.size());
  if (!status.ok()) return status;
  while (!data.empty()) {
    MemorySlot* const slot = Look(address)->get();
    const uint64_t offset = address - slot->range().base;
    const auto part = std::min<uint64_t>(data.size(), slot->range().size - offset);
    memcpy(slot->bytes().data() + offset, data.data(), part);
    slot->NoteWritten(offset, part);
    address += part;
    data = data.subspan(part);
  }
  return absl::OkStatus();
}

absl::Status GuestMemory::Read(uint64_t address, std::span<std::byte> data) const {
  const absl::Status status = Check(address, data.size());
  if (!status.ok()) return status;
  while (!data.empty()) {
    const MemorySlot* slot = Find(address);
    const uint64_t offset = address - slot->range().base;
    const auto part = std::min<uint64_t>(data.size(), slot->range().size - offset);
    memcpy(data.data(), slot->bytes().data() + offset, part);
    address += part;
    data = data.subspan(part);
  }
  return absl::OkStatus();
}

}  // namespace cardcage
