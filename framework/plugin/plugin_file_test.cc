// SPDX-License-Identifier: MIT
// Real shared objects, each with its fault (faulty_plugin.cc), through the real loader.
#include "framework/plugin/plugin_file.h"

#include <elf.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "framework/plugin/type_registry.h"
#include "framework/testers/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace fs = std::filesystem;

class PluginFileTest : public ::testing::Test {
 protected:
  static std::string Built(const std::string& name) {
    return (fs::path(CARDCAGE_FAULTY_PLUGINS) / (name + ".so")).string();
  }
  static std::string Content(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
  static std::string Refusal(const std::string& path) {
    const auto opened = PluginFile::Open(path);
    EXPECT_FALSE(opened.ok());
    return std::string(opened.status().message());
  }

  TemporaryFolder folder_;
};

TEST_F(PluginFileTest, GoodOneIsLoaded) {
  const auto opened = PluginFile::Open(Built("good"));
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_STREQ((*opened)->plugin().name, "acme");
  TypeRegistry types;
  EXPECT_TRUE(types.Add((*opened)->plugin(), TypeRegistry::Step::kOption).ok());
}

TEST_F(PluginFileTest, FileThatChangesUnderALoadedPluginHarmsNothing) {
  const std::string path = folder_.Write("good.so", Content(Built("good")));
  const auto first = PluginFile::Open(path);
  ASSERT_TRUE(first.ok()) << first.status();
  std::ofstream(path, std::ios::binary | std::ios::trunc) << "gone";
  EXPECT_STREQ((*first)->plugin().name, "acme");
  EXPECT_THAT(Refusal(path), HasSubstr("is no shared object"));
}

TEST_F(PluginFileTest, TwoThatAreLoadedStayApart) {
  const auto first = PluginFile::Open(Built("good"));
  const auto second = PluginFile::Open(Built("other-major"));
  const auto third = PluginFile::Open(Built("good"));
  ASSERT_TRUE(first.ok() && second.ok() && third.ok());
  EXPECT_NE(&(*first)->plugin(), &(*second)->plugin());
  EXPECT_NE(&(*first)->plugin(), &(*third)->plugin());
  EXPECT_EQ((*second)->plugin().abi_major, CARDCAGE_ABI_MAJOR + 1);
}

TEST_F(PluginFileTest, FileThatIsNotThereIsSaid) {
  EXPECT_THAT(Refusal("no-such.so"), StartsWith("no-such.so: No such file or directory\n  "));
  EXPECT_THAT(Refusal(folder_.path()), HasSubstr("is no file, but a folder"));
}

TEST_F(PluginFileTest, WhatIsNoPluginIsSaid) {
  EXPECT_THAT(Refusal(folder_.Write("text.so", "not at all")), HasSubstr("is no shared object"));
  EXPECT_THAT(Refusal(folder_.Write("empty.so", "")), HasSubstr("is no shared object"));
  EXPECT_THAT(Refusal(Built("no-entry")),
              AllOf(HasSubstr("is no plugin of Cardcage"), HasSubstr("CARDCAGE_PLUGIN")));
}

TEST_F(PluginFileTest, FileOfAnotherMachineIsSaid) {
  std::string content = Content(Built("good"));
  content[offsetof(Elf64_Ehdr, e_machine)] = static_cast<char>(EM_AARCH64);
  EXPECT_THAT(Refusal(folder_.Write("arm.so", content)),
              HasSubstr("is for another machine than x86-64 (AArch64)\n  build it"));
}

// It would wait for a pipe's other end, and hold all of a file that only claims to be large.
TEST_F(PluginFileTest, FileThatIsNoneOrTooLargeIsSaid) {
  const std::string pipe = folder_.Path("pipe.so");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(Refusal(pipe), HasSubstr("is no file"));
  const std::string large = folder_.Write("large.so", Content(Built("good")));
  fs::resize_file(large, uint64_t{1} << 40);
  EXPECT_THAT(Refusal(large), HasSubstr("has more than 1 GiB"));
}

TEST_F(PluginFileTest, FileThatIsCutOffIsSaidWhereverItEnds) {
  const std::string content = Content(Built("good"));
  for (size_t size = 4; size < content.size() / 2; size += size / 3 + 1) {
    const std::string refusal = Refusal(folder_.Write("cut.so", content.substr(0, size)));
    EXPECT_THAT(refusal, HasSubstr("is cut off")) << size;
  }
}

// What is whole by its headers may be anything inside.
TEST_F(PluginFileTest, FileOfDamagedBytesIsRefusedOrLoadedAndNoMore) {
  const std::string content = Content(Built("good"));
  for (size_t at = 0x40; at < content.size(); at += content.size() / 40) {
    std::string damaged = content;
    for (size_t i = at; i < std::min(at + 16, content.size()); ++i) damaged[i] = '\xff';
    const auto opened = PluginFile::Open(folder_.Write("damaged.so", damaged));
    if (opened.ok()) continue;
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr("damaged.so: "));
  }
}

TEST_F(PluginFileTest, ConstructorThatThrowsIsSaidWithWhatItThrew) {
  EXPECT_THAT(Refusal(Built("throws")),
              AllOf(HasSubstr("ends the process that loads it (Aborted)"),
                    HasSubstr("no licence found"), HasSubstr("static constructors")));
}

TEST_F(PluginFileTest, ConstructorThatAbortsIsSaidWithItsLastWords) {
  EXPECT_THAT(Refusal(Built("aborts")), HasSubstr("(Aborted): acme: this board is on fire"));
}

TEST_F(PluginFileTest, ConstructorThatEndsTheProcessIsSaid) {
  EXPECT_THAT(Refusal(Built("exits")), HasSubstr("ends the process that loads it (exit code 0)"));
}

TEST_F(PluginFileTest, ConstructorThatDoesNotComeBackIsSaid) {
  EXPECT_THAT(Refusal(Built("hangs")), HasSubstr("does not come back from being loaded"));
}

TEST_F(PluginFileTest, SymbolThatNobodyHasIsNamed) {
  EXPECT_THAT(Refusal(Built("lacks-symbol")),
              AllOf(HasSubstr("undefined symbol: nobody_has_this"), HasSubstr("--no-undefined")));
}

TEST_F(PluginFileTest, BuildIdIsThatOfWhatWasLoaded) {
  const std::string path = folder_.Write("good.so", Content(Built("good")));
  const auto opened = PluginFile::Open(path);
  ASSERT_TRUE(opened.ok()) << opened.status();
  std::ofstream(path, std::ios::trunc) << "gone";
  const auto id = (*opened)->BuildId();
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_GE(id->size(), 16u);
  EXPECT_EQ(id->find_first_not_of("0123456789abcdef"), std::string::npos) << *id;
}

// What the registry refuses: the file can be loaded, and not be used.
TEST_F(PluginFileTest, BreachOfTheContractIsRefusedWithTheCure) {
  const auto refusal = [](const std::string& name) {
    const auto opened = PluginFile::Open(Built(name));
    EXPECT_TRUE(opened.ok()) << opened.status();
    TypeRegistry types;
    return opened.ok() ? std::string(types.Add((*opened)->plugin()).message()) : "";
  };
  const std::string host = absl::StrCat(CARDCAGE_ABI_MAJOR, ".", CARDCAGE_ABI_MINOR);
  const std::string speaks = absl::StrCat("speaks ", host, "\n  ");
  EXPECT_THAT(refusal("wrong-magic"), HasSubstr("no magic (0x12345678, not 0x65676163)\n  "));
  EXPECT_THAT(refusal("other-major"),
              AllOf(HasSubstr(absl::StrCat("was built for ABI ", CARDCAGE_ABI_MAJOR + 1, ".")),
                    HasSubstr(speaks)));
  EXPECT_THAT(refusal("newer-minor"),
              AllOf(HasSubstr(absl::StrCat("needs ABI ", CARDCAGE_ABI_MAJOR, ".",
                                           CARDCAGE_ABI_MINOR + 1, " or later")),
                    HasSubstr(speaks)));
  EXPECT_THAT(refusal("reserved-key"), HasSubstr("its parameter irq is a key of the framework's"));
  EXPECT_THAT(refusal("type-twice"), HasSubstr("plugin acme has device type acme.chip twice\n  "));
}

}  // namespace
}  // namespace cardcage
