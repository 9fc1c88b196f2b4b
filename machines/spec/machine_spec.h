// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_SPEC_MACHINE_SPEC_H_
#define CARDCAGE_MACHINES_SPEC_MACHINE_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "framework/memory/guest_memory.h"
#include "framework/plugin/version_range.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {

// A value with where the machine file says it. Without a line it is a default.
template <class T>
struct Placed {
  T value{};
  Place place;
};

// A plugin's file that the machine names, as the file says it.
struct PluginSpec {
  Placed<std::string> file;
  std::optional<Placed<VersionRange>> version;
};

struct CpuSpec {
  Placed<uint64_t> count{.value = 1};
  Placed<std::string> engine{.value = "auto"};
};

// Whose interrupt controllers and timer the machine has: nobody's, the kernel's, or devices of its own.
enum class Irqchip { kNone, kKernel, kUser };

struct ChipsetSpec {
  Placed<Irqchip> irqchip;
};

// What the machine's time follows: the host's, times a rate, or the instructions that its CPU executes.
struct ClockSpec {
  Placed<bool> by_instructions;
  Placed<double> rate{.value = 1};
};

struct MemorySpec {
  Placed<std::string> name;
  Placed<uint64_t> at;
  Placed<uint64_t> size;
  MemorySlot::Kind kind = MemorySlot::Kind::kRam;
};

// A declared backend, whose type alone knows what the keys of its map mean.
struct BackendSpec {
  Placed<std::string> name;
  YamlNode map;  // or whatever else stands there
};

// Where a region lies. `region` is empty where the file does not name it: the type has one.
struct PlacementSpec {
  Placed<std::string> region;
  bool is_port = false;
  Placed<uint64_t> address;
};

// A parameter of the device's own type, which alone knows what its value means.
struct ParamSpec {
  Placed<std::string> key;
  YamlNode value;
};

// Where an output leads: an input of the machine's interrupt controllers, by its GSI, or what stands on both
// sides of a dot: `pic.4`, `cpu.intr`, `machine.reset`. `output` is empty where the file does not name it:
// the type has one.
struct IrqSpec {
  Placed<std::string> output;
  Placed<uint64_t> gsi;
  std::string owner;  // before the dot; empty where it is a GSI
  std::string input;  // behind it
};

struct DeviceSpec {
  Placed<std::string> name;
  Placed<std::string> type;
  std::vector<PlacementSpec> at;
  bool at_is_wrong = false;               // it was said, and could not be read in whole
  std::optional<Place> irq_place;         // of the key, where it was said
  std::vector<IrqSpec> irqs;              // those that could be read
  std::optional<Placed<uint64_t>> shift;  // cage.shift
  std::optional<Placed<uint64_t>> width;  // cage.width, in bytes
  std::optional<Place> dma;               // said; no type reaches memory yet
  std::vector<ParamSpec> params;
};

// Content for memory: bytes, or a file's.
struct LoadSpec {
  Placed<uint64_t> at;
  std::vector<uint8_t> bytes;
  std::optional<Placed<std::string>> file;  // as the file says it
};

// A register that `boot.registers` sets: a number, or a segment's selector and base.
struct RegisterSpec {
  Placed<std::string> name;
  uint64_t value = 0;
  std::optional<uint64_t> base;  // segments: without one, the selector times 16
  bool is_segment = false;
};

enum class BootMode { kReal, kLong };

// `boot.entry`: an address, or a real-mode segment and offset.
struct EntrySpec {
  uint64_t address = 0;
  std::optional<uint16_t> segment;
};

struct BootSpec {
  Place place;
  std::vector<LoadSpec> load;
  Placed<BootMode> mode;
  std::optional<Placed<uint64_t>> tables;
  std::optional<Placed<EntrySpec>> entry;
  std::vector<RegisterSpec> registers;
};

// A machine file that was read: what it says, each with its place; not yet whether it makes sense
// together, nor what the devices' own parameters mean.
struct MachineSpec {
  Placed<std::string> name;
  std::vector<PluginSpec> plugins;
  CpuSpec cpu;
  ChipsetSpec chipset;
  ClockSpec clock;
  std::vector<MemorySpec> memory;
  std::vector<BackendSpec> backends;
  std::vector<DeviceSpec> devices;
  BootSpec boot;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_MACHINE_SPEC_H_
