// SPDX-License-Identifier: MIT
// Scalars as they stand in a machine file, and what is said of those that are wrong.
#ifndef CARDCAGE_MACHINES_SPEC_SCALARS_TESTER_H_
#define CARDCAGE_MACHINES_SPEC_SCALARS_TESTER_H_

#include <initializer_list>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "machines/spec/diagnostics.h"
#include "machines/spec/yaml_document.h"

namespace cardcage {

inline YamlNode Plain(std::string text) {
  return {.kind = YamlNode::Kind::kScalar, .place = {.line = 1}, .scalar = std::move(text)};
}
inline YamlNode Quoted(std::string text) {
  YamlNode node = Plain(std::move(text));
  node.quoted = true;
  return node;
}
inline YamlNode List() { return {.kind = YamlNode::Kind::kList, .place = {.line = 1}}; }

// A test of functions that read a scalar and say what is wrong.
class ScalarsTester : public ::testing::Test {
 protected:
  const Source source_{.name = "f", .text = ""};
  Diagnostics errors_{source_};
};

// What the errors say, without the file's line: "message (help)".
inline std::string Said(const Diagnostics& errors) {
  constexpr std::string_view kError = ": error: ";
  constexpr std::string_view kHelp = "= help: ";
  const std::string text = errors.Format();
  std::string said;
  if (const size_t at = text.find(kError); at != std::string::npos) {
    const size_t begin = at + kError.size();
    said = text.substr(begin, text.find('\n', begin) - begin);
  }
  if (const size_t at = text.find(kHelp); at != std::string::npos) {
    const size_t begin = at + kHelp.size();
    said += " (" + text.substr(begin, text.find('\n', begin) - begin) + ")";
  }
  return said;
}

// A scalar that is refused, with what is said then.
struct Refusal {
  std::string scalar;
  std::string said;
};
template <class Read>
void ExpectRefused(std::initializer_list<Refusal> refusals, Read read) {
  const Source source{.name = "f", .text = ""};
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.scalar);
    Diagnostics errors(source);
    const YamlNode node{.kind = YamlNode::Kind::kScalar,
                        .place = {.line = 1, .column = 1},
                        .scalar = refusal.scalar};
    EXPECT_EQ(read(node, "it", errors), std::nullopt);
    EXPECT_EQ(errors.count(), 1u);
    EXPECT_EQ(Said(errors), refusal.said);
  }
}

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_SPEC_SCALARS_TESTER_H_
