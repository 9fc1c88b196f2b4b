// SPDX-License-Identifier: MIT
#include "bench/lab/subjects.h"

#include <errno.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace cardcage::bench {
namespace {

namespace fs = std::filesystem;

// The first of the paths that is there.
std::string Find(const std::vector<fs::path>& paths) {
  for (const fs::path& path : paths) {
    if (fs::exists(path)) return fs::weakly_canonical(path).string();
  }
  throw std::runtime_error(paths.front().string() + ": not found; build all of the project");
}

}  // namespace

TemporaryFolder::TemporaryFolder()
    : path_((fs::temp_directory_path() / "cardcage-bench-XXXXXX").string()) {
  if (mkdtemp(path_.data()) == nullptr) {
    throw std::runtime_error(path_ + ": " + std::strerror(errno));
  }
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::string TemporaryFolder::Write(const std::string& name, const std::string& text) const {
  const std::string path = (fs::path(path_) / name).string();
  std::ofstream(path) << text;
  return path;
}

// In a build folder the program is two above its helpers; in an installation there is a bin/ beside.
Subjects FindSubjects(const std::string& name, const std::string& engine, const std::string& output,
                      const TemporaryFolder& folder) {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path root = here / ".." / "..";
  const std::string program = Find({root / "cardcage", root / "bin" / "cardcage"});
  std::string config = Find({fs::path(CARDCAGE_CONFIGS) / (name + ".yaml"),
                             root / "share" / "cardcage" / "configs" / (name + ".yaml")});
  Subjects subjects;
  if (engine == "kvm") {
    const std::string guest = Find({root / "guests" / (name + ".bin"),
                                    root / "share" / "cardcage" / "guests" / (name + ".bin")});
    subjects.raw = {{Find({here / "raw-loop"}), name, guest}, output};
  } else {
    std::stringstream text;
    text << std::ifstream(config).rdbuf() << "cpu: { engine: " << engine << " }\n";
    config = folder.Write(name + "-" + engine + ".yaml", text.str());
  }
  subjects.cardcage = {{program, "run", config}, output};
  return subjects;
}

}  // namespace cardcage::bench
