// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_VALIDATE_CONTEXT_H_
#define CARDCAGE_MACHINES_VALIDATE_CONTEXT_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "cardcage/abi.h"
#include "machines/validate/probe.h"

namespace cardcage {

using Random = std::mt19937_64;

// Where a check says what it does and finds. In the process that runs the plugin's code, which may end at any
// moment: what was said until then is known outside.
class Findings {
 public:
  virtual ~Findings() = default;
  // What is done next: "write of 1 byte 0x80 to LCR".
  virtual void Doing(std::string_view action) = 0;
  // A fault, under a check's id.
  virtual void Found(std::string_view id, std::string_view what) = 0;
  // Why the check can say nothing of this plugin.
  virtual void Skipped(std::string_view reason) = 0;
};

// What one check of one type has in hand.
class Context {
 public:
  // All outlive it.
  Context(std::string_view id, const std::string& file, Probe& probe, uint64_t seed,
          Findings& findings)
      : id_(id), file_(file), probe_(probe), seed_(seed), findings_(findings) {
    probe_.set_context(this);
  }
  ~Context() { probe_.set_context(nullptr); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const std::string& file() const { return file_; }
  Probe& probe() { return probe_; }
  // As the probe watches them.
  const cardcage_plugin& plugin() const { return probe_.plugin(); }
  const cardcage_type& type() const { return probe_.type(); }
  uint64_t seed() const { return seed_; }

  void Do(std::string_view action) {
    last_ = action;
    findings_.Doing(action);
  }
  // What was done last.
  const std::string& last() const { return last_; }
  // A fault of the kind that this check looks for, or of another. The check may go on: only the first of an id
  // is shown.
  void Find(std::string_view what) { Find(id_, what); }
  void Find(std::string_view id, std::string_view what) {
    has_findings_ |= id == id_;
    findings_.Found(id, what);
  }
  void Skip(std::string_view reason) { findings_.Skipped(reason); }
  bool has_findings() const { return has_findings_; }

 private:
  const std::string_view id_;
  const std::string& file_;
  Probe& probe_;
  const uint64_t seed_;
  Findings& findings_;
  std::string last_;
  bool has_findings_ = false;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_VALIDATE_CONTEXT_H_
