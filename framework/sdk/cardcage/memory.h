// SPDX-License-Identifier: MIT
// The guest's memory, as a device sees it: the way of DMA.
#ifndef CARDCAGE_MEMORY_H_
#define CARDCAGE_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "cardcage/abi.h"

namespace cardcage {
inline namespace v0 {

// A view of guest memory, given back when it goes; before the device's pause is finished, at the latest. The
// guest's CPUs use the memory at the same time: check what was read once, in a copy of your own. Any thread.
class View {
 public:
  View() = default;
  View(const cardcage_host* host, uint64_t address, uint64_t size, uint32_t flags) : host_(host) {
    view_.struct_size = sizeof(view_);
    host_->map(host_->self, address, size, flags, &view_);
  }
  View(View&& other) noexcept { *this = std::move(other); }
  View& operator=(View&& other) noexcept {
    std::swap(host_, other.host_);
    std::swap(view_, other.view_);
    std::swap(written_, other.written_);
    return *this;
  }
  View(const View&) = delete;
  View& operator=(const View&) = delete;
  ~View() {
    if (view_.data != nullptr) host_->unmap(host_->self, &view_, written_);
  }

  // Whether there is memory: at least one byte, and perhaps less than was asked for, where its slot ends.
  explicit operator bool() const { return view_.data != nullptr; }
  std::span<uint8_t> bytes() const { return {view_.data, static_cast<size_t>(view_.size)}; }

  // Says that the first so many bytes may have been written. Only for a view that was asked for to write.
  void MarkWritten(uint64_t bytes) {
    if (bytes > written_) written_ = bytes;
  }

 private:
  const cardcage_host* host_ = nullptr;
  cardcage_view view_{};
  uint64_t written_ = 0;
};

namespace internal {

// Copies to or from guest memory, slot by slot; false at the first byte without memory. What lies before it
// has been copied.
template <class Byte, class Copy>
bool CopyGuest(const cardcage_host* host, uint64_t address, std::span<Byte> data, uint32_t flags,
               Copy copy) {
  while (!data.empty()) {
    View view(host, address, data.size(), flags);
    if (!view) return false;
    const size_t part = view.bytes().size();
    copy(view.bytes().data(), data.data(), part);
    if (flags != 0) view.MarkWritten(part);
    data = data.subspan(part);
    address += part;
  }
  return true;
}

}  // namespace internal
}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_MEMORY_H_
