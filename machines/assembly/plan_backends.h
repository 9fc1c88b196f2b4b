// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_ASSEMBLY_PLAN_BACKENDS_H_
#define CARDCAGE_MACHINES_ASSEMBLY_PLAN_BACKENDS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "machines/assembly/plan.h"

namespace cardcage {

// Finds the backends that a machine's devices ask for, by name or in place, and puts them into the plan,
// each with its one user. Every mistake is added to the diagnostics.
class BackendPlanner {
 public:
  // All of them outlive it.
  BackendPlanner(const MachineSpec& spec, const Source& source, Plan& plan,
                 Diagnostics& diagnostics)
      : spec_(spec), source_(source), plan_(plan), diagnostics_(diagnostics) {}

  // First: what is declared.
  void ReadDeclared();
  // For each parameter of a device that is a backend: its index in the plan. `what` names the parameter
  // in messages, `name` is for people, of a console or a backend that is his alone.
  std::optional<size_t> UseByDevice(const YamlNode& node, const std::string& what,
                                    const std::string& name);
  // Last: what can only be said of all together.
  void Finish();

 private:
  // Who uses a backend.
  struct User {
    std::string what;     // for messages: "`console` of device com1", "`to` of backend all"
    std::string console;  // the name of a console on stdio that is his
    std::string name;     // of a backend that is written in place here
    int depth = 0;        // how many tees there are above it
  };

  struct Declared {
    std::optional<ReadBackend> read;  // nothing where it is wrong, and that was said
    Place place;                      // of the name
    bool is_open = false;             // its members are looked for just now
    std::optional<std::pair<std::string, Place>> user;
  };

  std::optional<size_t> Use(const YamlNode& node, const User& user);
  std::optional<size_t> UseDeclared(Declared& declared, Place place, const User& user);
  std::optional<size_t> AddBackend(const ReadBackend& read, const std::string& name, Place place,
                                   const User& user);
  void MarkUsed(size_t backend);
  void PlanUnusedTees();
  void CheckDeterminism();

  const MachineSpec& spec_;
  const Source& source_;
  Plan& plan_;
  Diagnostics& diagnostics_;
  std::map<std::string, Declared, std::less<>> declared_;  // stdio and null included
  bool tee_failed_ = false;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_ASSEMBLY_PLAN_BACKENDS_H_
