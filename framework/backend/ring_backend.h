// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_RING_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_RING_BACKEND_H_

#include "framework/backend/byte_ring.h"
#include "framework/backend/char_backend.h"

namespace cardcage {

// `ring`: keeps the last bytes of output in memory, to be shown when the guest fails. No input.
class RingBackend final : public CharBackend {
 public:
  // `size` is not 0.
  explicit RingBackend(size_t size) : ring_(size) {}

  size_t Write(std::span<const uint8_t> data) override {
    ring_.Append(data);
    return data.size();
  }
  size_t WriteRoom() override { return SIZE_MAX; }
  size_t Read(std::span<uint8_t> /*data*/) override { return 0; }
  bool Readable() override { return false; }
  std::string Kept() const override { return ring_.Contents(); }

 private:
  ByteRing ring_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_RING_BACKEND_H_
