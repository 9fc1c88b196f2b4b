// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_REPORT_TYPE_DESCRIPTION_H_
#define CARDCAGE_MACHINES_REPORT_TYPE_DESCRIPTION_H_

#include <string>
#include <vector>

#include "cardcage/abi.h"

namespace cardcage {

// A type, whole, as TypeRegistry gives it, and where it comes from: "built in".
struct DescribedType {
  const cardcage_type* type;
  std::string origin;
};

// All of them, with a line each.
std::string ListTypes(const std::vector<DescribedType>& types);

// What a type declares: parameters, regions with their registers, signals, an example for a machine file.
std::string DescribeType(const DescribedType& described);

// The same for programs: an array with an object for each.
std::string TypesAsJson(const std::vector<DescribedType>& types);

// Of the example, the device alone: "scratch0: { type: scratch, at: port 0x500, size: 1B }". It is one that
// `cardcage check` takes where the addresses are free.
std::string ExampleOf(const cardcage_type& type);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_REPORT_TYPE_DESCRIPTION_H_
