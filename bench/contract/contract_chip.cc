// SPDX-License-Identifier: MIT
// The chip as a device of the SDK's: in the program, and as a plugin.
#include "cardcage/device.h"
#include "chip.h"

namespace {

class ContractChip : public Chip {
 public:
  struct Config {};
  explicit ContractChip(const Config& /*config*/) {}
};

template <auto Read, auto Write>
using Register = cardcage::Register<Read, Write>;
constexpr cardcage::Declaration kChip{
    cardcage::Type<ContractChip>("bench-chip", "eight registers and an interrupt"),
    cardcage::Output<&Chip::Interrupt>("irq"),
    cardcage::Registers("registers", {.space = cardcage::Space::kPort, .size = 8},
                        Register<&Chip::ReadData, &Chip::WriteData>(0, "DATA"),
                        Register<&Chip::ReadEnable, &Chip::WriteEnable>(1, "ENABLE"),
                        Register<&Chip::ReadPending, &Chip::WritePending>(2, "PENDING"),
                        Register<&Chip::ReadControl, &Chip::WriteControl>(3, "CONTROL"),
                        Register<&Chip::ReadModem, &Chip::WriteModem>(4, "MODEM"),
                        Register<&Chip::ReadStatus, &Chip::WriteStatus>(5, "STATUS"),
                        Register<&Chip::ReadLines, &Chip::WriteLines>(6, "LINES"),
                        Register<&Chip::ReadScratch, &Chip::WriteScratch>(7, "SCRATCH")),
};

}  // namespace

CARDCAGE_PLUGIN("bench-chip", "1.0.0", "MIT", kChip);
