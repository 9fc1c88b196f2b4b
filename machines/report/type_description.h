// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_REPORT_TYPE_DESCRIPTION_H_
#define CARDCAGE_MACHINES_REPORT_TYPE_DESCRIPTION_H_

#include <string>
#include <vector>

#include "cardcage/abi.h"
#include "framework/plugin/type_registry.h"

namespace cardcage {

// A type that there is, and who has it.
struct DescribedType {
  std::string id;
  std::string summary;
  const cardcage_type* type;       // whole; null: only a manifest was read
  std::string origin;              // "built in", "from plugin dice 1.0.0 (lib/dice.so)"
  std::vector<std::string> hides;  // the others that have it: "the built-in one", "plugin …"
};

// Requires: the registry has the id; what is described lives as long as its types.
DescribedType Described(const TypeRegistry& types, const std::string& id);

// All of them, with a line each.
std::string ListTypes(const std::vector<DescribedType>& types);

// What a type declares: parameters, regions with their registers, signals, an example for a machine file.
// Requires: it has `type`.
std::string DescribeType(const DescribedType& described);

// The same for programs: an array with an object for each. Of those without `type` it has no more than the list.
std::string TypesAsJson(const std::vector<DescribedType>& types);

// Of the example, the device alone: "scratch0: { type: scratch, at: port 0x500, size: 1B }". It is one that
// `cardcage check` takes where the addresses are free.
std::string ExampleOf(const cardcage_type& type);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_REPORT_TYPE_DESCRIPTION_H_
