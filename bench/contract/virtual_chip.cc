// SPDX-License-Identifier: MIT
#include "virtual_chip.h"

#include "chip.h"

namespace {

class VirtualChip final : public VirtualDevice {
 public:
  explicit VirtualChip(VirtualLine& line) : line_(line) {}

  uint64_t Read(uint64_t offset, unsigned /*size*/) override {
    const uint64_t value = ReadRegister(offset);
    UpdateInterrupt();
    return value;
  }
  void Write(uint64_t offset, unsigned /*size*/, uint64_t value) override {
    WriteRegister(offset, static_cast<uint8_t>(value));
    UpdateInterrupt();
  }

 private:
  uint64_t ReadRegister(uint64_t offset) {
    switch (offset) {
      case 0:
        return chip_.ReadData();
      case 1:
        return chip_.ReadEnable();
      case 2:
        return chip_.ReadPending();
      case 3:
        return chip_.ReadControl();
      case 4:
        return chip_.ReadModem();
      case 5:
        return chip_.ReadStatus();
      case 6:
        return chip_.ReadLines();
      case 7:
        return chip_.ReadScratch();
      default:
        return 0xff;
    }
  }
  void WriteRegister(uint64_t offset, uint8_t value) {
    switch (offset) {
      case 0:
        return chip_.WriteData(value);
      case 1:
        return chip_.WriteEnable(value);
      case 2:
        return chip_.WritePending(value);
      case 3:
        return chip_.WriteControl(value);
      case 4:
        return chip_.WriteModem(value);
      case 5:
        return chip_.WriteStatus(value);
      case 6:
        return chip_.WriteLines(value);
      case 7:
        return chip_.WriteScratch(value);
      default:
        return;
    }
  }
  void UpdateInterrupt() {
    if (chip_.Interrupt() == level_) return;
    level_ = chip_.Interrupt();
    line_.Set(level_);
  }

  Chip chip_;
  VirtualLine& line_;
  bool level_ = false;
};

}  // namespace

std::unique_ptr<VirtualDevice> MakeVirtualChip(VirtualLine& line) {
  return std::make_unique<VirtualChip>(line);
}
