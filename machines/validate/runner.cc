// SPDX-License-Identifier: MIT
#include "machines/validate/runner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <span>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "framework/plugin/plugin_file.h"
#include "framework/plugin/type_registry.h"
#include "machines/validate/probe.h"

namespace cardcage {
namespace {

constexpr std::chrono::seconds kPatience{10};  // with one check
constexpr int kCameBack = 42;                  // how the child ends; a plugin may end it otherwise

// A file in memory that parent and child have in common.
class SharedFile {
 public:
  SharedFile() : fd_(memfd_create("cardcage-validate", MFD_CLOEXEC)) {}
  ~SharedFile() { close(fd_); }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;

  int fd() const { return fd_; }
  void Append(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = write(fd_, text.data(), text.size());
      if (written < 0 && errno != EINTR) return;
      text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
    }
  }
  // All of it, at most 1 MiB.
  std::string Read() const {
    struct stat info {};
    fstat(fd_, &info);
    std::string text(std::min<size_t>(static_cast<size_t>(info.st_size), 1 << 20), '\0');
    const ssize_t got = pread(fd_, text.data(), text.size(), 0);
    text.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return text;
  }

 private:
  const int fd_;
};

// The action that is under way, where the parent sees it when the child has gone.
class SharedAction {
 public:
  SharedAction()
      : text_(static_cast<char*>(
            mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {}
  ~SharedAction() {
    if (text_ != MAP_FAILED) munmap(text_, kSize);
  }
  SharedAction(const SharedAction&) = delete;
  SharedAction& operator=(const SharedAction&) = delete;

  void Set(std::string_view text) {
    if (text_ == MAP_FAILED) return;
    const size_t size = std::min(text.size(), kSize - 1);
    memcpy(text_, text.data(), size);
    text_[size] = '\0';
  }
  std::string Get() const {
    return text_ == MAP_FAILED ? "" : std::string(text_, strnlen(text_, kSize));
  }

 private:
  static constexpr size_t kSize = 512;
  char* const text_;
};

std::string OneLine(std::string_view text) {
  return absl::StrReplaceAll(std::string(text), {{"\n", " "}, {"\t", " "}});
}

// The child's side: lines of the report, "id, tab, what, tab, action".
class ReportingFindings final : public Findings {
 public:
  ReportingFindings(const SharedFile& report, SharedAction& action, int trace)
      : report_(report), action_(action), trace_(trace) {}

  void Doing(std::string_view action) override {
    action_.Set(action);
    if (trace_ >= 0) dprintf(trace_, "%.*s\n", static_cast<int>(action.size()), action.data());
  }
  void Found(std::string_view id, std::string_view what) override {
    if (!seen_.insert(std::string(id)).second) return;
    report_.Append(
        absl::StrCat(std::string(id), "\t", OneLine(what), "\t", OneLine(action_.Get()), "\n"));
    if (id == "rules.end") _exit(kCameBack);  // each further one would be waited for as long
  }
  void Skipped(std::string_view reason) override {
    report_.Append(absl::StrCat("\t", OneLine(reason), "\t\n"));
  }

 private:
  const SharedFile& report_;
  SharedAction& action_;
  const int trace_;
  std::set<std::string> seen_;
};

// How a child ended: empty where it came back.
struct End {
  std::string how;
  std::string said;  // the last line that it wrote
};

std::string LastLine(const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipWhitespace());
  return lines.empty() ? "" : std::string(absl::StripAsciiWhitespace(lines.back()));
}

// Runs it in a child process, whose stdout and stderr are kept in `output`.
End InChild(const SharedFile& output, const std::function<void()>& work) {
  const pid_t child = fork();
  if (child < 0)
    return {absl::StrCat("cannot be checked, for there is no new process (", strerror(errno), ")"),
            ""};
  if (child == 0) {
    dup2(output.fd(), STDOUT_FILENO);
    dup2(output.fd(), STDERR_FILENO);
    work();
    _exit(kCameBack);
  }
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd ended{.fd = fd, .events = POLLIN, .revents = 0};
  const int wait = static_cast<int>(std::chrono::milliseconds(kPatience).count());
  int ready = 0;
  do {
    ready = poll(&ended, 1, wait);
  } while (ready < 0 && errno == EINTR);
  close(fd);
  if (ready == 0) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const std::string said = LastLine(output.Read());
  if (ready == 0) return {absl::StrCat("does not come back in ", kPatience.count(), " s"), said};
  if (WIFSIGNALED(status))
    return {absl::StrCat("ends the process (", strsignal(WTERMSIG(status)), ")"), said};
  if (WEXITSTATUS(status) != kCameBack) {
    return {absl::StrCat("ends the process (exit code ", WEXITSTATUS(status), ")"), said};
  }
  return {"", said};
}

// Loaded and accepted, in the child.
absl::StatusOr<std::unique_ptr<PluginFile>> OpenPlugin(const std::string& path) {
  auto file = PluginFile::Open(path);
  if (!file.ok()) return file.status();
  TypeRegistry registry;
  const absl::Status added = registry.Add((*file)->plugin());
  if (!added.ok()) {
    return absl::Status(added.code(), absl::StrCat(path, ": ", added.message()));
  }
  return file;
}

}  // namespace

absl::StatusOr<PluginSummary> Runner::Load() {
  const SharedFile report;
  const SharedFile output;
  const End end = InChild(output, [&] {
    const auto file = OpenPlugin(file_);
    if (!file.ok()) return report.Append(absl::StrCat("\n", file.status().message()));
    const cardcage_plugin& plugin = (*file)->plugin();
    report.Append(
        absl::StrCat(plugin.name, "\n", plugin.version == nullptr ? "" : plugin.version, "\n"));
    for (const cardcage_type* type : std::span(plugin.types, plugin.type_count)) {
      report.Append(absl::StrCat(type->id, "\n"));
    }
  });
  if (!end.how.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_, ": ", end.how, end.said.empty() ? "" : ": ", end.said));
  }
  const std::string said = report.Read();
  if (said.starts_with('\n')) return absl::FailedPreconditionError(said.substr(1));
  std::vector<std::string> lines = absl::StrSplit(said, '\n');
  lines.resize(std::max<size_t>(lines.size(), 3));
  return PluginSummary{lines[0], lines[1], {lines.begin() + 2, lines.end() - 1}};
}

CheckResult Runner::Run(const Check& check, size_t type, uint64_t seed, bool is_traced) {
  const SharedFile report;
  const SharedFile output;
  SharedAction action;
  const int trace = is_traced ? dup(STDOUT_FILENO) : -1;
  const End end = InChild(output, [&] {
    const auto file = OpenPlugin(file_);
    if (!file.ok())
      return report.Append(absl::StrCat(std::string(check.id), "\t",
                                        OneLine(std::string(file.status().message())), "\t\n"));
    ReportingFindings findings(report, action, trace);
    const cardcage_plugin& plugin = (*file)->plugin();
    Probe probe(plugin, *plugin.types[type]);
    Context context(check.id, file_, probe, seed, findings);
    check.run(context);
  });
  if (trace >= 0) close(trace);

  CheckResult result;
  for (const absl::string_view line : absl::StrSplit(report.Read(), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, '\t');
    if (words.size() != 3) continue;
    if (words[0].empty()) {
      result.skipped = words[1];
    } else {
      result.findings.push_back({words[0], words[1], words[2]});
    }
  }
  constexpr std::string_view kLate = "called its host after it was destroyed";
  if (output.Read().find(kLate) != std::string::npos) {
    result.findings.push_back(
        {"rules.late", absl::StrCat("it ", std::string(kLate)), action.Get()});
  }
  if (!end.how.empty()) {
    result.findings.push_back({std::string(check.id),
                               absl::StrCat("it ", end.how, end.said.empty() ? "" : ": ", end.said),
                               action.Get()});
  }
  return result;
}

}  // namespace cardcage
