// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_ASSEMBLY_PLAN_H_
#define CARDCAGE_MACHINES_ASSEMBLY_PLAN_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cardcage/abi.h"
#include "framework/bus/address_range.h"
#include "framework/device/params.h"
#include "framework/device/spread_region.h"
#include "framework/engine/engine_type.h"
#include "framework/engine/registers.h"
#include "framework/memory/guest_memory.h"
#include "framework/plugin/type_registry.h"
#include "machines/assembly/backends.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/machine_spec.h"

namespace cardcage {

// A machine that makes sense: every type is known, every value in its bounds, every range somebody's
// alone. Made without asking the host for anything but the files that are loaded.
struct Plan {
  struct Slot {
    std::string name;
    AddressRange range;
    MemorySlot::Kind kind;
    Place place;
  };
  struct Region {
    uint32_t index;  // in the type's list
    bool is_port;
    AddressRange range;
  };
  // An output of the device, and where it leads.
  struct Irq {
    enum class To {
      kEngine,  // an input of the engine's interrupt controllers, by its GSI
      kDevice,  // an input of a device
      kCpu,     // the CPU's INTR pin
      kReset,   // the machine's reset
    };
    uint32_t output = 0;  // in the type's list
    To to = To::kEngine;
    uint32_t input = 0;  // kEngine, kDevice
    size_t device = 0;   // kDevice: index in `devices`
  };
  struct Param {
    ParamValue value = {};               // of all kinds but char
    std::optional<size_t> backend = {};  // of kind char: in `backends`; nothing: the null backend
    Place place = {};                    // without a line where it is the default
  };
  // A backend with the one who uses it: a parameter of a device, or a tee.
  struct Backend {
    const BackendType* type;
    std::string name;  // as people know it: the file's, or that of the device it was written for
    Place place;
    BackendValues values;
    std::vector<size_t> members;  // of a tee: in `backends`, all before it
    bool is_used = false;         // by a device at the end: else it is not made
  };
  struct Device {
    std::string name;
    const cardcage_type* type;
    std::vector<Param> params;  // one a parameter of the type, in its order
    std::vector<Region> regions;
    std::vector<Irq> irqs;
    RegisterLayout layout;  // of all regions
    Place place;
  };
  struct Load {
    uint64_t at;
    uint64_t size;
    std::vector<uint8_t> bytes;
    std::string path;  // where the content is a file's; else empty
    Place place;
  };

  EngineConfig engine_config;
  double clock_rate = 1;  // of the real clock
  // That may run it, in order of preference: one where the file names it, else each that can give the
  // machine what it asks for.
  std::vector<const EngineType*> engines;
  std::vector<Slot> slots;
  std::vector<Backend> backends;
  std::vector<Device> devices;
  std::vector<Load> loads;
  CpuRegisters registers;  // of the first CPU
  bool has_tables = false;
  uint64_t tables = 0;  // where page tables are made, if they are
  Place boot_place;
};

// What the command asks for, beside the machine file.
struct PlanOptions {
  bool deterministic = false;
  std::string
      installation;  // a folder that has what is shipped, where the program lies elsewhere; or empty
};

// Makes the plan of what a machine file says. Every mistake is added to `diagnostics`, which may hold
// those of the reading already; the plan is of use only where there is none. `engines` are in order of
// preference; registry and engines outlive the plan.
Plan MakePlan(const MachineSpec& spec, const Source& source, const TypeRegistry& types,
              std::span<const EngineType* const> engines, const PlanOptions& options,
              Diagnostics& diagnostics);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_PLAN_H_
