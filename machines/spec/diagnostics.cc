// SPDX-License-Identifier: MIT
#include "machines/spec/diagnostics.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace cardcage {
namespace {

// The text of a line, without its end; empty where there is none.
std::string_view Line(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

// Shown as it is, but for what would move a terminal's cursor.
std::string Printable(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (c == '\t') c = ' ';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return shown;
}

}  // namespace

void Diagnostics::Error(Place place, std::string message, std::string help) {
  if (entries_.size() >= kLimit) {
    ++dropped_;
    return;
  }
  entries_.push_back({{place, std::move(message)}, std::move(help), {}});
}

void Diagnostics::Note(Place place, std::string message) {
  if (dropped_ == 0 && !entries_.empty())
    entries_.back().notes.push_back({place, std::move(message)});
}

void Diagnostics::Print(const Remark& remark, std::string_view kind, std::string& out) const {
  const Place& place = remark.place;
  absl::StrAppend(&out, source_.name);
  if (place.line > 0) absl::StrAppend(&out, ":", place.line, ":", place.column);
  absl::StrAppend(&out, ": ", std::string(kind), ": ", Printable(remark.message), "\n");
  if (place.line == 0) return;

  // A long line is cut to a window around the token.
  constexpr size_t kWidth = 100;
  const std::string_view line = Line(source_.text, place.line);
  const auto column = static_cast<size_t>(std::max(place.column - 1, 0));
  const size_t begin = column > kWidth / 2 && line.size() > kWidth ? column - kWidth / 2 : 0;
  if (begin > line.size()) return;
  const std::string shown = Printable(line.substr(begin, kWidth));
  const size_t caret = std::min(column - begin, shown.size());
  const size_t tail = std::min<size_t>(static_cast<size_t>(std::max(place.length, 1)),
                                       std::max<size_t>(shown.size() - caret, 1));
  absl::StrAppendFormat(&out, "%5d | %s\n      | %s^%s\n", place.line, shown,
                        std::string(caret, ' '), std::string(tail - 1, '~'));
}

std::string Diagnostics::Format() const {
  std::vector<const Entry*> sorted;
  for (const Entry& entry : entries_) sorted.push_back(&entry);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) {
    return std::tie(a->error.place.line, a->error.place.column) <
           std::tie(b->error.place.line, b->error.place.column);
  });
  std::string out;
  for (const Entry* entry : sorted) {
    Print(entry->error, "error", out);
    if (!entry->help.empty()) absl::StrAppend(&out, "      = help: ", Printable(entry->help), "\n");
    for (const Remark& note : entry->notes) Print(note, "note", out);
  }
  if (dropped_ > 0)
    absl::StrAppend(&out, "and ", dropped_, " more error", dropped_ == 1 ? "" : "s", "\n");
  return out;
}

}  // namespace cardcage
