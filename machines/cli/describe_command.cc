// SPDX-License-Identifier: MIT
#include "machines/cli/describe_command.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "machines/cli/load_plugin.h"
#include "machines/report/outcome.h"
#include "machines/report/type_description.h"
#include "machines/spec/spelling.h"

namespace cardcage {
namespace {

std::string OriginOf(const TypeRegistry& types, const std::string& id) {
  const TypeRegistry::Provider provider = types.ProviderOf(id);
  if (provider.step == TypeRegistry::Step::kBuiltIn) return "built in";
  return absl::StrCat("from plugin ", provider.plugin->name, " ",
                      provider.plugin->version == nullptr ? "?" : provider.plugin->version,
                      provider.hides_another ? ", which hides the built-in one" : "");
}

std::vector<DescribedType> All(const TypeRegistry& types) {
  std::vector<DescribedType> all;
  for (const std::string& id : types.Ids()) all.push_back({types.Find(id), OriginOf(types, id)});
  return all;
}

void Print(const std::vector<DescribedType>& types, bool as_list, bool json) {
  if (json) {
    std::fputs(TypesAsJson(types).c_str(), stdout);
  } else if (as_list) {
    std::fputs(ListTypes(types).c_str(), stdout);
  } else {
    for (size_t i = 0; i < types.size(); ++i) {
      std::fputs(absl::StrCat(i == 0 ? "" : "\n", DescribeType(types[i])).c_str(), stdout);
    }
  }
}

// In a process of its own.
int DescribeFileHere(const std::string& file, bool json) {
  TypeRegistry types;
  const auto loaded = LoadPlugin(file, types);
  if (loaded == nullptr) return kExitPlugin;
  Print(All(types), /*as_list=*/false, json);
  std::fflush(stdout);
  return 0;
}

int DescribeFile(const std::string& file, bool json) {
  const pid_t child = fork();
  if (child < 0) {
    std::fprintf(stderr, "cardcage: fork: %s\n", strerror(errno));
    return kExitHost;
  }
  if (child == 0) _exit(DescribeFileHere(file, json));
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  std::fprintf(stderr, "cardcage: %s: its tables cannot be read: %s\n", file.c_str(),
               strsignal(WTERMSIG(status)));
  return kExitPlugin;
}

bool IsFile(const std::string& what) {
  return what.find('/') != std::string::npos || what.ends_with(".so");
}

}  // namespace

int DescribeCommand(const DescribeOptions& options, const TypeRegistry& types) {
  if (options.what.empty()) {
    Print(All(types), /*as_list=*/true, options.json);
    return 0;
  }
  if (IsFile(options.what)) return DescribeFile(options.what, options.json);
  if (const cardcage_type* type = types.Find(options.what); type != nullptr) {
    Print({{type, OriginOf(types, options.what)}}, /*as_list=*/false, options.json);
    return 0;
  }
  const std::string help = Suggest(options.what, types.Ids());
  std::fprintf(stderr, "cardcage: there is no device type `%s`\n%s%s%s", options.what.c_str(),
               help.empty() ? "" : "  ", help.c_str(), help.empty() ? "" : "\n");
  return kExitUsage;
}

}  // namespace cardcage
