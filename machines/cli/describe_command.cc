// SPDX-License-Identifier: MIT
#include "machines/cli/describe_command.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

#include "absl/strings/str_cat.h"
#include "framework/plugin/manifest.h"
#include "machines/report/outcome.h"
#include "machines/report/type_description.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

std::vector<DescribedType> All(const TypeRegistry& types) {
  std::vector<DescribedType> all;
  for (const std::string& id : types.Ids()) all.push_back(Described(types, id));
  return all;
}

// The command's exit code, as it is for all that goes to stdout.
int Print(const std::string& text) {
  if (std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return 0;
  std::fprintf(stderr, "cardcage: standard output: %s\n", strerror(errno));
  return kExitHost;
}

int PrintTypes(const std::vector<DescribedType>& types, bool json) {
  if (json) return Print(TypesAsJson(types));
  std::string text;
  for (const DescribedType& type : types) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", DescribeType(type));
  }
  return Print(text);
}

int Refuse(const absl::Status& status) {
  std::fprintf(stderr, "cardcage: %s\n", std::string(status.message()).c_str());
  return kExitPlugin;
}

// Does it in a child process, and ends as it does. `what` is what it reads.
int InChild(const std::string& what, const std::function<int()>& work) {
  const pid_t child = fork();
  if (child < 0) {
    std::fprintf(stderr, "cardcage: fork: %s\n", strerror(errno));
    return kExitHost;
  }
  if (child == 0) _exit(work());
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::fprintf(stderr, "cardcage: %s: its tables cannot be read: %s\n", what.c_str(),
               strsignal(WTERMSIG(status)));
  return kExitPlugin;
}

int PrintManifest(const PluginFile& plugin, const std::string& file) {
  auto build_id = plugin.BuildId();
  if (!build_id.ok()) {
    return Refuse(absl::FailedPreconditionError(
        absl::StrCat(file, ": ", build_id.status().message(), "\n  link it with -Wl,--build-id")));
  }
  const std::string text = ManifestText(ManifestOf(plugin.plugin(), file, *std::move(build_id)));
  // What nobody will read is not written.
  if (const auto read = ParseManifest(text); !read.ok()) {
    return Refuse(absl::InvalidArgumentError(
        absl::StrCat(file, ": its manifest would not be read: ", read.status().message(),
                     "\n  its CARDCAGE_PLUGIN(…) and its types say what stands in it")));
  }
  return Print(text);
}

int DescribeFile(const DescribeOptions& options, Plugins& plugins) {
  TypeRegistry types;
  const auto loaded = plugins.Load(options.what, TypeRegistry::Step::kOption, types);
  if (!loaded.ok()) return Refuse(loaded.status());
  if (options.manifest) return PrintManifest(**loaded, options.what);
  return PrintTypes(All(types), options.json);
}

int DescribeAnnounced(const DescribeOptions& options, Plugins& plugins) {
  TypeRegistry types = plugins.types();
  const absl::Status loaded = plugins.LoadAnnounced(options.what, types);
  if (!loaded.ok()) return Refuse(loaded);
  return PrintTypes({Described(types, options.what)}, options.json);
}

}  // namespace

bool IsPluginFile(std::string_view what) {
  return what.find('/') != std::string_view::npos || what.ends_with(".so");
}

int DescribeCommand(const DescribeOptions& options, Plugins& plugins) {
  if (IsPluginFile(options.what)) {
    return InChild(options.what, [&] { return DescribeFile(options, plugins); });
  }
  if (!plugins.Find(options.plugins)) return kExitPlugin;
  const TypeRegistry& types = plugins.types();
  if (options.what.empty()) {
    return Print(options.json ? TypesAsJson(All(types)) : ListTypes(All(types)));
  }
  const auto providers = types.ProvidersOf(options.what);
  if (providers.empty()) {
    const std::string help = Suggest(options.what, types.Ids());
    std::fprintf(stderr, "cardcage: there is no device type `%s`\n%s%s%s", options.what.c_str(),
                 help.empty() ? "" : "  ", help.c_str(), help.empty() ? "" : "\n");
    return kExitUsage;
  }
  if (providers.front().type != nullptr) {
    return PrintTypes({Described(types, options.what)}, options.json);
  }
  return InChild(providers.front().file, [&] { return DescribeAnnounced(options, plugins); });
}

}  // namespace cardcage
