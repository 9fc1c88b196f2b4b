// SPDX-License-Identifier: MIT
// Typed register values: a bit or field knows its register, and testing it in another one does not
// compile.
//
//   struct Lsr : cardcage::Bits<Lsr, uint8_t> {
//     using Bits::Bits;
//     static constexpr Bit kTransmitterEmpty{6};
//   };
//   Lsr lsr; lsr.Set(Lsr::kTransmitterEmpty); if (lsr.Test(Lsr::kTransmitterEmpty)) ...
//
// Values, no state shared; any thread.
#ifndef CARDCAGE_BITS_H_
#define CARDCAGE_BITS_H_

#include <type_traits>

namespace cardcage {
inline namespace v0 {

// A value of the register `Self`, as wide as the unsigned type `Raw`.
template <class Self, class Raw>
class Bits {
  static_assert(std::is_unsigned_v<Raw>, "a register is of an unsigned type");

 public:
  // One bit of the register, by its index from the low end.
  struct Bit {
    unsigned index;
  };
  // Bits `high` to `low`, both inside, as the data sheet prints them.
  struct Field {
    unsigned high;
    unsigned low;
  };

  constexpr Bits() = default;
  constexpr explicit Bits(Raw raw) : raw_(raw) {}

  constexpr Raw raw() const { return raw_; }

  constexpr bool Test(Bit bit) const { return ((raw_ >> bit.index) & 1) != 0; }
  constexpr void Set(Bit bit, bool on = true) {
    const auto mask = static_cast<Raw>(Raw{1} << bit.index);
    raw_ = static_cast<Raw>(on ? raw_ | mask : raw_ & ~mask);
  }

  constexpr Raw Get(Field field) const {
    return static_cast<Raw>((raw_ & Mask(field)) >> field.low);
  }
  // Bits of `value` beyond the field are ignored.
  constexpr void Put(Field field, Raw value) {
    raw_ = static_cast<Raw>((raw_ & ~Mask(field)) | ((value << field.low) & Mask(field)));
  }

 private:
  static constexpr Raw Mask(Field field) {
    const Raw ones = static_cast<Raw>(~Raw{0});
    return static_cast<Raw>((ones >> (sizeof(Raw) * 8 - 1 - field.high)) &
                            static_cast<Raw>(ones << field.low));
  }

  Raw raw_ = 0;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_BITS_H_
