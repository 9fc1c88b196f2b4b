// SPDX-License-Identifier: MIT
#include "framework/backend/terminal.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace cardcage {
namespace {

// What is for the guest of keys that were typed, and what is a command.
class EscapeKeysTest : public ::testing::Test {
 protected:
  std::string Type(std::string text) {
    text.resize(keys_.Filter({reinterpret_cast<uint8_t*>(text.data()), text.size()}));
    return text;
  }
  std::string commands_;
  EscapeKeys keys_{[this](uint8_t key) { commands_ += static_cast<char>(key); }};
};

TEST_F(EscapeKeysTest, FindsTheKeyAfterControlA) {
  const struct {
    const char* typed;
    const char* guest;
    const char* commands;
  } kTable[] = {
      {"", "", ""},
      {"plain\r\x02\x03\x1b[A", "plain\r\x02\x03\x1b[A", ""},
      {"\x01x", "", "x"},
      {"\x01h", "", "h"},
      {"a\x01xb", "ab", "x"},
      {"\x01x\x01h", "", "xh"},
      {"\x01\x01", "\x01", ""},
      {"\x01\x01x", "\x01x", ""},
      {"\x01\x01\x01x", "\x01", "x"},
  };
  for (const auto& [typed, guest, commands] : kTable) {
    SCOPED_TRACE(::testing::PrintToString(typed));
    EXPECT_EQ(Type(typed), guest);
    EXPECT_EQ(commands_, commands);
    commands_.clear();
  }
}

TEST_F(EscapeKeysTest, WaitsForTheKeyWhereItComesLater) {
  EXPECT_EQ(Type("a\x01"), "a");
  EXPECT_EQ(commands_, "");
  EXPECT_EQ(Type("xb"), "b");
  EXPECT_EQ(commands_, "x");
}

TEST_F(EscapeKeysTest, ControlATwiceIsOneForTheGuestAlsoWhereItComesLater) {
  EXPECT_EQ(Type("\x01"), "");
  EXPECT_EQ(Type("\x01"), "\x01");
  EXPECT_EQ(Type("x"), "x");
  EXPECT_EQ(commands_, "");
}

TEST_F(EscapeKeysTest, KeyOfAnyValueIsACommand) {
  EXPECT_EQ(Type(std::string("\x01\0\x01\xff", 4)), "");
  EXPECT_EQ(commands_, std::string("\0\xff", 2));
}

// What is on in a terminal, of all that RawTerminal or its user may care about.
std::string Settings(int tty) {
  termios found{};
  if (tcgetattr(tty, &found) != 0) return "no terminal";
  std::string on;
  const auto name = [&](tcflag_t flags, tcflag_t flag, const char* text) {
    if ((flags & flag) == flag) on += std::string(on.empty() ? "" : " ") + text;
  };
  name(found.c_iflag, ICRNL, "icrnl");
  name(found.c_iflag, ISTRIP, "istrip");
  name(found.c_iflag, IXON, "ixon");
  name(found.c_oflag, OPOST, "opost");
  name(found.c_oflag, ONLCR, "onlcr");
  name(found.c_lflag, ECHO, "echo");
  name(found.c_lflag, ICANON, "icanon");
  name(found.c_lflag, IEXTEN, "iexten");
  name(found.c_lflag, ISIG, "isig");
  return on;
}
constexpr const char* kFound = "icrnl istrip ixon opost onlcr echo icanon iexten isig";
constexpr const char* kRaw = "opost onlcr";

// Tests on a terminal that controls a session of its own. The session's leader is another process;
// its death would reset the terminal, so whoever is to die is a child of it.
class RawTerminalTest : public ::testing::Test {
 protected:
  // Runs `body` in a new session and returns what it says.
  template <class Body>
  static std::string InSession(Body body) {
    int master = -1;
    int tty = -1;
    int answer[2];
    EXPECT_EQ(openpty(&master, &tty, nullptr, nullptr, nullptr), 0);
    EXPECT_EQ(pipe2(answer, O_CLOEXEC), 0);
    const pid_t leader = fork();
    if (leader == 0) {
      setsid();
      const bool controls = ioctl(tty, TIOCSCTTY, 0) == 0;
      const std::string said = controls && Prepare(tty) ? body(tty) : "no session";
      _exit(write(answer[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0
                                                                                            : 1);
    }
    close(answer[1]);
    std::string said;
    char buffer[4096];
    for (ssize_t got = 0; (got = read(answer[0], buffer, sizeof(buffer))) > 0;) {
      said.append(buffer, static_cast<size_t>(got));
    }
    int status = 0;
    EXPECT_EQ(waitpid(leader, &status, 0), leader);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    for (const int fd : {master, tty, answer[0]}) close(fd);
    return said;
  }

  // Makes the settings kFound, with which no terminal begins.
  static bool Prepare(int tty) {
    termios settings{};
    if (tcgetattr(tty, &settings) != 0) return false;
    settings.c_iflag |= ISTRIP;
    return tcsetattr(tty, TCSANOW, &settings) == 0 && Settings(tty) == kFound;
  }

  // What a child that enters the terminal and then does this leaves behind.
  template <class Death>
  static std::string AfterDeath(int expected_signal, Death death) {
    return InSession([&](int tty) -> std::string {
      const pid_t child = fork();
      if (child == 0) {
        const rlimit none{.rlim_cur = 0, .rlim_max = 0};
        setrlimit(RLIMIT_CORE, &none);
        const auto raw = RawTerminal::Enter(tty);
        if (raw == nullptr || Settings(tty) != kRaw) _exit(1);
        death();
        _exit(2);
      }
      int status = 0;
      waitpid(child, &status, 0);
      if (!WIFSIGNALED(status) || WTERMSIG(status) != expected_signal) {
        return "ended with status " + std::to_string(status);
      }
      return Settings(tty);
    });
  }
};

TEST_F(RawTerminalTest, PipeIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(RawTerminal::Enter(ends[0]), nullptr);
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(RawTerminal::Enter(ends[0]), nullptr);
}

TEST_F(RawTerminalTest, TerminalOfAnotherSessionIsLeftAlone) {
  int master = -1;
  int tty = -1;
  ASSERT_EQ(openpty(&master, &tty, nullptr, nullptr, nullptr), 0);
  const std::string before = Settings(tty);
  EXPECT_EQ(RawTerminal::Enter(tty), nullptr);
  EXPECT_EQ(Settings(tty), before);
  close(tty);
  close(master);
}

TEST_F(RawTerminalTest, TerminalIsLeftAloneByABackgroundJob) {
  EXPECT_EQ(InSession([](int tty) -> std::string {
              const pid_t job = fork();
              if (job == 0) {
                setpgid(0, 0);
                _exit(RawTerminal::Enter(tty) == nullptr ? 0 : 1);
              }
              int status = 0;
              waitpid(job, &status, WUNTRACED);  // it would be stopped
              kill(job, SIGKILL);
              return status == 0 ? Settings(tty) : "entered";
            }),
            kFound);
}

TEST_F(RawTerminalTest, KeysComeAsTheyArePressedAndOutputStaysAsItWas) {
  EXPECT_EQ(InSession([](int tty) -> std::string {
              const auto raw = RawTerminal::Enter(tty);
              return raw == nullptr ? "not entered" : Settings(tty);
            }),
            kRaw);
}

TEST_F(RawTerminalTest, TerminalIsGivenBackAsItWasFound) {
  EXPECT_EQ(InSession([](int tty) -> std::string {
              const bool entered = RawTerminal::Enter(tty) != nullptr;
              return entered ? Settings(tty) : "not entered";
            }),
            kFound);
}

TEST_F(RawTerminalTest, LeaveGivesItBackAndReturnTakesItAgain) {
  EXPECT_EQ(InSession([](int tty) -> std::string {
              const auto raw = RawTerminal::Enter(tty);
              raw->Leave();
              const std::string left = Settings(tty);
              raw->Return();
              return left + " | " + Settings(tty);
            }),
            std::string(kFound) + " | " + kRaw);
}

TEST_F(RawTerminalTest, TerminalIsGivenBackWhereTheProcessAborts) {
  EXPECT_EQ(AfterDeath(SIGABRT, [] { std::abort(); }), kFound);
}

TEST_F(RawTerminalTest, TerminalIsGivenBackByEveryFatalSignal) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    EXPECT_EQ(AfterDeath(signal, [signal] { raise(signal); }), kFound) << strsignal(signal);
  }
}

TEST_F(RawTerminalTest, FatalSignalsAreTheirFormerOwnersOnceItIsGivenBack) {
  EXPECT_EQ(InSession([](int tty) -> std::string {
              struct sigaction before {};
              sigaction(SIGSEGV, nullptr, &before);
              RawTerminal::Enter(tty).reset();
              struct sigaction after {};
              sigaction(SIGSEGV, nullptr, &after);
              return after.sa_handler == before.sa_handler ? "as before" : "another's";
            }),
            "as before");
}

}  // namespace
}  // namespace cardcage
