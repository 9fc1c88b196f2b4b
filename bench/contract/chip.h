// SPDX-License-Identifier: MIT
// The chip that the twins of this benchmark model: eight registers of a byte, and an interrupt. Its handlers are
// as short as a real chip's shortest, so that what is measured is the way to them.
#ifndef CARDCAGE_BENCH_CONTRACT_CHIP_H_
#define CARDCAGE_BENCH_CONTRACT_CHIP_H_

#include <cstdint>

class Chip {
 public:
  void Reset() { *this = Chip(); }

  uint8_t ReadData() {
    pending_ = 0;
    return data_;
  }
  void WriteData(uint8_t value) {
    data_ = value;
    pending_ = 1;
  }
  uint8_t ReadEnable() const { return enable_; }
  void WriteEnable(uint8_t value) { enable_ = value & 0x1; }
  uint8_t ReadPending() const { return pending_; }
  void WritePending(uint8_t value) { pending_ &= static_cast<uint8_t>(~value); }
  uint8_t ReadControl() const { return control_; }
  void WriteControl(uint8_t value) { control_ = value & 0x7f; }
  uint8_t ReadModem() const { return modem_; }
  void WriteModem(uint8_t value) { modem_ = value & 0x1f; }
  uint8_t ReadStatus() { return static_cast<uint8_t>(++reads_); }
  void WriteStatus(uint8_t value) { reads_ = value; }
  uint8_t ReadLines() const { return control_ ^ modem_; }
  void WriteLines(uint8_t value) { control_ = value ^ modem_; }
  uint8_t ReadScratch() const { return scratch_; }
  void WriteScratch(uint8_t value) { scratch_ = value; }

  bool Interrupt() const { return (enable_ & pending_) != 0; }

 private:
  uint8_t data_ = 0;
  uint8_t enable_ = 0;
  uint8_t pending_ = 0;
  uint8_t control_ = 0;
  uint8_t modem_ = 0;
  uint8_t scratch_ = 0;
  uint32_t reads_ = 0;
};

#endif  // CARDCAGE_BENCH_CONTRACT_CHIP_H_
