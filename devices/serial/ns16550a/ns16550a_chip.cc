// SPDX-License-Identifier: MIT
#include "ns16550a_chip.h"

#include <algorithm>

namespace ns16550a {
namespace {

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr uint64_t kClocksPerBit = 16;

// Received bytes at which an interrupt is due, by FCR 7:6 (8.4), and of the 16750's larger FIFO.
constexpr std::array<size_t, 4> kTriggers = {1, 4, 8, 14};
constexpr std::array<size_t, 4> kTriggers64 = {1, 16, 32, 56};

}  // namespace

void Chip::Reset() {
  divisor_low_ = 12;  // 9600 baud; the chip leaves it undefined
  divisor_high_ = 0;
  scratch_ = 0;
  ier_ = Ier();
  fcr_ = Fcr();
  lcr_ = Lcr();
  mcr_ = Mcr();
  deltas_ = Msr();
  overrun_ = false;
  transmitter_pending_ = false;
  timed_out_ = false;
  last_received_ = 0;
  lost_ = 0;
  receive_.Clear();
  transmit_.Clear();
  shifting_.reset();
  sent_.Clear();
  next_receive_ = 0;
}

// --- The guest's side --------------------------------------------------------------------------

uint8_t Chip::Read(uint64_t offset, uint64_t now) {
  AdvanceTo(now);
  switch (offset) {
    case kRbr:
      return ReadData(now);
    case kIir:
      return ReadIir();
    case kLsr:
      return ReadLsr();
    case kMsr:
      return ReadMsr();
    default:
      return Peek(offset);
  }
}

uint8_t Chip::Peek(uint64_t offset) const {
  switch (offset) {
    case kRbr:
      if (HasDivisorAccess()) return divisor_low_;
      return receive_.empty() ? last_received_ : receive_.front().byte;
    case kIer:
      return HasDivisorAccess() ? divisor_high_ : ier_.raw();
    case kIir:
      return IirValue().raw();
    case kLcr:
      return lcr_.raw();
    case kMcr:
      return mcr_.raw();
    case kLsr:
      return LsrValue().raw();
    case kMsr:
      return MsrValue().raw();
    case kScr:
      return scratch_;
    default:
      return 0xff;
  }
}

void Chip::Write(uint64_t offset, uint8_t value, uint64_t now) {
  AdvanceTo(now);
  switch (offset) {
    case kThr:
      WriteData(value, now);
      break;
    case kIer:
      WriteIer(value);
      break;
    case kFcr:
      WriteFcr(Fcr(value));
      break;
    case kLcr:
      lcr_ = Lcr(value);
      break;
    case kMcr:
      WriteMcr(value, now);
      break;
    case kScr:
      scratch_ = value;
      break;
    default:  // LSR and MSR are for reading
      break;
  }
}

uint8_t Chip::ReadData(uint64_t now) {
  if (HasDivisorAccess()) return divisor_low_;
  if (receive_.empty()) return last_received_;
  last_received_ = receive_.Pop().byte;
  receiver_moved_ = now;
  timed_out_ = false;
  return last_received_;
}

void Chip::WriteData(uint8_t value, uint64_t now) {
  if (HasDivisorAccess()) {
    divisor_low_ = value;
    return;
  }
  transmitter_pending_ = false;  // 8.6.2: writing THR takes the interrupt back
  if (IsLoopback()) {
    // The transmitter leads to the receiver (8.7, bit 4), and is empty again at once.
    Store({.byte = value, .errors = Lsr()}, now);
    TransmitterEmptied();
  } else if (transmit_.size() < Depth()) {
    transmit_.Push(value);
    if (config_.paced) Shift(now);
  } else {
    ++lost_;
  }
}

void Chip::WriteIer(uint8_t value) {
  if (HasDivisorAccess()) {
    divisor_high_ = value;
    return;
  }
  const bool before = ier_.Test(Ier::kTransmitter);
  ier_.Put(Ier::kEnables, value);
  // Switched on while the transmitter is empty, its interrupt is due at once.
  if (!before && ier_.Test(Ier::kTransmitter) && IsTransmitterEmpty()) TransmitterEmptied();
}

// 8.4. Bits other than the first are taken only where that is written 1, and a change of it clears both
// FIFOs.
void Chip::WriteFcr(Fcr value) {
  if (config_.variant == Variant::k16450) return;
  const bool was_64 = fcr_.Test(Fcr::kFifo64);
  const bool enable = value.Test(Fcr::kEnable);
  bool clear_receiver = enable != HasFifos();
  bool clear_transmitter = clear_receiver;
  Fcr next;
  if (enable) {
    clear_receiver = clear_receiver || value.Test(Fcr::kClearReceiver);
    clear_transmitter = clear_transmitter || value.Test(Fcr::kClearTransmitter);
    next.Set(Fcr::kEnable);
    next.Put(Fcr::kTrigger, value.Get(Fcr::kTrigger));
    if (config_.variant == Variant::k16750) {
      next.Set(Fcr::kFifo64, HasDivisorAccess() ? value.Test(Fcr::kFifo64) : was_64);
    }
  }
  if (next.Test(Fcr::kFifo64) != was_64) clear_receiver = clear_transmitter = true;
  fcr_ = next;
  if (clear_receiver) {
    receive_.Clear();
    timed_out_ = false;
  }
  if (clear_transmitter && !transmit_.empty()) {
    transmit_.Clear();
    TransmitterEmptied();
  }
}

void Chip::WriteMcr(uint8_t value, uint64_t now) {
  const Msr before = ModemLines();
  const bool has_autoflow = config_.variant == Variant::k16750;
  mcr_ = Mcr();
  mcr_.Put(Mcr::kImplemented, value);
  if (has_autoflow) mcr_.Set(Mcr::kAutoflow, Mcr(value).Test(Mcr::kAutoflow));
  NoteModemChange(before);
  Shift(now);  // what loopback or flow control held goes on
}

// Reading the identification takes back the transmitter's interrupt, where that is what it tells.
uint8_t Chip::ReadIir() {
  const uint8_t value = IirValue().raw();
  if (Pending() == Cause::kTransmitter) transmitter_pending_ = false;
  return value;
}

uint8_t Chip::ReadLsr() {
  const uint8_t value = LsrValue().raw();
  overrun_ = false;
  if (!receive_.empty()) receive_.front().errors = Lsr();
  return value;
}

uint8_t Chip::ReadMsr() {
  const uint8_t value = MsrValue().raw();
  deltas_ = Msr();
  return value;
}

// --- What the registers show -------------------------------------------------------------------

// The most urgent cause that is pending and enabled (table III).
Cause Chip::Pending() const {
  if (ier_.Test(Ier::kLineStatus) && LsrValue().Get(Lsr::kErrors) != 0) return Cause::kLineStatus;
  if (ier_.Test(Ier::kReceived)) {
    if (receive_.size() >= Trigger()) return Cause::kReceived;
    if (timed_out_) return Cause::kTimeout;
  }
  if (ier_.Test(Ier::kTransmitter) && transmitter_pending_ && IsTransmitterEmpty())
    return Cause::kTransmitter;
  if (ier_.Test(Ier::kModemStatus) && deltas_.raw() != 0) return Cause::kModemStatus;
  return Cause::kNone;
}

Iir Chip::IirValue() const {
  Iir iir;
  iir.Put(Iir::kCause, static_cast<uint8_t>(Pending()));
  if (HasFifos()) {
    iir.Put(Iir::kFifosEnabled, 3);
    iir.Set(Iir::kFifo64, fcr_.Test(Fcr::kFifo64));
  }
  return iir;
}

Lsr Chip::LsrValue() const {
  Lsr lsr;
  lsr.Set(Lsr::kDataReady, !receive_.empty());
  lsr.Set(Lsr::kOverrun, overrun_);
  // An error is shown when its byte is the next to be read (8.5).
  if (!receive_.empty()) lsr.Put(Lsr::kByteErrors, receive_.front().errors.Get(Lsr::kByteErrors));
  lsr.Set(Lsr::kHoldingEmpty, IsTransmitterEmpty());
  lsr.Set(Lsr::kTransmitterEmpty, IsTransmitterEmpty() && !shifting_);
  if (HasFifos()) {
    for (size_t i = 0; i < receive_.size(); ++i) {
      if (receive_.at(i).errors.raw() != 0) lsr.Set(Lsr::kErrorInFifo);
    }
  }
  return lsr;
}

Msr Chip::MsrValue() const {
  Msr msr = ModemLines();
  msr.Put(Msr::kDeltas, deltas_.Get(Msr::kDeltas));
  return msr;
}

// The modem's lines as the chip sees them: in loopback its own outputs (8.7, bit 4).
Msr Chip::ModemLines() const {
  if (!IsLoopback()) return modem_;
  Msr lines;
  lines.Set(Msr::kClearToSend, mcr_.Test(Mcr::kRts));
  lines.Set(Msr::kDataSetReady, mcr_.Test(Mcr::kDtr));
  lines.Set(Msr::kRing, mcr_.Test(Mcr::kOut1));
  lines.Set(Msr::kCarrierDetect, mcr_.Test(Mcr::kOut2));
  return lines;
}

size_t Chip::Depth() const {
  if (!HasFifos()) return 1;
  return fcr_.Test(Fcr::kFifo64) ? 64 : 16;
}

size_t Chip::Trigger() const {
  if (!HasFifos()) return 1;
  return (fcr_.Test(Fcr::kFifo64) ? kTriggers64 : kTriggers)[fcr_.Get(Fcr::kTrigger)];
}

// --- The line ----------------------------------------------------------------------------------

size_t Chip::ReceiveRoom(uint64_t now) const {
  if (IsLoopback()) return 0;
  const size_t room = Depth() - std::min(Depth(), receive_.size());
  if (!config_.paced) return room;
  return now < next_receive_ ? 0 : std::min<size_t>(room, 1);
}

void Chip::Receive(uint8_t byte, uint64_t now, Lsr errors) {
  if (IsLoopback()) return;  // the receiver's pin is disconnected
  AdvanceTo(now);
  Lsr own;
  own.Put(Lsr::kByteErrors, errors.Get(Lsr::kByteErrors));
  Store({.byte = byte, .errors = own}, now);
  if (config_.paced) next_receive_ = now + CharacterTime();
}

// Beyond the last place FIFOs keep what they have and lose the new byte; without FIFOs the new one takes
// the old one's place (8.5, bit 1).
void Chip::Store(Received received, uint64_t now) {
  if (receive_.size() >= Depth()) {
    overrun_ = true;
    if (!HasFifos()) receive_.front() = received;
    return;
  }
  receive_.Push(received);
  receiver_moved_ = now;  // a timeout that has been stays until a byte is read (8.6.1)
}

size_t Chip::TransmitSize() const {
  if (config_.paced) return sent_.size();
  return IsLoopback() || IsHeld() ? 0 : transmit_.size();
}

// The transmitter's shift register: sends one character after the other, each in its time.
void Chip::Shift(uint64_t now) {
  if (!config_.paced) return;
  uint64_t begin = now;
  while (sent_.size() < Fifo<uint8_t>::kMost) {
    if (shifting_) {
      if (now < shift_ends_) return;
      sent_.Push(*shifting_);
      shifting_.reset();
      begin = shift_ends_;
    }
    if (transmit_.empty() || !line_ready_ || IsHeld() || IsLoopback()) return;
    shifting_ = transmit_.Pop();
    shift_ends_ = begin + CharacterTime();
    if (transmit_.empty()) TransmitterEmptied();
  }
}

void Chip::TransmitAll() {
  if (!config_.paced || IsLoopback()) return;
  if (shifting_ && sent_.size() < Fifo<uint8_t>::kMost) sent_.Push(*shifting_);
  shifting_.reset();
  while (!transmit_.empty() && sent_.size() < Fifo<uint8_t>::kMost) sent_.Push(transmit_.Pop());
}

void Chip::Transmitted(size_t count) {
  if (config_.paced) {
    for (size_t i = 0; i < count && !sent_.empty(); ++i) sent_.Pop();
    return;
  }
  if (count == 0 || transmit_.empty()) return;
  for (size_t i = 0; i < count && !transmit_.empty(); ++i) transmit_.Pop();
  if (transmit_.empty()) TransmitterEmptied();
}

size_t Chip::TakeLost() {
  const size_t lost = lost_;
  lost_ = 0;
  return lost;
}

void Chip::SetModemInputs(Msr inputs, uint64_t now) {
  const Msr before = ModemLines();
  modem_ = Msr();
  modem_.Put(Msr::kInputs, inputs.Get(Msr::kInputs));
  NoteModemChange(before);
  Shift(now);
}

// 8.8: three lines tell each change, the ring indicator the end of a ring alone.
void Chip::NoteModemChange(Msr before) {
  const Msr now = ModemLines();
  const auto changed = [&](Msr::Bit line) { return before.Test(line) != now.Test(line); };
  if (changed(Msr::kClearToSend)) deltas_.Set(Msr::kDeltaClearToSend);
  if (changed(Msr::kDataSetReady)) deltas_.Set(Msr::kDeltaDataSetReady);
  if (changed(Msr::kCarrierDetect)) deltas_.Set(Msr::kDeltaCarrierDetect);
  if (before.Test(Msr::kRing) && !now.Test(Msr::kRing)) deltas_.Set(Msr::kTrailingRing);
}

Mcr Chip::ModemOutputs() const {
  Mcr pins;
  if (IsLoopback()) return pins;
  for (const Mcr::Bit pin : {Mcr::kDtr, Mcr::kRts, Mcr::kOut1, Mcr::kOut2}) {
    pins.Set(pin, mcr_.Test(pin));
  }
  // Automatic flow control stops the other side before the FIFO is full (TL16C750, "autoflow control").
  if (mcr_.Test(Mcr::kAutoflow) && receive_.size() >= Trigger()) pins.Set(Mcr::kRts, false);
  return pins;
}

// --- Interrupt and time ------------------------------------------------------------------------

uint64_t Chip::NextEvent() const {
  if (!TellsTimeout()) return shift_ends_;
  return shifting_ ? std::min(shift_ends_, Timeout()) : Timeout();
}

uint64_t Chip::CharacterTime() const {
  const uint64_t divisor = uint64_t{divisor_high_} << 8 | divisor_low_;
  const uint64_t bits = 1 + 5 + lcr_.Get(Lcr::kWordLength) + (lcr_.Test(Lcr::kParity) ? 1 : 0) +
                        (lcr_.Test(Lcr::kTwoStopBits) ? 2 : 1);
  // A divisor of 0 stops the chip's clock; here it counts like the largest one.
  const uint64_t clocks = (divisor == 0 ? 0x10000 : divisor) * kClocksPerBit * bits;
  return clocks * kNanosecondsPerSecond / std::max<uint32_t>(config_.clock_hz, 1);
}

}  // namespace ns16550a
