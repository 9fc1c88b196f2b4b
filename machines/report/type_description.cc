// SPDX-License-Identifier: MIT
#include "machines/report/type_description.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "framework/device/params.h"
#include "machines/assembly/param_values.h"

namespace cardcage {
namespace {

using Rows = std::vector<std::vector<std::string>>;

// Columns as wide as their widest cell, two spaces apart.
std::string Table(const Rows& rows, std::string_view indent) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      absl::StrAppend(&line, row[i], std::string(widths[i] - row[i].size() + 2, ' '));
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

std::vector<std::string> NamesOf(const cardcage_param& param) {
  return {param.names, param.names + param.name_count};
}

std::string KindOf(const cardcage_param& param) {
  switch (param.kind) {
    case CARDCAGE_KIND_BOOL:
      return "bool";
    case CARDCAGE_KIND_U64:
      return "number";
    case CARDCAGE_KIND_SIZE:
      return "size";
    case CARDCAGE_KIND_CHAR:
      return "char backend";
    case CARDCAGE_KIND_ENUM:
      return "enum";
    case CARDCAGE_KIND_I64:
      return "signed number";
    case CARDCAGE_KIND_ADDRESS:
      return "address";
    case CARDCAGE_KIND_DURATION:
      return "duration";
    case CARDCAGE_KIND_FREQUENCY:
      return "frequency";
    case CARDCAGE_KIND_STRING:
      return "text";
    case CARDCAGE_KIND_PATH:
      return "path";
    case CARDCAGE_KIND_BYTES:
      return "bytes";
    case CARDCAGE_KIND_MAC:
      return "mac";
    default:
      return "?";
  }
}

// The kind for people, who see the words of an enum.
std::string KindText(const cardcage_param& param) {
  const std::string kind =
      param.kind == CARDCAGE_KIND_ENUM ? absl::StrJoin(NamesOf(param), "|") : KindOf(param);
  return IsList(param) ? absl::StrCat("list of ", kind) : kind;
}

std::string DefaultText(const cardcage_param& param) { return SpellParam(param, DefaultOf(param)); }

std::string SpacesOf(const cardcage_region& region) {
  const bool port = (region.spaces & CARDCAGE_SPACE_PORT) != 0;
  const bool mmio = (region.spaces & CARDCAGE_SPACE_MMIO) != 0;
  return port && mmio ? "port or mmio" : port ? "port" : "mmio";
}

std::vector<uint32_t> SizesOf(const cardcage_region& region) {
  std::vector<uint32_t> sizes;
  for (const uint32_t size : {1u, 2u, 4u, 8u}) {
    if ((region.sizes & size) != 0) sizes.push_back(size);
  }
  return sizes;
}

std::string AccessOf(uint32_t access) {
  return absl::StrCat((access & CARDCAGE_REGISTER_READ) != 0 ? "r" : "-",
                      (access & CARDCAGE_REGISTER_WRITE) != 0 ? "w" : "-");
}

// "6", or "7:6".
std::string BitsOf(const cardcage_field& field) {
  return field.high == field.low ? absl::StrCat(field.low)
                                 : absl::StrCat(field.high, ":", field.low);
}

bool IsEdge(const cardcage_signal& signal) { return (signal.flags & CARDCAGE_SIGNAL_EDGE) != 0; }

std::string ParamTable(const cardcage_type& type) {
  Rows rows;
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    std::vector<std::string> words;
    if (const std::string doc = OrNothing(param->doc); !doc.empty()) words.push_back(doc);
    const std::string bounds = SpellBounds(*param);
    const std::string unit = UnitOf(*param);
    if (bounds.empty() && !unit.empty()) words.push_back(absl::StrCat("in ", unit));
    for (const std::string& said : {bounds, SpellLength(*param)}) {
      if (!said.empty()) words.push_back(said);
    }
    if (param->since != nullptr) words.push_back(absl::StrCat("since ", param->since));
    rows.push_back({param->key, KindText(*param),
                    IsRequired(*param) ? "required" : DefaultText(*param),
                    absl::StrJoin(words, ", ")});
  }
  return Table(rows, "  ");
}

// "7:6 TRIGGER, 0 ENABLE", of the fields that are there in each of these directions and in no other.
std::string FieldsText(const cardcage_register& row, uint32_t access) {
  std::vector<std::string> texts;
  for (const cardcage_field* field : std::span(row.fields, row.field_count)) {
    if (field->access == access) {
      texts.push_back(absl::StrCat(BitsOf(*field), " ", field->name));
    }
  }
  return absl::StrJoin(texts, ", ");
}

// A line for what a register's bits are, or two where they are one thing when read and another when written.
std::string FieldLines(const cardcage_register& row) {
  std::string lines;
  for (const auto& [access, when] :
       {std::pair(CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE, ""),
        std::pair(CARDCAGE_REGISTER_READ, "read: "),
        std::pair(CARDCAGE_REGISTER_WRITE, "written: ")}) {
    const bool is_all = access == row.access;
    if (const std::string text = FieldsText(row, access); !text.empty()) {
      absl::StrAppend(&lines, "          ", is_all ? "" : when, text, "\n");
    }
  }
  return lines;
}

std::string RegionText(const cardcage_region& region) {
  const std::string size =
      region.size_param != nullptr
          ? absl::StrCat("as `", region.size_param, "` says")
          : absl::StrFormat("%d byte%s", region.size, region.size == 1 ? "" : "s");
  std::string text =
      absl::StrFormat("  %s: %s, %s, accesses of %s byte%s%s\n", region.name, SpacesOf(region),
                      size, absl::StrJoin(SizesOf(region), ", "), region.sizes == 1 ? "" : "s",
                      region.unaligned != 0 ? ", aligned or not" : "");
  Rows rows;
  for (const cardcage_register* row : std::span(region.registers, region.register_count)) {
    rows.push_back({absl::StrFormat("0x%x", row->offset), AccessOf(row->access),
                    OrNothing(row->name),
                    absl::StrFormat("%0*x", static_cast<int>(row->width * 2), row->reset),
                    OrNothing(row->doc)});
  }
  // Below each register, its fields.
  const std::vector<std::string> lines = absl::StrSplit(Table(rows, "    "), '\n');
  for (uint32_t i = 0; i < region.register_count; ++i) {
    absl::StrAppend(&text, lines[i], "\n", FieldLines(*region.registers[i]));
  }
  return text;
}

std::string SignalTable(std::span<const cardcage_signal* const> signals) {
  Rows rows;
  for (const cardcage_signal* signal : signals) {
    rows.push_back({signal->name, IsEdge(*signal) ? "pulse" : "level", OrNothing(signal->doc)});
  }
  return Table(rows, "  ");
}

std::string CounterTable(std::span<const cardcage_counter* const> counters) {
  Rows rows;
  for (const cardcage_counter* counter : counters) {
    rows.push_back({counter->name, OrNothing(counter->doc)});
  }
  return Table(rows, "  ");
}

nlohmann::ordered_json Text(const char* text) {
  if (text == nullptr) return nullptr;
  return text;
}

// A number in a JSON of its own sign.
nlohmann::ordered_json NumberAsJson(const cardcage_param& param, uint64_t number) {
  if (param.kind == CARDCAGE_KIND_I64) return static_cast<int64_t>(number);
  return number;
}

nlohmann::ordered_json ParamAsJson(const cardcage_param& param) {
  nlohmann::ordered_json json = {{"key", param.key},
                                 {"kind", KindOf(param)},
                                 {"list", IsList(param)},
                                 {"doc", Text(param.doc)},
                                 {"unit", Text(param.unit)},
                                 {"since", Text(param.since)},
                                 {"required", IsRequired(param)}};
  if (!IsRequired(param)) json["default"] = DefaultText(param);
  if (!SpellBounds(param).empty()) {
    json["min"] = NumberAsJson(param, param.min);
    json["max"] = NumberAsJson(param, param.max);
  }
  if (!SpellLength(param).empty()) {
    json["min_length"] = param.min_length;
    if (param.max_length != 0) json["max_length"] = param.max_length;
  }
  if (param.kind == CARDCAGE_KIND_ENUM) json["words"] = NamesOf(param);
  return json;
}

nlohmann::ordered_json FieldsAsJson(const cardcage_register& row) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const cardcage_field* field : std::span(row.fields, row.field_count)) {
    json.push_back({{"name", field->name},
                    {"high", field->high},
                    {"low", field->low},
                    {"access", AccessOf(field->access)},
                    {"doc", Text(field->doc)}});
  }
  return json;
}

nlohmann::ordered_json RegionAsJson(const cardcage_region& region) {
  nlohmann::ordered_json json = {{"name", region.name},
                                 {"spaces", SpacesOf(region)},
                                 {"accesses", SizesOf(region)},
                                 {"unaligned", region.unaligned != 0}};
  if (region.size_param != nullptr) {
    json["size_param"] = region.size_param;
  } else {
    json["size"] = region.size;
  }
  json["registers"] = nlohmann::ordered_json::array();
  for (const cardcage_register* row : std::span(region.registers, region.register_count)) {
    json["registers"].push_back({{"offset", row->offset},
                                 {"name", Text(row->name)},
                                 {"access", AccessOf(row->access)},
                                 {"width", row->width},
                                 {"reset", row->reset},
                                 {"doc", Text(row->doc)},
                                 {"fields", FieldsAsJson(*row)}});
  }
  return json;
}

nlohmann::ordered_json SignalsAsJson(std::span<const cardcage_signal* const> signals) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const cardcage_signal* signal : signals) {
    json.push_back({{"name", signal->name},
                    {"kind", IsEdge(*signal) ? "pulse" : "level"},
                    {"doc", Text(signal->doc)}});
  }
  return json;
}

// Where the regions may lie: each in a page of its own, ports before memory.
std::string ExamplePlaces(const cardcage_type& type) {
  std::vector<std::string> places;
  uint64_t port = 0x500;
  uint64_t address = 0xd0000000;
  for (const cardcage_region* region : std::span(type.regions, type.region_count)) {
    const bool is_port = (region->spaces & CARDCAGE_SPACE_PORT) != 0;
    uint64_t& next = is_port ? port : address;
    const std::string place = absl::StrFormat("%s 0x%x", is_port ? "port" : "mmio", next);
    next += is_port ? 0x100 : 0x100000;
    places.push_back(type.region_count == 1 ? place : absl::StrCat(region->name, ": ", place));
  }
  if (places.empty()) return "";
  if (places.size() == 1) return absl::StrCat(", at: ", places[0]);
  return absl::StrCat(", at: { ", absl::StrJoin(places, ", "), " }");
}

nlohmann::ordered_json TypeAsJson(const DescribedType& described) {
  nlohmann::ordered_json json = {{"id", described.id},
                                 {"summary", described.summary},
                                 {"from", described.origin},
                                 {"hides", described.hides}};
  if (described.type == nullptr) return json;
  const cardcage_type& type = *described.type;
  json["document"] = Text(type.document);
  for (const char* list : {"parameters", "regions"}) json[list] = nlohmann::ordered_json::array();
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    json["parameters"].push_back(ParamAsJson(*param));
  }
  for (const cardcage_region* region : std::span(type.regions, type.region_count)) {
    json["regions"].push_back(RegionAsJson(*region));
  }
  json["outputs"] = SignalsAsJson({type.signals, type.signal_count});
  json["inputs"] = SignalsAsJson({type.inputs, type.input_count});
  json["counters"] = nlohmann::ordered_json::array();
  for (const cardcage_counter* counter : std::span(type.counters, type.counter_count)) {
    json["counters"].push_back({{"name", counter->name}, {"doc", Text(counter->doc)}});
  }
  json["state_version"] = type.state_version;
  json["example"] = ExampleOf(type);
  return json;
}

constexpr char kBuiltIn[] = "built in";

std::string NameOf(const TypeRegistry::Provider& provider) {
  using Step = TypeRegistry::Step;
  if (provider.step == Step::kBuiltIn) return "the built-in one";
  const std::string_view step = provider.step == Step::kPath        ? ", by CARDCAGE_PLUGIN_PATH"
                                : provider.step == Step::kInstalled ? ", installed"
                                                                    : "";
  return absl::StrCat("plugin ", provider.plugin, provider.version.empty() ? "" : " ",
                      provider.version, " (", provider.file, std::string(step), ")");
}

std::string WholeOrigin(const DescribedType& described) {
  if (described.hides.empty()) return described.origin;
  return absl::StrCat(described.origin, ", which hides ", absl::StrJoin(described.hides, " and "));
}

}  // namespace

DescribedType Described(const TypeRegistry& types, const std::string& id) {
  const auto providers = types.ProvidersOf(id);
  const TypeRegistry::Provider& server = providers.front();
  const bool is_built_in = server.step == TypeRegistry::Step::kBuiltIn;
  DescribedType described{.id = id,
                          .summary = server.summary,
                          .type = server.type.get(),
                          .origin = is_built_in ? kBuiltIn : absl::StrCat("from ", NameOf(server)),
                          .hides = {}};
  for (const auto& hidden : providers.subspan(1)) described.hides.push_back(NameOf(hidden));
  return described;
}

std::string ExampleOf(const cardcage_type& type) {
  // A name has no dot in it, an id may.
  std::string text = absl::StrCat(absl::StrReplaceAll(type.id, {{".", "-"}}),
                                  "0: { type: ", type.id, ExamplePlaces(type));
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    if (!IsRequired(*param)) continue;
    absl::StrAppend(&text, ", ", param->key, ": ", DefaultText(*param));
  }
  return absl::StrCat(text, " }");
}

std::string ListTypes(const std::vector<DescribedType>& types) {
  Rows rows;
  for (const DescribedType& type : types) {
    const std::string origin = WholeOrigin(type);
    rows.push_back({type.id, type.summary, origin == kBuiltIn ? "" : origin});
  }
  return Table(rows, "");
}

std::string DescribeType(const DescribedType& described) {
  const cardcage_type& type = *described.type;
  std::string text = absl::StrCat(type.id, ": ", OrNothing(type.summary), "\n");
  if (type.document != nullptr) absl::StrAppend(&text, "after ", type.document, "\n");
  absl::StrAppend(&text, WholeOrigin(described), "\n");
  const auto add = [&text](std::string_view title, const std::string& body) {
    if (!body.empty()) absl::StrAppend(&text, "\n", std::string(title), "\n", body);
  };
  add("Parameters", ParamTable(type));
  std::string regions;
  for (const cardcage_region* region : std::span(type.regions, type.region_count)) {
    regions += RegionText(*region);
  }
  add("Regions", regions);
  add("Outputs", SignalTable({type.signals, type.signal_count}));
  add("Inputs", SignalTable({type.inputs, type.input_count}));
  add("Counters", CounterTable({type.counters, type.counter_count}));
  add("Example", absl::StrCat("  devices:\n    ", ExampleOf(type), "\n"));
  return text;
}

std::string TypesAsJson(const std::vector<DescribedType>& types) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const DescribedType& type : types) json.push_back(TypeAsJson(type));
  // A plugin's texts may be no UTF-8.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cardcage
