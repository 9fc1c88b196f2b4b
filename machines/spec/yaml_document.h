// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_SPEC_YAML_DOCUMENT_H_
#define CARDCAGE_MACHINES_SPEC_YAML_DOCUMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "machines/spec/diagnostics.h"

namespace cardcage {

// A node of a YAML document: what stands in the file, and where, without any judgement of what a
// scalar means.
struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  Place place;
  std::string scalar;   // kScalar: quotes removed, escapes resolved
  bool quoted = false;  // kScalar: it stood in quotes, or in a block
  std::vector<YamlNode> list;
  std::vector<Entry> map;  // in the order of the file
};
struct YamlNode::Entry {
  YamlNode key;
  YamlNode value;
};

// Files larger than this are refused unread: a machine file is written by people.
inline constexpr size_t kMaxMachineFileSize = 4 << 20;

// The one document of a file. YAML 1.2's own syntax, less what hides things: duplicate keys, merge
// keys, tags of one's own and a second document are errors. An alias is a copy of its anchor.
// Nothing where there was an error that leaves no document.
std::optional<YamlNode> ParseYaml(const Source& source, Diagnostics& diagnostics);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_YAML_DOCUMENT_H_
