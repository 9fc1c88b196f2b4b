// SPDX-License-Identifier: MIT
#include "framework/plugin/plugin_file.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/plugin/open_shared_object.h"
#include "framework/plugin/regular_file.h"

namespace cardcage {
namespace {

constexpr char kEntry[] = "cardcage_plugin_entry";
constexpr char kNoFileCure[] = "a plugin's file is named by its path, as build/plugins/dice.so";
constexpr uint64_t kMostBytes = uint64_t{1} << 30;
constexpr std::chrono::seconds kPatience{5};  // with a constructor
constexpr int kCameBack = 42;  // how the child ends; a constructor may end it otherwise

absl::Status Refuse(const std::string& path, std::string_view what, std::string_view cure) {
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": ", std::string(what), cure.empty() ? "" : "\n  ", std::string(cure)));
}

absl::StatusOr<std::string> ReadWhole(const std::string& path) {
  const auto cannot = [&path](const absl::Status& status) {
    return absl::NotFoundError(absl::StrCat(path, ": ", status.message(), "\n  ", kNoFileCure));
  };
  const auto file = RegularFile::Open(path);
  if (!file.ok()) return cannot(file.status());
  if ((*file)->size() > kMostBytes) {
    return Refuse(path, "has more than 1 GiB", "a plugin is smaller: is it the right file?");
  }
  auto content = (*file)->Read(kMostBytes);
  if (!content.ok()) return cannot(content.status());
  return content;
}

// Whose code a file is, by its header.
std::string MachineOf(const Elf64_Ehdr& header) {
  const std::string bits = header.e_ident[EI_CLASS] == ELFCLASS32 ? ", 32 bits" : "";
  switch (header.e_machine) {
    case EM_X86_64:
    case EM_386:
      return absl::StrCat("x86", bits);
    case EM_AARCH64:
      return "AArch64";
    case EM_ARM:
      return "ARM";
    case EM_RISCV:
      return absl::StrCat("RISC-V", bits);
    default:
      return absl::StrCat("machine ", header.e_machine, " of the ELF standard", bits);
  }
}

// Whether the loader can take it as far as its size goes: it would die of a file that is too short (SIGBUS).
absl::Status CheckElf(const std::string& path, std::string_view content) {
  constexpr std::string_view kCure =
      "a plugin is a shared object, as cardcage_add_device() builds it";
  Elf64_Ehdr header{};
  if (content.size() < SELFMAG || memcmp(content.data(), ELFMAG, SELFMAG) != 0) {
    return Refuse(path, "is no shared object", kCure);
  }
  constexpr std::string_view kCut = "is cut off";
  constexpr std::string_view kCutCure = "build or copy it again";
  if (content.size() < sizeof(header)) return Refuse(path, kCut, kCutCure);
  memcpy(&header, content.data(), sizeof(header));
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_X86_64) {
    return Refuse(path,
                  absl::StrCat("is for another machine than x86-64 (", MachineOf(header), ")"),
                  "build it on, or for, this one");
  }
  if (header.e_type != ET_DYN) return Refuse(path, "is a program or an object file", kCure);
  const uint64_t table_size = uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phoff > content.size() ||
      table_size > content.size() - header.e_phoff) {
    return Refuse(path, kCut, kCutCure);
  }
  for (unsigned i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    memcpy(&segment, content.data() + header.e_phoff + i * sizeof(segment), sizeof(segment));
    if (segment.p_offset > content.size() || segment.p_filesz > content.size() - segment.p_offset) {
      return Refuse(path, kCut, kCutCure);
    }
  }
  return absl::OkStatus();
}

// The copy, as a descriptor, under the file's own name for debuggers.
absl::StatusOr<int> MakeCopy(const std::string& path, std::string_view content) {
  const std::string name = path.substr(path.rfind('/') + 1).substr(0, 200);
  const int fd = memfd_create(name.c_str(), MFD_CLOEXEC);
  if (fd < 0) return absl::InternalError(absl::StrCat("memfd_create: ", strerror(errno)));
  for (size_t done = 0; done < content.size();) {
    const ssize_t written = write(fd, content.data() + done, content.size() - done);
    if (written >= 0) {
      done += static_cast<size_t>(written);
    } else if (errno != EINTR) {
      const int error = errno;
      close(fd);
      return absl::InternalError(absl::StrCat(path, ": no memory for a copy: ", strerror(error)));
    }
  }
  return fd;
}

// What dlopen says of the copy's path is said of the file's.
std::string LoaderError(const std::string& path, const std::string& copy) {
  const char* const error = dlerror();
  std::string text = error == nullptr ? "no reason" : error;
  for (size_t at = text.find(copy); at != std::string::npos; at = text.find(copy)) {
    text.replace(at, copy.size(), path);
  }
  return std::string(absl::StripPrefix(text, absl::StrCat(path, ": ")));
}

struct Loaded {
  void* handle = nullptr;
  const cardcage_plugin* plugin = nullptr;
};

absl::StatusOr<Loaded> Load(const std::string& path, int copy) {
  const std::string copy_path = absl::StrCat("/proc/self/fd/", copy);
  void* const handle = OpenSharedObject(copy_path.c_str());
  if (handle == nullptr) {
    const std::string reason = LoaderError(path, copy_path);
    const bool is_symbol = reason.find("undefined symbol") != std::string::npos;
    return Refuse(path, absl::StrCat("cannot be loaded: ", reason),
                  is_symbol
                      ? "link what has that symbol into the plugin (-Wl,--no-undefined finds it "
                        "when it is built)"
                      : "");
  }
  const void* const entry = dlsym(handle, kEntry);
  if (entry == nullptr) {
    dlclose(handle);
    return Refuse(path, absl::StrCat("is no plugin of Cardcage: it has no `", kEntry, "`"),
                  "CARDCAGE_PLUGIN(…) in one of its sources makes it");
  }
  return Loaded{handle, static_cast<const cardcage_plugin*>(entry)};
}

// All that the child writes, at most kMost bytes of it; false where the time was up before its end.
bool ReadUntilEnd(int fd, std::string* text) {
  using Clock = std::chrono::steady_clock;
  constexpr size_t kMost = 16 * 1024;
  const auto deadline = Clock::now() + kPatience;
  std::array<char, 1024> buffer;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    if (left.count() <= 0) return false;
    if (poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    const size_t room = kMost - text->size();
    text->append(buffer.data(), std::min(static_cast<size_t>(got), room));
  }
}

// The last line that says something.
std::string LastLine(const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
  return lines.empty() ? "" : std::string(absl::StripAsciiWhitespace(lines.back()));
}

// Loads it in a child process, and says how that went.
absl::Status TryInChild(const std::string& path, int copy) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return absl::InternalError(absl::StrCat("pipe: ", strerror(errno)));
  }
  const pid_t child = fork();
  if (child < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    return absl::InternalError(absl::StrCat("fork: ", strerror(error)));
  }
  if (child == 0) {
    // What it says is kept from the terminal, and what it does to the program from its state.
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    for (const int fatal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) signal(fatal, SIG_DFL);
    const auto loaded = Load(path, copy);
    if (loaded.ok()) dlclose(loaded->handle);  // its destructors are to come back too
    _exit(kCameBack);
  }
  close(ends[1]);
  std::string said;
  const bool has_ended = ReadUntilEnd(ends[0], &said);
  close(ends[0]);
  if (!has_ended) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string line = LastLine(said);
  const std::string saying = line.empty() ? "" : absl::StrCat(": ", line);
  constexpr std::string_view kCure = "its static constructors run before anything is asked of it";
  if (!has_ended) {
    return Refuse(path,
                  absl::StrCat("does not come back from being loaded, after ", kPatience.count(),
                               " s", saying),
                  kCure);
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != kCameBack) {
    const std::string how = WIFSIGNALED(status) ? std::string(strsignal(WTERMSIG(status)))
                                                : absl::StrCat("exit code ", WEXITSTATUS(status));
    return Refuse(path, absl::StrCat("ends the process that loads it (", how, ")", saying), kCure);
  }
  return absl::OkStatus();  // what the child could not load, this process says of itself
}

}  // namespace

absl::StatusOr<std::unique_ptr<PluginFile>> PluginFile::Open(const std::string& path) {
  const auto content = ReadWhole(path);
  if (!content.ok()) return content.status();
  if (absl::Status status = CheckElf(path, *content); !status.ok()) return status;
  const auto copy = MakeCopy(path, *content);
  if (!copy.ok()) return copy.status();
  absl::Cleanup closer = [fd = *copy] { close(fd); };
  if (absl::Status status = TryInChild(path, *copy); !status.ok()) return status;
  const auto loaded = Load(path, *copy);
  if (!loaded.ok()) return loaded.status();
  std::move(closer).Cancel();
  return std::unique_ptr<PluginFile>(new PluginFile(path, *copy, loaded->handle, loaded->plugin));
}

PluginFile::~PluginFile() {
  dlclose(handle_);
  close(copy_);
}

}  // namespace cardcage
