// SPDX-License-Identifier: MIT
#include "machines/report/disassembly.h"

#include <Zydis/Zydis.h>
#include <dlfcn.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage {
namespace {

// Zydis, loaded when the first fault is reported: a machine that does not fault need not wait for it.
class Zydis {
 public:
  // Null where the library is not there.
  static const Zydis* Get() {
    static const Zydis zydis;
    return zydis.format_instruction != nullptr ? &zydis : nullptr;
  }

  decltype(&ZydisDecoderInit) decoder_init = nullptr;
  decltype(&ZydisDecoderDecodeFull) decode_full = nullptr;
  decltype(&ZydisFormatterInit) formatter_init = nullptr;
  decltype(&ZydisFormatterFormatInstruction) format_instruction = nullptr;

 private:
  Zydis() {
    void* library = dlopen(CARDCAGE_ZYDIS, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return;
    Load(library, "ZydisDecoderInit", decoder_init);
    Load(library, "ZydisDecoderDecodeFull", decode_full);
    Load(library, "ZydisFormatterInit", formatter_init);
    Load(library, "ZydisFormatterFormatInstruction", format_instruction);
  }
  template <class Function>
  static void Load(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
  }
};

}  // namespace

std::string Disassemble(std::span<const uint8_t> bytes, int bits, uint64_t address, int count) {
  const Zydis* zydis = Zydis::Get();
  if (zydis == nullptr) {
    std::string text = "  (decoding them needs " CARDCAGE_ZYDIS ", of the package libzydis4.0)\n ";
    for (const uint8_t byte : bytes) absl::StrAppendFormat(&text, " %02x", byte);
    return text + "\n";
  }
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
  if (!ZYAN_SUCCESS(zydis->decoder_init(&decoder, mode, width)) ||
      !ZYAN_SUCCESS(zydis->formatter_init(&formatter, ZYDIS_FORMATTER_STYLE_INTEL))) {
    return "";
  }
  std::string text;
  for (int i = 0; i < count && !bytes.empty(); ++i) {
    ZydisDecodedInstruction instruction;
    std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
    size_t length = 1;
    std::array<char, 128> line{};
    std::string what = "(no instruction)";
    if (ZYAN_SUCCESS(zydis->decode_full(&decoder, bytes.data(), bytes.size(), &instruction,
                                        operands.data()))) {
      length = instruction.length;
      if (ZYAN_SUCCESS(zydis->format_instruction(&formatter, &instruction, operands.data(),
                                                 instruction.operand_count_visible, line.data(),
                                                 line.size(), address, nullptr))) {
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
