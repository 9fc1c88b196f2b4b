// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_BENCH_CONTRACT_VIRTUAL_CHIP_H_
#define CARDCAGE_BENCH_CONTRACT_VIRTUAL_CHIP_H_

#include <cstdint>
#include <memory>

// A device as most machine monitors have it: a class with virtual functions, which decodes the offset itself.
class VirtualDevice {
 public:
  virtual ~VirtualDevice() = default;
  virtual uint64_t Read(uint64_t offset, unsigned size) = 0;
  virtual void Write(uint64_t offset, unsigned size, uint64_t value) = 0;
};

// What hears of its interrupt.
class VirtualLine {
 public:
  virtual ~VirtualLine() = default;
  virtual void Set(bool level) = 0;
};

// The chip as such a device. It is made in a file of its own, so that no call is bound when it is compiled.
std::unique_ptr<VirtualDevice> MakeVirtualChip(VirtualLine& line);

#endif  // CARDCAGE_BENCH_CONTRACT_VIRTUAL_CHIP_H_
