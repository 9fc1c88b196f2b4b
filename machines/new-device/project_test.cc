// SPDX-License-Identifier: MIT
#include "machines/new-device/project.h"

#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "framework/testers/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string TextOf(const std::vector<ProjectFile>& files, std::string_view path) {
  for (const ProjectFile& file : files) {
    if (file.path == path) return file.text;
  }
  return "";
}

TEST(DeviceName, GivesTypeDeviceAndClass) {
  const auto plain = ParseDeviceName("count-down");
  ASSERT_TRUE(plain.ok()) << plain.status();
  EXPECT_EQ(plain->type, "count-down");
  EXPECT_EQ(plain->device, "count-down");
  EXPECT_EQ(plain->class_name, "CountDown");
  const auto prefixed = ParseDeviceName("acme.dma2-x1");
  ASSERT_TRUE(prefixed.ok()) << prefixed.status();
  EXPECT_EQ(prefixed->type, "acme.dma2-x1");
  EXPECT_EQ(prefixed->device, "dma2-x1");
  EXPECT_EQ(prefixed->class_name, "Dma2X1");
}

TEST(DeviceName, ClassDoesNotMeetWhatTheSourceSaysAlready) {
  for (const char* word : {"config", "reset", "state", "sum", "add"}) {
    const auto name = ParseDeviceName(word);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_THAT(name->class_name, HasSubstr("Device")) << word;
  }
  EXPECT_EQ(ParseDeviceName("su")->class_name, "Su");
  EXPECT_EQ(ParseDeviceName("device")->class_name, "DeviceDevice");  // DeviceTest is the kit's
}

TEST(DeviceName, WhatIsNoneIsRefusedWithWhatIsRight) {
  for (const char* text : {"", "Dice", "8042", "a_b", "-a", "a-", "a--b", "a b", "../x", "a/b",
                           "a.b.c", ".a", "a.", "a.8", "d\xc3\xa9"}) {
    const auto name = ParseDeviceName(text);
    ASSERT_FALSE(name.ok()) << text;
    EXPECT_THAT(std::string(name.status().message()),
                AllOf(HasSubstr(absl::StrCat("`", text, "`")), HasSubstr("count-down")));
  }
  EXPECT_TRUE(ParseDeviceName(std::string(64, 'a')).ok());
  EXPECT_FALSE(ParseDeviceName(std::string(65, 'a')).ok());
}

TEST(DeviceName, NameOfCMakesOwnIsRefused) {
  EXPECT_THAT(std::string(ParseDeviceName("test").status().message()),
              AllOf(HasSubstr("CMake"), HasSubstr("my-test")));
  EXPECT_TRUE(ParseDeviceName("acme.test").ok());
}

TEST(DeviceName, NearestIsANameOrNothing) {
  EXPECT_EQ(NearestDeviceName("CountDown"), "count-down");
  EXPECT_EQ(NearestDeviceName("count_down"), "count-down");
  EXPECT_EQ(NearestDeviceName("Acme.DMA 2"), "acme.dma-2");
  EXPECT_EQ(NearestDeviceName("8042"), "");
  EXPECT_EQ(NearestDeviceName("--"), "");
}

class Project : public ::testing::TestWithParam<RegisterPlace> {
 protected:
  const std::vector<ProjectFile> files_ =
      MakeProject(*ParseDeviceName("acme.count-down"), GetParam());
};

INSTANTIATE_TEST_SUITE_P(Places, Project,
                         ::testing::Values(RegisterPlace::kPort, RegisterPlace::kMmio),
                         [](const auto& test) {
                           return test.param == RegisterPlace::kPort ? "Port" : "Mmio";
                         });

TEST_P(Project, HasNoMarkLeft) {
  for (const ProjectFile& file : files_) {
    EXPECT_THAT(file.text, Not(HasSubstr("@"))) << file.path;
    EXPECT_THAT(file.path, Not(HasSubstr("NAME")));
  }
}

TEST_P(Project, HasOneMachineAndItIsNamedAsTheType) {
  std::vector<std::string> machines;
  for (const ProjectFile& file : files_) {
    if (file.path.ends_with(".yaml") || file.path.ends_with(".yml")) machines.push_back(file.path);
  }
  EXPECT_THAT(machines, ElementsAre("acme.count-down.yaml"));
  EXPECT_THAT(TextOf(files_, "acme.count-down.yaml"), Not(HasSubstr("plugins:")));
}

TEST_P(Project, PlaceIsTheSameInDeviceMachineAndPage) {
  const bool is_port = GetParam() == RegisterPlace::kPort;
  EXPECT_THAT(TextOf(files_, "acme.count-down.cc"),
              HasSubstr(is_port ? "cardcage::Port<" : "cardcage::Mmio<"));
  const char* place = is_port ? "at: port 0x500" : "at: mmio 0xd0000";
  EXPECT_THAT(TextOf(files_, "acme.count-down.yaml"), HasSubstr(place));
  EXPECT_THAT(TextOf(files_, "acme.count-down.md"), HasSubstr(place));
}

class ProjectFolder : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(ProjectFolder, HoldsTheFilesAndProgramsCanBeRun) {
  const std::string folder = folder_.Path("dice");
  ASSERT_TRUE(WriteProject(folder, {{"a.txt", "text"}, {".ci/run", "#!/bin/sh\n"}}).ok());
  EXPECT_EQ(std::filesystem::file_size(folder + "/a.txt"), 4u);
  EXPECT_EQ(access((folder + "/.ci/run").c_str(), X_OK), 0);
  EXPECT_NE(access((folder + "/a.txt").c_str(), X_OK), 0);
}

TEST_F(ProjectFolder, WhatIsThereIsLeftAlone) {
  const std::string folder = folder_.Path("dice");
  std::filesystem::create_directory(folder);
  EXPECT_TRUE(absl::IsAlreadyExists(WriteProject(folder, {{"a.txt", "text"}})));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::create_symlink("nowhere", folder_.Path("link"));
  EXPECT_TRUE(absl::IsAlreadyExists(WriteProject(folder_.Path("link"), {{"a.txt", "text"}})));
}

TEST_F(ProjectFolder, NothingIsLeftOfOneThatCannotBeWritten) {
  const std::string folder = folder_.Path("dice");
  const absl::Status written = WriteProject(folder, {{"a", "text"}, {"a/b", "text"}});
  EXPECT_THAT(std::string(written.message()), HasSubstr("dice/a"));
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace cardcage
