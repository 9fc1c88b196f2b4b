// SPDX-License-Identifier: MIT
// Spec:     National Semiconductor PC16550D data sheet, June 1995. The chip itself is ns16550a_chip.h.
// Modelled: FIFOs of 16 bytes, trigger levels, interrupt identification with its priorities, line and
//           modem status with what reading clears, loopback, divisor latches, scratch.
// Missing:  pacing by the divisor, and with it a character timeout that takes time: it is over as soon
//           as no more input is there.
// Ignored:  parity and stop bits on the line, break: the host side takes and gives whole bytes. DMA mode.
// Quirks:   THRE and TEMT are 0 while the host can take no byte: a guest that looks loses nothing, a
//           byte written all the same is dropped and counted (FullBackend tests).
//           The divisor is 12 after reset, 9600 baud from 1.8432 MHz; the chip leaves it undefined.
//           Bytes come into the receiver when the guest looks for them or has their interrupt enabled:
//           what was typed before is not lost to a flush by FCR.
// Guest may: send bytes to the backend and take its input; nothing grows with what it does.
// Threads:  one handler at a time.
// Units:    none.
#include "cardcage/device.h"
#include "ns16550a_chip.h"

namespace ns16550a {
namespace {

constexpr const char* kVariants[] = {"16450", "16550a", "16750"};  // as enum Variant has them

struct Ns16550aConfig {
  cardcage::CharLink console;
  Variant variant = Variant::k16550a;
};

// The other side is always there and ready.
Msr ConnectedModem() {
  Msr lines;
  lines.Set(Msr::kCarrierDetect);
  lines.Set(Msr::kDataSetReady);
  lines.Set(Msr::kClearToSend);
  return lines;
}

class Ns16550a {
 public:
  using Config = Ns16550aConfig;
  explicit Ns16550a(const Config& config)
      : console_(config.console), chip_({.variant = config.variant}) {
    chip_.SetModemInputs(ConnectedModem());
    chip_.Reset();
  }

  void Reset() {
    chip_.Reset();
    Look();
  }
  // The host has input, or room again.
  void Ready() { Look(); }

  bool Interrupt() const { return chip_.Interrupt(); }

  uint8_t ReadData() {
    Take();
    const uint8_t value = chip_.Read(kRbr, now_);
    Look();  // the place that is free now may be taken at once
    return value;
  }
  void WriteData(uint8_t value) {
    chip_.Write(kThr, value, now_);
    Send();
  }
  uint8_t ReadIer() const { return chip_.Peek(kIer); }
  void WriteIer(uint8_t value) {
    chip_.Write(kIer, value, now_);
    Look();
  }
  uint8_t ReadIir() {
    Take();
    return chip_.Read(kIir, now_);
  }
  void WriteFcr(uint8_t value) {
    chip_.Write(kFcr, value, now_);
    Look();
  }
  uint8_t ReadLcr() const { return chip_.Peek(kLcr); }
  void WriteLcr(uint8_t value) { chip_.Write(kLcr, value, now_); }
  uint8_t ReadMcr() const { return chip_.Peek(kMcr); }
  void WriteMcr(uint8_t value) {
    chip_.Write(kMcr, value, now_);
    Look();
  }
  uint8_t ReadLsr() {
    Take();
    return chip_.Read(kLsr, now_);
  }
  uint8_t ReadMsr() { return chip_.Read(kMsr, now_); }
  uint8_t ReadScr() const { return chip_.Peek(kScr); }
  void WriteScr(uint8_t value) { chip_.Write(kScr, value, now_); }

 private:
  // Brings the line up to date where the guest wants to hear of it by interrupt. Until then input waits
  // on the host, where no flush of the FIFOs reaches it.
  void Look() {
    const Ier ier = chip_.Enables();
    if (ier.Test(Ier::kReceived)) {
      Take();
    } else if (ier.Test(Ier::kTransmitter)) {
      chip_.SetLineReady(console_.Writable());
    }
  }
  // Takes what has come, as far as the receiver goes, and looks whether the host takes output.
  void Take() {
    uint8_t byte = 0;
    while (chip_.ReceiveRoom() > 0 && console_.Read(byte)) chip_.Receive(byte, now_);
    // A line without pace has no time between characters: where no more comes, the four characters'
    // time of the timeout is over.
    if (const auto deadline = chip_.Deadline()) chip_.AdvanceTo(now_ = *deadline);
    chip_.SetLineReady(console_.Writable());
  }
  void Send() {
    const size_t count = chip_.TransmitSize();
    for (size_t i = 0; i < count; ++i) console_.Write(chip_.TransmitByte(i));
    chip_.SetLineReady(console_.Writable());
    chip_.Transmitted(count);
  }

  const cardcage::CharLink console_;
  Chip chip_;
  uint64_t now_ = 0;  // the chip's time, in ns: it passes only where a timeout waits for it
};

using Uart = Ns16550a;
constexpr cardcage::Declaration kNs16550a{
    cardcage::Type<Uart>("ns16550a", "serial port",
                         {.document = "National Semiconductor PC16550D, June 1995"}),
    cardcage::Param<&Ns16550aConfig::console>("console", {.doc = "where the line goes to"}),
    cardcage::Param<&Ns16550aConfig::variant>(
        "variant",
        {.doc = "the chip: without FIFOs, with 16 bytes, or with up to 64", .names = kVariants}),
    cardcage::Output<&Uart::Interrupt>("irq", {.doc = "INTR"}),
    cardcage::Registers(
        "registers", {.space = cardcage::Space::kEither, .size = kSize},
        cardcage::Register<&Uart::ReadData, &Uart::WriteData>(kRbr, "RBR/THR/DLL"),
        cardcage::Register<&Uart::ReadIer, &Uart::WriteIer>(kIer, "IER/DLM"),
        cardcage::Register<&Uart::ReadIir, &Uart::WriteFcr>(kIir, "IIR/FCR", {.reset = 0x01}),
        cardcage::Register<&Uart::ReadLcr, &Uart::WriteLcr>(kLcr, "LCR"),
        cardcage::Register<&Uart::ReadMcr, &Uart::WriteMcr>(kMcr, "MCR"),
        cardcage::Register<&Uart::ReadLsr, nullptr>(kLsr, "LSR", {.reset = 0x60}),
        cardcage::Register<&Uart::ReadMsr, nullptr>(kMsr, "MSR", {.reset = 0xb0}),
        cardcage::Register<&Uart::ReadScr, &Uart::WriteScr>(kScr, "SCR")),
};

}  // namespace
}  // namespace ns16550a

CARDCAGE_PLUGIN("ns16550a", "0.1.0", "MIT", ns16550a::kNs16550a);
