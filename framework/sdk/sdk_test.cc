// SPDX-License-Identifier: MIT
// The tables that a declaration becomes, and the typed register fields.
#include <optional>
#include <string>
#include <vector>

#include "cardcage/bits.h"
#include "cardcage/device.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#undef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_test_entry

namespace {

using ::testing::ElementsAre;

struct DiceConfig {
  uint8_t sides = 6;
  uint32_t seed = 1;
  bool loaded = true;
  cardcage::Size memory{4096};
  cardcage::CharLink console;
};

class Dice {
 public:
  using Config = DiceConfig;
  Dice(const Config& config, cardcage::Host host) : config_(config), host_(host) {
    if (config.seed == 13) throw std::runtime_error("13 brings bad luck");
  }
  void Reset() { value_ = config_.seed; }
  uint16_t Peekable() const { return 0x1234; }
  uint16_t Throw() { return static_cast<uint16_t>(++value_); }
  void Load(uint16_t value) { value_ = value; }
  void Stop(uint8_t code) { host_.Stop(code); }
  uint8_t Sides() const { return config_.sides; }
  uint64_t ReadWindow(uint64_t offset, unsigned size) const { return offset * 16 + size; }

 private:
  const Config config_;
  const cardcage::Host host_;
  uint64_t value_ = 0;
};

constexpr cardcage::Declaration kDice{
    cardcage::Type<Dice>("dice", "a die", {.document = "none", .concurrent = true}),
    cardcage::Param<&DiceConfig::sides>("sides", {.doc = "faces", .min = 2, .max = 300}),
    cardcage::Param<&DiceConfig::seed>("seed", {.doc = "state after reset"}),
    cardcage::Param<&DiceConfig::loaded>("loaded", {.doc = "whether it cheats"}),
    cardcage::Param<&DiceConfig::memory>("memory", {.doc = "how much it remembers"}),
    cardcage::Param<&DiceConfig::console>("console", {.doc = "where it speaks to"}),
    cardcage::Registers("registers", {.space = cardcage::Space::kEither, .size = 8},
                        cardcage::Register<&Dice::Throw, &Dice::Load>(0, "FACE", {.reset = 1}),
                        cardcage::Register<&Dice::Peekable, nullptr>(2, "PEEK"),
                        cardcage::Register<nullptr, &Dice::Load>(4, "LOAD")),
    cardcage::Port<&Dice::Sides, &Dice::Stop>("sides"),
    cardcage::Mmio<&Dice::Sides, &Dice::Stop>("same-handlers"),
    cardcage::Window<Dice, &Dice::ReadWindow, nullptr>("window",
                                                       {.size_param = "memory", .sizes = 15}),
};

}  // namespace

CARDCAGE_PLUGIN("dice", "1.2.3", "MIT", kDice);

namespace {

const cardcage_type& Type() { return *cardcage_test_entry.types[0]; }

TEST(Declaration, BecomesAPluginOfThisAbi) {
  EXPECT_EQ(cardcage_test_entry.magic, CARDCAGE_ABI_MAGIC);
  EXPECT_EQ(cardcage_test_entry.abi_minor, CARDCAGE_ABI_MINOR);
  EXPECT_EQ(cardcage_test_entry.needs_minor, 1);
  EXPECT_STREQ(cardcage_test_entry.version, "1.2.3");
  EXPECT_EQ(cardcage_test_entry.type_count, 1u);
  EXPECT_STREQ(Type().id, "dice");
  EXPECT_EQ(Type().flags, CARDCAGE_TYPE_CONCURRENT);
}

TEST(Declaration, ParametersHaveTheirMembersKindDefaultAndBounds) {
  std::vector<std::string> rows;
  for (uint32_t i = 0; i < Type().param_count; ++i) {
    const cardcage_param& param = *Type().params[i];
    const cardcage_value* const value = param.default_value;
    rows.push_back(std::string(param.key) + " kind " + std::to_string(param.kind) + " default " +
                   (value == nullptr ? "none" : std::to_string(value->u64)) + " min " +
                   std::to_string(param.min) + " max " + std::to_string(param.max));
  }
  EXPECT_THAT(rows, ElementsAre("sides kind 2 default 6 min 2 max 255",
                                "seed kind 2 default 1 min 0 max 4294967295",
                                "loaded kind 1 default 1 min 0 max 18446744073709551615",
                                "memory kind 3 default 4096 min 0 max 18446744073709551615",
                                "console kind 4 default none min 0 max 18446744073709551615"));
}

TEST(Declaration, RegionsHaveTheirRegistersAndAccessSizes) {
  ASSERT_EQ(Type().region_count, 4u);
  const cardcage_region& registers = *Type().regions[0];
  EXPECT_EQ(registers.size, 8u);
  EXPECT_EQ(registers.sizes, CARDCAGE_SIZE_2);
  EXPECT_EQ(registers.spaces, CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO);
  ASSERT_EQ(registers.register_count, 3u);
  EXPECT_STREQ(registers.registers[0]->name, "FACE");
  EXPECT_EQ(registers.registers[0]->reset, 1u);
  EXPECT_EQ(registers.registers[1]->access, CARDCAGE_REGISTER_READ);
  EXPECT_EQ(registers.registers[2]->access, CARDCAGE_REGISTER_WRITE);
  EXPECT_EQ(registers.registers[2]->offset, 4u);
  EXPECT_EQ(Type().regions[1]->spaces, CARDCAGE_SPACE_PORT);
  EXPECT_EQ(Type().regions[2]->spaces, CARDCAGE_SPACE_MMIO);
  EXPECT_STREQ(Type().regions[3]->size_param, "memory");
}

// An instance behind the C tables.
class Instance : public ::testing::Test {
 protected:
  ~Instance() override {
    if (device_ != nullptr) Type().destroy(device_);
  }
  void* Create(uint64_t seed) {
    const cardcage_value console{.struct_size = sizeof(console), .kind = CARDCAGE_KIND_CHAR};
    const cardcage_value* pointers[5];
    for (int i = 0; i < 4; ++i) pointers[i] = Type().params[i]->default_value;
    pointers[4] = &console;
    cardcage_value given = *pointers[1];
    given.u64 = seed;
    pointers[1] = &given;
    cardcage_error error{sizeof(error), sizeof(message_), message_, nullptr};
    return Type().create(&host_, pointers, 5, &error);
  }
  void SetUp() override {
    host_.struct_size = sizeof(host_);
    host_.self = this;
    host_.stop = [](void* self, uint64_t code) { static_cast<Instance*>(self)->stopped_ = code; };
    device_ = Create(40);
    ASSERT_NE(device_, nullptr);
    Type().reset(device_);
  }
  cardcage_status Access(uint32_t region, bool write, uint64_t offset, uint64_t value = 0,
                         uint8_t flags = 0) {
    access_ = {sizeof(access_), region, offset, value, 0, 2, flags, 0};
    const cardcage_region& declared = *Type().regions[region];
    return (write ? declared.write : declared.read)(device_, &access_);
  }

  cardcage_host host_{};
  cardcage_access access_{};
  char message_[64] = {};
  uint64_t stopped_ = 0;
  void* device_ = nullptr;
};

TEST_F(Instance, RegisterAtTheOffsetAnswers) {
  EXPECT_EQ(Access(0, false, 0), CARDCAGE_OK);
  EXPECT_EQ(access_.value, 41u);
  EXPECT_EQ(Access(0, true, 4, 100), CARDCAGE_OK);
  EXPECT_EQ(Access(0, false, 0), CARDCAGE_OK);
  EXPECT_EQ(access_.value, 101u);
}

TEST_F(Instance, OffsetOrDirectionWithoutAHandlerIsUnclaimed) {
  EXPECT_EQ(Access(0, false, 6), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(Access(0, false, 4), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(Access(0, true, 2), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(Access(3, true, 0), CARDCAGE_UNCLAIMED);
}

TEST_F(Instance, PeekReachesOnlyHandlersWithoutSideEffects) {
  EXPECT_EQ(Access(0, false, 0, 0, CARDCAGE_ACCESS_PEEK), CARDCAGE_UNCLAIMED);
  EXPECT_EQ(Access(0, false, 2, 0, CARDCAGE_ACCESS_PEEK), CARDCAGE_OK);
  EXPECT_EQ(access_.value, 0x1234u);
  EXPECT_EQ(Access(3, false, 5, 0, CARDCAGE_ACCESS_PEEK), CARDCAGE_OK);
}

TEST_F(Instance, WindowGetsOffsetAndSize) {
  EXPECT_EQ(Access(3, false, 5), CARDCAGE_OK);
  EXPECT_EQ(access_.value, 5u * 16 + 2);
}

TEST_F(Instance, ReachesItsHost) {
  EXPECT_EQ(Access(1, true, 0, 7), CARDCAGE_OK);
  EXPECT_EQ(stopped_, 7u);
}

TEST_F(Instance, ConstructorThatThrowsIsARefusalWithItsReason) {
  EXPECT_EQ(Create(13), nullptr);
  EXPECT_STREQ(message_, "13 brings bad luck");
}

struct Status : cardcage::Bits<Status, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kBusy{7};
  static constexpr Field kLevel{6, 4};
  static constexpr Bit kReady{0};
};

TEST(Bits, SetTestAndClearOneBit) {
  Status status;
  status.Set(Status::kBusy);
  EXPECT_EQ(status.raw(), 0x80);
  EXPECT_TRUE(status.Test(Status::kBusy));
  EXPECT_FALSE(status.Test(Status::kReady));
  status.Set(Status::kBusy, false);
  EXPECT_EQ(status.raw(), 0);
}

TEST(Bits, FieldsAreCutOutAndPutIn) {
  Status status(0xff);
  EXPECT_EQ(status.Get(Status::kLevel), 7);
  status.Put(Status::kLevel, 0x0a);  // the bit beyond the field is lost
  EXPECT_EQ(status.raw(), 0xaf);
  EXPECT_EQ(status.Get(Status::kLevel), 2);
}

// Whether such a bit can be declared. (That one of another register cannot be tested is shown by
// tests/sdk/mistakes.)
template <unsigned kIndex>
concept HasBit = requires {
  typename std::bool_constant<(static_cast<void>(Status::Bit(kIndex)), true)>;
};
template <unsigned kHigh, unsigned kLow>
concept HasField = requires {
  typename std::bool_constant<(static_cast<void>(Status::Field(kHigh, kLow)), true)>;
};

TEST(Bits, LieInsideTheirRegister) {
  static_assert(HasBit<7> && !HasBit<8>);
  static_assert(HasField<7, 0> && HasField<3, 3> && !HasField<8, 0> && !HasField<3, 4>);
}

// A chip whose handlers give and take typed values.
struct Mode : cardcage::Bits<Mode, uint16_t> {
  using Bits::Bits;
  static constexpr Bit kOn{15, "ON", "whether it is"};
  static constexpr Field kSpeed{3, 0, "SPEED"};
  static constexpr Field kFields[] = {kOn, kSpeed};
};
struct Command : cardcage::Bits<Command, uint16_t> {
  using Bits::Bits;
  static constexpr Bit kStart{0, "START"};
  static constexpr Field kFields[] = {kStart};
};
class Chip {
 public:
  struct Config {};
  explicit Chip(const Config& /*config*/) {}
  void Reset() { mode_ = Mode(0x8001); }
  Mode ReadMode() const { return mode_; }
  void WriteMode(Mode value) { mode_ = value; }
  void WriteCommand(Command value) { mode_.Set(Mode::kOn, value.Test(Command::kStart)); }
  uint16_t ReadPlain() const { return 0; }

 private:
  Mode mode_;
};
constexpr cardcage::Declaration kChip{
    cardcage::Type<Chip>("chip", "typed registers"),
    cardcage::Registers("registers", {.size = 8},
                        cardcage::Register<&Chip::ReadMode, &Chip::WriteMode>(0, "MODE"),
                        cardcage::Register<&Chip::ReadMode, &Chip::WriteCommand>(2, "MODE/CMD"),
                        cardcage::Register<nullptr, &Chip::WriteCommand>(4, "CMD"),
                        cardcage::Register<&Chip::ReadPlain, nullptr>(6, "PLAIN")),
};

}  // namespace

#undef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_chip_entry
CARDCAGE_PLUGIN("chip", "1.0.0", "MIT", kChip);

namespace {

const cardcage_region& ChipRegion() { return *cardcage_chip_entry.types[0]->regions[0]; }

TEST(TypedRegisters, RowHasTheFieldsOfWhatIsReadAndWritten) {
  std::vector<std::string> rows;
  for (uint32_t i = 0; i < ChipRegion().register_count; ++i) {
    const cardcage_register& row = *ChipRegion().registers[i];
    std::string text = std::string(row.name) + ":";
    for (uint32_t j = 0; j < row.field_count; ++j) {
      const cardcage_field& field = *row.fields[j];
      text += std::string(" ") + field.name + " " + std::to_string(field.high) + ".." +
              std::to_string(field.low) + " as " + std::to_string(field.access);
    }
    EXPECT_EQ(row.width, 2u);
    EXPECT_EQ(row.fields[row.field_count], nullptr);
    rows.push_back(text);
  }
  EXPECT_THAT(rows, ElementsAre("MODE: ON 15..15 as 3 SPEED 3..0 as 3",
                                "MODE/CMD: ON 15..15 as 1 SPEED 3..0 as 1 START 0..0 as 2",
                                "CMD: START 0..0 as 2", "PLAIN:"));
  EXPECT_STREQ(ChipRegion().registers[0]->fields[0]->doc, "whether it is");
  EXPECT_EQ(ChipRegion().registers[0]->fields[1]->doc, nullptr);
}

TEST(TypedRegisters, HandlersGiveAndTakeTheirValues) {
  const cardcage_type& type = *cardcage_chip_entry.types[0];
  cardcage_error error{};
  void* const chip = type.create(nullptr, nullptr, 0, &error);
  type.reset(chip);
  cardcage_access access{.struct_size = sizeof(access), .size = 2};
  EXPECT_EQ(ChipRegion().read(chip, &access), CARDCAGE_OK);
  EXPECT_EQ(access.value, 0x8001u);
  access.offset = 4;
  access.value = 0x1234;  // START is not set
  EXPECT_EQ(ChipRegion().write(chip, &access), CARDCAGE_OK);
  access.offset = 0;
  EXPECT_EQ(ChipRegion().read(chip, &access), CARDCAGE_OK);
  EXPECT_EQ(access.value, 0x0001u);
  type.destroy(chip);
}

}  // namespace

// --- Outputs --------------------------------------------------------------------------------------

namespace {

enum class Colour : uint8_t { kRed, kGreen };
constexpr const char* kColours[] = {"red", "green"};

struct LampConfig {
  bool starts_on = false;
  Colour colour = Colour::kGreen;
};

// Two outputs that follow from a state, and a backend that wakes it.
class Lamp {
 public:
  using Config = LampConfig;
  explicit Lamp(const Config& config) : starts_on_(config.starts_on) {}
  void Reset() { state_ = starts_on_ ? 1 : 0; }
  void Ready() { state_ |= 2; }
  bool Low() const { return (state_ & 1) != 0; }
  bool High() const { return (state_ & 2) != 0; }
  uint8_t Get() const { return state_; }
  void Set(uint8_t value) { state_ = value; }

 private:
  const bool starts_on_;
  uint8_t state_ = 0;
};

constexpr cardcage::Declaration kLamp{
    cardcage::Type<Lamp>("lamp", "two lights"),
    cardcage::Param<&LampConfig::starts_on>("starts-on", {.doc = "the first"}),
    cardcage::Param<&LampConfig::colour>("colour", {.doc = "of both", .names = kColours}),
    cardcage::Output<&Lamp::Low>("low", {.doc = "the first"}),
    cardcage::Output<&Lamp::High>("high"),
    cardcage::Port<&Lamp::Get, &Lamp::Set>("state"),
};

}  // namespace

#undef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_lamp_entry
CARDCAGE_PLUGIN("lamp", "1.0.0", "MIT", kLamp);

namespace {

// A host that notes what is driven.
class LampTest : public ::testing::Test {
 protected:
  void Make(uint64_t starts_on) {
    host_.struct_size = sizeof(host_);
    host_.self = this;
    host_.set_signal = [](void* self, uint32_t signal, uint32_t level) {
      static_cast<LampTest*>(self)->driven_.push_back(std::to_string(signal) + "=" +
                                                      std::to_string(level));
    };
    const cardcage_value on{
        .struct_size = sizeof(on), .kind = CARDCAGE_KIND_BOOL, .u64 = starts_on};
    const cardcage_value colour{
        .struct_size = sizeof(colour), .kind = CARDCAGE_KIND_ENUM, .u64 = 0};
    const cardcage_value* const values[] = {&on, &colour};
    cardcage_error error{};
    device_ = type().create(&host_, values, 2, &error);
    ASSERT_NE(device_, nullptr);
    type().reset(device_);
  }
  ~LampTest() override {
    if (device_ != nullptr) type().destroy(device_);
  }
  static const cardcage_type& type() { return *cardcage_lamp_entry.types[0]; }
  void Write(uint64_t value) {
    cardcage_access access{
        .struct_size = sizeof(access), .value = value, .size = 1, .flags = CARDCAGE_ACCESS_WRITE};
    EXPECT_EQ(type().regions[0]->write(device_, &access), CARDCAGE_OK);
  }

  cardcage_host host_{};
  void* device_ = nullptr;
  std::vector<std::string> driven_;
};

TEST_F(LampTest, DeclaresItsOutputsAndTheAbiThatHasThem) {
  ASSERT_EQ(type().signal_count, 2u);
  EXPECT_STREQ(type().signals[0]->name, "low");
  EXPECT_STREQ(type().signals[0]->doc, "the first");
  EXPECT_STREQ(type().signals[1]->name, "high");
  EXPECT_EQ(cardcage_lamp_entry.needs_minor, 1);
  EXPECT_EQ(Type().signal_count, 0u);
  EXPECT_EQ(Type().ready, nullptr);
}

TEST_F(LampTest, EnumHasItsWordsAndItsMembersDefault) {
  const cardcage_param& colour = *type().params[1];
  EXPECT_EQ(colour.kind, CARDCAGE_KIND_ENUM);
  ASSERT_EQ(colour.name_count, 2u);
  EXPECT_STREQ(colour.names[1], "green");
  EXPECT_EQ(colour.default_value->u64, 1u);
}

TEST_F(LampTest, HostIsToldOfEachChangeAndNothingElse) {
  Make(0);
  EXPECT_THAT(driven_, ElementsAre());
  Write(1);
  Write(1);
  Write(2);
  EXPECT_THAT(driven_, ElementsAre("0=1", "0=0", "1=1"));
}

TEST_F(LampTest, ResetAndReadyDriveThemToo) {
  Make(1);
  type().ready(device_, 0);
  EXPECT_THAT(driven_, ElementsAre("0=1", "1=1"));
}

}  // namespace

// --- Inputs, timers, pulses, and what the host has for a device --------------------------------------

namespace {

constexpr const char* kKeys[] = {"start", "stop"};

// A kitchen clock: a line starts it, it rings after 100 ns, and a controller it is, too.
class Clock {
 public:
  struct Config {};
  Clock(const Config& /*config*/, cardcage::Host host) : host_(host) {}
  void Reset() { due_.reset(); }
  void OnKey(uint32_t key, bool level) {
    if (!level) return;
    due_ = key == 0 ? std::optional(host_.Now() + 100) : std::nullopt;
  }
  std::optional<uint64_t> Deadline() const { return due_; }
  void OnDeadline() {
    due_.reset();
    ++rings_;
  }
  uint32_t Rings() const { return rings_; }
  bool IsRunning() const { return due_.has_value(); }
  uint8_t Vector() { return ++vector_; }
  void Posted(uint64_t value) { vector_ = static_cast<uint8_t>(value); }
  void FdReady(int fd, uint32_t events) { vector_ = static_cast<uint8_t>(fd + events); }
  void Pause() { rings_ += 10; }
  uint8_t Get() const { return vector_; }

 private:
  const cardcage::Host host_;
  std::optional<uint64_t> due_;
  uint32_t rings_ = 0;
  uint8_t vector_ = 0;
};

constexpr cardcage::Declaration kClock{
    cardcage::Type<Clock>("clock", "it rings"),
    cardcage::Output<&Clock::IsRunning>("running"),
    cardcage::PulseOutput<&Clock::Rings>("bell"),
    cardcage::Inputs<&Clock::OnKey>(kKeys),
    cardcage::Timer<&Clock::Deadline, &Clock::OnDeadline>(),
    cardcage::InterruptController<&Clock::Vector>(),
    cardcage::Port<&Clock::Get, nullptr>("vector"),
};

}  // namespace

#undef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_clock_entry
CARDCAGE_PLUGIN("clock", "1.0.0", "MIT", kClock);

namespace {

class ClockTest : public ::testing::Test {
 protected:
  ClockTest() {
    host_.struct_size = sizeof(host_);
    host_.self = this;
    host_.set_signal = [](void* self, uint32_t signal, uint32_t level) {
      static_cast<ClockTest*>(self)->Note("signal", signal, level);
    };
    host_.set_timer = [](void* self, uint32_t timer, uint64_t when) {
      static_cast<ClockTest*>(self)->Note("timer", timer, when);
    };
    host_.now = [](void* self) { return static_cast<ClockTest*>(self)->now_; };
    cardcage_error error{};
    device_ = type().create(&host_, nullptr, 0, &error);
    type().reset(device_);
  }
  ~ClockTest() override { type().destroy(device_); }
  void Note(const std::string& what, uint32_t index, uint64_t value) {
    told_.push_back(what + std::to_string(index) + "=" +
                    (value == CARDCAGE_NEVER ? "never" : std::to_string(value)));
  }
  static const cardcage_type& type() { return *cardcage_clock_entry.types[0]; }
  uint64_t Value() {
    cardcage_access access{.struct_size = sizeof(access), .size = 1};
    EXPECT_EQ(type().regions[0]->read(device_, &access), CARDCAGE_OK);
    return access.value;
  }

  cardcage_host host_{};
  uint64_t now_ = 1000;
  void* device_ = nullptr;
  std::vector<std::string> told_;
};

TEST_F(ClockTest, DeclaresAllOfItAndTheAbiThatHasIt) {
  EXPECT_EQ(cardcage_clock_entry.needs_minor, 1);
  EXPECT_EQ(type().timer_count, 1u);
  ASSERT_EQ(type().input_count, 2u);
  EXPECT_STREQ(type().inputs[1]->name, "stop");
  EXPECT_EQ(type().inputs[2], nullptr);
  EXPECT_EQ(type().signals[0]->flags, 0u);
  EXPECT_EQ(type().signals[1]->flags, CARDCAGE_SIGNAL_EDGE);
  EXPECT_EQ(Type().timer_count + Type().input_count, 0u);
  EXPECT_EQ(Type().timer, nullptr);
  EXPECT_EQ(Type().posted, nullptr);
  EXPECT_EQ(Type().pause, nullptr);
  EXPECT_EQ(Type().state, nullptr);
}

TEST_F(ClockTest, HostIsToldOfEachNewDeadline) {
  type().input(device_, 0, 1);
  EXPECT_THAT(told_, ElementsAre("signal0=1", "timer0=1100"));
  type().input(device_, 0, 0);
  EXPECT_THAT(told_, ElementsAre("signal0=1", "timer0=1100")) << "nothing has changed";
  type().input(device_, 1, 1);
  EXPECT_THAT(told_, ElementsAre("signal0=1", "timer0=1100", "signal0=0", "timer0=never"));
}

TEST_F(ClockTest, TimerThatHasRunIsOffAndItsPulseIsTold) {
  type().input(device_, 0, 1);
  told_.clear();
  type().timer(device_, 0);
  EXPECT_THAT(told_, ElementsAre("signal0=0", "signal1=1"));
  told_.clear();
  now_ = 1000;
  type().input(device_, 0, 1);
  EXPECT_THAT(told_, ElementsAre("signal0=1", "timer0=1100")) << "the same time anew is told";
}

TEST_F(ClockTest, PostsAndDescriptorsAndThePauseReachIt) {
  type().posted(device_, 7);
  EXPECT_EQ(Value(), 7u);
  type().fd_ready(device_, 20, CARDCAGE_FD_READ);
  EXPECT_EQ(Value(), 21u);
  EXPECT_EQ(type().pause(device_), CARDCAGE_OK);
  EXPECT_THAT(told_, ElementsAre("signal1=1"));
}

TEST_F(ClockTest, InterruptControllerIsAnExtension) {
  EXPECT_EQ(type().extension("acme.none/1"), nullptr);
  const auto* const controller = static_cast<const cardcage_interrupt_controller*>(
      type().extension(CARDCAGE_EXTENSION_INTERRUPT_CONTROLLER));
  ASSERT_NE(controller, nullptr);
  EXPECT_EQ(controller->acknowledge(device_), 1u);
  EXPECT_EQ(controller->acknowledge(device_), 2u);
}

}  // namespace
