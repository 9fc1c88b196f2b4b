// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_TESTING_TEST_ENGINE_H_
#define CARDCAGE_TESTING_TEST_ENGINE_H_

#include <cstdint>
#include <string>

// Where Cardcage is installed: CMake's target Cardcage::cardcage says it.
#ifndef CARDCAGE_PREFIX
#define CARDCAGE_PREFIX ""
#endif

namespace cardcage::testing {

// Who makes the accesses of a TestCage.
enum class TestEngine : uint8_t {
  kNone,  // the test itself, on the bus: the fastest
  kSoft,  // a CPU in software, or one of KVM's: each access is an instruction of a guest
  kKvm,
};

// That of this run of the tests: what the environment says in CARDCAGE_TEST_ENGINE: none (as without it), soft or
// kvm.
TestEngine EngineOfThisRun();

// Why there is no such engine on this host, in a line; empty where there is. `installation` has the soft one. One
// thread.
std::string WhyNoEngine(TestEngine engine, const char* installation = CARDCAGE_PREFIX);

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_TEST_ENGINE_H_
