// SPDX-License-Identifier: MIT
// Folders with the test plugins in them, as they are and spoiled.
#include "framework/plugin/plugin_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "framework/plugin/build_id.h"
#include "framework/testers/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

namespace fs = std::filesystem;

class PluginFolder : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) { return folder_.Path(name); }
  void CopyPlugin(const std::string& name) {
    fs::copy_file(fs::path(CARDCAGE_FAULTY_PLUGINS) / "good.so", Path(name));
  }
  void Write(const std::string& name, const std::string& text) { folder_.Write(name, text); }
  static std::string IdOfGood() {
    const int fd = open(CARDCAGE_FAULTY_PLUGINS "/good.so", O_RDONLY | O_CLOEXEC);
    const auto id = ReadBuildId(fd);
    close(fd);
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or("");
  }
  // A plugin with a manifest of its own.
  void AddGood(const std::string& name) {
    CopyPlugin(name + ".so");
    Write(name + ".manifest.json", ManifestText({.file = name + ".so",
                                                 .build_id = IdOfGood(),
                                                 .abi = "0.3",
                                                 .needs = "0.1",
                                                 .plugin = name,
                                                 .version = "1.0.0",
                                                 .license = "MIT",
                                                 .types = {{name, "a chip"}}}));
  }
  std::vector<std::string> Names() {
    const auto found = FindPlugins(folder_.path(), &warnings_);
    EXPECT_TRUE(found.ok()) << found.status();
    std::vector<std::string> names;
    for (const OfferedPlugin& plugin : *found) names.push_back(plugin.manifest.plugin);
    return names;
  }

  TemporaryFolder folder_;
  std::vector<std::string> warnings_;
};

TEST_F(PluginFolder, OffersItsPluginsByName) {
  AddGood("b");
  AddGood("a");
  Write("notes.txt", "none of it");
  Write("alone.manifest.json", "{}");
  EXPECT_THAT(Names(), ElementsAre("a", "b"));
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(PluginFolder, ThatIsNotThereIsSaid) {
  EXPECT_EQ(FindPlugins(Path("none"), &warnings_).status().message(), "No such file or directory");
  Write("file", "");
  EXPECT_EQ(FindPlugins(Path("file"), &warnings_).status().message(), "Not a directory");
}

TEST_F(PluginFolder, MissingManifestIsSaidWithTheCureAndSkipped) {
  CopyPlugin("a.so");
  AddGood("b");
  EXPECT_THAT(Names(), ElementsAre("b"));
  EXPECT_THAT(warnings_,
              ElementsAre(AllOf(StartsWith(Path("a.so") + " is skipped: it has no manifest ("),
                                HasSubstr("No such file or directory"),
                                EndsWith("\n  write it anew: cardcage describe " + Path("a.so") +
                                         " --manifest >" + Path("a.manifest.json")))));
}

TEST_F(PluginFolder, ManifestOfAnotherBuildIsSaidWithBothAndSkipped) {
  AddGood("a");
  std::string text = ManifestText({.file = "a.so",
                                   .build_id = "0123",
                                   .abi = "0.3",
                                   .needs = "0.1",
                                   .plugin = "a",
                                   .version = "",
                                   .license = "",
                                   .types = {}});
  Write("a.manifest.json", text);
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("is of another build of " + Path("a.so")),
                                           HasSubstr("(0123, the file has " + IdOfGood() + ")"),
                                           HasSubstr("write it anew"))));
}

TEST_F(PluginFolder, BadManifestIsSaidAndSkipped) {
  AddGood("a");
  Write("a.manifest.json", "{ \"manifest\": 9 }");
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(AllOf(
                             StartsWith(Path("a.manifest.json") + " is skipped: its format is 9"),
                             HasSubstr("write it anew"))));
}

TEST_F(PluginFolder, FileThatIsNoSharedObjectIsSaidAndSkipped) {
  AddGood("a");
  Write("a.so", "text");
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("a.so is skipped: it is no shared object"),
                                           HasSubstr("cardcage_add_device()"))));
}

// It would wait for a pipe's other end, or read a device without end.
TEST_F(PluginFolder, OnlyFilesAreOpened) {
  AddGood("a");
  fs::remove(Path("a.manifest.json"));
  ASSERT_EQ(mkfifo(Path("a.manifest.json").c_str(), 0600), 0);
  AddGood("b");
  fs::remove(Path("b.so"));
  ASSERT_EQ(mkfifo(Path("b.so").c_str(), 0600), 0);
  fs::create_directory(Path("c.so"));
  AddGood("d");
  fs::remove(Path("d.manifest.json"));
  fs::create_symlink("/dev/zero", Path("d.manifest.json"));
  EXPECT_THAT(Names(), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("it is no file"), HasSubstr("it is no file"),
                                     HasSubstr("No such file"), HasSubstr("it is no file")));
}

}  // namespace
}  // namespace cardcage
