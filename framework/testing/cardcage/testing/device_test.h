// SPDX-License-Identifier: MIT
// A fixture for GoogleTest: a device in a TestCage, and what is done with it in the words of its declaration.
//
//   class EggTimer : public cardcage::testing::DeviceTest {
//    protected:
//     EggTimer() : DeviceTest(cardcage_plugin_entry, "egg-timer") {}
//   };
//
//   TEST_F(EggTimer, EndSetsDoneAndRings) {
//     WriteReg("LOAD", 5);
//     WriteReg("CTRL", {"IE", "RUN"});
//     Advance(5ms);
//     EXPECT_THAT(ReadReg("STAT"), HasBits("DONE"));
//     EXPECT_TRUE(line("irq").level());
//   }
//
// The same tests run on a machine's CPU where the environment says so, CARDCAGE_TEST_ENGINE=soft or kvm, and are
// skipped, with the reason, where this host has none. A mistake of the test's own (a name that the type does not
// have) ends the process with a line on stderr that says what there is.
#ifndef CARDCAGE_TESTING_DEVICE_TEST_H_
#define CARDCAGE_TESTING_DEVICE_TEST_H_

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cardcage/abi.h"
#include "cardcage/testing/register_value.h"
#include "cardcage/testing/test_cage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage::testing {

// How GoogleTest shows it.
inline void PrintTo(const RegisterValue& value, std::ostream* out) { *out << Describe(value); }

namespace internal {

// Of a register's fields, what `wants` says of their values.
class FieldsMatcher {
 public:
  using is_gtest_matcher = void;
  // `verb` stands before their names for people, `tail` behind.
  FieldsMatcher(std::vector<std::string_view> fields, std::string verb,
                ::testing::Matcher<uint64_t> wants, const std::string& tail = "")
      : fields_(std::move(fields)), wants_(std::move(wants)), text_(std::move(verb)) {
    for (size_t i = 0; i < fields_.size(); ++i) {
      text_.append(i == 0 ? " " : ", ").append(fields_[i]);
    }
    text_ += tail;
  }

  bool MatchAndExplain(const RegisterValue& value, ::testing::MatchResultListener* listener) const {
    bool matches = true;
    for (const std::string_view field : fields_) {
      std::string why_not;
      const std::optional<uint64_t> found = FieldOf(value, field, &why_not);
      if (found && wants_.Matches(*found)) continue;
      *listener << (matches ? "" : ", ");
      if (found) {
        *listener << "whose " << field << " is " << *found;
      } else {
        *listener << "but " << why_not;
      }
      matches = false;
    }
    return matches;
  }
  void DescribeTo(std::ostream* out) const { *out << text_; }
  void DescribeNegationTo(std::ostream* out) const { *out << "not: " << text_; }

 private:
  std::vector<std::string_view> fields_;
  ::testing::Matcher<uint64_t> wants_;
  std::string text_;
};

}  // namespace internal

// That all these fields of a register are set, or that none is: EXPECT_THAT(ReadReg("LSR"), HasBits("THRE", "TEMT")).
template <class... Names>
auto HasBits(Names... names) {
  return internal::FieldsMatcher({names...}, "has", ::testing::Ne(0u));
}
template <class... Names>
auto LacksBits(Names... names) {
  return internal::FieldsMatcher({names...}, "lacks", ::testing::Eq(0u));
}
// That a field holds a value, or what a matcher says: FieldIs("WLS", 3), FieldIs("COUNT", Lt(5)).
template <class Wanted>
auto FieldIs(std::string_view name, Wanted wanted) {
  const auto wants = ::testing::SafeMatcherCast<uint64_t>(wanted);
  return internal::FieldsMatcher({name}, "has a field", wants,
                                 " that " + ::testing::DescribeMatcher<uint64_t>(wants));
}

// A device in a TestCage, made and reset when a test begins.
class DeviceTest : public ::testing::Test {
 protected:
  using Params = std::map<std::string, Setting>;

  // As a TestCage. `plugin` outlives the test.
  DeviceTest(const cardcage_plugin& plugin, std::string_view type, Params params = {},
             Board board = Board())
      : plugin_(plugin), type_(type), why_skipped_(WhyNoEngine(board.engine, board.installation)) {
    if (!why_skipped_.empty()) board.engine = TestEngine::kNone;
    Make(std::move(params), board);
  }

  // A derived class that overrides this calls it first, and does no more where IsSkipped().
  void SetUp() override {
    if (!why_skipped_.empty()) GTEST_SKIP() << why_skipped_;
  }

  // Makes the device anew with other parameters, or on another board.
  void Make(Params params) { Make(std::move(params), board_); }
  void Make(Params params, const Board& board) {
    params_ = std::move(params);
    board_ = board;
    cage_.reset();
    cage_ = std::make_unique<TestCage>(plugin_, type_, params_, board_);
    shown_ = 0;
  }
  // Why the device refuses these parameters: its own reason. Empty where it does not.
  std::string WhyRefused(const Params& params) const {
    return TestCage::WhyRefused(plugin_, type_, params);
  }

  // All else that there is.
  TestCage& cage() { return *cage_; }
  const TestCage& cage() const { return *cage_; }

  // --- What the guest does ---

  // A register by its name in the declaration, whole: "LSR", or "slave.IMR" where several regions have one.
  RegisterValue ReadReg(std::string_view name) {
    const RegisterPlace at = Find(name);
    return {cage_->ReadRegion(at.region, OffsetOf(at), at.declared->width), at.declared};
  }
  void WriteReg(std::string_view name, uint64_t value) {
    const RegisterPlace at = Find(name);
    cage_->WriteRegion(at.region, OffsetOf(at), value, at.declared->width);
  }
  // The value that has these bits, and no others: WriteReg("MCR", {"RTS", "DTR"}).
  void WriteReg(std::string_view name, std::initializer_list<std::string_view> bits) {
    std::string why_not;
    const std::optional<uint64_t> value = ValueWith(*Find(name).declared, bits, &why_not);
    if (!value) Die(why_not);
    WriteReg(name, *value);
  }
  // A look from outside, which has no effect; nothing where the device does not allow it.
  std::optional<RegisterValue> PeekReg(std::string_view name) {
    const RegisterPlace at = Find(name);
    const auto value = cage_->PeekRegion(at.region, OffsetOf(at), at.declared->width);
    if (!value) return std::nullopt;
    return RegisterValue{*value, at.declared};
  }
  // The guest's memory: 1 MiB from address 0 on.
  std::span<uint8_t> memory() { return cage_->memory(); }

  // --- What people, other devices and time do ---

  // Types at the host's side of the device's character backend.
  void TypeOnHost(std::string_view text) { cage_->console().Type(text); }
  // What the device has sent there since the last call.
  std::string ShownOnHost() {
    const std::string& all = cage_->console().output;
    const size_t from = std::exchange(shown_, all.size());
    return all.substr(from);
  }
  // Drives an input of the device.
  void SetInput(std::string_view name, bool level) { cage_->SetInput(name, level); }
  // Lets virtual time pass, by way of the device's timers.
  void Advance(std::chrono::nanoseconds time) {
    cage_->Advance(static_cast<uint64_t>(time.count()));
  }

  // --- What the machine does ---

  void Reset() { cage_->Reset(); }
  void Pause() { cage_->Pause(); }
  void Resume() { cage_->Resume(); }
  // Saves the device, ends it, and goes on with one that has loaded its state, in a cage that is alike otherwise: a
  // move to another host. What it forgot to save is lost. Fails the test where the state is refused.
  void Move() {
    const SavedState state = cage_->Save();
    auto next = std::make_unique<TestCage>(plugin_, type_, params_, board_);
    next->Follow(*cage_);
    cage_ = std::move(next);
    EXPECT_EQ(cage_->Load(state), "") << "the device refuses the state that it has saved";
  }

  // --- What came of it ---

  // An output of the device: its level, and how often it has risen.
  class Line {
   public:
    bool level() const { return test_.cage().output(name_); }
    unsigned pulses() const { return test_.cage().pulses(name_); }

   private:
    friend class DeviceTest;
    Line(const DeviceTest& test, std::string_view name) : test_(test), name_(name) {}
    const DeviceTest& test_;
    const std::string name_;
  };
  // By its name; without one, the first.
  Line line(std::string_view name = {}) const {
    const cardcage_type& type = cage_->type();
    if (name.empty() && type.signal_count > 0) name = type.signals[0]->name;
    return {*this, name};
  }

 private:
  [[noreturn]] static void Die(const std::string& why) {
    std::fprintf(stderr, "DeviceTest: %s\n", why.c_str());
    std::abort();
  }
  RegisterPlace Find(std::string_view name) const {
    std::string why_not;
    const std::optional<RegisterPlace> found = FindRegister(cage_->type(), name, &why_not);
    if (!found) Die(why_not);
    return *found;
  }
  uint64_t OffsetOf(const RegisterPlace& place) const {
    return place.declared->offset << board_.shift;
  }

  const cardcage_plugin& plugin_;
  const std::string type_;
  const std::string why_skipped_;
  Params params_;
  Board board_;
  std::unique_ptr<TestCage> cage_;
  size_t shown_ = 0;  // of what the device has sent
};

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_DEVICE_TEST_H_
