// SPDX-License-Identifier: MIT
// What is told of a machine beside its outcome: what became of the guest's output, where its CPUs stand, why it
// could not be made.
#ifndef CARDCAGE_MACHINES_REPORT_OUTPUT_REPORT_H_
#define CARDCAGE_MACHINES_REPORT_OUTPUT_REPORT_H_

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "machines/assembly/machine.h"
#include "machines/spec/diagnostics.h"

namespace cardcage {

// How long held output may make no progress before it is given up.
inline constexpr std::chrono::seconds kPatience{5};

// Delivers what the backends of a machine that has ended still hold, gives the terminal back, and says what could
// not be delivered; true where all that was taken was also written. Blocks for readers that are slow.
bool FinishOutput(Machine& machine, const std::function<void(std::string_view line)>& say);

// What backends have kept for the case that the guest fails, in lines of text; empty where there is nothing.
std::string KeptOutput(Machine& machine);

// Where each CPU stands, for a guest that had to be stopped.
std::string Positions(Machine& machine);

// A failure for a terminal, with its place in the machine file where it has one; it ends with a line feed.
std::string Format(const Machine::Failure& failure, const Source& source);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_REPORT_OUTPUT_REPORT_H_
