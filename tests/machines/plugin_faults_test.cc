// SPDX-License-Identifier: MIT
// Each way in which a plugin cannot be loaded, by real files: the message, its place, the cure, the exit code.
#include <elf.h>

#include "absl/strings/str_cat.h"
#include "cardcage/abi.h"
#include "gmock/gmock.h"
#include "tests/machines/plugin_tester.h"

namespace cardcage::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class PluginFault : public PluginTest {
 protected:
  // Whether a file is refused alike wherever it is named, with the cure.
  void ExpectRefused(const std::string& file, const std::string& what) const {
    const Outcome option = Check(Machine({}), {"--plugin", file});
    EXPECT_EQ(option.code, kExitPlugin) << file;
    EXPECT_THAT(option.errors, AllOf(StartsWith(absl::StrCat("cardcage: ", file, ": ")),
                                     HasSubstr(what), HasSubstr("\n  ")));
    for (const char* verb : {"check", "run"}) {
      const std::string machine = folder_.Write(
          "m.yaml", Machine({}, absl::StrCat("plugins: [ { file: \"", file, "\" } ]\n")));
      const Outcome named = Run({verb, machine});
      EXPECT_EQ(named.code, kExitPlugin) << verb << " " << file;
      EXPECT_THAT(
          named.errors,
          AllOf(StartsWith(absl::StrCat(machine, ":2:20: error: ", file, ": ")), HasSubstr(what),
                HasSubstr("\n      |                    ^~~"), HasSubstr("\n      = help: ")));
    }
    const Outcome described = Run({"describe", file});
    EXPECT_EQ(described.code, kExitPlugin) << file;
    EXPECT_THAT(described.errors, AllOf(HasSubstr(what), HasSubstr("\n  ")));
    EXPECT_THAT(described.output, IsEmpty());
  }
  const std::string host_ = absl::StrCat(CARDCAGE_ABI_MAJOR, ".", CARDCAGE_ABI_MINOR);
};

TEST_F(PluginFault, FileThatIsNotThere) {
  ExpectRefused(folder_.Path("none.so"), "No such file or directory");
}
TEST_F(PluginFault, FileThatIsNoPlugin) {
  ExpectRefused(folder_.Write("text.so", "no plugin"), "is no shared object");
  ExpectRefused(Acme("no-entry"), "is no plugin of Cardcage: it has no `cardcage_plugin_entry`");
}
TEST_F(PluginFault, FileOfAnotherMachine) {
  std::string content = ReadFile(Acme("good"));
  content[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_AARCH64);
  ExpectRefused(folder_.Write("arm.so", content), "is for another machine than x86-64 (AArch64)");
}
TEST_F(PluginFault, FileThatIsCutOff) {
  const std::string content = ReadFile(Acme("good"));
  ExpectRefused(folder_.Write("cut.so", content.substr(0, content.size() / 2)), "is cut off");
}
TEST_F(PluginFault, WrongMagic) {
  ExpectRefused(Acme("wrong-magic"), "its entry has no magic (0x12345678, not 0x65676163)");
}
TEST_F(PluginFault, OtherMajorWithBothVersions) {
  ExpectRefused(Acme("other-major"),
                absl::StrCat("plugin acme was built for ABI ", CARDCAGE_ABI_MAJOR + 1, ".",
                             CARDCAGE_ABI_MINOR, ", this program speaks ", host_));
}
TEST_F(PluginFault, NewerMinorWithBothVersions) {
  ExpectRefused(Acme("newer-minor"),
                absl::StrCat("plugin acme needs ABI ", CARDCAGE_ABI_MAJOR, ".",
                             CARDCAGE_ABI_MINOR + 1, " or later, this program speaks ", host_));
}
TEST_F(PluginFault, SameTypeTwice) {
  const std::string file = Acme("type-twice");
  ExpectRefused(file, absl::StrCat("plugin acme (", file, ") has device type acme.chip twice"));
}
TEST_F(PluginFault, ReservedKeyAsAParameter) {
  ExpectRefused(Acme("reserved-key"), "its parameter irq is a key of the framework's own");
}
TEST_F(PluginFault, SymbolThatNobodyHas) {
  ExpectRefused(Acme("lacks-symbol"), "cannot be loaded: undefined symbol: nobody_has_this");
}
TEST_F(PluginFault, ConstructorThatThrows) { ExpectRefused(Acme("throws"), "no licence found"); }
TEST_F(PluginFault, ConstructorThatAborts) {
  ExpectRefused(Acme("aborts"), "ends the process that loads it (Aborted): acme: this board is");
}
TEST_F(PluginFault, ConstructorThatEndsTheProcess) {
  ExpectRefused(Acme("exits"), "ends the process that loads it (exit code 0)");
}

}  // namespace
}  // namespace cardcage::testing
