// SPDX-License-Identifier: MIT
#include "machines/assembly/param_values.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "machines/assembly/files.h"
#include "machines/spec/quantities.h"
#include "machines/spec/scalars.h"

namespace cardcage {
namespace {

std::string SpellNumber(uint32_t kind, uint64_t number) {
  switch (kind) {
    case CARDCAGE_KIND_I64:
      return absl::StrCat(static_cast<int64_t>(number));
    case CARDCAGE_KIND_SIZE:
      return SpellSize(number);
    case CARDCAGE_KIND_ADDRESS:
      return absl::StrFormat("0x%x", number);
    case CARDCAGE_KIND_DURATION:
      return SpellDuration(number);
    case CARDCAGE_KIND_FREQUENCY:
      return SpellFrequency(number);
    default:
      return absl::StrCat(number);
  }
}

// A range in words; each end may be none.
std::string SpellRange(const std::string& least, const std::string& most) {
  if (least.empty() && most.empty()) return "";
  if (most.empty()) return absl::StrCat("at least ", least);
  if (least.empty()) return absl::StrCat("at most ", most);
  return least == most ? least : absl::StrCat("from ", least, " to ", most);
}

std::string ItemsOrBytes(const cardcage_param& param, uint64_t count) {
  return absl::StrCat(IsList(param) ? "item" : "byte", count == 1 ? "" : "s");
}

// The path of a file, from the machine file's folder on.
void Resolve(std::string& path, const std::string& what, Place place, const Source& source,
             Diagnostics& diagnostics) {
  if (path.empty()) return;
  auto resolved = ResolveFile(path, source.name);
  if (resolved.ok()) {
    path = *std::move(resolved);
  } else {
    diagnostics.Error(place, absl::StrCat(what, ": ", path, ": ", resolved.status().message()));
  }
}

// Reads the value of one parameter.
class ParamReader {
 public:
  ParamReader(const cardcage_param& param, const Source& source, Diagnostics& diagnostics)
      : param_(param), source_(source), diagnostics_(diagnostics) {}

  std::optional<ParamValue> Read(const YamlNode& node, const std::string& what) {
    const size_t errors = diagnostics_.count();
    ParamValue value = IsList(param_) ? ReadList(node, what) : ReadOne(node, what);
    if (diagnostics_.count() != errors) return std::nullopt;
    const uint64_t length = IsList(param_)        ? value.items.size()
                            : IsText(param_.kind) ? written_
                                                  : value.bytes.size();
    if (HasLength(param_) && !LengthIsInBounds(param_, length)) {
      diagnostics_.Error(node.place,
                         absl::StrCat(what, " has ", length, " ", ItemsOrBytes(param_, length),
                                      ": it must have ", SpellLength(param_)));
      return std::nullopt;
    }
    return value;
  }

 private:
  ParamValue ReadList(const YamlNode& node, const std::string& what) {
    ParamValue value;
    if (node.kind != YamlNode::Kind::kList) {
      diagnostics_.Error(node.place, absl::StrCat(what, " must be a list"),
                         node.kind == YamlNode::Kind::kScalar
                             ? absl::StrCat("of one item: [", node.scalar, "]")
                             : "as [FIRST, SECOND]; an empty one is []");
    }
    for (const YamlNode& item : node.list) {
      value.items.push_back(
          ReadOne(item, absl::StrCat("item ", value.items.size() + 1, " of ", what)));
    }
    return value;
  }

  ParamValue ReadOne(const YamlNode& node, const std::string& what) {
    ParamValue value;
    switch (param_.kind) {
      case CARDCAGE_KIND_BOOL:
        value.number = ReadBool(node, what, diagnostics_).value_or(false) ? 1 : 0;
        break;
      case CARDCAGE_KIND_ENUM:
        value.number =
            ReadWord(node, what, {param_.names, param_.names + param_.name_count}, diagnostics_)
                .value_or(0);
        break;
      case CARDCAGE_KIND_STRING:
      case CARDCAGE_KIND_PATH:
        value.text = ReadString(node, what, diagnostics_).value_or("");
        written_ = value.text.size();
        if (param_.kind == CARDCAGE_KIND_PATH) {
          Resolve(value.text, what, node.place, source_, diagnostics_);
        }
        break;
      case CARDCAGE_KIND_BYTES:
        value.bytes = ReadBytes(node, what);
        break;
      case CARDCAGE_KIND_MAC:
        value.bytes = ReadMac(node, what, diagnostics_).value_or(std::vector<uint8_t>());
        break;
      default:
        value.number = ReadInBounds(node, what);
    }
    return value;
  }

  std::vector<uint8_t> ReadBytes(const YamlNode& node, const std::string& what) {
    const bool is_empty = node.kind == YamlNode::Kind::kScalar && node.scalar.empty();
    if (is_empty && node.quoted) return {};
    return ReadHex(node, what, diagnostics_).value_or(std::vector<uint8_t>());
  }

  uint64_t ReadInBounds(const YamlNode& node, const std::string& what) {
    const auto number = ReadByKind(node, what);
    if (!number || IsInBounds(param_, *number)) return number.value_or(0);
    diagnostics_.Error(node.place, absl::StrCat(what, " is ", SpellNumber(param_.kind, *number),
                                                ": it must be ", SpellBounds(param_)));
    return 0;
  }

  std::optional<uint64_t> ReadByKind(const YamlNode& node, const std::string& what) {
    switch (param_.kind) {
      case CARDCAGE_KIND_I64:
        return ReadSigned(node, what, diagnostics_);
      case CARDCAGE_KIND_SIZE:
        return ReadSize(node, what, diagnostics_);
      case CARDCAGE_KIND_DURATION:
        return ReadDuration(node, what, diagnostics_);
      case CARDCAGE_KIND_FREQUENCY:
        return ReadFrequency(node, what, diagnostics_);
      default:
        return ReadNumber(node, what, diagnostics_);
    }
  }

  const cardcage_param& param_;
  const Source& source_;
  Diagnostics& diagnostics_;
  size_t written_ = 0;  // the length of the text, as the file has it
};

}  // namespace

std::optional<ParamValue> ReadParam(const cardcage_param& param, const YamlNode& node,
                                    const std::string& what, const Source& source,
                                    Diagnostics& diagnostics) {
  return ParamReader(param, source, diagnostics).Read(node, what);
}

ParamValue DefaultParam(const cardcage_param& param, const std::string& what, Place place,
                        const Source& source, Diagnostics& diagnostics) {
  ParamValue value = DefaultOf(param);
  if (param.kind != CARDCAGE_KIND_PATH) return value;
  Resolve(value.text, what, place, source, diagnostics);
  for (ParamValue& item : value.items) Resolve(item.text, what, place, source, diagnostics);
  return value;
}

std::string SpellParam(const cardcage_param& param, const ParamValue& value) {
  const auto one = [&param](const ParamValue& item) -> std::string {
    switch (param.kind) {
      case CARDCAGE_KIND_BOOL:
        return item.number != 0 ? "true" : "false";
      case CARDCAGE_KIND_ENUM:
        return item.number < param.name_count ? param.names[item.number] : "?";
      case CARDCAGE_KIND_CHAR:
        return "null";
      case CARDCAGE_KIND_STRING:
      case CARDCAGE_KIND_PATH:
        return SpellString(item.text);
      case CARDCAGE_KIND_BYTES:
        return SpellHex(item.bytes);
      case CARDCAGE_KIND_MAC:
        return SpellMac(item.bytes);
      default:
        return SpellNumber(param.kind, item.number);
    }
  };
  if (!IsList(param)) return one(value);
  std::vector<std::string> items;
  for (const ParamValue& item : value.items) items.push_back(one(item));
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

std::string UnitOf(const cardcage_param& param) {
  const bool is_bare = param.kind == CARDCAGE_KIND_U64 || param.kind == CARDCAGE_KIND_I64;
  return is_bare && param.unit != nullptr ? param.unit : "";
}

std::string SpellBounds(const cardcage_param& param) {
  if (!HasBounds(param)) return "";
  const auto end = [&param](uint64_t number, uint64_t none) {
    return number == none ? "" : SpellNumber(param.kind, number);
  };
  const std::string range =
      SpellRange(end(param.min, LeastOf(param.kind)), end(param.max, GreatestOf(param.kind)));
  return range.empty() || UnitOf(param).empty() ? range : absl::StrCat(range, " ", UnitOf(param));
}

std::string SpellLength(const cardcage_param& param) {
  if (!HasLength(param)) return "";
  const auto end = [](uint64_t length) { return length == 0 ? "" : absl::StrCat(length); };
  const std::string range = SpellRange(end(param.min_length), end(param.max_length));
  if (range.empty()) return "";
  const uint64_t last = param.max_length != 0 ? param.max_length : param.min_length;
  return absl::StrCat(range, " ", ItemsOrBytes(param, last));
}

}  // namespace cardcage
