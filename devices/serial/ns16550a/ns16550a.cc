// SPDX-License-Identifier: MIT
// Spec:     National Semiconductor PC16550D data sheet, June 1995.
// Modelled: transmit and receive for a guest that polls: RBR, THR, LSR (DR, THRE, TEMT), the divisor
//           latches behind LCR's DLAB, and LCR, MCR, IER, SCR as registers that stay.
// Missing:  FIFOs (FCR is ignored and IIR says so: a guest takes it for a 16450), interrupts, modem
//           status changes, loopback, line errors, pacing by the divisor.
// Ignored:  word length, parity and stop bits: the host side takes whole bytes.
// Quirks:   THRE and TEMT are 0 while the host can take no byte: a guest that looks loses nothing, a
//           byte written all the same is dropped and counted (FullBackend tests).
//           The divisor is 12 after reset, 9600 baud from 1.8432 MHz; the chip leaves it undefined.
// Guest may: send bytes to the backend and take its input; nothing grows with what it does.
// Threads:  one handler at a time.
// Units:    none.
#include "cardcage/device.h"
#include "ns16550a_registers.h"

namespace ns16550a {
namespace {

struct Ns16550aConfig {
  cardcage::CharLink console;
};

class Ns16550a {
 public:
  using Config = Ns16550aConfig;
  explicit Ns16550a(const Config& config) : console_(config.console) {}

  // Master reset (data sheet, table I).
  void Reset() {
    divisor_low_ = 12;
    divisor_high_ = 0;
    received_ = 0;
    scratch_ = 0;
    ier_ = Ier();
    lcr_ = Lcr();
    mcr_ = Mcr();
  }

  uint8_t ReadData() {
    if (lcr_.Test(Lcr::kDivisorLatchAccess)) return divisor_low_;
    console_.Read(received_);  // without a new byte the last one stays in the register
    return received_;
  }
  void WriteData(uint8_t value) {
    if (lcr_.Test(Lcr::kDivisorLatchAccess)) {
      divisor_low_ = value;
    } else {
      console_.Write(value);
    }
  }

  uint8_t ReadIer() const {
    return lcr_.Test(Lcr::kDivisorLatchAccess) ? divisor_high_ : ier_.raw();
  }
  void WriteIer(uint8_t value) {
    if (lcr_.Test(Lcr::kDivisorLatchAccess)) {
      divisor_high_ = value;
    } else {
      ier_.Put(Ier::kEnables, value);  // bits 7 to 4 are always 0 (8.8)
    }
  }

  uint8_t ReadIir() const {
    Iir iir;
    iir.Set(Iir::kNonePending);
    return iir.raw();
  }
  void WriteFcr(uint8_t /*value*/) {}

  uint8_t ReadLcr() const { return lcr_.raw(); }
  void WriteLcr(uint8_t value) { lcr_ = Lcr(value); }

  uint8_t ReadMcr() const { return mcr_.raw(); }
  void WriteMcr(uint8_t value) { mcr_.Put(Mcr::kImplemented, value); }

  uint8_t ReadLsr() const {
    Lsr lsr;
    const bool writable = console_.Writable();
    lsr.Set(Lsr::kTransmitterEmpty, writable);
    lsr.Set(Lsr::kHoldingEmpty, writable);
    lsr.Set(Lsr::kDataReady, console_.Readable());
    return lsr.raw();
  }

  // A cable is plugged in, with a peer that is always ready.
  uint8_t ReadMsr() const {
    Msr msr;
    msr.Set(Msr::kCarrierDetect);
    msr.Set(Msr::kDataSetReady);
    msr.Set(Msr::kClearToSend);
    return msr.raw();
  }

  uint8_t ReadScr() const { return scratch_; }
  void WriteScr(uint8_t value) { scratch_ = value; }

 private:
  const cardcage::CharLink console_;
  uint8_t divisor_low_ = 0;
  uint8_t divisor_high_ = 0;
  uint8_t received_ = 0;
  uint8_t scratch_ = 0;
  Ier ier_;
  Lcr lcr_;
  Mcr mcr_;
};

using Uart = Ns16550a;
constexpr cardcage::Declaration kNs16550a{
    cardcage::Type<Uart>("ns16550a", "serial port, for guests that poll",
                         {.document = "National Semiconductor PC16550D, June 1995"}),
    cardcage::Param<&Ns16550aConfig::console>("console", {.doc = "where the line goes to"}),
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
