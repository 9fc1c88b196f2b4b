// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_REPORT_DISASSEMBLY_H_
#define CARDCAGE_MACHINES_REPORT_DISASSEMBLY_H_

#include <cstdint>
#include <span>
#include <string>

namespace cardcage {

// The instructions that the bytes are, in Intel's syntax, a line each with address and bytes, at most
// `count`. `bits` is 16, 32 or 64; `address` is the first one's rip.
std::string Disassemble(std::span<const uint8_t> bytes, int bits, uint64_t address, int count);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_REPORT_DISASSEMBLY_H_
