// SPDX-License-Identifier: MIT
#include "machines/spec/machine_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "machines/spec/quantities.h"
#include "machines/spec/scalars.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

constexpr std::array<std::string_view, 18> kGeneralRegisters = {
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8",
    "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags"};
constexpr std::array<std::string_view, 6> kSegments = {"cs", "ds", "es", "fs", "gs", "ss"};
constexpr std::array<std::string_view, 4> kControlRegisters = {"cr0", "cr3", "cr4", "efer"};

// The keys of a map, each asked for by name. What was not asked for is an error at the end, with the
// nearest of those that were.
class Fields {
 public:
  // `what` names the map in messages: "device com1".
  Fields(const YamlNode& node, std::string what, Diagnostics& diagnostics)
      : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
    if (node.kind != YamlNode::Kind::kMap) {
      diagnostics.Error(node.place, absl::StrCat(what_, " must be a map of keys and values"));
    }
  }

  // The key's entry, or null.
  const YamlNode::Entry* Find(std::string_view key) {
    asked_.emplace_back(key);
    for (const YamlNode::Entry& entry : node_.map) {
      if (entry.key.scalar == key) return &entry;
    }
    return nullptr;
  }
  const YamlNode* Value(std::string_view key) {
    const YamlNode::Entry* entry = Find(key);
    return entry == nullptr ? nullptr : &entry->value;
  }
  // The same, with an error where it is missing. `example` is what would do.
  const YamlNode* Required(std::string_view key, std::string_view example) {
    const YamlNode* value = Value(key);
    if (value == nullptr && node_.kind == YamlNode::Kind::kMap) {
      diagnostics_.Error(node_.place,
                         absl::StrCat(what_, " lacks the key `", std::string(key), "`"),
                         absl::StrCat("add ", std::string(key), ": ", std::string(example)));
    }
    return value;
  }

  // The entries that nobody asked for.
  std::vector<const YamlNode::Entry*> Rest() const {
    std::vector<const YamlNode::Entry*> rest;
    for (const YamlNode::Entry& entry : node_.map) {
      if (std::find(asked_.begin(), asked_.end(), entry.key.scalar) == asked_.end()) {
        rest.push_back(&entry);
      }
    }
    return rest;
  }
  void RefuseRest() {
    for (const YamlNode::Entry* entry : Rest()) {
      diagnostics_.Error(entry->key.place,
                         absl::StrCat("unknown key `", entry->key.scalar, "` of ", what_),
                         Suggest(entry->key.scalar, asked_));
    }
  }

 private:
  const YamlNode& node_;
  const std::string what_;
  Diagnostics& diagnostics_;
  std::vector<std::string> asked_;
};

class MachineReader {
 public:
  explicit MachineReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  MachineSpec Read(const YamlNode& root);

 private:
  void ReadPlugins(const YamlNode& node);
  void ReadPlugin(const YamlNode& node);
  void ReadCpu(const YamlNode& node);
  void ReadChipset(const YamlNode& node);
  void ReadClock(const YamlNode& node);
  void ReadSlot(const YamlNode::Entry& entry);
  void ReadDevice(const YamlNode::Entry& entry);
  void ReadBoot(const YamlNode& node);
  void ReadLoad(const YamlNode& node);
  void ReadRegisters(const YamlNode& node);
  void ReadEntry(const YamlNode& node);
  void ReadCage(const YamlNode& node, const std::string& what, DeviceSpec& device);
  std::optional<IrqSpec> ReadIrq(const YamlNode& node, const std::string& what);
  void ReadIrqs(const YamlNode& node, const std::string& what, DeviceSpec& device);
  std::optional<PlacementSpec> ReadPlacement(const YamlNode& node, const std::string& what);

  // A map by name, each entry given to `read`.
  template <class ReadEach>
  void ReadNamed(const YamlNode& node, const char* what, ReadEach read);
  // One of a few words.
  template <class T>
  Placed<T> At(const YamlNode& node, T value) {
    return {std::move(value), node.place};
  }

  Diagnostics& diagnostics_;
  MachineSpec spec_;
};

MachineSpec MachineReader::Read(const YamlNode& root) {
  if (root.kind != YamlNode::Kind::kMap) {
    diagnostics_.Error(root.place, "a machine file is a map of keys and values",
                       "it begins with `cardcage: 1`");
    return {};
  }
  Fields fields(root, "the machine", diagnostics_);
  if (const YamlNode* format = fields.Required("cardcage", "1")) {
    const auto version = ReadNumber(*format, "the format", diagnostics_);
    if (version && *version != 1) {
      diagnostics_.Error(format->place, absl::StrCat("format ", *version, " is not known here"),
                         "this release reads format 1");
    }
  }
  if (const YamlNode* name = fields.Value("name")) {
    if (auto text = ReadText(*name, "the name", diagnostics_)) spec_.name = At(*name, *text);
  }
  if (const YamlNode* plugins = fields.Value("plugins")) ReadPlugins(*plugins);
  if (const YamlNode* cpu = fields.Value("cpu")) ReadCpu(*cpu);
  if (const YamlNode* chipset = fields.Value("chipset")) ReadChipset(*chipset);
  if (const YamlNode* clock = fields.Value("clock")) ReadClock(*clock);
  if (const YamlNode* memory = fields.Value("memory")) {
    ReadNamed(*memory, "memory", [this](const YamlNode::Entry& entry) { ReadSlot(entry); });
  }
  if (const YamlNode* backends = fields.Value("backends")) {
    ReadNamed(*backends, "backends", [this](const YamlNode::Entry& entry) {
      spec_.backends.push_back({At(entry.key, entry.key.scalar), entry.value});
    });
  }
  if (const YamlNode* devices = fields.Value("devices")) {
    ReadNamed(*devices, "devices", [this](const YamlNode::Entry& entry) { ReadDevice(entry); });
  }
  if (const YamlNode* boot = fields.Required("boot", "{ load: [ … ] }")) ReadBoot(*boot);
  fields.RefuseRest();
  return std::move(spec_);
}

template <class ReadEach>
void MachineReader::ReadNamed(const YamlNode& node, const char* what, ReadEach read) {
  if (node.kind == YamlNode::Kind::kNull) return;
  if (node.kind != YamlNode::Kind::kMap) {
    diagnostics_.Error(node.place, absl::StrCat("`", what, "` must be a map by name"),
                       absl::StrCat(what, ": { NAME: { … } }"));
    return;
  }
  for (const YamlNode::Entry& entry : node.map) {
    // A name is written in wires and paths (pic1.3, devices.com1.at): so it has no dot in it.
    if (entry.key.scalar.empty() ||
        entry.key.scalar.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789_-") != std::string::npos) {
      diagnostics_.Error(entry.key.place, absl::StrCat("`", entry.key.scalar, "` is no name"),
                         "letters, digits, - and _");
      continue;
    }
    read(entry);
  }
}

void MachineReader::ReadPlugins(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kNull) return;
  if (node.kind != YamlNode::Kind::kList) {
    diagnostics_.Error(node.place, "`plugins` must be a list", "plugins: [ { file: dice.so } ]");
  }
  for (const YamlNode& item : node.list) ReadPlugin(item);
}

void MachineReader::ReadPlugin(const YamlNode& node) {
  Fields fields(node, "a plugin", diagnostics_);
  PluginSpec plugin;
  if (const YamlNode* file = fields.Required("file", "dice.so")) {
    if (auto text = ReadText(*file, "the file of a plugin", diagnostics_)) {
      plugin.file = At(*file, *std::move(text));
    }
  }
  if (const YamlNode* version = fields.Value("version")) {
    const auto text = ReadText(*version, "the version of a plugin", diagnostics_);
    auto range = VersionRange::Parse(text.value_or(""));
    if (range) {
      plugin.version = At(*version, *std::move(range));
    } else if (text) {
      diagnostics_.Error(version->place, absl::StrCat("`", *text, "` is no range of versions"),
                         "one or more of >= > <= < = with a version, all of which hold: "
                         "\">=1.0 <2\"");
    }
  }
  fields.RefuseRest();
  if (!plugin.file.value.empty()) spec_.plugins.push_back(std::move(plugin));
}

void MachineReader::ReadCpu(const YamlNode& node) {
  Fields fields(node, "cpu", diagnostics_);
  if (const YamlNode* count = fields.Value("count")) {
    const auto number = ReadNumber(*count, "cpu.count", diagnostics_);
    if (number && *number == 0) {
      diagnostics_.Error(count->place, "a machine needs at least one CPU");
    } else if (number) {
      spec_.cpu.count = At(*count, *number);
    }
  }
  if (const YamlNode* engine = fields.Value("engine")) {
    if (auto text = ReadText(*engine, "cpu.engine", diagnostics_)) {
      spec_.cpu.engine = At(*engine, *text);
    }
  }
  fields.RefuseRest();
}

void MachineReader::ReadChipset(const YamlNode& node) {
  Fields fields(node, "chipset", diagnostics_);
  if (const YamlNode* irqchip = fields.Value("irqchip")) {
    constexpr Irqchip kIrqchips[] = {Irqchip::kNone, Irqchip::kKernel, Irqchip::kUser};
    if (const auto word =
            ReadWord(*irqchip, "chipset.irqchip", {"none", "kernel", "user"}, diagnostics_)) {
      spec_.chipset.irqchip = At(*irqchip, kIrqchips[*word]);
    }
  }
  fields.RefuseRest();
}

void MachineReader::ReadClock(const YamlNode& node) {
  Fields fields(node, "clock", diagnostics_);
  if (const YamlNode* source = fields.Value("source")) {
    if (const auto word =
            ReadWord(*source, "clock.source", {"real", "instructions"}, diagnostics_)) {
      spec_.clock.by_instructions = At(*source, *word == 1);
    }
  }
  if (const YamlNode* rate = fields.Value("rate")) {
    constexpr double kLeast = 0.001;
    constexpr double kMost = 1000;
    const auto factor = ReadFactor(*rate, "clock.rate", diagnostics_);
    if (factor && (*factor < kLeast || *factor > kMost)) {
      diagnostics_.Error(rate->place, "clock.rate must be from 0.001 to 1000");
    } else if (factor) {
      spec_.clock.rate = At(*rate, *factor);
    }
  }
  fields.RefuseRest();
}

void MachineReader::ReadSlot(const YamlNode::Entry& entry) {
  const std::string what = absl::StrCat("memory slot ", entry.key.scalar);
  Fields fields(entry.value, what, diagnostics_);
  MemorySpec slot;
  slot.name = At(entry.key, entry.key.scalar);
  std::optional<uint64_t> at;
  std::optional<uint64_t> size;
  if (const YamlNode* node = fields.Required("at", "0x1000")) {
    at = ReadNumber(*node, absl::StrCat("the address of ", what), diagnostics_);
    slot.at = At(*node, at.value_or(0));
  }
  if (const YamlNode* node = fields.Required("size", "4KiB")) {
    size = ReadSize(*node, absl::StrCat("the size of ", what), diagnostics_);
    slot.size = At(*node, size.value_or(0));
  }
  if (const YamlNode* node = fields.Value("kind")) {
    constexpr MemorySlot::Kind kKinds[] = {MemorySlot::Kind::kRam, MemorySlot::Kind::kRom,
                                           MemorySlot::Kind::kReserved};
    if (const auto word = ReadWord(*node, absl::StrCat("the kind of ", what),
                                   {"ram", "rom", "reserved"}, diagnostics_)) {
      slot.kind = kKinds[*word];
    }
  }
  fields.RefuseRest();
  if (at && size) spec_.memory.push_back(std::move(slot));
}

// `port 0x3f8` or `mmio 0xd0000000`.
std::optional<PlacementSpec> MachineReader::ReadPlacement(const YamlNode& node,
                                                          const std::string& what) {
  PlacementSpec placement;
  const std::string help = "at: port 0x3f8, or at: mmio 0xd0000000";
  if (node.kind == YamlNode::Kind::kScalar) {
    const std::vector<std::string> words = absl::StrSplit(node.scalar, ' ', absl::SkipWhitespace());
    if (words.size() == 2 && (words[0] == "port" || words[0] == "mmio")) {
      if (const auto address = ParseNumber(words[1])) {
        placement.is_port = words[0] == "port";
        placement.address = At(node, *address);
        return placement;
      }
    }
    if (words.size() == 1 && ParseNumber(words[0])) {
      diagnostics_.Error(node.place,
                         absl::StrCat(what, " does not say whether it is a port or in memory"),
                         absl::StrCat("port ", node.scalar, ", or mmio ", node.scalar));
      return std::nullopt;
    }
  }
  diagnostics_.Error(node.place, absl::StrCat(what, " must be `port ADDRESS` or `mmio ADDRESS`"),
                     help);
  return std::nullopt;
}

void MachineReader::ReadDevice(const YamlNode::Entry& entry) {
  const std::string what = absl::StrCat("device ", entry.key.scalar);
  Fields fields(entry.value, what, diagnostics_);
  DeviceSpec device;
  device.name = At(entry.key, entry.key.scalar);
  if (const YamlNode* type = fields.Required("type", "ns16550a")) {
    if (auto text = ReadText(*type, absl::StrCat("the type of ", what), diagnostics_)) {
      device.type = At(*type, *text);
    }
  }
  if (const YamlNode* at = fields.Value("at")) {
    if (at->kind == YamlNode::Kind::kMap) {
      for (const YamlNode::Entry& region : at->map) {
        auto placement = ReadPlacement(
            region.value, absl::StrCat("the place of ", what, "'s region ", region.key.scalar));
        if (!placement) {
          device.at_is_wrong = true;
          continue;
        }
        placement->region = At(region.key, region.key.scalar);
        device.at.push_back(*std::move(placement));
      }
    } else if (auto placement = ReadPlacement(*at, absl::StrCat("the place of ", what))) {
      device.at.push_back(*std::move(placement));
    } else {
      device.at_is_wrong = true;
    }
  }
  if (const YamlNode::Entry* irq = fields.Find("irq")) {
    device.irq_place = irq->key.place;
    ReadIrqs(irq->value, absl::StrCat("irq of ", what), device);
  }
  if (const YamlNode::Entry* dma = fields.Find("dma")) device.dma = dma->key.place;
  if (const YamlNode* cage = fields.Value("cage")) ReadCage(*cage, what, device);
  for (const YamlNode::Entry* param : fields.Rest()) {
    device.params.push_back({At(param->key, param->key.scalar), param->value});
  }
  if (!device.type.value.empty()) spec_.devices.push_back(std::move(device));
}

void MachineReader::ReadCage(const YamlNode& node, const std::string& what, DeviceSpec& device) {
  Fields fields(node, absl::StrCat("cage of ", what), diagnostics_);
  for (const auto& [key, value] : {std::pair{"shift", &device.shift}, {"width", &device.width}}) {
    const YamlNode* const number = fields.Value(key);
    if (number == nullptr) continue;
    if (const auto read =
            ReadNumber(*number, absl::StrCat("cage.", key, " of ", what), diagnostics_)) {
      *value = At(*number, *read);
    }
  }
  fields.RefuseRest();
}

void MachineReader::ReadIrqs(const YamlNode& node, const std::string& what, DeviceSpec& device) {
  if (node.kind != YamlNode::Kind::kMap) {
    if (auto irq = ReadIrq(node, what)) device.irqs.push_back(*std::move(irq));
    return;
  }
  for (const YamlNode::Entry& output : node.map) {
    auto irq = ReadIrq(output.value, absl::StrCat(what, "'s output ", output.key.scalar));
    if (!irq) continue;
    irq->output = At(output.key, output.key.scalar);
    device.irqs.push_back(*std::move(irq));
  }
}

// `4`, or `pic.4`. What stands before a dot is a name, so a number with a fraction is none of the two.
std::optional<IrqSpec> MachineReader::ReadIrq(const YamlNode& node, const std::string& what) {
  IrqSpec irq;
  irq.gsi.place = node.place;
  const std::vector<std::string> parts = absl::StrSplit(node.scalar, '.');
  const bool is_named = node.kind == YamlNode::Kind::kScalar && parts.size() == 2 &&
                        !ParseNumber(parts[0]) && !parts[0].empty() && !parts[1].empty();
  if (is_named) {
    irq.owner = parts[0];
    irq.input = parts[1];
    return irq;
  }
  const auto gsi = ReadNumber(node, what, diagnostics_);
  if (!gsi) return std::nullopt;
  irq.gsi.value = *gsi;
  return irq;
}

void MachineReader::ReadBoot(const YamlNode& node) {
  spec_.boot.place = node.place;
  Fields fields(node, "boot", diagnostics_);
  if (const YamlNode* load = fields.Required("load", "[ { at: 0x1000, file: guest.bin } ]")) {
    if (load->kind != YamlNode::Kind::kList) {
      diagnostics_.Error(load->place, "`load` must be a list",
                         "load: [ { at: 0x1000, file: guest.bin } ]");
    }
    for (const YamlNode& item : load->list) ReadLoad(item);
  }
  if (const YamlNode* mode = fields.Value("mode")) {
    if (const auto word = ReadWord(*mode, "boot.mode", {"real", "long"}, diagnostics_)) {
      spec_.boot.mode = At(*mode, *word == 0 ? BootMode::kReal : BootMode::kLong);
    }
  }
  if (const YamlNode* tables = fields.Value("tables")) {
    if (const auto address = ReadNumber(*tables, "boot.tables", diagnostics_)) {
      spec_.boot.tables = At(*tables, *address);
    }
  }
  if (const YamlNode* entry = fields.Value("entry")) ReadEntry(*entry);
  if (const YamlNode* registers = fields.Value("registers")) ReadRegisters(*registers);
  fields.RefuseRest();
}

void MachineReader::ReadLoad(const YamlNode& node) {
  Fields fields(node, "a load", diagnostics_);
  LoadSpec load;
  const YamlNode* at = fields.Required("at", "0x1000");
  std::optional<uint64_t> address;
  if (at != nullptr) {
    address = ReadNumber(*at, "the address of a load", diagnostics_);
    load.at = At(*at, address.value_or(0));
  }
  const YamlNode* hex = fields.Value("hex");
  const YamlNode* file = fields.Value("file");
  if (node.kind == YamlNode::Kind::kMap && (hex != nullptr) == (file != nullptr)) {
    diagnostics_.Error(node.place, hex == nullptr
                                       ? "a load has either `hex` or `file`: this has none"
                                       : "a load has either `hex` or `file`, not both");
  }
  bool ok = address.has_value() && (hex != nullptr) != (file != nullptr);
  if (hex != nullptr) {
    auto bytes = ReadHex(*hex, "`hex`", diagnostics_);
    ok = ok && bytes.has_value();
    if (bytes) load.bytes = *std::move(bytes);
  }
  if (file != nullptr) {
    auto path = ReadText(*file, "`file`", diagnostics_);
    ok = ok && path.has_value();
    if (path) load.file = At(*file, *path);
  }
  fields.RefuseRest();
  if (ok) spec_.boot.load.push_back(std::move(load));
}

void MachineReader::ReadEntry(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kScalar) {
    const std::vector<std::string> parts = absl::StrSplit(node.scalar, ':');
    if (parts.size() > 1) {  // as "f000:fff0", in hex without 0x, as people write it
      const auto segment = ParseNumber(absl::StrCat("0x", parts[0]));
      const auto offset = ParseNumber(absl::StrCat("0x", parts[1]));
      if (parts.size() == 2 && segment && offset && *segment <= 0xffff && *offset <= 0xffff) {
        spec_.boot.entry = At(node, EntrySpec{*offset, static_cast<uint16_t>(*segment)});
        return;
      }
      diagnostics_.Error(node.place,
                         absl::StrCat("boot.entry is no segment and offset: ", node.scalar),
                         "two hex numbers of up to four digits: \"1000:0000\"");
      return;
    }
  }
  if (const auto address = ReadNumber(node, "boot.entry", diagnostics_)) {
    spec_.boot.entry = At(node, EntrySpec{*address, std::nullopt});
  }
}

void MachineReader::ReadRegisters(const YamlNode& node) {
  Fields fields(node, "boot.registers", diagnostics_);
  const auto number = [&](std::string_view name) {
    const YamlNode::Entry* entry = fields.Find(name);
    if (entry == nullptr) return;
    const auto value =
        ReadNumber(entry->value, absl::StrCat("register ", std::string(name)), diagnostics_);
    if (value) {
      spec_.boot.registers.push_back({.name = At(entry->key, std::string(name)), .value = *value});
    }
  };
  for (const std::string_view name : kGeneralRegisters) number(name);
  for (const std::string_view name : kControlRegisters) number(name);
  for (const std::string_view name : kSegments) {
    const YamlNode::Entry* entry = fields.Find(name);
    if (entry == nullptr) continue;
    const std::string what = absl::StrCat("segment register ", std::string(name));
    Fields segment(entry->value, what, diagnostics_);
    const YamlNode* selector = segment.Required("selector", "0x1000");
    const YamlNode* base = segment.Value("base");
    segment.RefuseRest();
    RegisterSpec spec{.name = At(entry->key, std::string(name)), .is_segment = true};
    if (selector != nullptr) {
      const auto value =
          ReadNumber(*selector, absl::StrCat("the selector of ", what), diagnostics_);
      if (value && *value > 0xffff) {
        diagnostics_.Error(selector->place, "a selector has 16 bits");
      }
      spec.value = value.value_or(0) & 0xffff;
    }
    if (base != nullptr) {
      spec.base = ReadNumber(*base, absl::StrCat("the base of ", what), diagnostics_);
    }
    spec_.boot.registers.push_back(std::move(spec));
  }
  fields.RefuseRest();
}

}  // namespace

absl::StatusOr<Source> ReadSource(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) {
    const int error = errno;
    const std::string why = absl::StrCat("cannot be opened: ", strerror(error));
    if (error == ENOENT) return absl::NotFoundError(why);
    if (error == EACCES) return absl::PermissionDeniedError(why);
    return absl::InvalidArgumentError(why);
  }
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  struct stat info {};
  if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
      static_cast<uint64_t>(info.st_size) > kMaxMachineFileSize) {
    return absl::InvalidArgumentError(absl::StrCat("has ", info.st_size,
                                                   " bytes: a machine file has at most ",
                                                   kMaxMachineFileSize, "; is it the right file?"));
  }
  // A pipe is fine (`cardcage check /dev/stdin`), so it is read to its end, whatever it is.
  Source source{.name = path, .text = ""};
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return absl::InvalidArgumentError(absl::StrCat("cannot be read: ", strerror(errno)));
    if (got == 0) return source;
    source.text.append(buffer.data(), static_cast<size_t>(got));
    if (source.text.size() > kMaxMachineFileSize) {
      return absl::InvalidArgumentError(absl::StrCat("has more than ", kMaxMachineFileSize,
                                                     " bytes, the most that a machine file has"));
    }
  }
}

MachineSpec ReadMachine(const Source& source, Diagnostics& diagnostics) {
  const std::optional<YamlNode> root = ParseYaml(source, diagnostics);
  if (!root) return {};
  return MachineReader(diagnostics).Read(*root);
}

}  // namespace cardcage
