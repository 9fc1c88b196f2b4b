// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_VALIDATE_SUBJECT_H_
#define CARDCAGE_MACHINES_VALIDATE_SUBJECT_H_

#include <map>
#include <memory>
#include <string>

#include "cardcage/testing/test_cage.h"
#include "machines/validate/context.h"

namespace cardcage {

// Values for the parameters that have no default.
std::map<std::string, testing::Setting> RequiredParams(const cardcage_type& type);

// A device of the type under test, and what can be done with it. What it breaks of the contract is a finding, at
// the latest when this goes.
class Subject {
 public:
  explicit Subject(Context& context);
  // One of another copy of the plugin.
  Subject(Context& context, const cardcage_plugin& plugin);
  ~Subject();
  Subject(const Subject&) = delete;
  Subject& operator=(const Subject&) = delete;

  testing::TestCage& cage() { return cage_; }

  // One thing that the guest, the machine or time does, by chance; in words what can be seen of it. Two subjects
  // that are alike do the same with randoms that are alike.
  std::string Do(Random& random, bool with_output = true);
  void DoSteps(Random& random, unsigned steps) {
    while (steps-- > 0) Do(random);
  }

  // Accesses, told before they are made.
  uint64_t Read(unsigned region, uint64_t offset, unsigned size);
  void Write(unsigned region, uint64_t offset, uint64_t value, unsigned size);
  void Advance(uint64_t ns);
  void Reset();

  // The levels of its outputs.
  std::string Levels() const;
  // What it has sent, since the last call.
  std::string TakeOutput();
  // What looks from outside show of all its regions, at most kMostPeeks bytes of each.
  static constexpr uint64_t kMostPeeks = 256;
  std::string Peeks();

  // Has what the other has around it: time, memory, levels of inputs, the console.
  void Follow(Subject& other);

 private:
  Context& context_;
  const cardcage_type& type_;
  testing::TestCage cage_;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_SUBJECT_H_
