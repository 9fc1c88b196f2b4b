// SPDX-License-Identifier: MIT
#include "framework/plugin/manifest.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"

namespace cardcage {
namespace {

constexpr int kFormat = 1;

// The keys that have a text, in the order of the file.
struct TextKey {
  const char* name;
  std::string Manifest::*member;
  bool may_be_empty;
};
constexpr std::array kTextKeys = {
    TextKey{"file", &Manifest::file, false},     TextKey{"build_id", &Manifest::build_id, false},
    TextKey{"abi", &Manifest::abi, false},       TextKey{"needs", &Manifest::needs, false},
    TextKey{"plugin", &Manifest::plugin, false}, TextKey{"version", &Manifest::version, true},
    TextKey{"license", &Manifest::license, true}};

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::string_view(what.data(), what.size()));
}

// Whether none of it moves a terminal's cursor: no control characters, those of two bytes in UTF-8 included.
bool IsPrintable(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return false;
    if (byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      return false;
    }
  }
  return true;
}

bool IsId(std::string_view text) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
  return text.find_first_not_of(kLetters) == std::string_view::npos;
}

// `of` is what the object is in messages.
absl::Status ReadText(const nlohmann::json& object, const char* key, bool may_be_empty,
                      std::string_view of, std::string* text) {
  const auto found = object.find(key);
  const std::string what = absl::StrCat("the `", key, "` of ", std::string(of));
  if (found == object.end()) return Wrong(absl::StrCat(what, " is missing"));
  if (!found->is_string()) return Wrong(absl::StrCat(what, " is no text"));
  const auto& value = found->get_ref<const std::string&>();
  if (value.empty() && !may_be_empty) return Wrong(absl::StrCat(what, " is empty"));
  if (value.size() > kMostManifestText) {
    return Wrong(absl::StrCat(what, " has more than ", kMostManifestText, " bytes"));
  }
  if (!IsPrintable(value)) return Wrong(absl::StrCat(what, " has control characters"));
  *text = value;
  return absl::OkStatus();
}

absl::Status ReadTypes(const nlohmann::json& object, std::vector<Manifest::Type>* types) {
  const auto found = object.find("types");
  if (found == object.end() || !found->is_array()) return Wrong("its `types` are no list");
  if (found->size() > kMostManifestTypes) {
    return Wrong(absl::StrCat("it has more than ", kMostManifestTypes, " types"));
  }
  for (const nlohmann::json& item : *found) {
    if (!item.is_object()) return Wrong("one of its types is no object");
    Manifest::Type type;
    for (const auto& [key, text, may_be_empty] :
         {std::tuple{"id", &type.id, false}, {"summary", &type.summary, true}}) {
      if (absl::Status status = ReadText(item, key, may_be_empty, "a type", text); !status.ok()) {
        return status;
      }
    }
    if (!IsId(type.id)) {
      return Wrong(absl::StrCat("`", type.id, "` is no type: letters, digits, . - and _"));
    }
    const bool is_there = std::any_of(types->begin(), types->end(),
                                      [&type](const auto& other) { return other.id == type.id; });
    if (is_there) return Wrong(absl::StrCat("it has type ", type.id, " twice"));
    types->push_back(std::move(type));
  }
  return absl::OkStatus();
}

}  // namespace

std::string ManifestPath(std::string_view plugin_file) {
  if (plugin_file.ends_with(".so")) plugin_file.remove_suffix(3);
  return absl::StrCat(std::string(plugin_file), ".manifest.json");
}

Manifest ManifestOf(const cardcage_plugin& plugin, std::string_view file, std::string build_id) {
  Manifest manifest{
      .file = std::string(file.substr(file.rfind('/') + 1)),
      .build_id = std::move(build_id),
      .abi = absl::StrCat(plugin.abi_major, ".", plugin.abi_minor),
      .needs = absl::StrCat(plugin.abi_major, ".", plugin.needs_minor),
      .plugin = OrNothing(plugin.name),
      .version = OrNothing(plugin.version),
      .license = OrNothing(plugin.license),
      .types = {},
  };
  for (const cardcage_type* type : std::span(plugin.types, plugin.type_count)) {
    manifest.types.push_back({type->id, OrNothing(type->summary)});
  }
  return manifest;
}

std::string ManifestText(const Manifest& manifest) {
  nlohmann::ordered_json json = {{"manifest", kFormat}};
  for (const TextKey& key : kTextKeys) json[key.name] = manifest.*key.member;
  json["types"] = nlohmann::ordered_json::array();
  for (const Manifest::Type& type : manifest.types) {
    json["types"].push_back({{"id", type.id}, {"summary", type.summary}});
  }
  // A plugin's texts may be no UTF-8.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Manifest> ParseManifest(std::string_view text) {
  if (text.size() > kMostManifestBytes) {
    return Wrong(absl::StrCat("it has more than ", kMostManifestBytes, " bytes"));
  }
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Wrong("it is no JSON object");
  const auto format = json.find("manifest");
  if (format == json.end() || !format->is_number_integer()) return Wrong("it has no `manifest`");
  if (*format != kFormat) {
    return Wrong(absl::StrCat("its format is ", format->dump(), ", this program reads ", kFormat));
  }
  Manifest manifest;
  for (const auto& [key, member, may_be_empty] : kTextKeys) {
    absl::Status status = ReadText(json, key, may_be_empty, "the manifest", &(manifest.*member));
    if (!status.ok()) return status;
  }
  if (absl::Status status = ReadTypes(json, &manifest.types); !status.ok()) return status;
  return manifest;
}

}  // namespace cardcage
