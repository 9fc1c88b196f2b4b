// SPDX-License-Identifier: MIT
#include "machines/assembly/backends.h"

#include <algorithm>
#include <span>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/backend/file_backend.h"
#include "framework/backend/formatted_backend.h"
#include "framework/backend/pty_backend.h"
#include "framework/backend/ring_backend.h"
#include "framework/backend/socket_backend.h"
#include "framework/backend/tee_backend.h"
#include "machines/assembly/files.h"
#include "machines/spec/quantities.h"
#include "machines/spec/scalars.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

constexpr uint64_t kLargestRing = 64 << 20;

// --- Keys ---------------------------------------------------------------------------------------

// A key's value on its way to a backend's.
struct KeyReader {
  const YamlNode& node;
  const std::string what;  // "`path` of backend log"
  const Source& source;
  Diagnostics& diagnostics;
  ReadBackend& read;

  void Refuse(std::string message, std::string help = "") const {
    diagnostics.Error(node.place, std::move(message), std::move(help));
  }
};

// The path of a file that is written to; nothing where that was refused.
std::optional<std::string> PathOf(const KeyReader& key) {
  const auto text = ReadText(key.node, key.what, key.diagnostics);
  if (!text) return std::nullopt;
  if (text->starts_with("cardcage:")) {
    key.Refuse(absl::StrCat(key.what, " is ", *text, ": what is shipped is only read"));
    return std::nullopt;
  }
  const auto path = ResolveFile(*text, key.source.name);
  if (!path.ok()) key.Refuse(absl::StrCat(*text, ": ", path.status().message()));
  return path.ok() ? std::optional(*path) : std::nullopt;
}

template <std::string BackendValues::*kValue>
void ReadPath(const KeyReader& key) {
  if (auto path = PathOf(key)) key.read.values.*kValue = *std::move(path);
}

void ReadAppend(const KeyReader& key) {
  key.read.values.append = ReadBool(key.node, key.what, key.diagnostics).value_or(false);
}

void ReadRingSize(const KeyReader& key) {
  const auto size = ReadSize(key.node, key.what, key.diagnostics);
  if (!size) return;
  if (*size == 0 || *size > kLargestRing) {
    key.Refuse(absl::StrCat(key.what, " is ", *size, " bytes: it must be from 1B to 64MiB"));
  }
  key.read.values.size = *size;
}

using Address = std::optional<SocketAddress>;

template <Address BackendValues::*kValue>
void ReadUnixAddress(const KeyReader& key) {
  const auto path = PathOf(key);
  if (!path) return;
  auto address = SocketAddress::Unix(*path);
  if (!address.ok()) key.Refuse(std::string(address.status().message()));
  if (address.ok()) key.read.values.*kValue = *std::move(address);
}

template <Address BackendValues::*kValue>
void ReadTcpAddress(const KeyReader& key) {
  const auto text = ReadText(key.node, key.what, key.diagnostics);
  if (!text) return;
  auto address = SocketAddress::Tcp(*text);
  const bool connects = kValue == &BackendValues::connect;
  if (!address.ok()) {
    key.Refuse(
        absl::StrCat(key.what, ": ", address.status().message()),
        "a port of 127.0.0.1, as 5000 or \"127.0.0.1:5000\"; for others, forward it with ssh");
  } else if (connects && address->port() == 0) {
    key.Refuse(absl::StrCat(key.what, ": port 0 is for who listens"));
  } else {
    key.read.values.*kValue = *std::move(address);
  }
}

void ReadMembers(const KeyReader& key) {
  if (key.node.kind != YamlNode::Kind::kList || key.node.list.empty()) {
    key.Refuse(absl::StrCat(key.what, " must be a list of backends"), "to: [stdio, OTHER]");
  } else {
    key.read.members = &key.node;
  }
}

struct BackendKey {
  std::string_view name;
  void (*read)(const KeyReader& key);
  std::string_view example = {};  // where it is required
};

// --- Types --------------------------------------------------------------------------------------

using Made = absl::StatusOr<std::unique_ptr<CharBackend>>;

OutputFile::Options FileOptions(const BackendValues& values, const BackendHost& host) {
  return {.append = values.append, .patient = host.is_deterministic};
}

Made MakeNull(const BackendValues& /*values*/, const BackendHost& /*host*/) {
  return std::make_unique<NullBackend>();
}
Made MakeStdio(const BackendValues& /*values*/, const BackendHost& host) {
  return host.stdio().AddConsole(host.name);
}
Made MakePty(const BackendValues& values, const BackendHost& host) {
  auto pty = PtyBackend::Create(values.link, host.loop);
  if (pty.ok()) host.log((*pty)->path());
  return pty;
}
Made MakeFile(const BackendValues& values, const BackendHost& host) {
  return FileBackend::Create(values.path, FileOptions(values, host), host.loop);
}
Made MakeSocket(const BackendValues& values, const BackendHost& host) {
  if (values.connect) {
    return std::make_unique<ConnectingBackend>(*values.connect, host.loop, host.log,
                                               ConnectingBackend::Pace());
  }
  auto listening = ListeningBackend::Create(*values.listen, host.loop);
  // Where the file does not say it already.
  if (listening.ok() && !values.listen->is_unix() && values.listen->port() == 0) {
    host.log(absl::StrCat("listens at ", (*listening)->address().Text()));
  }
  return listening;
}
Made MakeRing(const BackendValues& values, const BackendHost& /*host*/) {
  return std::make_unique<RingBackend>(values.size);
}
Made MakeTee(const BackendValues& /*values*/, const BackendHost& host) {
  return std::make_unique<TeeBackend>(host.members);
}
Made MakeLog(const BackendValues& values, const BackendHost& host) {
  return LogBackend::Create(values.path, FileOptions(values, host), host.loop);
}
Made MakeAsciicast(const BackendValues& values, const BackendHost& host) {
  return AsciicastBackend::Create(values.path, FileOptions(values, host), host.loop);
}

constexpr BackendKey kPtyKeys[] = {{"link", ReadPath<&BackendValues::link>}};
constexpr BackendKey kFileKeys[] = {{"path", ReadPath<&BackendValues::path>, "console.txt"},
                                    {"append", ReadAppend}};
constexpr BackendKey kUnixKeys[] = {{"listen", ReadUnixAddress<&BackendValues::listen>},
                                    {"connect", ReadUnixAddress<&BackendValues::connect>}};
constexpr BackendKey kTcpKeys[] = {{"listen", ReadTcpAddress<&BackendValues::listen>},
                                   {"connect", ReadTcpAddress<&BackendValues::connect>}};
constexpr BackendKey kRingKeys[] = {{"size", ReadRingSize}};
constexpr BackendKey kTeeKeys[] = {{"to", ReadMembers, "[stdio, OTHER]"}};
constexpr BackendKey kLogKeys[] = {{"path", ReadPath<&BackendValues::path>}};
constexpr BackendKey kAsciicastKeys[] = {{"path", ReadPath<&BackendValues::path>, "console.cast"}};

constexpr std::string_view kComesAsItComes = "what somebody sends comes when they send it";

struct Row {
  BackendType type;
  std::span<const BackendKey> keys = {};
  bool wants_one = false;  // exactly one of its keys
};

constexpr Row kRows[] = {
    {.type = {.name = "stdio", .is_each_users_own = true, .make = MakeStdio}},
    {.type = {.name = "null", .is_each_users_own = true, .make = MakeNull}},
    {.type = {.name = "pty", .host_timing = kComesAsItComes, .make = MakePty}, .keys = kPtyKeys},
    {.type = {.name = "file", .make = MakeFile}, .keys = kFileKeys},
    {.type = {.name = "unix", .host_timing = kComesAsItComes, .make = MakeSocket},
     .keys = kUnixKeys,
     .wants_one = true},
    {.type = {.name = "tcp", .host_timing = kComesAsItComes, .make = MakeSocket},
     .keys = kTcpKeys,
     .wants_one = true},
    {.type = {.name = "ring", .make = MakeRing}, .keys = kRingKeys},
    {.type = {.name = "tee", .make = MakeTee}, .keys = kTeeKeys},
    {.type = {.name = "log", .make = MakeLog}, .keys = kLogKeys},
    {.type = {.name = "asciicast", .make = MakeAsciicast}, .keys = kAsciicastKeys},
};

// --- Maps ---------------------------------------------------------------------------------------

const YamlNode::Entry* Find(const YamlNode& map, std::string_view key) {
  const auto found = std::find_if(map.map.begin(), map.map.end(),
                                  [key](const auto& entry) { return entry.key.scalar == key; });
  return found == map.map.end() ? nullptr : &*found;
}

// The row of the type that the map names; null, with an error, where there is none.
const Row* FindRow(const YamlNode& node, const std::string& what, Diagnostics& diagnostics) {
  const YamlNode::Entry* type = Find(node, "type");
  if (type == nullptr) {
    diagnostics.Error(node.place, absl::StrCat(what, " lacks the key `type`"), "add type: stdio");
    return nullptr;
  }
  const auto name = ReadBackendName(type->value, absl::StrCat("the type of ", what), diagnostics);
  if (!name) return nullptr;
  for (const Row& row : kRows) {
    if (row.type.name == *name) return &row;
  }
  diagnostics.Error(type->value.place, absl::StrCat("there is no backend type `", *name, "`"),
                    Suggest(*name, BackendTypeNames()));
  return nullptr;
}

void RefuseUnknownKeys(const YamlNode& node, const std::string& what, const Row& row,
                       Diagnostics& diagnostics) {
  std::vector<std::string> known = {"type"};
  for (const BackendKey& key : row.keys) known.emplace_back(key.name);
  for (const YamlNode::Entry& entry : node.map) {
    if (std::find(known.begin(), known.end(), entry.key.scalar) != known.end()) continue;
    diagnostics.Error(entry.key.place,
                      absl::StrCat("unknown key `", entry.key.scalar, "` of ", what,
                                   ", which is of type ", std::string(row.type.name)),
                      Suggest(entry.key.scalar, known));
  }
}

// Says where a key is missing, or one too many is there.
void CheckPresence(const YamlNode& node, const std::string& what, const Row& row,
                   Diagnostics& diagnostics) {
  std::vector<std::string> all;
  std::vector<const YamlNode::Entry*> given;
  for (const BackendKey& key : row.keys) {
    all.push_back(absl::StrCat("`", std::string(key.name), "`"));
    if (const YamlNode::Entry* entry = Find(node, key.name)) {
      given.push_back(entry);
    } else if (!key.example.empty()) {
      diagnostics.Error(
          node.place, absl::StrCat(what, " lacks the key ", all.back()),
          absl::StrCat("add ", std::string(key.name), ": ", std::string(key.example)));
    }
  }
  if (!row.wants_one || given.size() == 1) return;
  const std::string names = absl::StrJoin(all, " or ");
  if (given.empty()) {
    diagnostics.Error(node.place, absl::StrCat(what, " has either ", names, ": this has none"));
  } else {
    diagnostics.Error(given[1]->key.place, absl::StrCat(what, " has either ", names, ", not both"));
    diagnostics.Note(given[0]->key.place, "the other is here");
  }
}

}  // namespace

std::vector<std::string> BackendTypeNames() {
  std::vector<std::string> names;
  for (const Row& row : kRows) names.emplace_back(row.type.name);
  return names;
}

std::optional<ReadBackend> ReadBackendMap(const YamlNode& node, const std::string& what,
                                          const Source& source, Diagnostics& diagnostics) {
  if (node.kind != YamlNode::Kind::kMap) {
    diagnostics.Error(node.place, absl::StrCat(what, " must be a map of keys and values"),
                      "{ type: TYPE }");
    return std::nullopt;
  }
  const size_t errors = diagnostics.count();
  const Row* row = FindRow(node, what, diagnostics);
  if (row == nullptr) return std::nullopt;
  RefuseUnknownKeys(node, what, *row, diagnostics);
  CheckPresence(node, what, *row, diagnostics);
  ReadBackend read{.type = &row->type, .type_place = Find(node, "type")->value.place};
  for (const BackendKey& key : row->keys) {
    const YamlNode::Entry* entry = Find(node, key.name);
    if (entry == nullptr) continue;
    key.read({entry->value, absl::StrCat("`", std::string(key.name), "` of ", what), source,
              diagnostics, read});
  }
  return diagnostics.count() == errors ? std::optional(std::move(read)) : std::nullopt;
}

}  // namespace cardcage
