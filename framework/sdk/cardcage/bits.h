// SPDX-License-Identifier: MIT
// Typed register values: a bit or field knows its register, and testing it in another one does not
// compile.
//
//   struct Lsr : cardcage::Bits<Lsr, uint8_t> {
//     using Bits::Bits;
//     static constexpr Bit kTransmitterEmpty{6, "TEMT"};
//     static constexpr Field kErrors{4, 1, "ERRORS", "of the byte received last"};
//     static constexpr Field kFields[] = {kTransmitterEmpty, kErrors};
//   };
//   Lsr lsr; lsr.Set(Lsr::kTransmitterEmpty); if (lsr.Test(Lsr::kTransmitterEmpty)) ...
//
// Handlers may take and give them: `Lsr ReadLsr() const`, `void WriteLcr(Lcr value)`. What stands in kFields, which
// may be left out, is then shown with the register wherever people and tools see it.
//
// Values, no state shared; any thread.
#ifndef CARDCAGE_BITS_H_
#define CARDCAGE_BITS_H_

#include <type_traits>

namespace cardcage {
inline namespace v0 {
namespace internal {

template <class Self, class Bit>
inline constexpr bool kIsBitOf = std::is_same_v<Bit, typename Self::Bit>;
template <class Self, class Field>
inline constexpr bool kIsFieldOf = std::is_same_v<Field, typename Self::Field>;

// What a constant is not: compilers show its name where a bit is declared that its register does not have.
inline void BitLiesOutsideItsRegister() {}

}  // namespace internal

// A value of the register `Self`, as wide as the unsigned type `R`.
template <class Self, class R>
class Bits {
  static_assert(std::is_unsigned_v<R>, "a register is of an unsigned type");

 public:
  using Raw = R;
  static constexpr unsigned kWidth = sizeof(Raw) * 8;

  // Bits `high` to `low`, both inside, as the data sheet prints them; the name is the data sheet's, too.
  struct Field {
    constexpr Field(unsigned high_bit, unsigned low_bit, const char* its_name = nullptr,
                    const char* its_doc = nullptr)
        : high(high_bit), low(low_bit), name(its_name), doc(its_doc) {
      if (high >= kWidth || low > high) internal::BitLiesOutsideItsRegister();
    }
    unsigned high;
    unsigned low;
    const char* name;
    const char* doc;
  };
  // One bit of the register, by its index from the low end.
  struct Bit {
    // NOLINTNEXTLINE(google-explicit-constructor): so that it is made as a field is
    constexpr Bit(unsigned its_index, const char* its_name = nullptr, const char* its_doc = nullptr)
        : index(its_index), name(its_name), doc(its_doc) {
      if (index >= kWidth) internal::BitLiesOutsideItsRegister();
    }
    // NOLINTNEXTLINE(google-explicit-constructor): so that it can stand in a list of fields
    constexpr operator Field() const { return {index, index, name, doc}; }
    unsigned index;
    const char* name;
    const char* doc;
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

  // Anything else, and compilers say so.
  template <class Other>
  constexpr bool Test(Other /*bit*/) const {
    static_assert(internal::kIsBitOf<Self, Other>,
                  "this is no bit of this register: test one of its own; a Field is for Get()");
    return false;
  }
  template <class Other>
  constexpr void Set(Other /*bit*/, bool /*on*/ = true) {
    static_assert(internal::kIsBitOf<Self, Other>,
                  "this is no bit of this register: set one of its own; a Field is for Put()");
  }
  template <class Other>
  constexpr Raw Get(Other /*field*/) const {
    static_assert(internal::kIsFieldOf<Self, Other>,
                  "this is no field of this register: get one of its own; a Bit is for Test()");
    return 0;
  }
  template <class Other>
  constexpr void Put(Other /*field*/, Raw /*value*/) {
    static_assert(internal::kIsFieldOf<Self, Other>,
                  "this is no field of this register: put one of its own; a Bit is for Set()");
  }

 private:
  static constexpr Raw Mask(Field field) {
    const Raw ones = static_cast<Raw>(~Raw{0});
    return static_cast<Raw>((ones >> (kWidth - 1 - field.high)) &
                            static_cast<Raw>(ones << field.low));
  }

  Raw raw_ = 0;
};

}  // namespace v0
}  // namespace cardcage

#endif  // CARDCAGE_BITS_H_
