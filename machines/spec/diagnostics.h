// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_SPEC_DIAGNOSTICS_H_
#define CARDCAGE_MACHINES_SPEC_DIAGNOSTICS_H_

#include <string>
#include <string_view>
#include <vector>

namespace cardcage {

// A place in a machine file; lines and columns count from 1. Line 0 is the file as a whole.
struct Place {
  int line = 0;
  int column = 0;
  int length = 1;  // of the token, in columns
};

// A machine file as it was read: its name as the user said it, and its text.
struct Source {
  std::string name;
  std::string text;
};

// What is wrong with a machine file: all of it, each as a compiler says it.
class Diagnostics {
 public:
  // No more than this many are kept: a broken file should not fill a screen many times.
  static constexpr size_t kLimit = 100;

  // `source` outlives this.
  explicit Diagnostics(const Source& source) : source_(source) {}

  // Adds an error. `help` says what would do, and may be empty.
  void Error(Place place, std::string message, std::string help = "");
  // Adds a place to the last error: where the other half of a clash stands.
  void Note(Place place, std::string message);

  bool ok() const { return entries_.empty(); }
  size_t count() const { return entries_.size() + dropped_; }

  // All of it, in the order of the file, for a terminal.
  std::string Format() const;

 private:
  struct Remark {
    Place place;
    std::string message;
  };
  struct Entry {
    Remark error;
    std::string help;
    std::vector<Remark> notes;
  };
  void Print(const Remark& remark, std::string_view kind, std::string& out) const;

  const Source& source_;
  std::vector<Entry> entries_;
  size_t dropped_ = 0;
};

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_DIAGNOSTICS_H_
