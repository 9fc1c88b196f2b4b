// SPDX-License-Identifier: MIT
#include "framework/plugin/build_id.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "absl/strings/escaping.h"

namespace cardcage {
namespace {

// More than any linker writes.
constexpr uint64_t kMostSegments = 256;
constexpr uint64_t kMostNotes = 64 * 1024;  // bytes of a segment

// A file that is read where it is asked for. What stands at its beginning, as headers and notes mostly do, is read
// once: where many are listed, calls of the kernel are what takes time.
class File {
 public:
  explicit File(int fd) : fd_(fd) {
    ssize_t got = 0;
    do {
      got = pread(fd_, beginning_.data(), beginning_.size(), 0);
    } while (got < 0 && errno == EINTR);
    known_ = got < 0 ? 0 : static_cast<size_t>(got);
  }

  // Whether the file has all of these bytes.
  bool ReadAt(uint64_t offset, std::span<uint8_t> bytes) const {
    if (offset > INT64_MAX - bytes.size()) return false;
    if (offset + bytes.size() <= known_) {
      std::copy_n(beginning_.begin() + static_cast<ptrdiff_t>(offset), bytes.size(), bytes.begin());
      return true;
    }
    while (!bytes.empty()) {
      const ssize_t got = pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      bytes = bytes.subspan(static_cast<size_t>(got));
      offset += static_cast<uint64_t>(got);
    }
    return true;
  }
  template <class T>
  bool ReadStruct(uint64_t offset, T* value) const {
    return ReadAt(offset, {reinterpret_cast<uint8_t*>(value), sizeof(T)});
  }

 private:
  const int fd_;
  std::array<uint8_t, 4096> beginning_;
  size_t known_ = 0;  // bytes of it
};

// The build-id among the notes of a segment, or an empty string.
std::string FindBuildId(std::span<const uint8_t> notes, uint64_t alignment) {
  constexpr std::string_view kOwner("GNU\0", 4);
  constexpr uint64_t kMostBytes = 64;  // of an id: 20 are usual
  const auto padded = [alignment](uint64_t size) {
    return (size + alignment - 1) / alignment * alignment;
  };
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr header{};
    memcpy(&header, notes.data(), sizeof(header));
    const uint64_t content = padded(sizeof(header) + header.n_namesz);
    const uint64_t end = content + header.n_descsz;
    if (end > notes.size()) break;
    const std::string_view bytes(reinterpret_cast<const char*>(notes.data()), notes.size());
    if (header.n_type == NT_GNU_BUILD_ID && header.n_descsz > 0 && header.n_descsz <= kMostBytes &&
        bytes.substr(sizeof(header), header.n_namesz) == kOwner) {
      const std::string_view id = bytes.substr(content, header.n_descsz);
      return absl::BytesToHexString({id.data(), id.size()});
    }
    notes = notes.subspan(std::min<uint64_t>(padded(end), notes.size()));
  }
  return "";
}

}  // namespace

absl::StatusOr<std::string> ReadBuildId(int fd) {
  const File file(fd);
  Elf64_Ehdr header{};
  if (!file.ReadStruct(0, &header) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_phentsize != sizeof(Elf64_Phdr)) {
    return absl::FailedPreconditionError("it is no shared object");
  }
  const uint64_t count = std::min<uint64_t>(header.e_phnum, kMostSegments);
  for (uint64_t i = 0; i < count; ++i) {
    Elf64_Phdr segment{};
    const uint64_t offset = i * sizeof(segment);
    if (header.e_phoff > UINT64_MAX - offset) break;
    if (!file.ReadStruct(header.e_phoff + offset, &segment)) break;
    if (segment.p_type != PT_NOTE || segment.p_filesz > kMostNotes) continue;
    std::vector<uint8_t> notes(segment.p_filesz);
    if (!file.ReadAt(segment.p_offset, notes)) continue;
    std::string id = FindBuildId(notes, segment.p_align == 8 ? 8 : 4);
    if (!id.empty()) return id;
  }
  return absl::FailedPreconditionError("it has no build-id");
}

}  // namespace cardcage
