// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_SOFT_MEMORY_ACCESS_H_
#define CARDCAGE_FRAMEWORK_ENGINE_SOFT_MEMORY_ACCESS_H_

#include <array>
#include <cstdint>

namespace cardcage {

// Puts a guest's access to memory without RAM together again.
//
// Unicorn tells of each access as the guest makes it, by linear address, before it knows what lies
// there. Where no RAM lies there it then asks for parts, by physical address: 8 bytes as two times 4,
// an unaligned write byte by byte, an unaligned read as the two aligned ones around it. A device must see
// what the guest did: one access, or one a page where it goes over a page's end.
class MemoryAccess {
 public:
  // What a part stands for on the bus: `size` bytes at `physical`, made once for all its parts.
  struct Portion {
    uint64_t physical = 0;
    unsigned size = 0;
    uint64_t value = 0;  // of a write
    bool is_new = false;
  };

  // The guest's access, in the `instruction`-th instruction.
  void Begin(bool is_write, uint64_t linear, unsigned size, uint64_t value, uint64_t instruction);

  // The portion that a part of `size` bytes at `physical` belongs to. A part that belongs to no access
  // that was told stands for itself; of one that the guest did not ask for, nothing is to be made.
  Portion Find(bool is_write, uint64_t physical, unsigned size, uint64_t value,
               uint64_t instruction);

  // For a read's new portion: what came.
  void Answer(const Portion& portion, uint64_t value);
  // For any part of a read, after that: its bytes; 0 where the guest did not ask.
  uint64_t Extract(uint64_t physical, unsigned size) const;

 private:
  static constexpr uint64_t kPageMask = 0xfff;

  bool CrossesPage() const { return (linear_ & kPageMask) + size_ > kPageMask + 1; }
  // Which of its pages a physical address is in: 0, or 1 behind the page's end.
  unsigned PageOf(uint64_t physical) const;
  // The linear address that corresponds.
  uint64_t LinearOf(uint64_t physical) const;

  bool is_write_ = false;
  uint64_t linear_ = 0;
  unsigned size_ = 0;  // 0: none was told
  uint64_t value_ = 0;
  uint64_t instruction_ = 0;
  unsigned parts_told_ = 0;  // aligned reads that were told too, though the guest made none
  std::array<bool, 2> made_{};
  std::array<uint8_t, 8> bytes_{};  // what a read got, from linear_ on
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_SOFT_MEMORY_ACCESS_H_
