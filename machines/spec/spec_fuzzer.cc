// SPDX-License-Identifier: MIT
// Any text as a machine file: it is read or refused, and what is said about it is fit for a terminal.
#include <cstdlib>
#include <optional>
#include <string>

#include "machines/spec/machine_reader.h"
#include "machines/spec/quantities.h"
#include "machines/spec/scalars.h"
#include "machines/spec/yaml_document.h"

namespace {

// What was read, read anew from how it is spelled.
template <class Value>
void ExpectTheSame(const std::optional<Value>& value, std::string (*spell)(Value),
                   std::optional<Value> (*read)(const cardcage::YamlNode&, std::string_view,
                                                cardcage::Diagnostics&)) {
  if (!value) return;
  const cardcage::Source source{.name = "fuzz.yaml", .text = ""};
  cardcage::Diagnostics diagnostics(source);
  const cardcage::YamlNode node{
      .kind = cardcage::YamlNode::Kind::kScalar, .place = {.line = 1}, .scalar = spell(*value)};
  if (read(node, "it", diagnostics) != value) std::abort();
}

// A parameter's value, whatever its type takes it for.
void ReadAsEachKind(const cardcage::YamlNode& node, const cardcage::Source& source) {
  using namespace cardcage;  // NOLINT(google-build-using-namespace): all that reads a value
  Diagnostics diagnostics(source);
  ReadNumber(node, "it", diagnostics);
  ReadSigned(node, "it", diagnostics);
  ReadBool(node, "it", diagnostics);
  ReadHex(node, "it", diagnostics);
  ReadMac(node, "it", diagnostics);
  ExpectTheSame(ReadSize(node, "it", diagnostics), &SpellSize, &ReadSize);
  ExpectTheSame(ReadDuration(node, "it", diagnostics), &SpellDuration, &ReadDuration);
  ExpectTheSame(ReadFrequency(node, "it", diagnostics), &SpellFrequency, &ReadFrequency);
  if (const auto text = ReadString(node, "it", diagnostics)) {
    const Source spelled{.name = "fuzz.yaml", .text = "{ key: " + SpellString(*text) + " }"};
    const auto map = ParseYaml(spelled, diagnostics);
    if (!map || ReadString(map->map.at(0).value, "it", diagnostics) != text) std::abort();
  }
  for (const YamlNode& item : node.list) ReadAsEachKind(item, source);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const cardcage::Source source{.name = "fuzz.yaml", .text = std::string(data, data + size)};
  cardcage::Diagnostics diagnostics(source);
  const cardcage::MachineSpec spec = cardcage::ReadMachine(source, diagnostics);
  const std::string said = diagnostics.Format();
  if (said.empty() != diagnostics.ok()) std::abort();
  for (const char c : said) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n') || byte == 0x7f) std::abort();
  }
  // A machine without mistakes says where each of its parts stands.
  if (diagnostics.ok() && spec.boot.place.line == 0) std::abort();
  for (const cardcage::DeviceSpec& device : spec.devices) {
    for (const cardcage::ParamSpec& param : device.params) ReadAsEachKind(param.value, source);
  }
  return 0;
}
