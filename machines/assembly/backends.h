// SPDX-License-Identifier: MIT
// The types of backends that a machine file may name: what each is told, and how one is made.
#ifndef CARDCAGE_MACHINES_ASSEMBLY_BACKENDS_H_
#define CARDCAGE_MACHINES_ASSEMBLY_BACKENDS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/socket_address.h"
#include "framework/backend/stdio_backend.h"
#include "framework/event/event_loop.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {

// What the keys of a backend say; those that its type does not have are as they are here.
struct BackendValues {
  std::string path;  // file, log, asciicast; empty: standard error
  std::string link;  // pty; empty: none
  bool append = false;
  uint64_t size = 64 * 1024;             // ring
  std::optional<SocketAddress> listen;   // unix, tcp: one of
  std::optional<SocketAddress> connect;  // the two
};

// What a backend finds around it when it is made.
struct BackendHost {
  EventLoop& loop;
  // Reports a line, for people, with the backend's name before it. Any thread; does not block.
  std::function<void(std::string_view line)> log;
  std::string name;
  // Nothing of how fast the host is may be seen: output always has room, which a CPU waits for.
  bool is_deterministic = false;
  // The process's own, made when first asked for.
  std::function<Stdio&()> stdio;
  std::vector<CharBackend*> members;  // of a tee
};

struct BackendType {
  std::string_view name;
  // Whether each of its users has one to himself, so that it may be named many times.
  bool is_each_users_own = false;
  // Why its guest's runs would differ, or nothing: a reason against --deterministic.
  std::string_view host_timing = {};
  // Errors: FailedPrecondition where the machine file names what cannot be, anything else where the host
  // cannot.
  absl::StatusOr<std::unique_ptr<CharBackend>> (*make)(const BackendValues& values,
                                                       const BackendHost& host);
};

// The names of all of them.
std::vector<std::string> BackendTypeNames();

// A backend's map that was read: `{ type: file, path: console.txt }`.
struct ReadBackend {
  const BackendType* type = nullptr;
  Place type_place;
  BackendValues values;
  const YamlNode* members = nullptr;  // a tee's list, not empty; else null
};

// Reads a backend's map, wherever it stands; `what` names it in messages: "backend log". Every mistake is
// added to `diagnostics`, and then there is nothing. Relative paths begin at the folder of `source`.
std::optional<ReadBackend> ReadBackendMap(const YamlNode& node, const std::string& what,
                                          const Source& source, Diagnostics& diagnostics);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_BACKENDS_H_
