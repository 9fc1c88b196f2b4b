// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_FAKE_MEMORY_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_FAKE_MEMORY_H_

#include <cstring>
#include <vector>

#include "framework/engine/soft/x86_64/paging.h"

namespace cardcage::x86_64 {

// 1 MiB of memory from address 0, for tests.
class FakeMemory final : public PhysicalMemory {
 public:
  uint64_t Read(uint64_t address, unsigned size) override {
    if (address > bytes_.size() - size) return ~uint64_t{0} >> (64 - 8 * size);
    uint64_t value = 0;
    std::memcpy(&value, bytes_.data() + address, size);
    return value;
  }
  void Write(uint64_t address, unsigned size, uint64_t value) override {
    if (address <= bytes_.size() - size) std::memcpy(bytes_.data() + address, &value, size);
  }

 private:
  std::vector<uint8_t> bytes_ = std::vector<uint8_t>(0x100000);
};

}  // namespace cardcage::x86_64

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_X86_64_FAKE_MEMORY_H_
