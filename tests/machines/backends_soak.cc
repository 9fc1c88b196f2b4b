// SPDX-License-Identifier: MIT
// A reader that stops for a while: the machine goes on as it can, and does not grow.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using std::chrono::seconds;

constexpr seconds kStops{45};
constexpr int64_t kMostGrowth = 1024;  // KiB

// Memory of a process in KiB.
int64_t ResidentSize(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return -1;
}

class BackendsSoak : public OnEachEngine {
 protected:
  static std::string ReadSome(int fd, size_t size) {
    std::string text(size, '\0');
    size_t done = 0;
    while (done < size) {
      const ssize_t got = read(fd, text.data() + done, size - done);
      if (got <= 0) break;
      done += static_cast<size_t>(got);
    }
    text.resize(done);
    return text;
  }
};
CARDCAGE_ON_EACH_ENGINE(BackendsSoak);

TEST_P(BackendsSoak, ReaderThatStopsForAWhileCostsNoMemoryAndNoAnswer) {
  constexpr size_t kFirst = 1'000'000;
  std::string machine = MachineWithGuest("pour", 200'000'000);
  machine.replace(machine.find("console: stdio"), 14, "console: { type: pty, link: com1 }");
  Process process(Cardcage({"run", Write("machine.yaml", machine)}));
  ASSERT_TRUE(process.WaitForErrors("/dev/pts/"));
  const int fd = open(folder_.Path("com1").c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  std::string text = ReadSome(fd, kFirst);
  ASSERT_EQ(text.size(), kFirst);
  const int64_t before = ResidentSize(process.pid());
  std::this_thread::sleep_for(kStops);
  EXPECT_LT(ResidentSize(process.pid()) - before, kMostGrowth);

  // In order, and without a gap: what comes next follows what came last.
  text += ReadSome(fd, kFirst);
  ASSERT_EQ(text.size(), 2 * kFirst);
  for (size_t i = 1; i < text.size(); ++i) {
    const int last = static_cast<unsigned char>(text[i - 1]);
    ASSERT_EQ(static_cast<unsigned char>(text[i]), (last + 1) % 251) << "at " << i;
  }
  EXPECT_LT(ResidentSize(process.pid()) - before, kMostGrowth);
  process.Signal(SIGTERM);
  EXPECT_EQ(process.Wait(seconds(15)).code, 128 + SIGTERM);
  close(fd);
}

}  // namespace
}  // namespace cardcage::testing
