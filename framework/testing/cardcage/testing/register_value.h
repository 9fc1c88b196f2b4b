// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_TESTING_REGISTER_VALUE_H_
#define CARDCAGE_TESTING_REGISTER_VALUE_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "cardcage/abi.h"

namespace cardcage::testing {

// Where a register of a type's declaration is.
struct RegisterPlace {
  uint32_t region = 0;  // its place in the list
  const cardcage_register* declared = nullptr;
};

// The register of that name: "LSR"; "RBR", of a row "RBR/THR/DLL"; "slave.IMR", where several regions have one. Of no
// name, nothing, and `why_not` then says what there is.
std::optional<RegisterPlace> FindRegister(const cardcage_type& type, std::string_view name,
                                          std::string* why_not);

// What a register holds, with what the declaration says of it. It compares as a number.
struct RegisterValue {
  uint64_t value = 0;
  const cardcage_register* declared = nullptr;  // never null

  // NOLINTNEXTLINE(google-explicit-constructor): so that it compares with 0x60
  operator uint64_t() const { return value; }
};

// The value of the field of that name. Of no name, nothing, and `why_not` then says what there is.
std::optional<uint64_t> FieldOf(const RegisterValue& value, std::string_view name,
                                std::string* why_not);

// The value that has these bits, by their names, and no others. Of no name, or one of several bits, nothing, and
// `why_not` then says why.
std::optional<uint64_t> ValueWith(const cardcage_register& declared,
                                  std::initializer_list<std::string_view> bits,
                                  std::string* why_not);

// For people: "LSR 0x61 (TEMT, THRE, DR)", "LCR 0x83 (DLAB, WLS 3)"; without the brackets where no field is set.
std::string Describe(const RegisterValue& value);

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_REGISTER_VALUE_H_
