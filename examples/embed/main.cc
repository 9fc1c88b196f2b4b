// SPDX-License-Identifier: MIT
// Two plus two inside a program: the machine of configs/two-plus-two.yaml, but that this program's own device
// stands where the serial port was.
#include <cstdint>
#include <cstdio>

#include "cardcage/device.h"
#include "cardcage/machine.h"

namespace {

class Printer {
 public:
  struct Config {};
  explicit Printer(const Config& /*config*/) {}
  void Reset() { printed_ = 0; }
  uint8_t Printed() const { return printed_; }
  void Print(uint8_t byte) {
    std::putchar(byte);
    ++printed_;
  }

 private:
  uint8_t printed_ = 0;
};

constexpr cardcage::Declaration kPrinter{
    cardcage::Type<Printer>("example.printer", "prints what is written to it, and counts"),
    cardcage::Port<&Printer::Printed, &Printer::Print>("data"),
};

constexpr uint8_t kCode[] = {
    0xba, 0xf8, 0x03,  // mov dx, 0x3f8
    0x00, 0xd8,        // add al, bl
    0x04, 0x30,        // add al, '0'
    0xee,              // out dx, al
    0xb0, 0x0a,        // mov al, '\n'
    0xee,              // out dx, al
    0xf4,              // hlt
};

}  // namespace

CARDCAGE_PLUGIN("printer", "1.0.0", "MIT", kPrinter);

int main() {
  namespace embed = cardcage::embed;
  embed::Machine machine("two-plus-two");
  machine.AddTypes(cardcage_plugin_entry);
  machine.AddMemory("code", 0x1000, 4096);
  machine.AddDevice("printer", "example.printer", {{"at", embed::Port(0x3f8)}});
  machine.Load(0x1000, kCode);
  machine.Boot({{"registers", embed::Map({{"rip", 0x1000}, {"rax", 2}, {"rbx", 2}})}});
  const embed::Outcome outcome = machine.Run();
  std::fputs(outcome.message.c_str(), stderr);  // empty where all went well
  return outcome.exit_code;
}
