// SPDX-License-Identifier: MIT
#include "framework/engine/soft/memory_access.h"

namespace cardcage {

void MemoryAccess::Begin(bool is_write, uint64_t linear, unsigned size, uint64_t value,
                         uint64_t instruction) {
  // An unaligned read is followed by the two aligned ones that it is made of.
  if (!is_write && !is_write_ && size == size_ && instruction == instruction_ && parts_told_ < 2 &&
      (linear_ & (size - 1)) != 0 &&
      linear == (linear_ & ~uint64_t{size - 1}) + parts_told_ * size) {
    ++parts_told_;
    return;
  }
  is_write_ = is_write;
  linear_ = linear;
  size_ = size;
  value_ = value;
  instruction_ = instruction;
  parts_told_ = 0;
  made_ = {};
  bytes_ = {};
}

unsigned MemoryAccess::PageOf(uint64_t physical) const {
  // An access of at most 8 bytes is at the first page's end and the second one's begin.
  return CrossesPage() && (physical & kPageMask) < kPageMask / 2 ? 1 : 0;
}

uint64_t MemoryAccess::LinearOf(uint64_t physical) const {
  return (linear_ & ~kPageMask) + PageOf(physical) * (kPageMask + 1) + (physical & kPageMask);
}

MemoryAccess::Portion MemoryAccess::Find(bool is_write, uint64_t physical, unsigned size,
                                         uint64_t value, uint64_t instruction) {
  // The parts of an unaligned read begin before it and end behind it.
  const bool is_widened = !is_write && (linear_ & (size_ - 1)) != 0;
  const uint64_t first = is_widened ? linear_ & ~uint64_t{size_ - 1} : linear_;
  const uint64_t last = is_widened ? first + 2 * size_ : linear_ + size_;
  uint64_t part = LinearOf(physical);
  const bool belongs = size_ != 0 && size_ <= bytes_.size() && is_write == is_write_ &&
                       instruction == instruction_ && part >= first && part + size <= last;
  if (!belongs) {
    Begin(is_write, physical, size, value, instruction);
    part = physical;
  }
  if (part >= linear_ + size_ || part + size <= linear_) return {};
  const unsigned page = PageOf(physical);
  const uint64_t second_page = (linear_ & ~kPageMask) + kPageMask + 1;
  const uint64_t begin = page == 0 ? linear_ : second_page;
  const uint64_t end = page == 0 && CrossesPage() ? second_page : linear_ + size_;
  const Portion portion{.physical = (physical & ~kPageMask) | (begin & kPageMask),
                        .size = static_cast<unsigned>(end - begin),
                        .value = value_ >> 8 * (begin - linear_),
                        .is_new = !made_[page]};
  made_[page] = true;
  return portion;
}

void MemoryAccess::Answer(const Portion& portion, uint64_t value) {
  const uint64_t offset = LinearOf(portion.physical) - linear_;
  for (unsigned i = 0; i < portion.size; ++i) {
    bytes_[offset + i] = static_cast<uint8_t>(value >> 8 * i);
  }
}

uint64_t MemoryAccess::Extract(uint64_t physical, unsigned size) const {
  const uint64_t begin = LinearOf(physical) - linear_;  // wraps for bytes before the access
  uint64_t value = 0;
  for (unsigned i = 0; i < size; ++i) {
    const uint64_t offset = begin + i;
    if (offset < size_) value |= uint64_t{bytes_[offset]} << 8 * i;
  }
  return value;
}

}  // namespace cardcage
