// SPDX-License-Identifier: MIT
#include "framework/plugin/build_id.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace cardcage {
namespace {

// A shared object of headers, one segment of notes, and nothing else.
class BuildId : public ::testing::Test {
 protected:
  BuildId() {
    std::memcpy(header_.e_ident, ELFMAG, SELFMAG);
    header_.e_ident[EI_CLASS] = ELFCLASS64;
    header_.e_ident[EI_DATA] = ELFDATA2LSB;
    header_.e_phoff = sizeof(header_);
    header_.e_phentsize = sizeof(segment_);
    header_.e_phnum = 1;
    segment_.p_type = PT_NOTE;
    segment_.p_offset = sizeof(header_) + sizeof(segment_);
    segment_.p_align = 4;
  }

  static std::string Note(std::string_view owner, uint32_t type, std::string_view content,
                          size_t alignment = 4) {
    const Elf64_Nhdr header{static_cast<uint32_t>(owner.size()),
                            static_cast<uint32_t>(content.size()), type};
    std::string note(reinterpret_cast<const char*>(&header), sizeof(header));
    for (const std::string_view part : {owner, content}) {
      note += part;
      note.resize((note.size() + alignment - 1) / alignment * alignment);
    }
    return note;
  }
  static std::string IdNote(std::string_view content, size_t alignment = 4) {
    return Note(std::string_view("GNU\0", 4), NT_GNU_BUILD_ID, content, alignment);
  }

  std::string File(const std::string& notes) {
    segment_.p_filesz = notes.size();
    std::string file(reinterpret_cast<const char*>(&header_), sizeof(header_));
    file.append(reinterpret_cast<const char*>(&segment_), sizeof(segment_));
    return file + notes;
  }

  // What is read of a file with these bytes: the id, or what is wrong.
  static std::string Read(const std::string& file) {
    const int fd = memfd_create("file", MFD_CLOEXEC);
    EXPECT_EQ(write(fd, file.data(), file.size()), static_cast<ssize_t>(file.size()));
    const auto id = ReadBuildId(fd);
    close(fd);
    return id.ok() ? *id : std::string(id.status().message());
  }

  Elf64_Ehdr header_{};
  Elf64_Phdr segment_{};
};

TEST_F(BuildId, IsFoundAmongOtherNotes) {
  const std::string other = Note(std::string_view("Go\0\0", 4), NT_GNU_BUILD_ID, "abcd");
  const std::string version = Note(std::string_view("GNU\0", 4), NT_GNU_ABI_TAG, "abc");
  EXPECT_EQ(Read(File(other + version + IdNote("\x01\xab\xff"))), "01abff");
}

TEST_F(BuildId, NotesMayBeAlignedTo8) {
  segment_.p_align = 8;
  const std::string property = Note(std::string_view("GNU\0", 4), NT_GNU_PROPERTY_TYPE_0, "x", 8);
  EXPECT_EQ(Read(File(property + IdNote("1234", 8))), "31323334");
}

TEST_F(BuildId, FileThatIsNoSharedObjectIsSaid) {
  EXPECT_EQ(Read(""), "it is no shared object");
  EXPECT_EQ(Read(std::string(200, 'x')), "it is no shared object");
  header_.e_ident[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(Read(File(IdNote("1234"))), "it is no shared object");
}

TEST_F(BuildId, FileWithoutOneIsSaid) {
  EXPECT_EQ(Read(File("")), "it has no build-id");
  EXPECT_EQ(Read(File(IdNote(""))), "it has no build-id");
  EXPECT_EQ(Read(File(IdNote(std::string(65, 'x')))), "it has no build-id");
  segment_.p_type = PT_LOAD;
  EXPECT_EQ(Read(File(IdNote("1234"))), "it has no build-id");
}

TEST_F(BuildId, WhatTheHeadersPromiseNeedNotBeThere) {
  const std::string whole = File(IdNote("1234"));
  for (size_t size = sizeof(header_); size < whole.size(); ++size) {
    EXPECT_EQ(Read(whole.substr(0, size)), "it has no build-id") << size;
  }
  for (const uint64_t offset : {UINT64_MAX, UINT64_MAX - 55, uint64_t{INT64_MAX}}) {
    Elf64_Ehdr header = header_;
    header.e_phoff = offset;
    header.e_phnum = 0xffff;
    EXPECT_EQ(Read(std::string(reinterpret_cast<const char*>(&header), sizeof(header))),
              "it has no build-id");
    segment_.p_offset = offset;
    EXPECT_EQ(Read(File(IdNote("1234"))), "it has no build-id");
  }
}

TEST_F(BuildId, NoteThatIsLargerThanItsSegmentEndsThem) {
  for (const size_t field : {0, 4}) {  // n_namesz, n_descsz
    std::string notes = IdNote("1234") + IdNote("5678");
    for (size_t i = 0; i < 4; ++i) notes[field + i] = '\xff';
    EXPECT_EQ(Read(File(notes)), "it has no build-id");
  }
}

}  // namespace
}  // namespace cardcage
