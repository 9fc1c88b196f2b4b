// SPDX-License-Identifier: MIT
// The state machine of one 8259A interrupt controller. It knows no host: levels of its inputs are given
// to it, and its INT output is asked from it.
//
// Spec:     Intel 8259A data sheet (231468, December 1988); its sections in brackets.
// Modelled: all of 8086 mode: four initialization words, all eight commands of OCW2, OCW3, fully nested,
//           special fully nested and special mask mode, automatic EOI with and without rotation, poll.
//           The chipset's edge/level bits, each as if its input alone had LTIM.
// Missing:  MCS-80 mode: ICW4's uPM is kept, and 8086 mode goes on. Buffered mode: BUF and M/S are kept.
//           A poll decides at the read, and not already at the write of the command.
// Quirks:   INT stays up when an input falls, until it is acknowledged or any register is written: so a
//           glitch on an input is a spurious interrupt of level 7 [Edge and Level Triggered Modes].
//           ICW1 also clears ISR, rotation in automatic EOI mode and a pending poll, of which the data
//           sheet tells nothing. Before the first ICW1 the chip is as if ICW1 had been written.
//           In special mask mode an in-service level that is not masked still holds back lower ones.
// KVM:      keeps an edge request whose input fell, which is then not spurious; has neither SNGL nor
//           LTIM; lets in special fully nested mode also lower levels than the slave's through; a poll
//           leaves no bit in ISR.
// Guest may: write anything at any time.
#ifndef I8259_CHIP_H_
#define I8259_CHIP_H_

#include <cstdint>
#include <optional>

#include "i8259_registers.h"

namespace i8259 {

class Chip {
 public:
  // The level of the pin SP/EN: whether ICW3 lists slaves, or is the chip's own number.
  enum class Role : uint8_t { kMaster, kSlave };

  // By a bit an input: `elcr_mask`, whose edge/level bit can be set; `kept_edges`, whose edge stays a
  // request when the input has fallen again, which the data sheet does not have.
  explicit Chip(Role role, uint8_t elcr_mask = 0, uint8_t kept_edges = 0)
      : role_(role), elcr_mask_(elcr_mask), kept_edges_(kept_edges) {}

  // Power-on; the part has no reset pin. Inputs stay as the other side has them.
  void Reset();

  // A register of the guest's, at kCommand or kData.
  uint8_t Read(uint64_t offset);
  void Write(uint64_t offset, uint8_t value);
  // What a read would give, without its effects.
  uint8_t Peek(uint64_t offset) const;
  // Whether the next read is a poll, and so an acknowledge.
  bool IsPolled() const { return poll_; }

  // The chipset's edge/level register: 1 is level.
  uint8_t ReadElcr() const { return elcr_; }
  void WriteElcr(uint8_t value);

  // An input's level changes. Requires: line < kLines.
  void SetInput(unsigned line, bool level);
  // The level of INT.
  bool Output() const { return output_; }
  // Takes INT down where no request holds it any more, as a register write does.
  void Resolve() { output_ = Request().has_value(); }

  // The processor's INTA cycle: the vector. With no request any more it is that of level 7, and nothing
  // is in service by it [Interrupt Sequence].
  uint8_t Acknowledge();
  // The level that Acknowledge() would take now.
  std::optional<unsigned> Request() const;

  // --- Cascade [Cascade Mode] -------------------------------------------------------------------

  // Whether, as a master, it leaves the vector of this level to a slave.
  bool HasSlaveAt(unsigned line) const;
  // Whether, as a slave, it gives the vector when the master calls this input. A chip in single mode
  // does not look at the cascade lines, and answers always.
  bool AnswersTo(unsigned line) const;

  template <class Archive>
  void State(Archive& archive) {
    archive("elcr", elcr_);
    archive("inputs", inputs_);
    archive("edges", edges_);
    archive("imr", imr_);
    archive("isr", isr_);
    archive("lowest", lowest_);
    archive("expects", expects_);
    archive("icw1", icw1_);
    archive("icw2", icw2_);
    archive("icw3", icw3_);
    archive("icw4", icw4_);
    archive("rotates_in_automatic_eoi", rotates_in_automatic_eoi_);
    archive("special_mask", special_mask_);
    archive("reads_isr", reads_isr_);
    archive("poll", poll_);
    archive("output", output_);
    if (lowest_ >= kLines || expects_ > Expects::kIcw4) {
      lowest_ = kLines - 1;
      expects_ = Expects::kOcw1;
      archive.Refuse("no such level, or no such step of its initialization");
    }
  }

 private:
  // What the next write at kData is.
  enum class Expects : uint8_t { kOcw1, kIcw2, kIcw3, kIcw4 };

  uint8_t Irr() const;
  uint8_t LevelTriggered() const;
  unsigned PriorityOf(unsigned line) const;
  std::optional<unsigned> Highest(uint8_t lines) const;

  void WriteIcw1(Icw1 value);
  void WriteInitialization(uint8_t value);
  void WriteOcw2(Ocw2 value);
  void WriteOcw3(Ocw3 value);
  std::optional<unsigned> Take();
  std::optional<unsigned> EndOfInterrupt();
  void EndOfInterrupt(unsigned line);
  PollWord PollValue() const;

  Role role_;
  uint8_t elcr_mask_;
  uint8_t kept_edges_;
  uint8_t elcr_ = 0;
  uint8_t inputs_ = 0;  // levels
  uint8_t edges_ = 0;   // rises that wait to be acknowledged
  uint8_t imr_ = 0;
  uint8_t isr_ = 0;
  unsigned lowest_ = 7;  // the level of lowest priority; the next one has the highest
  Expects expects_ = Expects::kOcw1;
  Icw1 icw1_;
  Icw2 icw2_;
  Icw3 icw3_;
  Icw4 icw4_;
  bool rotates_in_automatic_eoi_ = false;
  bool special_mask_ = false;
  bool reads_isr_ = false;
  bool poll_ = false;  // the next read is a poll
  bool output_ = false;
};

}  // namespace i8259

#endif  // I8259_CHIP_H_
