// SPDX-License-Identifier: MIT
// The values of a type's parameters, as a machine file says them.
#ifndef CARDCAGE_MACHINES_ASSEMBLY_PARAM_VALUES_H_
#define CARDCAGE_MACHINES_ASSEMBLY_PARAM_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "cardcage/abi.h"
#include "framework/device/params.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {

// Reads what stands at a parameter's key, by its declaration: kind, bounds, lengths. Not of kind char. Nothing,
// with an error for each mistake, where it is wrong; `what` names it there ("`size` of device a"). A path is found
// from the machine file's folder on; it need not be there.
std::optional<ParamValue> ReadParam(const cardcage_param& param, const YamlNode& node,
                                    const std::string& what, const Source& source,
                                    Diagnostics& diagnostics);

// Its default, with the paths in it found in the same way. An error stands at `place`.
ParamValue DefaultParam(const cardcage_param& param, const std::string& what, Place place,
                        const Source& source, Diagnostics& diagnostics);

// A value as a machine file has it: 4KiB, [10ms, 1s], "de ad".
std::string SpellParam(const cardcage_param& param, const ParamValue& value);

// The unit of a number, for people; empty where its kind has units of its own, or none.
std::string UnitOf(const cardcage_param& param);
// The bounds of a number, of each in a list: "from 1B to 1MiB", "at least -5", "at most 0xffff"; empty where
// there are none.
std::string SpellBounds(const cardcage_param& param);
// Those of a length: "from 1 to 8 items", "at most 64 bytes"; empty where there are none.
std::string SpellLength(const cardcage_param& param);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_PARAM_VALUES_H_
