// SPDX-License-Identifier: MIT
#include "machines/assembly/plan_backends.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "machines/spec/scalars.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

// All that is written in a node.
void CollectScalars(const YamlNode& node, std::set<std::string>& scalars) {
  if (node.kind == YamlNode::Kind::kScalar) scalars.insert(node.scalar);
  for (const YamlNode& item : node.list) CollectScalars(item, scalars);
  for (const YamlNode::Entry& entry : node.map) CollectScalars(entry.value, scalars);
}

// Tees in tees: more is a mistake, and each costs some of the stack.
constexpr int kMostTees = 16;

}  // namespace

void BackendPlanner::ReadDeclared() {
  for (const char* name : {"stdio", "null"}) {
    YamlNode map{.kind = YamlNode::Kind::kMap};
    map.map.push_back({.key = {.kind = YamlNode::Kind::kScalar, .scalar = "type"},
                       .value = {.kind = YamlNode::Kind::kScalar, .scalar = name}});
    declared_[name].read = ReadBackendMap(map, name, source_, diagnostics_);
  }
  for (const BackendSpec& backend : spec_.backends) {
    const std::string& name = backend.name.value;
    if (declared_.contains(name)) {
      diagnostics_.Error(backend.name.place,
                         absl::StrCat("backend ", name, " exists in every machine"),
                         "give this one another name");
      continue;
    }
    declared_[name] = {
        .read = ReadBackendMap(backend.map, absl::StrCat("backend ", name), source_, diagnostics_),
        .place = backend.name.place,
        .user = {}};
  }
}

// The backend that a device or a tee asks for, by its name or in place.
std::optional<size_t> BackendPlanner::Use(const YamlNode& node, const User& user) {
  if (node.kind == YamlNode::Kind::kMap) {  // in place: { type: null }
    const auto read = ReadBackendMap(node, user.what, source_, diagnostics_);
    return read ? AddBackend(*read, user.name, node.place, user) : std::nullopt;
  }
  const auto name = ReadBackendName(node, user.what, diagnostics_);
  if (!name) return std::nullopt;
  if (const auto found = declared_.find(*name); found != declared_.end()) {
    return UseDeclared(found->second, node.place, user);
  }
  std::vector<std::string> known;
  for (const auto& [backend, declared] : declared_) known.push_back(backend);
  const std::vector<std::string> types = BackendTypeNames();
  const bool is_type = std::find(types.begin(), types.end(), *name) != types.end();
  diagnostics_.Error(node.place, absl::StrCat("there is no backend `", *name, "`"),
                     is_type ? absl::StrCat("that is a type: write { type: ", *name, " }")
                             : Suggest(*name, known));
  return std::nullopt;
}

std::optional<size_t> BackendPlanner::UseDeclared(Declared& declared, Place place,
                                                  const User& user) {
  if (!declared.read) return std::nullopt;
  if (declared.read->type->is_each_users_own) {
    return AddBackend(*declared.read, user.console, place, user);
  }
  const auto name = std::find_if(declared_.begin(), declared_.end(), [&](const auto& entry) {
                      return &entry.second == &declared;
                    })->first;
  if (declared.is_open) {
    diagnostics_.Error(place, absl::StrCat(user.what, ": backend ", name, " leads back to itself"),
                       "take one of the tees between them out");
    return std::nullopt;
  }
  if (declared.user) {
    diagnostics_.Error(place,
                       absl::StrCat(user.what, ": a backend has one user, and ",
                                    declared.user->first, " has backend ", name),
                       "declare another one, or use null for one of the two");
    diagnostics_.Note(declared.user->second, "it has it here");
    return std::nullopt;
  }
  declared.user = {user.what, place};
  declared.is_open = true;
  const auto added = AddBackend(*declared.read, name, declared.place, user);
  declared.is_open = false;
  return added;
}

// Adds it behind its members, for the user.
std::optional<size_t> BackendPlanner::AddBackend(const ReadBackend& read, const std::string& name,
                                                 Place place, const User& user) {
  Plan::Backend backend{
      .type = read.type, .name = name, .place = place, .values = read.values, .members = {}};
  bool ok = true;
  if (read.members != nullptr && user.depth == kMostTees) {
    diagnostics_.Error(place, absl::StrCat("more than ", kMostTees, " tees are in each other"));
    ok = false;
  } else if (read.members != nullptr) {
    for (const YamlNode& member : read.members->list) {
      const auto used = Use(member, {.what = absl::StrCat("`to` of backend ", name),
                                     .console = user.console,
                                     .name = absl::StrCat(name, ".", backend.members.size() + 1),
                                     .depth = user.depth + 1});
      ok = ok && used.has_value();
      backend.members.push_back(used.value_or(0));
    }
  }
  tee_failed_ = tee_failed_ || !ok;
  if (!ok) return std::nullopt;
  plan_.backends.push_back(std::move(backend));
  return plan_.backends.size() - 1;
}

// What nobody uses is not made, but its mistakes are mistakes.
void BackendPlanner::PlanUnusedTees() {
  if (tee_failed_) return;  // what it did not come to would look as unused
  std::set<std::string> named;
  for (const BackendSpec& backend : spec_.backends) CollectScalars(backend.map, named);
  // The outermost first: each has those inside it. What is left then leads back to itself.
  for (const bool is_outermost : {true, false}) {
    for (auto& [name, declared] : declared_) {
      const bool is_tee = declared.read && declared.read->members != nullptr;
      if (!is_tee || declared.user || (is_outermost && named.contains(name))) continue;
      UseDeclared(declared, declared.place,
                  {.what = absl::StrCat("backend ", name), .console = name, .name = name});
    }
  }
}

std::optional<size_t> BackendPlanner::UseByDevice(const YamlNode& node, const std::string& what,
                                                  const std::string& name) {
  const auto used = Use(node, {.what = what, .console = name, .name = name});
  if (used) MarkUsed(*used);
  return used;
}

void BackendPlanner::Finish() {
  PlanUnusedTees();
  CheckDeterminism();
}

void BackendPlanner::MarkUsed(size_t backend) {
  plan_.backends[backend].is_used = true;
  for (const size_t member : plan_.backends[backend].members) MarkUsed(member);
}

void BackendPlanner::CheckDeterminism() {
  if (!plan_.engine_config.deterministic) return;
  const Plan::Backend* console = nullptr;
  for (const Plan::Backend& backend : plan_.backends) {
    if (!backend.is_used) continue;
    if (!backend.type->host_timing.empty()) {
      diagnostics_.Error(backend.place,
                         absl::StrCat("backend ", backend.name, " cannot be with --deterministic: ",
                                      std::string(backend.type->host_timing)),
                         "use stdio, whose input is read before the guest starts, or file");
    }
    if (backend.type->name != "stdio") continue;
    if (console != nullptr) {
      diagnostics_.Error(backend.place,
                         "with --deterministic there is one console on stdio: which of several has "
                         "the input, a person chooses",
                         "use null or file for one of the two");
      diagnostics_.Note(console->place, absl::StrCat("console ", console->name, " is here"));
    }
    if (console == nullptr) console = &backend;
  }
}

}  // namespace cardcage
