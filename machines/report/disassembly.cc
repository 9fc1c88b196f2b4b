// SPDX-License-Identifier: MIT
#include "machines/report/disassembly.h"

#include <Zydis/Zydis.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage {

std::string Disassemble(std::span<const uint8_t> bytes, int bits, uint64_t address, int count) {
  ZydisMachineMode mode = ZYDIS_MACHINE_MODE_REAL_16;
  ZydisStackWidth width = ZYDIS_STACK_WIDTH_16;
  if (bits == 32) {
    mode = ZYDIS_MACHINE_MODE_LEGACY_32;
    width = ZYDIS_STACK_WIDTH_32;
  } else if (bits == 64) {
    mode = ZYDIS_MACHINE_MODE_LONG_64;
    width = ZYDIS_STACK_WIDTH_64;
  }
  ZydisDecoder decoder;
  ZydisFormatter formatter;
  if (!ZYAN_SUCCESS(ZydisDecoderInit(&decoder, mode, width)) ||
      !ZYAN_SUCCESS(ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL))) {
    return "";
  }
  std::string text;
  for (int i = 0; i < count && !bytes.empty(); ++i) {
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    size_t length = 1;
    std::array<char, 128> line{};
    std::string what = "(no instruction)";
    if (ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes.data(), bytes.size(), &instruction,
                                            operands.data()))) {
      length = instruction.length;
      if (ZYAN_SUCCESS(ZydisFormatterFormatInstruction(
              &formatter, &instruction, operands.data(), instruction.operand_count_visible,
              line.data(), line.size(), address, nullptr))) {
        what = line.data();
      }
    }
    std::string hex;
    for (const uint8_t byte : bytes.first(length)) absl::StrAppendFormat(&hex, "%02x ", byte);
    absl::StrAppendFormat(&text, "  %08x  %-30s %s\n", address, hex, what);
    bytes = bytes.subspan(length);
    address += length;
    if (what[0] == '(') break;
  }
  return text;
}

}  // namespace cardcage
