// SPDX-License-Identifier: MIT
// The state machine of the NS16550A, and of the 16450 and 16750 that it stands between. It knows no
// host: bytes, modem lines and time are given to it, and what it wants is asked from it.
//
// References: PC16550D data sheet (National Semiconductor, June 1995), sections in brackets; TL16C750
// data sheet (Texas Instruments) where it says so.
#ifndef NS16550A_CHIP_H_
#define NS16550A_CHIP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "ns16550a_registers.h"

namespace ns16550a {

enum class Variant : uint8_t {
  k16450,   // no FIFOs: one byte each way
  k16550a,  // FIFOs of 16 bytes
  k16750,   // also of 64, and automatic flow control
};

// A FIFO of the chip: at most 64 entries, of which the variant and mode allow fewer.
template <class Entry>
class Fifo {
 public:
  static constexpr size_t kMost = 64;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Not beyond kMost; front() and Pop() not where it is empty.
  void Push(Entry entry) { entries_[(begin_ + size_++) % kMost] = entry; }
  Entry& front() { return entries_[begin_]; }
  const Entry& front() const { return entries_[begin_]; }
  const Entry& at(size_t i) const { return entries_[(begin_ + i) % kMost]; }
  Entry Pop() {
    const Entry entry = front();
    begin_ = (begin_ + 1) % kMost;
    --size_;
    return entry;
  }
  void Clear() { size_ = 0; }
  // Its entries by numbers: `encode` gives that of an entry, `decode` the entry.
  template <class Archive, class Encode, class Decode>
  void State(Archive& archive, const char* name, Encode encode, Decode decode) {
    std::vector<uint16_t> numbers;
    for (size_t i = 0; i < size_; ++i) numbers.push_back(encode(at(i)));
    archive(name, numbers);
    if (!archive.is_loading()) return;
    Clear();
    if (numbers.size() > kMost) return archive.Refuse("a FIFO holds more than the chip has");
    for (const uint16_t number : numbers) Push(decode(number));
  }

 private:
  std::array<Entry, kMost> entries_{};
  size_t begin_ = 0;
  size_t size_ = 0;
};

class Chip {
 public:
  struct Config {
    Variant variant = Variant::k16550a;
    bool out2_gates_irq = true;   // the interrupt leaves the chip only with OUT2, as on a PC
    uint32_t clock_hz = 1843200;  // of the crystal: 16 times the fastest baud rate
    bool paced = false;           // a character takes its time on the line; else none
  };

  explicit Chip(const Config& config) : config_(config) { Reset(); }

  // See Config::out2_gates_irq. Before the guest runs.
  void SetGate(bool out2_gates_irq) { config_.out2_gates_irq = out2_gates_irq; }

  // Master reset (table I). The modem's lines stay as the other side has them.
  void Reset();

  // A register of the guest's, at kRbr to kScr. `now` is the virtual time in ns, and never goes back.
  uint8_t Read(uint64_t offset, uint64_t now);
  void Write(uint64_t offset, uint8_t value, uint64_t now);
  // What a read would give, without its effects.
  uint8_t Peek(uint64_t offset) const;

  // --- The line, as the other side has it -------------------------------------------------------

  // How many bytes the receiver takes now without losing one. 0 in loopback: what comes then waits; and
  // on a line with pace until a character's time after the last one.
  size_t ReceiveRoom(uint64_t now) const;
  // When a line with pace can bring the next byte.
  uint64_t NextReceive() const { return next_receive_; }
  // A byte arrives, with the errors that it has (Lsr::kByteErrors). Beyond the room it is an overrun.
  void Receive(uint8_t byte, uint64_t now, Lsr errors = Lsr());

  // Whether the other side takes bytes. While it does not, the transmitter shows itself full.
  void SetLineReady(bool ready, uint64_t now) {
    if (ready == line_ready_) return;
    line_ready_ = ready;
    Shift(now);
    if (IsTransmitterEmpty()) TransmitterEmptied();
  }
  // The bytes that are to be sent, or on a line with pace those whose time is over; the first first. Without
  // pace, taking the last one empties the transmitter. None in loopback, nor while automatic flow control
  // holds them back.
  size_t TransmitSize() const;
  uint8_t TransmitByte(size_t i) const { return config_.paced ? sent_.at(i) : transmit_.at(i); }
  void Transmitted(size_t count);
  // How many of them there may be before who takes them must hand them on: a FIFO's worth.
  size_t GatherSize() const { return Depth(); }
  // The same for all that is still in a transmitter with pace, as if its time were over.
  void TransmitAll();
  // Bytes that the guest wrote although the transmitter was full; reading forgets them.
  size_t TakeLost();

  // The modem's lines: of Msr::kInputs, CTS, DSR, RI and DCD.
  void SetModemInputs(Msr inputs, uint64_t now);
  // DTR, RTS, OUT1, OUT2, as the pins have them: all inactive in loopback.
  Mcr ModemOutputs() const;

  // --- Interrupt and time -----------------------------------------------------------------------

  // Which interrupts the guest has enabled.
  Ier Enables() const { return ier_; }
  // The level of the interrupt pin. It is asked for behind each access, so what costs is asked last.
  bool Interrupt() const {
    return ier_.raw() != 0 && IsInterruptLetOut() && Pending() != Cause::kNone;
  }
  // When AdvanceTo() has something to do that can be seen without a look at a register, if ever: the
  // character timeout, or a character that has been sent.
  std::optional<uint64_t> Deadline() const {
    if (!shifting_ && !TellsTimeout()) return std::nullopt;  // asked behind each access
    return NextEvent();
  }
  void AdvanceTo(uint64_t now) {
    if (AwaitsTimeout() && now >= Timeout()) timed_out_ = true;
    if (shifting_) Shift(now);
  }
  // Whether `now` matters to the calls that get it.
  bool NeedsTime() const {
    return config_.paced || (HasFifos() && (IsLoopback() || !receive_.empty()));
  }

  template <class Archive>
  void State(Archive& archive) {
    archive("divisor_low", divisor_low_);
    archive("divisor_high", divisor_high_);
    archive("scratch", scratch_);
    archive("ier", ier_);
    archive("fcr", fcr_);
    archive("lcr", lcr_);
    archive("mcr", mcr_);
    archive("modem", modem_);
    archive("deltas", deltas_);
    archive("overrun", overrun_);
    archive("transmitter_pending", transmitter_pending_);
    archive("timed_out", timed_out_);
    archive("line_ready", line_ready_);
    archive("receiver_moved", receiver_moved_);
    archive("last_received", last_received_);
    archive("lost", lost_);
    archive("next_receive", next_receive_);
    archive("shifting", shifting_);
    archive("shift_ends", shift_ends_);
    receive_.State(
        archive, "receive",
        [](const Received& one) { return static_cast<uint16_t>(one.errors.raw() << 8 | one.byte); },
        [](uint16_t number) {
          return Received{static_cast<uint8_t>(number), Lsr(static_cast<uint8_t>(number >> 8))};
        });
    const auto same = [](uint16_t byte) { return static_cast<uint8_t>(byte); };
    transmit_.State(archive, "transmit", same, same);
    sent_.State(archive, "sent", same, same);
  }

  // How long one character takes on the line, in ns, by divisor and format.
  uint64_t CharacterTime() const;

 private:
  struct Received {
    uint8_t byte = 0;
    Lsr errors;
  };

  bool HasDivisorAccess() const { return lcr_.Test(Lcr::kDivisorLatchAccess); }
  bool IsLoopback() const { return mcr_.Test(Mcr::kLoopback); }
  bool HasFifos() const { return fcr_.Test(Fcr::kEnable); }
  bool IsInterruptLetOut() const {
    return !config_.out2_gates_irq || (mcr_.Test(Mcr::kOut2) && !IsLoopback());
  }
  // Four characters' time without a byte in or out (8.6.1).
  uint64_t Timeout() const { return receiver_moved_ + 4 * CharacterTime(); }
  // Told by its interrupt alone.
  bool TellsTimeout() const { return ier_.Test(Ier::kReceived) && AwaitsTimeout(); }
  uint64_t NextEvent() const;
  bool AwaitsTimeout() const { return !receive_.empty() && !timed_out_ && HasFifos(); }
  bool IsHeld() const { return mcr_.Test(Mcr::kAutoflow) && !modem_.Test(Msr::kClearToSend); }
  bool IsTransmitterEmpty() const { return transmit_.empty() && line_ready_; }
  size_t Depth() const;
  size_t Trigger() const;
  Cause Pending() const;
  Iir IirValue() const;
  Lsr LsrValue() const;
  Msr MsrValue() const;
  Msr ModemLines() const;

  uint8_t ReadData(uint64_t now);
  uint8_t ReadIir();
  uint8_t ReadLsr();
  uint8_t ReadMsr();
  void WriteData(uint8_t value, uint64_t now);
  void WriteIer(uint8_t value);
  void WriteFcr(Fcr value);
  void WriteMcr(uint8_t value, uint64_t now);
  void Store(Received received, uint64_t now);
  void Shift(uint64_t now);
  void TransmitterEmptied() { transmitter_pending_ = true; }
  void NoteModemChange(Msr before);

  Config config_;
  uint8_t divisor_low_ = 0;
  uint8_t divisor_high_ = 0;
  uint8_t scratch_ = 0;
  Ier ier_;
  Fcr fcr_;
  Lcr lcr_;
  Mcr mcr_;
  Msr modem_;             // what the other side has: inputs alone
  Msr deltas_;            // changes since MSR was read
  bool overrun_ = false;  // since LSR was read
  bool transmitter_pending_ = false;
  bool timed_out_ = false;
  bool line_ready_ = true;
  uint64_t receiver_moved_ = 0;  // when the receiver last got or gave a byte, in ns
  uint8_t last_received_ = 0;    // what RBR shows where nothing is there
  size_t lost_ = 0;
  Fifo<Received> receive_;
  Fifo<uint8_t> transmit_;
  uint64_t next_receive_ = 0;
  // Of a line with pace: what is being sent, until when, and what has been.
  std::optional<uint8_t> shifting_;
  uint64_t shift_ends_ = 0;
  Fifo<uint8_t> sent_;
};

}  // namespace ns16550a

#endif  // NS16550A_CHIP_H_
