// SPDX-License-Identifier: MIT
// Spec:     National Semiconductor PC16550D data sheet, June 1995. The chip itself is ns16550a_chip.h.
// Modelled: FIFOs of 16 bytes, trigger levels, interrupt identification with its priorities, line and
//           modem status with what reading clears, loopback, divisor latches, scratch; where `pace` says so
//           the time that each character takes, by divisor and format, both ways.
// Missing:  the other side's modem lines: it is always there and ready. On a line with pace, loopback is
//           instant all the same.
// Ignored:  parity and stop bits on the line, break: the host side takes and gives whole bytes. DMA mode.
// Quirks:   THRE and TEMT are 0 while the host can take no byte: a guest that looks loses nothing, a
//           byte written all the same is dropped and counted (FullBackend tests).
//           With FIFOs on, bytes for the host are gathered until the FIFO would be full, the guest looks at a
//           register, or 1 ms has passed: a full FIFO is one write for the host.
//           The divisor is 12 after reset, 9600 baud from 1.8432 MHz; the chip leaves it undefined.
//           Bytes come into the receiver when the guest looks for them or has their interrupt enabled:
//           what was typed before is not lost to a flush by FCR.
// Guest may: send bytes to the backend and take its input; nothing grows with what it does.
// Threads:  one handler at a time.
// Units:    clock_hz in Hz.
#include "cardcage/device.h"
#include "ns16550a_chip.h"

namespace ns16550a {
namespace {

constexpr const char* kVariants[] = {"16450", "16550a", "16750"};  // as enum Variant has them

// Whether the interrupt leaves the chip with OUT2 alone: on a PC's ports it does, elsewhere nobody wired it.
enum class Gate : uint8_t { kByPlace, kYes, kNo };
constexpr const char* kGates[] = {"auto", "true", "false"};

enum class Pace : uint8_t { kInstant, kDivisor };
constexpr const char* kPaces[] = {"instant", "divisor"};

struct Ns16550aConfig {
  cardcage::CharLink console;
  Variant variant = Variant::k16550a;
  Pace pace = Pace::kInstant;
  Gate out2_gates_irq = Gate::kByPlace;
  cardcage::Frequency clock_hz{1'843'200};
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
  Ns16550a(const Config& config, cardcage::Host host)
      : config_(config),
        host_(host),
        chip_({.variant = config.variant,
               .clock_hz = static_cast<uint32_t>(config.clock_hz.hertz),
               .paced = config.pace == Pace::kDivisor}) {
    chip_.SetModemInputs(ConnectedModem(), 0);
    chip_.Reset();
  }

  void Reset() {
    Flush();
    chip_.SetGate(config_.out2_gates_irq == Gate::kYes ||
                  (config_.out2_gates_irq == Gate::kByPlace && host_.IsOnPorts(0)));
    chip_.Reset();
    awaits_input_ = false;
    flush_at_.reset();
    SetLineReady();
  }
  // The host has input, or room again.
  void Ready() { Look(); }

  bool Interrupt() const { return chip_.Interrupt(); }

  // What is to be done next without the guest: for the chip, for input that a line with pace has not brought
  // yet, or for the host that waits for what was gathered.
  std::optional<uint64_t> Deadline() const {
    std::optional<uint64_t> next = chip_.Deadline();
    if (flush_at_) next = std::min(*flush_at_, next.value_or(*flush_at_));
    if (awaits_input_) next = std::min(chip_.NextReceive(), next.value_or(chip_.NextReceive()));
    return next;
  }
  void OnDeadline() {
    const uint64_t now = host_.Now();
    if (flush_at_ && *flush_at_ <= now) {
      flush_at_.reset();
      // What was gathered may have gone since, and others come.
      if (gathered_size_ > 0 && now < gathered_since_ + kMostAge) {
        flush_at_ = gathered_since_ + kMostAge;
      } else {
        Flush();
      }
    }
    chip_.AdvanceTo(now);
    Send();
    Look();
  }
  // What is still on its way goes to the host now.
  void Pause() {
    chip_.TransmitAll();
    Send();
    Flush();
  }

  template <class Archive>
  void State(Archive& archive) {
    archive("chip", chip_);
    archive("now", now_);
    archive("awaits_input", awaits_input_);
    archive("flush_at", flush_at_);
  }

  uint8_t ReadData() {
    Take();
    const uint8_t value = chip_.Read(kRbr, Time());
    Look();  // the place that is free now may be taken at once
    return value;
  }
  void WriteData(uint8_t value) {
    chip_.Write(kThr, value, Time());
    Send();
  }
  uint8_t ReadIer() const { return chip_.Peek(kIer); }
  void WriteIer(uint8_t value) {
    chip_.Write(kIer, value, Time());
    Look();
  }
  Iir ReadIir() {
    Take();
    return Iir(chip_.Read(kIir, Time()));
  }
  void WriteFcr(Fcr value) {
    Flush();
    chip_.Write(kFcr, value.raw(), Time());
    Look();
  }
  Lcr ReadLcr() const { return Lcr(chip_.Peek(kLcr)); }
  void WriteLcr(Lcr value) { chip_.Write(kLcr, value.raw(), Time()); }
  Mcr ReadMcr() const { return Mcr(chip_.Peek(kMcr)); }
  void WriteMcr(Mcr value) {
    chip_.Write(kMcr, value.raw(), Time());
    Send();
    Look();
  }
  Lsr ReadLsr() {
    Take();
    return Lsr(chip_.Read(kLsr, Time()));
  }
  Msr ReadMsr() { return Msr(chip_.Read(kMsr, Time())); }
  uint8_t ReadScr() const { return chip_.Peek(kScr); }
  void WriteScr(uint8_t value) { chip_.Write(kScr, value, Time()); }

 private:
  // The time, where the chip has a use for it: to ask costs more than all else of a handler.
  uint64_t Time() {
    if (chip_.NeedsTime()) now_ = host_.Now();
    return now_;
  }
  // Brings the line up to date where the guest wants to hear of it by interrupt. Until then input waits
  // on the host, where no flush of the FIFOs reaches it.
  void Look() {
    const Ier ier = chip_.Enables();
    if (ier.Test(Ier::kReceived)) {
      Take();
    } else if (ier.Test(Ier::kTransmitter)) {
      SetLineReady();
    }
  }
  // Takes what has come, as far as the receiver goes, and looks whether the host takes output.
  void Take() {
    Flush();
    if (config_.console.Readable()) {
      now_ = host_.Now();
      uint8_t byte = 0;
      while (chip_.ReceiveRoom(now_) > 0 && config_.console.Read(byte)) chip_.Receive(byte, now_);
    }
    awaits_input_ = config_.pace == Pace::kDivisor && chip_.Enables().Test(Ier::kReceived) &&
                    config_.console.Readable();
    SetLineReady();
  }
  void SetLineReady() { chip_.SetLineReady(config_.console.Writable(gathered_size_), Time()); }

  // Takes what the chip sends.
  void Send() {
    const size_t count = chip_.TransmitSize();
    if (count == 0) return;
    for (size_t i = 0; i < count; ++i) {
      if (gathered_size_ == gathered_.size()) Flush();
      if (gathered_size_ == 0 && chip_.GatherSize() > 1) gathered_since_ = host_.Now();
      gathered_[gathered_size_++] = chip_.TransmitByte(i);
    }
    if (gathered_size_ >= chip_.GatherSize()) {
      Flush();
    } else if (!flush_at_) {
      flush_at_ = gathered_since_ + kMostAge;
    }
    SetLineReady();
    chip_.Transmitted(count);
  }
  void Flush() {
    if (gathered_size_ == 0) return;
    config_.console.Write(gathered_.data(), gathered_size_);
    gathered_size_ = 0;
  }

  // How long a byte is held for those that follow, in ns.
  static constexpr uint64_t kMostAge = 1'000'000;

  const Ns16550aConfig config_;
  const cardcage::Host host_;
  Chip chip_;
  uint64_t now_ = 0;  // the latest that the chip was told, in ns
  bool awaits_input_ = false;
  std::array<uint8_t, 64> gathered_{};  // for the host
  size_t gathered_size_ = 0;
  uint64_t gathered_since_ = 0;       // when the first of them came
  std::optional<uint64_t> flush_at_;  // when to look whether they have waited long enough
};

using Uart = Ns16550a;
constexpr cardcage::Declaration kNs16550a{
    cardcage::Type<Uart>("ns16550a", "serial port",
                         {.document = "National Semiconductor PC16550D, June 1995"}),
    cardcage::Param<&Ns16550aConfig::console>("console", {.doc = "where the line goes to"}),
    cardcage::Param<&Ns16550aConfig::variant>(
        "variant",
        {.doc = "the chip: without FIFOs, with 16 bytes, or with up to 64", .names = kVariants}),
    cardcage::Param<&Ns16550aConfig::pace>(
        "pace", {.doc = "whether a character takes its time on the line", .names = kPaces}),
    cardcage::Param<&Ns16550aConfig::out2_gates_irq>(
        "out2_gates_irq",
        {.doc = "whether the interrupt needs OUT2; auto: on ports", .names = kGates}),
    cardcage::Param<&Ns16550aConfig::clock_hz>(
        "clock_hz", {.doc = "of the crystal", .min = 16, .max = 1'000'000'000}),
    cardcage::Output<&Uart::Interrupt>("irq", {.doc = "INTR"}),
    cardcage::Timer<&Uart::Deadline, &Uart::OnDeadline>(),
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
