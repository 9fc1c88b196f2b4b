// SPDX-License-Identifier: MIT
#include "machines/assembly/plan_wires.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/device/device.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

// Inputs of a PC's interrupt controllers in the kernel: those of the IOAPIC, the PICs' sixteen included.
constexpr uint64_t kKernelInputs = 24;

std::vector<std::string> NamesOf(std::span<const cardcage_signal* const> signals) {
  std::vector<std::string> names;
  for (const cardcage_signal* signal : signals) names.emplace_back(signal->name);
  return names;
}

class WirePlanner {
 public:
  WirePlanner(const MachineSpec& spec, Plan& plan, Diagnostics& diagnostics)
      : spec_(spec), plan_(plan), diagnostics_(diagnostics) {}

  void Make();

 private:
  void PlanDevice(const DeviceSpec& spec, Plan::Device& device);
  std::optional<uint32_t> FindOutput(const IrqSpec& irq, const Plan::Device& device);
  std::optional<Plan::Irq> FindTarget(const IrqSpec& irq, const Plan::Device& device);
  std::optional<Plan::Irq> FindGsi(const IrqSpec& irq);
  std::optional<Plan::Irq> FindCpu(const IrqSpec& irq, const Plan::Device& device);
  std::optional<Plan::Irq> FindDevice(const IrqSpec& irq);
  Plan::Device* Find(const std::string& name);
  bool IsDeclared(const std::string& name) const;
  void CheckControllers();

  const MachineSpec& spec_;
  Plan& plan_;
  Diagnostics& diagnostics_;
  const IrqSpec* cpu_user_ = nullptr;  // whose output has the CPU's pin
};

void WirePlanner::Make() {
  for (const DeviceSpec& spec : spec_.devices) {
    if (spec.name.value == "cpu" || spec.name.value == "machine") {
      diagnostics_.Error(
          spec.name.place,
          absl::StrCat("a device cannot be called ", spec.name.value,
                       ": outputs that lead to the machine's own inputs name it so"));
    }
    Plan::Device* const device = Find(spec.name.value);
    if (device != nullptr && spec.irq_place) PlanDevice(spec, *device);
  }
  CheckControllers();
}

Plan::Device* WirePlanner::Find(const std::string& name) {
  const auto found = std::find_if(plan_.devices.begin(), plan_.devices.end(),
                                  [&](const Plan::Device& device) { return device.name == name; });
  return found == plan_.devices.end() ? nullptr : &*found;
}

bool WirePlanner::IsDeclared(const std::string& name) const {
  return std::any_of(spec_.devices.begin(), spec_.devices.end(),
                     [&](const DeviceSpec& device) { return device.name.value == name; });
}

void WirePlanner::PlanDevice(const DeviceSpec& spec, Plan::Device& device) {
  if (OutputsOf(*device.type).empty()) {
    diagnostics_.Error(*spec.irq_place,
                       absl::StrCat("type ", device.type->id, " has no interrupt output"),
                       "leave `irq` out: the guest polls this device");
    return;
  }
  if (spec_.chipset.irqchip.value == Irqchip::kNone &&
      std::any_of(spec.irqs.begin(), spec.irqs.end(),
                  [](const IrqSpec& irq) { return irq.owner.empty(); })) {
    diagnostics_.Error(*spec.irq_place,
                       absl::StrCat("device ", device.name,
                                    " has an irq, and the machine has no interrupt controller"),
                       "add chipset: { irqchip: kernel }, or leave `irq` out");
  }
  for (const IrqSpec& irq : spec.irqs) {
    const auto output = FindOutput(irq, device);
    if (!output) continue;
    auto planned = FindTarget(irq, device);
    if (!planned) continue;
    planned->output = *output;
    device.irqs.push_back(*planned);
  }
}

std::optional<uint32_t> WirePlanner::FindOutput(const IrqSpec& irq, const Plan::Device& device) {
  const std::vector<std::string> names = NamesOf(OutputsOf(*device.type));
  if (irq.output.value.empty()) {
    if (names.size() == 1) return 0;
    const std::string leads_to =
        irq.owner.empty() ? absl::StrCat(irq.gsi.value) : absl::StrCat(irq.owner, ".", irq.input);
    diagnostics_.Error(irq.gsi.place,
                       absl::StrCat("type ", device.type->id, " has several outputs"),
                       absl::StrCat("say which: irq: { ", names[0], ": ", leads_to, " }"));
    return std::nullopt;
  }
  const auto name = std::find(names.begin(), names.end(), irq.output.value);
  if (name != names.end()) return static_cast<uint32_t>(name - names.begin());
  diagnostics_.Error(
      irq.output.place,
      absl::StrCat("type ", device.type->id, " has no output `", irq.output.value, "`"),
      Suggest(irq.output.value, names));
  return std::nullopt;
}

std::optional<Plan::Irq> WirePlanner::FindTarget(const IrqSpec& irq, const Plan::Device& device) {
  if (irq.owner.empty()) return FindGsi(irq);
  if (irq.owner == "cpu") return FindCpu(irq, device);
  if (irq.owner != "machine") return FindDevice(irq);
  if (irq.input == "reset") return Plan::Irq{.to = Plan::Irq::To::kReset};
  diagnostics_.Error(irq.gsi.place, absl::StrCat("the machine has no input `", irq.input, "`"),
                     Suggest(irq.input, {"reset"}));
  return std::nullopt;
}

// A number is the kernel's input, or that of the device which is the machine's interrupt controller.
std::optional<Plan::Irq> WirePlanner::FindGsi(const IrqSpec& irq) {
  const Irqchip irqchip = spec_.chipset.irqchip.value;
  if (irqchip == Irqchip::kNone) return std::nullopt;  // PlanDevice says so
  uint64_t inputs = kKernelInputs;
  Plan::Irq planned{.to = Plan::Irq::To::kEngine, .input = static_cast<uint32_t>(irq.gsi.value)};
  if (irqchip == Irqchip::kUser) {
    const auto controller = std::find_if(
        plan_.devices.begin(), plan_.devices.end(),
        [](const Plan::Device& device) { return InterruptControllerOf(*device.type) != nullptr; });
    if (controller == plan_.devices.end()) return std::nullopt;  // CheckControllers says so
    inputs = controller->type->input_count;
    planned.to = Plan::Irq::To::kDevice;
    planned.device = static_cast<size_t>(controller - plan_.devices.begin());
  }
  if (irq.gsi.value < inputs) return planned;
  diagnostics_.Error(irq.gsi.place,
                     absl::StrFormat("irq %d: the interrupt controllers have the inputs 0 to %d",
                                     irq.gsi.value, inputs - 1));
  return std::nullopt;
}

std::optional<Plan::Irq> WirePlanner::FindCpu(const IrqSpec& irq, const Plan::Device& device) {
  if (irq.input != "intr") {
    diagnostics_.Error(irq.gsi.place, absl::StrCat("a CPU has no input `", irq.input, "`"),
                       Suggest(irq.input, {"intr"}));
  } else if (spec_.chipset.irqchip.value != Irqchip::kUser) {
    diagnostics_.Error(irq.gsi.place,
                       "cpu.intr is a controller's among the machine's devices, and this machine "
                       "is to have none",
                       "add chipset: { irqchip: user }");
  } else if (InterruptControllerOf(*device.type) == nullptr) {
    diagnostics_.Error(irq.gsi.place,
                       absl::StrCat("type ", device.type->id,
                                    " is no interrupt controller: the CPU could not ask it for a "
                                    "vector"),
                       "lead it to an input of one: irq: pic.4");
  } else if (cpu_user_ != nullptr) {
    diagnostics_.Error(irq.gsi.place, "the CPU's pin is another device's");
    diagnostics_.Note(cpu_user_->gsi.place, "it is taken here");
  } else {
    cpu_user_ = &irq;
    return Plan::Irq{.to = Plan::Irq::To::kCpu};
  }
  return std::nullopt;
}

std::optional<Plan::Irq> WirePlanner::FindDevice(const IrqSpec& irq) {
  const Plan::Device* const owner = Find(irq.owner);
  if (owner == nullptr) {
    if (IsDeclared(irq.owner)) return std::nullopt;  // its type is unknown, and that was said
    std::vector<std::string> known = {"cpu", "machine"};
    for (const Plan::Device& device : plan_.devices) known.push_back(device.name);
    diagnostics_.Error(irq.gsi.place, absl::StrCat("there is no device `", irq.owner, "`"),
                       Suggest(irq.owner, known));
    return std::nullopt;
  }
  const std::vector<std::string> names = NamesOf(InputsOf(*owner->type));
  const auto name = std::find(names.begin(), names.end(), irq.input);
  if (name == names.end()) {
    diagnostics_.Error(irq.gsi.place,
                       absl::StrCat("device ", owner->name, ", of type ", owner->type->id,
                                    ", has no input `", irq.input, "`"),
                       names.empty() ? "it listens to nobody" : Suggest(irq.input, names));
    return std::nullopt;
  }
  return Plan::Irq{.to = Plan::Irq::To::kDevice,
                   .input = static_cast<uint32_t>(name - names.begin()),
                   .device = static_cast<size_t>(owner - plan_.devices.data())};
}

// A machine with controllers of its own has one that the CPU hears.
void WirePlanner::CheckControllers() {
  if (spec_.chipset.irqchip.value != Irqchip::kUser || cpu_user_ != nullptr) return;
  for (const DeviceSpec& device : spec_.devices) {
    const Plan::Device* const planned = Find(device.name.value);
    // Not known, or wrong in a way that was said.
    if (planned == nullptr) return;
    if (InterruptControllerOf(*planned->type) == nullptr) continue;
    if (!device.irq_place) {
      diagnostics_.Error(device.name.place,
                         absl::StrCat("interrupt controller ", planned->name,
                                      " leads nowhere: the CPU would never hear of it"),
                         "add irq: cpu.intr");
    }
    return;
  }
  diagnostics_.Error(spec_.chipset.irqchip.place,
                     "irqchip: user, and no device is an interrupt controller",
                     "add one: pic: { type: i8259-pair, irq: cpu.intr, at: { … } }");
}

}  // namespace

void PlanWires(const MachineSpec& spec, Plan& plan, Diagnostics& diagnostics) {
  WirePlanner(spec, plan, diagnostics).Make();
}

}  // namespace cardcage
