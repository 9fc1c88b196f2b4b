// SPDX-License-Identifier: MIT
#include "machines/spec/diagnostics.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class DiagnosticsTest : public ::testing::Test {
 protected:
  Diagnostics About(std::string text) {
    source_ = {.name = "m.yaml", .text = std::move(text)};
    return Diagnostics(source_);
  }
  Source source_;
};

TEST_F(DiagnosticsTest, NothingSaidIsOk) {
  Diagnostics errors = About("a: 1\n");
  EXPECT_TRUE(errors.ok());
  EXPECT_EQ(errors.count(), 0u);
  EXPECT_EQ(errors.Format(), "");
}

TEST_F(DiagnosticsTest, ErrorShowsItsLineAndPointsAtTheToken) {
  Diagnostics errors = About("cardcage: 1\nmemry: {}\n");
  errors.Error({.line = 2, .column = 1, .length = 5}, "unknown key `memry`",
               "did you mean `memory`?");
  EXPECT_FALSE(errors.ok());
  EXPECT_EQ(errors.Format(),
            "m.yaml:2:1: error: unknown key `memry`\n"
            "    2 | memry: {}\n"
            "      | ^~~~~\n"
            "      = help: did you mean `memory`?\n");
}

TEST_F(DiagnosticsTest, NoteShowsTheOtherPlaceAfterTheHelp) {
  Diagnostics errors = About("a: 1\nb: 2\n  a: 3\n");
  errors.Error({.line = 3, .column = 3}, "twice", "once");
  errors.Note({.line = 1, .column = 1}, "here already");
  EXPECT_EQ(errors.Format(),
            "m.yaml:3:3: error: twice\n"
            "    3 |   a: 3\n"
            "      |   ^\n"
            "      = help: once\n"
            "m.yaml:1:1: note: here already\n"
            "    1 | a: 1\n"
            "      | ^\n");
}

TEST_F(DiagnosticsTest, ErrorAboutTheWholeFileHasNoLine) {
  Diagnostics errors = About("a: 1\n");
  errors.Error({}, "this is no text", "it should be");
  EXPECT_EQ(errors.Format(), "m.yaml: error: this is no text\n      = help: it should be\n");
}

TEST_F(DiagnosticsTest, OrderIsThatOfTheFile) {
  Diagnostics errors = About("a: 1\nb: 2\n");
  errors.Error({.line = 2, .column = 4}, "fourth");
  errors.Error({.line = 2, .column = 1}, "third");
  errors.Error({.line = 1, .column = 4}, "second");
  errors.Error({}, "first");
  const std::string text = errors.Format();
  EXPECT_LT(text.find("first"), text.find("second"));
  EXPECT_LT(text.find("second"), text.find("third"));
  EXPECT_LT(text.find("third"), text.find("fourth"));
}

TEST_F(DiagnosticsTest, ErrorsOfOnePlaceStayInTheOrderOfTheirComing) {
  Diagnostics errors = About("a: 1\n");
  for (const char* message : {"one", "two", "three"}) errors.Error({.line = 1}, message);
  const std::string text = errors.Format();
  EXPECT_LT(text.find("one"), text.find("two"));
  EXPECT_LT(text.find("two"), text.find("three"));
}

TEST_F(DiagnosticsTest, TildesEndWithTheLine) {
  Diagnostics errors = About("a: bcd\n");
  errors.Error({.line = 1, .column = 4, .length = 500}, "long");
  EXPECT_EQ(errors.Format(),
            "m.yaml:1:4: error: long\n"
            "    1 | a: bcd\n"
            "      |    ^~~\n");
}

TEST_F(DiagnosticsTest, CaretStaysWithinOrJustAfterTheLine) {
  Diagnostics errors = About("abc\n");
  errors.Error({.line = 1, .column = 9, .length = 3}, "beyond");
  EXPECT_THAT(errors.Format(), EndsWith("    1 | abc\n      |    ^\n"));
}

TEST_F(DiagnosticsTest, LineThatTheFileLacksIsEmpty) {
  Diagnostics errors = About("abc");
  errors.Error({.line = 3, .column = 1}, "at the end");
  EXPECT_EQ(errors.Format(), "m.yaml:3:1: error: at the end\n    3 | \n      | ^\n");
}

TEST_F(DiagnosticsTest, LineEndsOfWindowsAreNotShown) {
  Diagnostics errors = About("a: 1\r\nb: 2\r\n");
  errors.Error({.line = 2, .column = 4}, "wrong");
  EXPECT_THAT(errors.Format(), EndsWith("    2 | b: 2\n      |    ^\n"));
}

TEST_F(DiagnosticsTest, TabIsShownAsOneBlankSoThatTheCaretFits) {
  Diagnostics errors = About("a:\t1\t# x\n");
  errors.Error({.line = 1, .column = 4}, "wrong");
  EXPECT_THAT(errors.Format(), EndsWith("    1 | a: 1 # x\n      |    ^\n"));
}

TEST_F(DiagnosticsTest, ControlCharactersOfTheLineDoNotReachTheTerminal) {
  Diagnostics errors = About("a: \x1b[2J\x07\x7f\n");
  errors.Error({.line = 1, .column = 1}, "wrong");
  EXPECT_THAT(errors.Format(), HasSubstr("    1 | a: ?[2J??\n"));
}

TEST_F(DiagnosticsTest, ControlCharactersOfMessagesDoNotReachTheTerminal) {
  Diagnostics errors = About("a: 1\n");
  errors.Error({.line = 1, .column = 1}, "key `\x1b[2J`", "not\n\x07this");
  errors.Note({.line = 1, .column = 1}, "\x1b[H");
  EXPECT_EQ(errors.Format(),
            "m.yaml:1:1: error: key `?[2J`\n"
            "    1 | a: 1\n"
            "      | ^\n"
            "      = help: not??this\n"
            "m.yaml:1:1: note: ?[H\n"
            "    1 | a: 1\n"
            "      | ^\n");
}

TEST_F(DiagnosticsTest, LongLineIsCutToAWindowAroundTheToken) {
  std::string line(300, '.');
  line.replace(200, 5, "token");
  Diagnostics errors = About(line + "\n");
  errors.Error({.line = 1, .column = 201, .length = 5}, "wrong");
  EXPECT_EQ(errors.Format(),
            absl::StrCat("m.yaml:1:201: error: wrong\n    1 | ", std::string(50, '.'), "token",
                         std::string(45, '.'), "\n      | ", std::string(50, ' '), "^~~~~\n"));
}

TEST_F(DiagnosticsTest, BeginOfALongLineIsCutOnlyAtItsEnd) {
  Diagnostics errors = About("abc" + std::string(300, '.') + "\n");
  errors.Error({.line = 1, .column = 1, .length = 3}, "wrong");
  EXPECT_THAT(errors.Format(), HasSubstr("    1 | abc" + std::string(97, '.') + "\n"));
}

TEST_F(DiagnosticsTest, ErrorsBeyondTheLimitAreOnlyCounted) {
  Diagnostics errors = About("a: 1\n");
  for (size_t i = 0; i < Diagnostics::kLimit + 3; ++i) errors.Error({.line = 1}, "wrong");
  EXPECT_EQ(errors.count(), Diagnostics::kLimit + 3);
  EXPECT_THAT(errors.Format(), EndsWith("\nand 3 more errors\n"));
}

TEST_F(DiagnosticsTest, AsManyErrorsAsTheLimitAreAllShown) {
  Diagnostics errors = About("a: 1\n");
  for (size_t i = 0; i < Diagnostics::kLimit; ++i) errors.Error({.line = 1}, "wrong");
  EXPECT_THAT(errors.Format(), Not(HasSubstr("more error")));
  errors.Error({.line = 1}, "wrong");
  EXPECT_THAT(errors.Format(), EndsWith("\nand 1 more error\n"));
}

TEST_F(DiagnosticsTest, NoteToAnErrorBeyondTheLimitGoesWithIt) {
  Diagnostics errors = About("a: 1\n");
  for (size_t i = 0; i < Diagnostics::kLimit + 1; ++i) errors.Error({.line = 1}, "wrong");
  errors.Note({.line = 1}, "the other half");
  EXPECT_THAT(errors.Format(), Not(HasSubstr("the other half")));
}

}  // namespace
}  // namespace cardcage
