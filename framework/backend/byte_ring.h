// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_BYTE_RING_H_
#define CARDCAGE_FRAMEWORK_BACKEND_BYTE_RING_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace cardcage {

// The last bytes of a stream. One thread at a time.
class ByteRing {
 public:
  // `capacity` is not 0. It takes memory only as bytes come.
  explicit ByteRing(size_t capacity) : capacity_(capacity) {}

  void Append(std::span<const uint8_t> data) {
    if (data.size() > capacity_) data = data.last(capacity_);
    const size_t grown = std::min(data.size(), capacity_ - bytes_.size());
    bytes_.append(reinterpret_cast<const char*>(data.data()), grown);
    for (const uint8_t byte : data.subspan(grown)) {
      bytes_[oldest_] = static_cast<char>(byte);
      oldest_ = (oldest_ + 1) % capacity_;
    }
  }

  // What is kept, the latest at the end.
  std::string Contents() const { return bytes_.substr(oldest_) + bytes_.substr(0, oldest_); }
  void Clear() {
    bytes_.clear();
    oldest_ = 0;
  }

 private:
  const size_t capacity_;
  std::string bytes_;
  size_t oldest_ = 0;  // moves only once all is full
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_BYTE_RING_H_
