// SPDX-License-Identifier: MIT
// Plans of machine files that a test writes, and what is said of them.
#ifndef CARDCAGE_MACHINES_ASSEMBLY_PLAN_TESTER_H_
#define CARDCAGE_MACHINES_ASSEMBLY_PLAN_TESTER_H_

#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/plugin/builtin_devices.h"
#include "framework/testers/temporary_folder.h"
#include "gtest/gtest.h"
#include "machines/assembly/engines.h"
#include "machines/assembly/plan.h"
#include "machines/spec/machine_reader.h"

namespace cardcage {

using Remarks = std::vector<std::string>;

// Machines of the devices that are built in. No plan asks the host for KVM.
class PlanTester : public ::testing::Test {
 protected:
  PlanTester() {
    for (const cardcage_plugin* plugin : BuiltinDevices()) EXPECT_TRUE(types_.Add(*plugin).ok());
  }

  // A machine that makes sense, but for the part that a test is about.
  struct Parts {
    std::string memory = "ram: { at: 0x0, size: 64KiB }";
    std::string devices;
    std::string boot = "load: [ { at: 0x1000, hex: \"f4\" } ], entry: 0x1000";
    std::string more;
  };
  // The lines: format, memory, devices, boot, more.
  static std::string Text(const Parts& parts) {
    return absl::StrCat("cardcage: 1\nmemory: { ", parts.memory, " }\ndevices: { ", parts.devices,
                        " }\nboot: { ", parts.boot, " }\n", parts.more, "\n");
  }

  Plan Make(const Parts& parts, Diagnostics& diagnostics) {
    source_ = {.name = folder_.Path("m.yaml"), .text = Text(parts)};
    spec_ = ReadMachine(source_, diagnostics);
    EXPECT_EQ(diagnostics.Format(), "");
    return MakePlan(spec_, source_, types_, kEngines, options_, diagnostics);
  }
  Plan Accept(const Parts& parts) {
    Diagnostics diagnostics(source_);
    Plan plan = Make(parts, diagnostics);
    EXPECT_EQ(diagnostics.Format(), "");
    return plan;
  }
  // What is said about a machine that does not make sense, one string a remark:
  // "2:11: error: message", "2:11: note: message", "help: what would do".
  Remarks Refuse(const Parts& parts) {
    Diagnostics diagnostics(source_);
    Make(parts, diagnostics);
    EXPECT_FALSE(diagnostics.ok());
    Remarks said;
    std::istringstream text(diagnostics.Format());
    for (std::string line; std::getline(text, line);) {
      const std::string name = source_.name + ":";
      if (line.starts_with(name)) said.push_back(line.substr(name.size()));
      if (line.starts_with("      = ")) said.push_back(line.substr(8));
    }
    return said;
  }

  // The backend of a device's first parameter.
  static const Plan::Backend& BackendOf(const Plan& plan, size_t device) {
    return plan.backends[plan.devices[device].params[0].backend.value()];
  }
  // A machine with a serial port on this backend, and whatever is declared.
  static Parts Console(const std::string& console, const std::string& backends = "") {
    return {.devices = "a: { type: ns16550a, at: port 0x3f8, console: " + console + " }",
            .more = "backends: { " + backends + " }"};
  }

  // A file beside the machine file.
  void MakeFile(const std::string& name, size_t size) {
    folder_.Write(name, std::string(size, '\xf4'));
  }

  TypeRegistry types_;
  TemporaryFolder folder_;
  PlanOptions options_;
  Source source_;
  MachineSpec spec_;
};

inline constexpr const char* kIrqchip = "chipset: { irqchip: kernel }";

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_PLAN_TESTER_H_
