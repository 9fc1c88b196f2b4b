// SPDX-License-Identifier: MIT
// The two 8259A of a PC as one interrupt controller of 16 inputs: the slave's INT is input 2 of the
// master, and the processor's INTA goes to both.
//
// Missing:  what the data bus has where the guest tells the master of a slave that is not there, or the
//           slave another number: it floats, 0xff.
// KVM:      cascades always through input 2, whatever ICW3 says.
#ifndef I8259_PAIR_H_
#define I8259_PAIR_H_

#include <cstdint>

#include "i8259_chip.h"

namespace i8259 {

class Pair {
 public:
  static constexpr unsigned kInputs = 16;
  static constexpr unsigned kCascade = 2;  // not an input of the outside's
  enum class Half : uint8_t { kMaster, kSlave };

  // `keeps_edges`: of all inputs, an edge stays a request when the input has fallen again. The cascade's
  // follows the slave either way.
  explicit Pair(bool keeps_edges = false)
      : master_(Chip::Role::kMaster, kMasterElcrMask, keeps_edges ? kAll & ~(1u << kCascade) : 0),
        slave_(Chip::Role::kSlave, kSlaveElcrMask, keeps_edges ? kAll : 0) {}

  void Reset();

  // A register of the guest's, at kCommand or kData of one half.
  uint8_t Read(Half half, uint64_t offset);
  void Write(Half half, uint64_t offset, uint8_t value);
  uint8_t Peek(Half half, uint64_t offset) const { return chip(half).Peek(offset); }
  uint8_t ReadElcr(Half half) const { return chip(half).ReadElcr(); }
  void WriteElcr(Half half, uint8_t value);

  // An input's level changes; of input 2, the cascade, it is ignored. Requires: input < kInputs.
  void SetInput(unsigned input, bool level);
  // The level of the interrupt line to the processor.
  bool Output() const { return master_.Output(); }
  // The processor's INTA cycle: the vector. Spurious interrupts are the master's level 7, or the slave's
  // with the master's level 2 in service.
  uint8_t Acknowledge();

  const Chip& chip(Half half) const { return half == Half::kMaster ? master_ : slave_; }

  template <class Archive>
  void State(Archive& archive) {
    archive("master", master_);
    archive("slave", slave_);
  }

 private:
  static constexpr uint8_t kAll = 0xff;

  Chip& Select(Half half) { return half == Half::kMaster ? master_ : slave_; }
  uint8_t AcknowledgeSlave(unsigned line);
  void Cascade() { master_.SetInput(kCascade, slave_.Output()); }
  void CascadeAnew();

  Chip master_;
  Chip slave_;
};

}  // namespace i8259

#endif  // I8259_PAIR_H_
