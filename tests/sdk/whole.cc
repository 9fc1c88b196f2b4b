// SPDX-License-Identifier: MIT
// A device with one of everything that a declaration can have, in all the ways that an author may write it.
#include "cardcage/bits.h"
#include "cardcage/device.h"

namespace {

enum class Colour : uint8_t { kRed, kGreen };
constexpr const char* kColours[] = {"red", "green"};
constexpr const char* kKeys[] = {"start", "stop"};

struct WholeConfig {
  bool on = true;
  uint8_t byte = 1;
  uint16_t half = 2;
  uint32_t word = 3;
  uint64_t number = 4;
  Colour colour = Colour::kGreen;
  cardcage::Size size{4096};
  cardcage::CharLink console;
};

struct Status : cardcage::Bits<Status, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kBusy{7, "BUSY"};
  static constexpr Field kLevel{6, 4, "LEVEL", "the ticks so far"};
  static constexpr Field kFields[] = {kBusy, kLevel};
};
struct Control : cardcage::Bits<Control, uint8_t> {
  using Bits::Bits;
  static constexpr Bit kEnable{0};
};

// What a device inherits is its own.
class Base {
 public:
  void Reset() { ticks_ = 0; }
  uint8_t Ticks() const noexcept { return ticks_; }

 protected:
  uint8_t ticks_ = 0;
};

class Whole : public Base {
 public:
  using Config = WholeConfig;
  Whole(const Config& config, cardcage::Host host) : config_(config), host_(host) {}

  Status ReadStatus() const {
    Status status;
    status.Set(Status::kBusy, config_.on);
    status.Put(Status::kLevel, ticks_);
    return status;
  }
  void WriteControl(Control value) { ticks_ = value.Test(Control::kEnable) ? 1 : 0; }
  void End(uint8_t code) const noexcept { host_.Stop(code); }
  std::optional<uint8_t> ReadLate(uint32_t vcpu) {
    if (ticks_ == 0) waiting_ = vcpu;
    return ticks_ == 0 ? std::nullopt : std::optional(ticks_);
  }
  bool WriteLate(Control value, uint32_t vcpu) {
    waiting_ = vcpu;
    return value.Test(Control::kEnable);
  }
  size_t ReadMany(std::span<uint8_t> values) {
    for (uint8_t& value : values) value = ticks_;
    return values.size();
  }
  size_t WriteMany(std::span<const uint8_t> values) {
    ticks_ = values.back();
    return values.size();
  }
  uint32_t ReadWide() const { return config_.word; }
  void WriteWide(uint32_t value) { ticks_ = static_cast<uint8_t>(value); }
  uint64_t ReadWindow(uint64_t offset, unsigned size) const { return offset + size; }
  void WriteWindow(uint64_t offset, unsigned size, uint64_t value) {
    ticks_ = static_cast<uint8_t>(offset + size + value);
  }

  bool IsTicking() const { return ticks_ > 0; }
  uint32_t Pulses() const { return ticks_; }
  std::optional<uint64_t> Deadline() const {
    return IsTicking() ? std::optional<uint64_t>(100) : std::nullopt;
  }
  void OnDeadline() { ++ticks_; }
  void OnKey(uint32_t key, bool level) { ticks_ = key == 0 && level ? 1 : 0; }
  uint8_t Vector() { return ticks_; }

  void Ready() {}
  void Posted(uint64_t /*value*/) {}
  void FdReady(int /*fd*/, uint32_t /*events*/) {}
  bool Pause() {
    config_.console.Write(ticks_);
    return true;
  }
  void Resume() {}
  void Close(cardcage::Closer closer) { closer(host_); }
  template <class Archive>
  void State(Archive& archive) {
    archive("ticks", ticks_);
  }

 private:
  const Config config_;
  const cardcage::Host host_;
  uint32_t waiting_ = 0;
};

constexpr cardcage::Declaration kWhole{
    cardcage::Type<Whole>("acme.whole", "one of everything", {.document = "none"}),
    cardcage::Param<&WholeConfig::on>("on", {.doc = "a bool"}),
    cardcage::Param<&WholeConfig::byte>("byte", {.doc = "of 8 bits", .min = 1, .max = 300}),
    cardcage::Param<&WholeConfig::half>("half", {.doc = "of 16 bits", .unit = "Hz"}),
    cardcage::Param<&WholeConfig::word>("word", {.doc = "of 32 bits", .required = true, .min = 9}),
    cardcage::Param<&WholeConfig::number>("number", {.doc = "of 64 bits"}),
    cardcage::Param<&WholeConfig::colour>("colour", {.doc = "an enum", .names = kColours}),
    cardcage::Param<&WholeConfig::size>("size", {.doc = "of the window"}),
    cardcage::Param<&WholeConfig::console>("console", {.doc = "a backend"}),
    cardcage::Registers(
        "registers", {.space = cardcage::Space::kEither, .size = 4},
        cardcage::Register<&Whole::ReadStatus, &Whole::WriteControl>(0, "STATUS", {.reset = 0x80}),
        cardcage::Register<&Whole::Ticks, nullptr>(1, "TICKS"),
        cardcage::Register<nullptr, &Whole::End>(1, "END", {.doc = "of the machine"}),
        cardcage::Register<&Whole::ReadLate, &Whole::WriteLate>(2, "LATE"),
        cardcage::Register<&Whole::Ticks, &Whole::WriteControl, &Whole::ReadMany,
                           &Whole::WriteMany>(3, "FIFO")),
    cardcage::Port<&Whole::Ticks, nullptr>("port"),
    cardcage::Mmio<&Whole::ReadWide, &Whole::WriteWide>("mmio"),
    cardcage::Window<Whole, &Whole::ReadWindow, &Whole::WriteWindow>(
        "window", {.size_param = "size", .sizes = CARDCAGE_SIZE_1 | CARDCAGE_SIZE_2}),
    cardcage::Output<&Whole::IsTicking>("irq", {.doc = "a level"}),
    cardcage::PulseOutput<&Whole::Pulses>("tick"),
    cardcage::Inputs<&Whole::OnKey>(kKeys),
    cardcage::Timer<&Whole::Deadline, &Whole::OnDeadline>(),
    cardcage::InterruptController<&Whole::Vector>(),
    cardcage::Counter("keys", {.doc = "pressed"}),
};

class Concurrent {
 public:
  struct Config {};
  explicit Concurrent(const Config& /*config*/) {}
  void Reset() {}
  uint16_t Read() const { return 1; }
};

constexpr cardcage::Declaration kConcurrent{
    cardcage::Type<Concurrent>("acme.concurrent", "the plugin's second type", {.concurrent = true}),
    cardcage::Mmio<&Concurrent::Read, nullptr>("mmio"),
};

}  // namespace

CARDCAGE_PLUGIN("whole", "1.0.0", "MIT", kWhole, kConcurrent);
