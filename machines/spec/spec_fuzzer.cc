// SPDX-License-Identifier: MIT
// Any text as a machine file: it is read or refused, and what is said about it is fit for a terminal.
#include <cstdlib>
#include <string>

#include "machines/spec/machine_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const cardcage::Source source{.name = "fuzz.yaml", .text = std::string(data, data + size)};
  cardcage::Diagnostics diagnostics(source);
  const cardcage::MachineSpec spec = cardcage::ReadMachine(source, diagnostics);
  const std::string said = diagnostics.Format();
  if (said.empty() != diagnostics.ok()) std::abort();
  for (const char c : said) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) std::abort();
  }
  // A machine without mistakes says where each of its parts stands.
  if (diagnostics.ok() && spec.boot.place.line == 0) std::abort();
  return 0;
}
