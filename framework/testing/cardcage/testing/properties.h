// SPDX-License-Identifier: MIT
// Properties that every device has, whatever it is: tests by chance (RapidCheck), on each device alike.
//
//   CARDCAGE_DEVICE_PROPERTIES(EggTimerProperties, cardcage_plugin_entry, "egg-timer");
//   CARDCAGE_DEVICE_PROPERTIES(FastEggTimerProperties, cardcage_plugin_entry, "egg-timer",
//                              {{"frequency", 1'000'000}});
//
// makes a test of each property below: EggTimerProperties.ResetIsAsNew. What goes against one is shown as a list of
// actions, made as short as can be, in lines that a test of one's own can have. Each run tries others; a failure says
// how to have the same again: RC_PARAMS="seed=…" in the environment, where max_success says how many are tried (100).
//
// It needs GoogleTest and RapidCheck (Debian's package librapidcheck-dev).
#ifndef CARDCAGE_TESTING_PROPERTIES_H_
#define CARDCAGE_TESTING_PROPERTIES_H_

#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cardcage/testing/action.h"
#include "cardcage/testing/test_cage.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"

namespace cardcage::testing {

// What is done to a device, and how a person reads it.
struct Actions {
  std::vector<Action> list;
  const cardcage_type* type = nullptr;
};
// NOLINTNEXTLINE(readability-identifier-naming): as RapidCheck calls it
inline void showValue(const Actions& actions, std::ostream& out) {
  for (const Action& action : actions.list) out << "\n  " << AsCode(action, *actions.type);
}

// The properties of a type with these parameters. The plugin outlives it.
class DeviceProperties {
 public:
  DeviceProperties(const cardcage_plugin& plugin, std::string type,
                   std::map<std::string, Setting> params = {}, const Board& board = Board())
      : plugin_(plugin), type_(std::move(type)), params_(std::move(params)), board_(board) {
    model_ = Make();
  }

  // It breaks no rule of the contract, and no read is wider than it was asked for.
  void KeepsTheContract() const {
    Check([this] {
      const auto cage = Make();
      for (const Action& action : Choose("actions").list) {
        if (action.kind == Action::Kind::kRead) {
          const uint64_t value = cage->ReadRegion(action.where, action.offset, action.size);
          RC_ASSERT(value <= ~uint64_t{0} >> (64 - 8 * action.size));
        } else {
          Do(*cage, action);
        }
        CheckRules(*cage);
      }
      cage->End();
      CheckRules(*cage);
    });
  }

  // Two that get the same do the same: a device has nothing of its process, and nothing by chance.
  void TwoActAlike() const {
    Check([this] {
      const auto one = Make();
      const auto other = Make();
      ActAlike(*one, *other, Choose("actions"));
    });
  }

  // A reset brings it back to what a new one is. Not for a type with a battery.
  void ResetIsAsNew() const {
    if ((model_->type().flags & CARDCAGE_TYPE_BATTERY) != 0) GTEST_SKIP() << "it has a battery";
    Check([this] {
      const auto used = Make();
      for (const Action& action : Choose("actions before the reset").list) Do(*used, action);
      used->console().input.clear();
      used->Reset();
      used->console().output.clear();  // what it has given away for the reset
      const auto fresh = Make();
      fresh->Follow(*used);
      fresh->Reset();
      ActAlike(*used, *fresh, Choose("actions behind it"));
    });
  }

  // What it saves is all that it goes on with, in another. Not for a type that saves nothing.
  void GoesOnFromWhatItSaved() const {
    if (model_->type().state == nullptr) GTEST_SKIP() << "it saves no state";
    Check([this] {
      const auto from = Make();
      for (const Action& action : Choose("actions before it is saved").list) Do(*from, action);
      const SavedState state = from->Save();
      const auto copy = Make();
      copy->Follow(*from);
      const std::string refused = copy->Load(state);
      if (!refused.empty()) RC_FAIL("it refuses what it has saved: " + refused);
      if (copy->Save() != state) RC_FAIL("it saves another state than it has loaded");
      ActAlike(*copy, *from, Choose("actions behind it"));
    });
  }

  // A state that somebody has damaged does no harm: it is refused, or it is loaded, and a reset leads back. Not for a
  // type that saves nothing.
  void SurvivesADamagedState() const {
    if (model_->type().state == nullptr) GTEST_SKIP() << "it saves no state";
    Check([this] {
      const auto cage = Make();
      const SavedState good = cage->Save();
      SavedState bad = good;
      for (auto& [name, numbers] : bad.fields) {
        const auto size = *::rc::gen::inRange<size_t>(0, 80);
        if (*::rc::gen::inRange(0, 16) == 15) numbers.resize(size);
        for (uint64_t& number : numbers) {
          if (*::rc::gen::inRange(0, 4) == 3) number = *AnyNumber();
        }
      }
      cage->Load(bad);
      for (const Action& action : Choose("actions behind it").list) Do(*cage, action);
      cage->Reset();
      const std::string refused = cage->Load(good);
      if (!refused.empty()) RC_FAIL("behind a damaged state it refuses a good one: " + refused);
      CheckRules(*cage);
    });
  }

  // A look from outside changes nothing.
  void PeekHasNoEffect() const {
    Check([this] {
      const auto seen = Make();
      const auto unseen = Make();
      for (const Action& action : Choose("actions, with looks at all registers before each").list) {
        Peek(*seen);
        Compare(Do(*seen, action), Do(*unseen, action), action);
      }
    });
  }

 private:
  static constexpr uint64_t kMostPeeks = 64;  // bytes of a region

  std::unique_ptr<TestCage> Make() const {
    return std::make_unique<TestCage>(plugin_, type_, params_, board_);
  }
  template <class Property>
  static void Check(const Property& property) {
    ::rc::detail::checkGTest(property);
  }
  static ::rc::Gen<uint64_t> AnyNumber() {
    return ::rc::gen::resize(::rc::kNominalSize, ::rc::gen::arbitrary<uint64_t>());
  }
  Actions Choose(const char* what) const {
    const auto action = ::rc::gen::exec([this, number = AnyNumber()] {
      return ChooseAction(*model_, [&number]() -> uint64_t { return *number; });
    });
    const auto actions = ::rc::gen::map(::rc::gen::container<std::vector<Action>>(action),
                                        [this](std::vector<Action> list) {
                                          return Actions{std::move(list), &model_->type()};
                                        });
    return *actions.as(what);
  }
  static void CheckRules(const TestCage& cage) {
    for (const Breach& breach : cage.breaches()) RC_FAIL("it broke a rule: " + breach.how);
  }
  void ActAlike(TestCage& one, TestCage& other, const Actions& actions) const {
    for (const Action& action : actions.list) Compare(Do(one, action), Do(other, action), action);
  }
  void Compare(const std::string& seen, const std::string& wanted, const Action& action) const {
    if (seen == wanted) return;
    RC_FAIL(AsCode(action, model_->type()) + "\ngives: " + seen + "\n and not: " + wanted);
  }
  static void Peek(TestCage& cage) {
    for (uint32_t region = 0; region < cage.type().region_count; ++region) {
      const unsigned size = 1U << __builtin_ctz(cage.type().regions[region]->sizes);
      for (uint64_t offset = 0; offset < kMostPeeks && offset < cage.RegionSize(region);
           offset += size) {
        cage.PeekRegion(region, offset, size);
      }
    }
  }

  const cardcage_plugin& plugin_;
  const std::string type_;
  const std::map<std::string, Setting> params_;
  const Board board_;
  std::unique_ptr<const TestCage> model_;  // which stays as it is
};

}  // namespace cardcage::testing

// Suite, plugin, type, and then as a TestCage gets them: parameters, board.
#define CARDCAGE_DEVICE_PROPERTIES(Suite, ...)                                 \
  CARDCAGE_EACH_DEVICE_PROPERTY(CARDCAGE_DEVICE_PROPERTY_, Suite, __VA_ARGS__) \
  static_assert(true, "")
#define CARDCAGE_DEVICE_PROPERTY_(Property, Suite, ...) \
  TEST(Suite, Property) { ::cardcage::testing::DeviceProperties(__VA_ARGS__).Property(); }

// Do(Property, …) for each of them.
#define CARDCAGE_EACH_DEVICE_PROPERTY(Do, ...)                                                 \
  Do(KeepsTheContract, __VA_ARGS__) Do(TwoActAlike, __VA_ARGS__) Do(ResetIsAsNew, __VA_ARGS__) \
      Do(GoesOnFromWhatItSaved, __VA_ARGS__) Do(SurvivesADamagedState, __VA_ARGS__)            \
          Do(PeekHasNoEffect, __VA_ARGS__)

#endif  // CARDCAGE_TESTING_PROPERTIES_H_
