// SPDX-License-Identifier: MIT
// A device that uses what the contract has beyond registers and signals, through the SDK, in a cage.
#include <array>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "cardcage/bits.h"
#include "cardcage/device.h"
#include "cardcage/testing/test_cage.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace {

using cardcage::testing::SavedState;
using cardcage::testing::TestCage;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uint64_t kDelay = 1000;  // ns

struct Control : cardcage::Bits<Control, uint32_t> {
  using Bits::Bits;
  static constexpr Bit kGo{0};
};

// A counter inside another object.
struct Meter {
  template <class Archive>
  void State(Archive& archive) {
    archive("value", value);
  }
  uint16_t value = 0;
};

enum class Phase : uint8_t { kIdle, kBusy };

// Copies guest memory, answers after a while, and has a FIFO for strings.
class Mover {
 public:
  struct Config {};
  Mover(const Config& /*config*/, cardcage::Host host) : host_(host) {}
  ~Mover() {
    if (worker_.joinable()) worker_.join();
  }

  void Reset() {
    address_ = 0;
    control_ = Control();
  }
  // Ends on a thread of its own.
  bool Pause() {
    if (!is_slow_) return true;
    worker_ = std::thread([host = host_] { host.Finished(); });
    return false;
  }
  void Resume() {
    if (worker_.joinable()) worker_.join();
    ++meters_[1].value;
  }
  template <class Archive>
  void State(Archive& archive) {
    archive("address", address_);
    archive("control", control_);
    archive("meters", meters_);
    archive("fifo", fifo_);
    archive("due", due_);
    archive("is_slow", is_slow_);
    archive("phase", phase_);
    archive("offset", offset_);
    archive("name", name_);
    archive("flags", flags_);
  }

  std::optional<uint64_t> Deadline() const { return due_; }
  void OnDeadline() {
    due_.reset();
    for (const uint32_t vcpu : waiting_) host_.Complete(vcpu, address_);
    waiting_.clear();
  }
  bool Busy() const { return due_.has_value(); }

  std::optional<uint32_t> ReadSlowly(uint32_t vcpu) {
    if (address_ == 0) return 0;
    waiting_.push_back(vcpu);
    due_ = host_.Now() + kDelay;
    return std::nullopt;
  }
  bool WriteAddress(uint32_t value, uint32_t vcpu) {
    address_ = value;
    if (value != 0xdead) return true;
    waiting_.push_back(vcpu);
    due_ = host_.Now() + kDelay;
    return false;
  }
  uint32_t ReadControl() const { return control_.raw(); }
  void WriteControl(uint32_t value) {
    control_ = Control(value);
    if (value == 0x99) host_.Fail("told to");
    if (value == 0x77) is_slow_ = true;
    if (!control_.Test(Control::kGo)) return;
    std::array<uint8_t, 16> copy{};
    if (!host_.ReadMemory(address_, copy)) return host_.Count(kFaults);
    if (host_.WriteMemory(address_ + 0x2000, copy)) host_.Count(kBytes, copy.size());
  }
  uint32_t Pop() {
    const uint32_t value = fifo_.empty() ? 0 : fifo_.front();
    if (!fifo_.empty()) fifo_.pop_front();
    return value;
  }
  void Push(uint32_t value) { fifo_.push_back(value); }
  size_t PopMany(std::span<uint32_t> values) {
    size_t n = 0;
    while (n < values.size() && !fifo_.empty()) values[n++] = Pop();
    return n;
  }
  size_t PushMany(std::span<const uint32_t> values) {
    fifo_.insert(fifo_.end(), values.begin(), values.end());
    return values.size();
  }

 private:
  enum CounterIndex : uint32_t { kBytes, kFaults };

  const cardcage::Host host_;
  std::thread worker_;
  bool is_slow_ = false;
  uint32_t address_ = 0;
  Control control_;
  std::array<Meter, 2> meters_;
  std::deque<uint32_t> fifo_;
  std::optional<uint64_t> due_;
  std::vector<uint32_t> waiting_;
  Phase phase_ = Phase::kBusy;
  int16_t offset_ = -3;
  std::string name_ = "mover";
  std::array<bool, 3> flags_{true, false, true};
};

constexpr cardcage::Declaration kMover{
    cardcage::Type<Mover>("mover", "moves memory", {.state_version = 3}),
    cardcage::Counter("bytes", {.doc = "that were moved"}),
    cardcage::Counter("faults"),
    cardcage::Output<&Mover::Busy>("busy"),
    cardcage::Timer<&Mover::Deadline, &Mover::OnDeadline>(),
    cardcage::Registers(
        "registers", {.space = cardcage::Space::kMmio, .size = 0x10},
        cardcage::Register<&Mover::ReadSlowly, &Mover::WriteAddress>(0, "ADDRESS"),
        cardcage::Register<&Mover::ReadControl, &Mover::WriteControl>(4, "CONTROL"),
        cardcage::Register<&Mover::Pop, &Mover::Push, &Mover::PopMany, &Mover::PushMany>(8,
                                                                                         "FIFO")),
};

}  // namespace

CARDCAGE_PLUGIN("mover", "1.0.0", "MIT", kMover);

namespace {

class Contract : public ::testing::Test {
 protected:
  void WriteAddress(uint32_t value) { cage_.Write(0, value, 4); }
  void WriteControl(uint32_t value) { cage_.Write(4, value, 4); }
  TestCage cage_{cardcage_plugin_entry, "mover"};
};

TEST_F(Contract, MemoryIsReadAndWrittenAndThePagesAreTold) {
  for (uint8_t i = 0; i < 16; ++i) cage_.memory()[0x1ff8 + i] = i;
  WriteAddress(0x1ff8);
  WriteControl(1);
  EXPECT_THAT(std::vector<uint8_t>(&cage_.memory()[0x3ff8], &cage_.memory()[0x4008]),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_THAT(cage_.TakeWrittenPages(), ElementsAre(3, 4));
  EXPECT_EQ(cage_.counter("bytes"), 16u);
  EXPECT_EQ(cage_.views(), 0u);
}

TEST_F(Contract, WhereThereIsNoMemoryNothingIsRead) {
  WriteAddress(0xfffffff0);
  WriteControl(1);
  EXPECT_EQ(cage_.counter("faults"), 1u);
  EXPECT_THAT(cage_.TakeWrittenPages(), IsEmpty());
}

TEST_F(Contract, AnswerComesWithTheTimer) {
  EXPECT_EQ(cage_.Read(0, 4), 0u) << "at once";
  WriteAddress(0x1234);
  EXPECT_EQ(cage_.Read(0, 4), 0x1234u);
  EXPECT_FALSE(cage_.output("busy"));
  WriteAddress(0xdead);
  EXPECT_EQ(cage_.pulses("busy"), 2u);
  EXPECT_EQ(cage_.failed(), 0u);
}

TEST_F(Contract, StringsGoInBatches) {
  cage_.WriteMany(8, {1, 2, 3}, 4);
  EXPECT_THAT(cage_.ReadMany(8, 5, 4), ElementsAre(1, 2, 3, 0, 0));
  cage_.WriteMany(4, {0x10, 0x20}, 4);
  EXPECT_EQ(cage_.Read(4, 4), 0x20u) << "a register without batches takes them one by one";
}

TEST_F(Contract, PeekSeesWhatHasNoEffectAlone) {
  WriteControl(0x42);
  EXPECT_EQ(cage_.Peek(4, 4), 0x42u);
  EXPECT_EQ(cage_.Peek(8, 4), std::nullopt);
  EXPECT_EQ(cage_.Peek(0, 4), std::nullopt);
}

TEST_F(Contract, PauseMayEndOnAThreadOfTheDevices) {
  WriteControl(0x77);
  cage_.Pause();
  cage_.Resume();
  EXPECT_THAT(cage_.log(), IsEmpty());
}

TEST_F(Contract, StateHasItsFieldsByName) {
  cage_.Write(8, 5, 4);
  const SavedState state = cage_.Save();
  EXPECT_EQ(state.version, 3u);
  EXPECT_THAT(state.fields.at("fifo"), ElementsAre(5));
  EXPECT_THAT(state.fields.at("due"), IsEmpty());
  EXPECT_THAT(state.fields.at("meters.1.value"), ElementsAre(0));
  EXPECT_THAT(state.fields.at("offset"), ElementsAre(0xfffd));
  EXPECT_THAT(state.fields.at("name"), ElementsAre('m', 'o', 'v', 'e', 'r'));
  EXPECT_THAT(state.fields.at("flags"), ElementsAre(1, 0, 1));
  EXPECT_THAT(state.fields.at("phase"), ElementsAre(1));
}

TEST_F(Contract, LoadedDeviceTellsItsOutputsAndGoesOn) {
  SavedState state = cage_.Save();
  state.fields["address"] = {0x55};
  state.fields["fifo"] = {7, 8};
  state.fields["due"] = {500};
  ASSERT_EQ(cage_.Load(state), "");
  EXPECT_TRUE(cage_.output("busy"));
  EXPECT_EQ(cage_.Save(), [&] {
    SavedState resumed = state;
    resumed.fields["meters.1.value"] = {1};  // counts its pauses
    return resumed;
  }());
  EXPECT_THAT(cage_.ReadMany(8, 2, 4), ElementsAre(7, 8));
  cage_.Advance(500);
  EXPECT_FALSE(cage_.output("busy"));
  state.fields["address"] = {uint64_t{1} << 32};
  EXPECT_THAT(cage_.Load(state), HasSubstr("`address`"));
}

TEST_F(Contract, DeviceThatCannotGoOnIsLeftAlone) {
  WriteControl(0x99);
  EXPECT_TRUE(cage_.has_failed());
  EXPECT_THAT(cage_.log(), ElementsAre(HasSubstr("cannot go on: told to")));
  EXPECT_EQ(cage_.Read(4, 4), 0xffffffffu);
  EXPECT_EQ(cage_.failed(), 1u);
}

}  // namespace
