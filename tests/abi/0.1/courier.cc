// SPDX-License-Identifier: MIT
// A courier, by the SDK: what the metronome does not use of the contract. It copies guest memory, has a console,
// listens to keys, answers late, and is an interrupt controller.
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>

#include "cardcage/bits.h"
#include "cardcage/device.h"

namespace {

constexpr const char* kKeys[] = {"go", "halt"};

struct CourierConfig {
  bool loud = true;
  int16_t offset = -3;
  cardcage::Size window{256};
  cardcage::Mac address{{0x52, 0x54, 0, 0x12, 0x34, 0x56}};
  cardcage::CharLink console;
};

struct Status : cardcage::Bits<Status, uint64_t> {
  using Bits::Bits;
  static constexpr Bit kDone{7, "DONE", "a parcel was brought"};
  static constexpr Field kParcels{6, 4, "PARCELS"};
  static constexpr Field kFields[] = {kDone, kParcels};
};

class Courier {
 public:
  using Config = CourierConfig;
  Courier(const Config& config, cardcage::Host host) : config_(config), host_(host) {
    if (config.offset == 0) throw std::invalid_argument("a courier that stays is none");
  }

  void Reset() {
    source_ = target_ = 0;
    status_ = Status();
    deadline_.reset();
    waiting_.reset();
    memory_ = {};
    if (event_ < 0) event_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    host_.Watch(event_, CARDCAGE_FD_READ);
  }

  // Of the registers.
  uint64_t ReadSource() const { return source_; }
  void WriteSource(uint64_t value) { source_ = value; }
  uint64_t ReadTarget() const { return target_; }
  void WriteTarget(uint64_t value) { target_ = value; }
  // Brings so many bytes, where they lie in one slot and go to one.
  void WriteLength(uint64_t length) {
    const cardcage::View from = host_.MapToRead(source_, length);
    cardcage::View to = host_.MapToWrite(target_, length);
    if (!from || !to || from.bytes().size() < length || to.bytes().size() < length) return;
    for (size_t i = 0; i < length; ++i) to.bytes()[i] = from.bytes()[i];
    to.MarkWritten(length);
    host_.Count(0, length);
    status_.Set(Status::kDone, true);
    status_.Put(Status::kParcels, status_.Get(Status::kParcels) + 1);
  }
  Status ReadStatus() const { return status_; }
  void WriteStatus(Status written) {
    if (written.Test(Status::kDone)) status_.Set(Status::kDone, false);
  }

  // Of the console's port.
  uint8_t ReadConsole() {
    uint8_t byte = 0;
    config_.console.Read(byte);
    return byte;
  }
  void WriteConsole(uint8_t byte) {
    if (config_.loud) config_.console.Write(byte);
  }
  size_t ReadConsoleMany(std::span<uint8_t> bytes) {
    for (uint8_t& byte : bytes) byte = ReadConsole();
    return bytes.size();
  }
  size_t WriteConsoleMany(std::span<const uint8_t> bytes) {
    config_.console.Write(bytes.data(), bytes.size());
    return bytes.size();
  }

  // Answered when a post has come back, and then an event.
  std::optional<uint32_t> ReadLate(uint32_t vcpu) {
    waiting_ = vcpu;
    host_.Post(static_cast<uint64_t>(config_.offset + 100));
    return std::nullopt;
  }
  void Posted(uint64_t value) { [[maybe_unused]] const int error = eventfd_write(event_, value); }
  void FdReady(int fd, uint32_t /*events*/) {
    eventfd_t value = 0;
    if (eventfd_read(fd, &value) == 0 && waiting_) host_.Complete(*waiting_, value);
    waiting_.reset();
    host_.Watch(fd, CARDCAGE_FD_READ);
  }

  // Of the window: the address, over and over, or what was written there last.
  uint64_t ReadWindow(uint64_t offset, unsigned size) const {
    return size == 1 ? config_.address.bytes[offset % 6] : memory_[offset / 2 % memory_.size()];
  }
  void WriteWindow(uint64_t offset, unsigned /*size*/, uint64_t value) {
    memory_[offset / 2 % memory_.size()] = static_cast<uint16_t>(value);
  }

  bool IsDone() const { return status_.Test(Status::kDone); }
  std::optional<uint64_t> Deadline() const { return deadline_; }
  void OnDeadline() {
    deadline_.reset();
    status_.Set(Status::kDone, true);
  }
  void OnKey(uint32_t key, bool level) {
    deadline_ = key == 0 && level ? std::optional(host_.Now() + 1000) : std::nullopt;
  }
  uint8_t Vector() {
    status_.Set(Status::kDone, false);
    return 0x21;
  }
  void Ready() { host_.Count(1); }
  void Close(cardcage::Closer closer) {
    host_.Watch(event_, 0);
    close(event_);
    closer(host_);
  }

  template <class Archive>
  void State(Archive& archive) {
    archive("source", source_);
    archive("target", target_);
    archive("status", status_);
    archive("deadline", deadline_);
    archive("memory", memory_);
  }

 private:
  const Config config_;
  const cardcage::Host host_;
  uint64_t source_ = 0;
  uint64_t target_ = 0;
  Status status_;
  std::optional<uint64_t> deadline_;
  std::optional<uint32_t> waiting_;
  std::array<uint16_t, 4> memory_{};
  int event_ = -1;
};

constexpr cardcage::Declaration kCourier{
    cardcage::Type<Courier>("kept.courier", "brings bytes, by the SDK"),
    cardcage::Param<&CourierConfig::loud>("loud", {.doc = "whether it writes to its console"}),
    cardcage::Param<&CourierConfig::offset>("offset", {.doc = "of its late answer", .min = -100}),
    cardcage::Param<&CourierConfig::window>("window",
                                            {.doc = "size of its window", .min = 16, .max = 4096}),
    cardcage::Param<&CourierConfig::address>("address", {.doc = "what its window shows"}),
    cardcage::Param<&CourierConfig::console>("console", {.doc = "a backend"}),
    cardcage::Registers(
        "registers", {.space = cardcage::Space::kEither, .size = 32},
        cardcage::Register<&Courier::ReadSource, &Courier::WriteSource>(0, "SOURCE"),
        cardcage::Register<&Courier::ReadTarget, &Courier::WriteTarget>(8, "TARGET"),
        cardcage::Register<nullptr, &Courier::WriteLength>(16, "LENGTH"),
        cardcage::Register<&Courier::ReadStatus, &Courier::WriteStatus>(24, "STATUS")),
    cardcage::Registers(
        "console", {.space = cardcage::Space::kPort, .size = 1},
        cardcage::Register<&Courier::ReadConsole, &Courier::WriteConsole, &Courier::ReadConsoleMany,
                           &Courier::WriteConsoleMany>(0, "DATA")),
    cardcage::Registers("late", {.space = cardcage::Space::kMmio, .size = 4},
                        cardcage::Register<&Courier::ReadLate, nullptr>(0, "LATE")),
    cardcage::Window<Courier, &Courier::ReadWindow, &Courier::WriteWindow>(
        "window", {.size_param = "window", .sizes = CARDCAGE_SIZE_1 | CARDCAGE_SIZE_2}),
    cardcage::Output<&Courier::IsDone>("done", {.doc = "high while DONE is set"}),
    cardcage::Inputs<&Courier::OnKey>(kKeys),
    cardcage::Timer<&Courier::Deadline, &Courier::OnDeadline>(),
    cardcage::InterruptController<&Courier::Vector>(),
    cardcage::Counter("bytes", {.doc = "brought"}),
    cardcage::Counter("calls", {.doc = "of its console"}),
};

class Stone {
 public:
  struct Config {};
  explicit Stone(const Config& /*config*/) {}
  void Reset() {}
  uint16_t Read() const { return 0x57; }
};

constexpr cardcage::Declaration kStone{
    cardcage::Type<Stone>("kept.stone", "lies there", {.concurrent = true}),
    cardcage::Mmio<&Stone::Read, nullptr>("face"),
};

}  // namespace

CARDCAGE_PLUGIN("courier", "1.0.0", "MIT", kCourier, kStone);
