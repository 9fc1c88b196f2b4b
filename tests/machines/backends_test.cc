// SPDX-License-Identifier: MIT
// Backends, seen from outside: machines whose consoles are on ptys, sockets and files.
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <memory>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/engines.h"

namespace cardcage::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

// What the guest pour sends.
std::string Poured(size_t count) {
  std::string bytes(count, '\0');
  for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

bool HasProgram(const std::string& name) {
  return RunToEnd({.arguments = {"sh", "-c", "command -v " + name}}).code == 0;
}

class BackendsTest : public OnEachEngine {
 protected:
  // A machine of a guest whose console is this backend, and `cardcage run` of it.
  std::string Machine(std::string_view guest, const std::string& console, size_t count = 0,
                      const std::string& backends = "") {
    std::string text = MachineWithGuest(guest, count);
    const std::string_view stdio = "console: stdio";
    text.replace(text.find(stdio), stdio.size(), "console: " + console);
    return Write("machine.yaml", absl::StrCat(text, "backends: { ", backends, " }\n"));
  }
  Command Run(std::string_view guest, const std::string& console, size_t count = 0,
              const std::string& backends = "") {
    return Cardcage({"run", Machine(guest, console, count, backends)});
  }
  // As Run, without an input that ends.
  std::unique_ptr<Process> Start(Command command) {
    return std::make_unique<Process>(std::move(command));
  }
  // What the log says behind a text that it says before long.
  static std::string SaidAfter(Process& process, const std::string& text) {
    EXPECT_TRUE(process.WaitForErrors(text));
    const std::string errors = process.errors();
    const size_t begin = errors.find(text);  // a line is written at once
    if (begin == std::string::npos) return "";
    return errors.substr(begin + text.size(), errors.find('\n', begin) - begin - text.size());
  }
  static bool WaitForFile(const std::string& path) {
    for (int i = 0; i < 2000; ++i) {
      if (access(path.c_str(), F_OK) == 0) return true;
      std::this_thread::sleep_for(milliseconds(10));
    }
    return false;
  }
  std::string Path(const std::string& name) const { return folder_.Path(name); }
};
CARDCAGE_ON_EACH_ENGINE(BackendsTest);

// --- Terminals ----------------------------------------------------------------------------------

// One that changes no byte, and its two sides.
struct Terminal {
  Terminal() {
    termios raw{};
    cfmakeraw(&raw);
    EXPECT_EQ(openpty(&master, &slave, nullptr, &raw, nullptr), 0);
    for (const int fd : {master, slave}) fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  ~Terminal() {
    close(master);
    close(slave);
  }
  void Type(std::string_view keys) const {
    EXPECT_EQ(write(master, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  // Whether this comes, after what was waited for before.
  bool WaitFor(std::string_view text) {
    const auto deadline = std::chrono::steady_clock::now() + seconds(20);
    size_t at = std::string::npos;
    while ((at = seen.find(text, from)) == std::string::npos) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      pollfd ready{.fd = master, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, 100) <= 0) continue;
      std::array<char, 4096> part{};
      const ssize_t got = read(master, part.data(), part.size());
      if (got > 0) seen.append(part.data(), static_cast<size_t>(got));
    }
    from = at + text.size();
    return true;
  }
  int master = -1;
  int slave = -1;
  std::string seen;
  size_t from = 0;
};

// Runs a command in a session of its own, which the terminal controls.
Command On(const Terminal& terminal, Command command) {
  command.arguments.insert(command.arguments.begin(), {"setsid", "--ctty"});
  command.stdin_fd = command.stdout_fd = command.stderr_fd = terminal.slave;
  return command;
}

TEST_P(BackendsTest, PtyGivesAndTakes) {
  auto machine = Start(Run("echo", "{ type: pty, link: com1 }"));
  const std::string path = SaidAfter(*machine, "cardcage: backend com1: ");
  EXPECT_THAT(path, MatchesRegex("/dev/pts/[0-9]+"));
  EXPECT_EQ(std::filesystem::read_symlink(Path("com1")), path);
  const int fd = open(Path("com1").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(fd, 0);
  std::string got(5, '\0');
  ASSERT_EQ(write(fd, "hello", 5), 5);
  for (size_t done = 0; done < 5;) {
    const ssize_t part = read(fd, got.data() + done, 5 - done);
    ASSERT_GT(part, 0);
    done += static_cast<size_t>(part);
  }
  EXPECT_EQ(got, "hello");
  ASSERT_EQ(write(fd, "\x04", 1), 1);
  EXPECT_EQ(machine->Wait().code, 0);
  close(fd);
  EXPECT_FALSE(std::filesystem::is_symlink(Path("com1")));
}

// The guest sleeps until its serial port says that something has come.
TEST_P(BackendsTest, InputOfAPtyIsTold) {
  std::string text = ReadFile(Config("irq-echo"));
  const std::string_view stdio = "console: stdio";
  text.replace(text.find(stdio), stdio.size(), "console: { type: pty, link: com1 }");
  auto machine = Start(Cardcage({"run", Write("machine.yaml", text)}));
  ASSERT_TRUE(machine->WaitForErrors("/dev/pts/"));
  for (const char* keys : {"a", "b\x04"}) {
    const int fd = open(Path("com1").c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_EQ(write(fd, keys, strlen(keys)), static_cast<ssize_t>(strlen(keys)));
    char answer = 0;
    EXPECT_EQ(read(fd, &answer, 1), 1);
    EXPECT_EQ(answer, keys[0]);
    close(fd);
  }
  EXPECT_EQ(machine->Wait(seconds(10)).code, 0);
}

TEST_P(BackendsTest, PtyOfNobodyDoesNotHoldUpTheGuest) {
  const Outcome outcome = RunToEnd(Run("pour", "{ type: pty }", 100'000));
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, HasSubstr("backend com1: 100000 bytes of output lost: nobody was "
                                        "there to take them\n"));
}

TEST_P(BackendsTest, PtyLinkThatIsAFileIsAnErrorInTheMachineFile) {
  folder_.Write("com1", "precious");
  const Outcome outcome = RunToEnd(Run("hello", "{ type: pty, link: com1 }"));
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("machine.yaml:"), HasSubstr("backend com1:"),
                                    HasSubstr("is no symbolic link"), HasSubstr("^")));
  EXPECT_EQ(ReadFile(Path("com1")), "precious");
}

TEST_P(BackendsTest, PicocomTalksToAPty) {
  if (!HasProgram("picocom")) GTEST_SKIP() << "needs picocom";
  auto machine = Start(Run("echo", "{ type: pty, link: com1 }"));
  ASSERT_TRUE(machine->WaitForErrors("/dev/pts/"));
  Terminal terminal;
  Process picocom(On(terminal, {.arguments = {"picocom", "--nolock", "--noreset", Path("com1")}}));
  ASSERT_TRUE(terminal.WaitFor("Terminal ready")) << terminal.seen;
  terminal.Type("over the wire");
  EXPECT_TRUE(terminal.WaitFor("over the wire")) << terminal.seen;
  terminal.Type("\x01\x18");  // Ctrl-A Ctrl-X: it leaves
  EXPECT_TRUE(terminal.WaitFor("Thanks for using picocom")) << terminal.seen;
  EXPECT_EQ(picocom.Wait(seconds(10)).code, 0);
  Process again(On(terminal, {.arguments = {"picocom", "--nolock", "--noreset", Path("com1")}}));
  ASSERT_TRUE(terminal.WaitFor("Terminal ready")) << terminal.seen;
  terminal.Type("again\x04");
  EXPECT_TRUE(terminal.WaitFor("again")) << terminal.seen;
  EXPECT_EQ(machine->Wait(seconds(10)).code, 0);
}

// --- Sockets ------------------------------------------------------------------------------------

TEST_P(BackendsTest, SocatTalksToAUnixSocket) {
  if (!HasProgram("socat")) GTEST_SKIP() << "needs socat";
  auto machine = Start(Run("echo", "{ type: unix, listen: socket }"));
  ASSERT_TRUE(WaitForFile(Path("socket")));
  for (const char* text : {"first", "second"}) {
    Command socat{.arguments = {"socat", "-t", "1", "-", "UNIX-CONNECT:" + Path("socket")}};
    socat.input = text;
    EXPECT_EQ(RunToEnd(socat).output, text);
  }
  Command last{.arguments = {"socat", "-", "UNIX-CONNECT:" + Path("socket")}};
  last.input = "last\x04";
  EXPECT_EQ(RunToEnd(last).output, "last");
  EXPECT_EQ(machine->Wait().code, 0);
  EXPECT_NE(access(Path("socket").c_str(), F_OK), 0);
}

TEST_P(BackendsTest, SocatTalksToATcpPortOfTheKernelsChoice) {
  if (!HasProgram("socat")) GTEST_SKIP() << "needs socat";
  auto machine = Start(Run("echo", "line", 0, "line: { type: tcp, listen: 0 }"));
  const std::string address = SaidAfter(*machine, "cardcage: backend line: listens at ");
  Command socat{.arguments = {"socat", "-", "TCP:" + address}};
  socat.input = "over tcp\x04";
  EXPECT_EQ(RunToEnd(socat).output, "over tcp");
  EXPECT_EQ(machine->Wait().code, 0);
}

TEST_P(BackendsTest, MachineConnectsToSocat) {
  if (!HasProgram("socat")) GTEST_SKIP() << "needs socat";
  auto machine = Start(Run("echo", "{ type: unix, connect: socket }"));
  ASSERT_TRUE(machine->WaitForErrors("it is tried again until it works"));
  Command socat{.arguments = {"socat", "-", "UNIX-LISTEN:" + Path("socket")}};
  socat.input = "who is there\x04";
  EXPECT_EQ(RunToEnd(socat).output, "who is there");
  const Outcome outcome = machine->Wait();
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, HasSubstr("backend com1: connected to " + Path("socket")));
}

TEST_P(BackendsTest, PeerThatGoesIsNoErrorAndNoEnd) {
  if (!HasProgram("socat")) GTEST_SKIP() << "needs socat";
  auto machine = Start(Run("pour", "{ type: unix, listen: socket }", 3'000'000));
  ASSERT_TRUE(WaitForFile(Path("socket")));
  for (int i = 0; i < 3; ++i) {
    const std::string reader = "socat -u UNIX-CONNECT:" + Path("socket") + " - | head -c 1000";
    RunToEnd({.arguments = {"sh", "-c", reader}});
  }
  const Outcome outcome = machine->Wait();
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_THAT(outcome.errors, Not(HasSubstr("could not be written")));
}

TEST_P(BackendsTest, SocketThatIsInUseIsTheHostsFault) {
  const int holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{
      .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  socklen_t size = sizeof(address);
  ASSERT_EQ(bind(holder, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(holder, 1), 0);
  ASSERT_EQ(getsockname(holder, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string port = absl::StrCat(ntohs(address.sin_port));
  const Outcome outcome = RunToEnd(Run("hello", "{ type: tcp, listen: " + port + " }"));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("127.0.0.1:" + port), HasSubstr("already in use")));
  close(holder);
}

// --- Files --------------------------------------------------------------------------------------

TEST_P(BackendsTest, FileHasAllOfTheOutput) {
  constexpr size_t kCount = 200'000;
  const Outcome outcome = RunToEnd(Run("pour", "{ type: file, path: out }", kCount));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
  EXPECT_TRUE(ReadFile(Path("out")) == Poured(kCount));  // beside the machine file
}

TEST_P(BackendsTest, FullDiskIsAnErrorAndSaysWhose) {
  const Outcome outcome = RunToEnd(Run("hello", "out", 0, "out: { type: file, path: /dev/full }"));
  EXPECT_EQ(outcome.code, kExitHost);
  EXPECT_THAT(outcome.errors, HasSubstr("backend out: 20 bytes of output could not be written: No "
                                        "space left on device"));
}

TEST_P(BackendsTest, FolderThatIsMissingIsShownInTheMachineFile) {
  const Outcome outcome = RunToEnd(Run("hello", "{ type: log, path: no/such }"));
  EXPECT_EQ(outcome.code, kExitFile);
  EXPECT_THAT(outcome.errors, AllOf(HasSubstr("no/such: No such file or directory"),
                                    HasSubstr("{ type: log"), HasSubstr("^")));
}

TEST_P(BackendsTest, TeeWritesAllOfThem) {
  Command command = Run("echo", "all", 0,
                        "all: { type: tee, to: [stdio, out, { type: log, path: log }, "
                        "{ type: asciicast, path: cast }] }, out: { type: file, path: out }");
  command.input = "one\ntwo \x1b[1m\xc3\xa9\n\x04";
  const Outcome outcome = RunToEnd(command);
  const std::string expected = "one\ntwo \x1b[1m\xc3\xa9\n";
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, expected);
  EXPECT_EQ(ReadFile(Path("out")), expected);
  EXPECT_THAT(ReadFile(Path("log")),
              MatchesRegex("\\[ *[0-9]+\\.[0-9]{6}\\] one\n\\[ *[0-9]+\\.[0-9]{6}\\] two "
                           "\\\\x1b\\[1m\xc3\xa9\n"));
  std::istringstream cast(ReadFile(Path("cast")));
  std::string line;
  std::string played;
  ASSERT_TRUE(std::getline(cast, line));
  EXPECT_EQ(nlohmann::json::parse(line, nullptr, false).value("version", 0), 2) << line;
  while (std::getline(cast, line)) {
    const auto event = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(event.is_array() && event.size() == 3 && event[1] == "o") << line;
    played += event[2].get<std::string>();
  }
  EXPECT_EQ(played, expected);
}

TEST_P(BackendsTest, LogGoesToStandardErrorWhereItHasNoPath) {
  const Outcome outcome = RunToEnd(Run("hello", "{ type: log }"));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, MatchesRegex("\\[ *[0-9]+\\.[0-9]{6}\\] Hello from the cage\n"));
}

// --- A ring -------------------------------------------------------------------------------------

constexpr const char* kRingOnCom1 =
    "com1: { type: ns16550a, at: port 0x3f8, console: { type: ring, "
    "size: 4B } }";

// MOV DX, 0x3f8; then MOV AL, CHARACTER; OUT DX, AL for each; then the rest.
std::string Sends(std::string_view text, std::string_view rest) {
  std::string hex = "ba f8 03";
  for (const char c : text) absl::StrAppendFormat(&hex, " b0 %02x ee", c);
  std::string machine = MachineWithCode(absl::StrCat(hex, " ", std::string(rest)));
  const size_t begin = machine.find("com1:");
  return machine.replace(begin, machine.find('\n', begin) - begin, kRingOnCom1);
}

TEST_P(BackendsTest, RingIsShownWhereTheGuestFails) {
  // LIDT [0x1800], which is zero; INT3: without a table it is a triple fault.
  const std::string machine = Sends("panic\x1b\n", "0f 01 1e 00 18 cc");
  const Outcome outcome = RunToEnd(Cardcage({"run", Write("machine.yaml", machine)}));
  EXPECT_EQ(outcome.code, kExitGuestFault);
  EXPECT_THAT(outcome.errors, HasSubstr("the last 4 bytes of backend com1:\nic\\x1b\n"));
  EXPECT_LT(outcome.errors.find("guest fault"), outcome.errors.find("the last 4 bytes"));
}

TEST_P(BackendsTest, RingIsNotShownWhereItDoesNot) {
  const std::string machine = Sends("all is well", "fa f4");
  const Outcome outcome = RunToEnd(Cardcage({"run", Write("machine.yaml", machine)}));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.errors, IsEmpty());
}

// --- Several consoles ---------------------------------------------------------------------------

TEST_P(BackendsTest, ConsolesOnATerminalAreShownOneAtATime) {
  Terminal terminal;
  Process machine(On(terminal, Cardcage({"run", Shipped("consoles")})));
  ASSERT_TRUE(terminal.WaitFor("one\n")) << terminal.seen;
  terminal.Type("to one");
  EXPECT_TRUE(terminal.WaitFor("to one")) << terminal.seen;
  EXPECT_THAT(terminal.seen, Not(HasSubstr("two")));
  terminal.Type("\x01n");
  EXPECT_TRUE(terminal.WaitFor("console com2\n")) << terminal.seen;
  EXPECT_TRUE(terminal.WaitFor("two\n")) << terminal.seen;
  terminal.Type("to two");
  EXPECT_TRUE(terminal.WaitFor("to two")) << terminal.seen;
  terminal.Type("first\x01nsecond\x01h");  // each key goes where it was typed for
  EXPECT_TRUE(terminal.WaitFor("console com1\n")) << terminal.seen;
  EXPECT_TRUE(terminal.WaitFor("second")) << terminal.seen;
  EXPECT_THAT(terminal.seen, HasSubstr("Ctrl-A n  goes to the next console"));
  terminal.Type("\x01n");
  EXPECT_TRUE(terminal.WaitFor("first")) << terminal.seen;
  terminal.Type("\x04");
  EXPECT_EQ(machine.Wait(seconds(10)).code, 0) << terminal.seen;
}

TEST_P(BackendsTest, OneConsoleHasNoKeyForTheNext) {
  Terminal terminal;
  Process machine(On(terminal, Cardcage({"run", Shipped("echo")})));
  terminal.Type("x");
  ASSERT_TRUE(terminal.WaitFor("x")) << terminal.seen;
  terminal.Type("\x01n");
  EXPECT_TRUE(terminal.WaitFor("Ctrl-A h  prints this")) << terminal.seen;
  EXPECT_THAT(terminal.seen, Not(HasSubstr("Ctrl-A n")));
  terminal.Type("\x04");
  EXPECT_EQ(machine.Wait(seconds(10)).code, 0);
}

TEST_P(BackendsTest, ConsolesElsewhereWriteInTurnAndTheFirstHasTheInput) {
  Command command = Cardcage({"run", "--timeout", "20s", Shipped("consoles")});
  command.input = "to the first\x04";
  const Outcome outcome = RunToEnd(command);
  EXPECT_EQ(outcome.output, "one\ntwo\nto the first");
  EXPECT_EQ(outcome.code, 0);
}

}  // namespace
}  // namespace cardcage::testing
