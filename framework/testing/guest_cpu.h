// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_TESTING_GUEST_CPU_H_
#define CARDCAGE_FRAMEWORK_TESTING_GUEST_CPU_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "framework/bus/address_space.h"
#include "framework/engine/engine_type.h"
#include "framework/engine/registers.h"
#include "framework/memory/guest_memory.h"

namespace cardcage {

// A CPU of an engine that makes a test's accesses: each is an instruction of a guest in 64-bit mode, whose program
// lies in memory of its own. One thread.
class GuestCpu final {
 public:
  // The memory gets a slot at kSlot for the guest, and no further one. All outlive this.
  // Errors: as of EngineType::create.
  static absl::StatusOr<std::unique_ptr<GuestCpu>> Create(const EngineType& type,
                                                          const std::string& installation,
                                                          GuestMemory& memory, Bus& bus);

  // Where the guest's own memory lies: nothing else lies there.
  static constexpr AddressRange kSlot = {0x3000'0000, 0x2'0000};
  // Up to where it reaches memory.
  static constexpr uint64_t kReach = uint64_t{1} << 32;

  // Whether there is an instruction that makes such an access. `size` is in bytes.
  static bool Makes(bool is_port, unsigned size);

  // Accesses of which that is so. A read's value is zero-extended.
  // Errors: Internal where the guest did not get over it; the message says why.
  absl::StatusOr<uint64_t> Read(bool is_port, uint64_t address, unsigned size);
  absl::Status Write(bool is_port, uint64_t address, unsigned size, uint64_t value);
  // The string instructions, rep ins and rep outs, from and to `data`, of whole elements.
  absl::Status ReadString(uint64_t port, unsigned size, std::span<uint8_t> data);
  absl::Status WriteString(uint64_t port, unsigned size, std::span<const uint8_t> data);

  // The CPU's way onto the bus.
  Accessor& accessor() { return vcpu_->accessor(); }

 private:
  GuestCpu(GuestMemory& memory, std::unique_ptr<Engine> engine, std::unique_ptr<Vcpu> vcpu)
      : memory_(memory), engine_(std::move(engine)), vcpu_(std::move(vcpu)) {}
  // Executes one instruction of the program with these registers; its results are in them.
  absl::Status Execute(unsigned instruction, unsigned size);
  template <class Bytes, class Piece>
  absl::Status InPieces(Bytes data, unsigned size, Piece piece);

  GuestMemory& memory_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<Vcpu> vcpu_;
  CpuRegisters registers_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_TESTING_GUEST_CPU_H_
