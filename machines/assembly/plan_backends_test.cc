// SPDX-License-Identifier: MIT
#include "machines/assembly/plan_backends.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "machines/assembly/plan_tester.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PlanBackendsTest : public PlanTester {};

TEST_F(PlanBackendsTest, UnknownBackendIsRefused) {
  EXPECT_THAT(
      Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: stdoi }"}),
      ElementsAre("3:58: error: there is no backend `stdoi`", "help: did you mean `stdio`?"));
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: [stdio] }"}),
              ElementsAre("3:58: error: `console` of device a must be a text"));
}

TEST_F(PlanBackendsTest, BackendIsNullWhereItIsSaid) {
  for (const char* console : {"null", "~", "quiet", "{ type: null }", "{ type: ~ }"}) {
    const Plan plan = Accept(Console(console, "quiet: { type: null }"));
    EXPECT_EQ(BackendOf(plan, 0).type->name, "null") << console;
  }
}

TEST_F(PlanBackendsTest, BackendIsNoneWhereItIsNotSaid) {
  const Plan plan = Accept({.devices = "a: { type: ns16550a, at: port 0x3f8 }"});
  EXPECT_EQ(plan.devices[0].params[0].backend, std::nullopt);
}

TEST_F(PlanBackendsTest, BackendMayBeWrittenInPlace) {
  const Plan plan = Accept(Console("{ type: ring, size: 4KiB }"));
  EXPECT_EQ(BackendOf(plan, 0).type->name, "ring");
  EXPECT_EQ(BackendOf(plan, 0).name, "a");  // after the device
  EXPECT_EQ(BackendOf(plan, 0).values.size, 4096u);
  EXPECT_TRUE(BackendOf(plan, 0).is_used);
}

TEST_F(PlanBackendsTest, EachTypeOfBackendTakesItsKeys) {
  const auto values = [this](const std::string& backend) {
    return BackendOf(Accept(Console("b", "b: " + backend)), 0).values;
  };
  EXPECT_EQ(values("{ type: pty }").link, "");
  EXPECT_EQ(values("{ type: pty, link: /tmp/com1 }").link, "/tmp/com1");
  EXPECT_FALSE(values("{ type: file, path: /tmp/out }").append);
  EXPECT_TRUE(values("{ type: file, path: /tmp/out, append: true }").append);
  EXPECT_EQ(values("{ type: unix, listen: /tmp/s }").listen->path(), "/tmp/s");
  EXPECT_EQ(values("{ type: unix, connect: /tmp/s }").connect->path(), "/tmp/s");
  EXPECT_EQ(values("{ type: tcp, listen: 0 }").listen->Text(), "127.0.0.1:0");
  EXPECT_EQ(values("{ type: tcp, connect: \"127.0.0.2:5000\" }").connect->Text(), "127.0.0.2:5000");
  EXPECT_EQ(values("{ type: tcp, connect: \"localhost:5000\" }").connect->Text(), "127.0.0.1:5000");
  EXPECT_EQ(values("{ type: tcp, listen: \"[::1]:5000\" }").listen->Text(), "[::1]:5000");
  EXPECT_EQ(values("{ type: ring }").size, 64u * 1024);
  EXPECT_EQ(values("{ type: log }").path, "");
  EXPECT_EQ(values("{ type: log, path: /tmp/log }").path, "/tmp/log");
  EXPECT_EQ(values("{ type: asciicast, path: /tmp/cast }").path, "/tmp/cast");
}

TEST_F(PlanBackendsTest, PathOfABackendBeginsAtTheMachineFilesFolder) {
  const Plan plan = Accept(Console("{ type: file, path: out.txt }"));
  EXPECT_EQ(BackendOf(plan, 0).values.path, folder_.Path("out.txt"));
}

TEST_F(PlanBackendsTest, BackendInPlaceIsCheckedAsADeclaredOneIs) {
  const auto in_place = [this](const std::string& backend) {
    const Remarks said = Refuse(Console(backend));
    return said.empty() ? "" : said[0];
  };
  const auto declared = [this](const std::string& backend) {
    const Remarks said = Refuse(Console("null", "b: " + backend));
    return said.empty() ? "" : said[0];
  };
  EXPECT_EQ(in_place("{ type: flie }"), "3:66: error: there is no backend type `flie`");
  EXPECT_EQ(declared("{ type: flie }"), "5:24: error: there is no backend type `flie`");
  EXPECT_EQ(in_place("{}"), "3:58: error: `console` of device a lacks the key `type`");
  EXPECT_EQ(declared("{}"), "5:16: error: backend b lacks the key `type`");
  EXPECT_EQ(in_place("{ type: stdio, path: x }"),
            "3:73: error: unknown key `path` of `console` of device a, which is of type stdio");
  EXPECT_EQ(declared("{ type: stdio, path: x }"),
            "5:31: error: unknown key `path` of backend b, which is of type stdio");
}

TEST_F(PlanBackendsTest, DeclaredBackendIsAMapWithAType) {
  EXPECT_THAT(Refuse({.more = "backends: { a: stdio }"}),
              ElementsAre("5:16: error: backend a must be a map of keys and values",
                          "help: { type: TYPE }"));
  EXPECT_THAT(Refuse({.more = "backends: { a: {} }"}),
              ElementsAre("5:16: error: backend a lacks the key `type`", "help: add type: stdio"));
  EXPECT_THAT(
      Refuse({.more = "backends: { log: { type: stdoi } }"}),
      ElementsAre("5:26: error: there is no backend type `stdoi`", "help: did you mean `stdio`?"));
}

TEST_F(PlanBackendsTest, MistakesOfADeclaredBackendAreSaidOnce) {
  EXPECT_THAT(Refuse(Console("b", "b: { type: stdoi }")), SizeIs(2));
}

TEST_F(PlanBackendsTest, TypeThatIsTakenForANameIsExplained) {
  EXPECT_THAT(Refuse(Console("pty")), ElementsAre("3:58: error: there is no backend `pty`",
                                                  "help: that is a type: write { type: pty }"));
}

TEST_F(PlanBackendsTest, KeysOfABackendAreCheckedOneByOne) {
  const auto refuse = [this](const std::string& backend) {
    return Refuse({.more = "backends: { b: " + backend + " }"});
  };
  EXPECT_THAT(refuse("{ type: file, path: x, apend: true }"),
              ElementsAre("5:39: error: unknown key `apend` of backend b, which is of type file",
                          "help: did you mean `append`?"));
  EXPECT_THAT(refuse("{ type: file }"), ElementsAre("5:16: error: backend b lacks the key `path`",
                                                    "help: add path: "
                                                    "console.txt"));
  EXPECT_THAT(refuse("{ type: asciicast }"),
              ElementsAre("5:16: error: backend b lacks the key `path`",
                          "help: add path: "
                          "console.cast"));
  EXPECT_THAT(refuse("{ type: file, path: [x] }"),
              ElementsAre("5:36: error: `path` of backend b must be a text"));
  EXPECT_THAT(refuse("{ type: file, path: x, append: yes }"),
              ElementsAre("5:47: error: `append` of backend b must be true or false, not yes"));
  EXPECT_THAT(refuse("{ type: file, path: \"cardcage:guests/hello.bin\" }"),
              ElementsAre("5:36: error: `path` of backend b is cardcage:guests/hello.bin: what is "
                          "shipped is only read"));
  EXPECT_THAT(
      refuse("{ type: ring, size: 4096 }"),
      ElementsAre("5:36: error: `size` of backend b has no unit: 4096", HasSubstr("4096B")));
  for (const char* size : {"0B", "65MiB"}) {
    EXPECT_THAT(refuse(absl::StrCat("{ type: ring, size: ", size, " }")),
                ElementsAre(HasSubstr("it must be from 1B to 64MiB")));
  }
}

TEST_F(PlanBackendsTest, SocketListensOrConnects) {
  const auto refuse = [this](const std::string& backend) {
    return Refuse({.more = "backends: { b: " + backend + " }"});
  };
  EXPECT_THAT(
      refuse("{ type: unix }"),
      ElementsAre("5:16: error: backend b has either `listen` or `connect`: this has none"));
  EXPECT_THAT(refuse("{ type: tcp, listen: 1, connect: 2 }"),
              ElementsAre("5:40: error: backend b has either `listen` or `connect`, not both",
                          "5:29: note: the other is here"));
}

TEST_F(PlanBackendsTest, AddressOfASocketIsChecked) {
  const auto refuse = [this](const std::string& backend) {
    const Remarks said = Refuse({.more = "backends: { b: " + backend + " }"});
    return said.empty() ? "" : said[0];
  };
  for (const char* open : {"0.0.0.0:5000", "192.168.1.1:5000", "example.org:5000", "[::]:5000"}) {
    EXPECT_THAT(refuse(absl::StrCat("{ type: tcp, listen: \"", open, "\" }")),
                HasSubstr("is not this host's loopback"))
        << open;
  }
  for (const char* port : {"65536", "-1", "port", "\"127.0.0.1:\"", "0x10"}) {
    EXPECT_THAT(refuse(absl::StrCat("{ type: tcp, listen: ", port, " }")),
                HasSubstr("`listen` of backend b: no port"))
        << port;
  }
  EXPECT_THAT(refuse("{ type: tcp, connect: 0 }"), HasSubstr("port 0 is for who listens"));
  EXPECT_THAT(refuse("{ type: unix, listen: /" + std::string(107, 'x') + " }"),
              HasSubstr("at most 107 bytes"));
}

TEST_F(PlanBackendsTest, BackendThatExistsAlwaysIsNotDeclaredAgain) {
  EXPECT_THAT(Refuse({.more = "backends: { stdio: { type: stdio } }"}),
              ElementsAre("5:13: error: backend stdio exists in every machine",
                          "help: give this one another name"));
}

TEST_F(PlanBackendsTest, BackendHasOneUser) {
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: out }, "
                                 "b: { type: ns16550a, at: port 0x2f8, console: out }",
                      .more = "backends: { out: { type: ring } }"}),
              ElementsAre("3:111: error: `console` of device b: a backend has one user, and "
                          "`console` of device a has backend out",
                          StartsWith("help: "), "3:58: note: it has it here"));
}

TEST_F(PlanBackendsTest, EachUserOfStdioHasAConsoleOfHisOwn) {
  const Plan plan = Accept({.devices = "a: { type: ns16550a, at: port 0x3f8, console: log }, "
                                       "b: { type: ns16550a, at: port 0x2f8, console: stdio }",
                            .more = "backends: { log: { type: stdio } }"});
  ASSERT_THAT(plan.backends, SizeIs(2));
  EXPECT_EQ(BackendOf(plan, 0).name, "a");
  EXPECT_EQ(BackendOf(plan, 1).name, "b");
}

TEST_F(PlanBackendsTest, BackendThatNobodyUsesIsNotMade) {
  const Plan plan = Accept(Console("stdio",
                                   "b: { type: pty }, c: { type: tee, to: [b] }, "
                                   "d: { type: tee, to: [{ type: tee, to: [c] }] }"));
  for (const Plan::Backend& backend : plan.backends) {
    EXPECT_EQ(backend.is_used, backend.type->name == "stdio") << backend.name;
  }
}

TEST_F(PlanBackendsTest, TeeComesAfterItsMembers) {
  const Plan plan = Accept(Console("all",
                                   "all: { type: tee, to: [stdio, rest] }, "
                                   "rest: { type: tee, to: [{ type: ring }, null] }"));
  std::vector<std::string> names;
  for (const Plan::Backend& backend : plan.backends) {
    names.push_back(absl::StrCat(backend.name, ":", std::string(backend.type->name)));
    EXPECT_TRUE(backend.is_used);
  }
  EXPECT_THAT(names, ElementsAre("a:stdio", "rest.1:ring", "a:null", "rest:tee", "all:tee"));
  EXPECT_THAT(plan.backends[4].members, ElementsAre(0, 3));
}

TEST_F(PlanBackendsTest, TeeNeedsMembersThatExist) {
  EXPECT_THAT(Refuse(Console("{ type: tee }")),
              ElementsAre("3:58: error: `console` of device a lacks the key `to`",
                          "help: add to: [stdio, OTHER]"));
  for (const char* to : {"stdio", "[]", "{}"}) {
    EXPECT_THAT(Refuse(Console(absl::StrCat("{ type: tee, to: ", to, " }"))),
                ElementsAre("3:75: error: `to` of `console` of device a must be a list of backends",
                            "help: to: [stdio, OTHER]"));
  }
  EXPECT_THAT(Refuse(Console("all", "all: { type: tee, to: [stdio, log] }, logs: { type: log }")),
              ElementsAre("5:43: error: there is no backend `log`", StartsWith("help: ")));
}

TEST_F(PlanBackendsTest, TeeThatLeadsBackToItselfIsRefused) {
  EXPECT_THAT(Refuse(Console("x", "x: { type: tee, to: [x] }")),
              ElementsAre("5:34: error: `to` of backend x: backend x leads back to itself",
                          StartsWith("help: ")));
  const std::string circle =
      "x: { type: tee, to: [y] }, y: { type: tee, to: [stdio, z] }, z: { type: tee, to: [x] }";
  for (const char* console : {"x", "null"}) {  // nobody has to use it
    EXPECT_THAT(Refuse(Console(console, circle)),
                ElementsAre("5:95: error: `to` of backend z: backend x leads back to itself",
                            StartsWith("help: ")));
  }
}

TEST_F(PlanBackendsTest, TeesAreNotInEachOtherWithoutEnd) {
  std::string tees = "t0: { type: tee, to: [null] }";
  for (int i = 1; i < 20; ++i) {
    absl::StrAppend(&tees, ", t", i, ": { type: tee, to: [t", i - 1, "] }");
  }
  EXPECT_THAT(Refuse(Console("t19", tees)),
              ElementsAre(HasSubstr("more than 16 tees are in each other")));
}

TEST_F(PlanBackendsTest, MemberOfATeeIsItsAlone) {
  EXPECT_THAT(Refuse(Console("all", "all: { type: tee, to: [b, b] }, b: { type: ring }")),
              ElementsAre(HasSubstr("`to` of backend all: a backend has one user"),
                          HasSubstr("help"), HasSubstr("note")));
}

TEST_F(PlanBackendsTest, DeterministicMachineHearsNobody) {
  options_.deterministic = true;
  for (const char* console : {"{ type: pty }", "{ type: tcp, listen: 0 }",
                              "{ type: unix, connect: x }", "{ type: tee, to: [{ type: pty }] }"}) {
    EXPECT_THAT(Refuse(Console(console)),
                ElementsAre(HasSubstr("cannot be with --deterministic: what somebody sends comes "
                                      "when they send it"),
                            StartsWith("help: ")))
        << console;
  }
  Accept(
      Console("{ type: tee, to: [stdio, { type: ring }, { type: file, path: x }, "
              "{ type: log }, { type: asciicast, path: y }] }",
              "unused: { type: pty }"));
}

TEST_F(PlanBackendsTest, DeterministicMachineHasOneConsole) {
  options_.deterministic = true;
  EXPECT_THAT(Refuse({.devices = "a: { type: ns16550a, at: port 0x3f8, console: stdio }, "
                                 "b: { type: ns16550a, at: port 0x2f8, console: stdio }"}),
              ElementsAre(StartsWith("3:113: error: with --deterministic there is one console"),
                          StartsWith("help: "), "3:58: note: console a is here"));
}

}  // namespace
}  // namespace cardcage
