// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_TESTING_TEST_CAGE_H_
#define CARDCAGE_TESTING_TEST_CAGE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cardcage/abi.h"
#include "framework/backend/char_backend.h"
#include "framework/bus/address_space.h"
#include "framework/device/device.h"
#include "framework/plugin/type_registry.h"

namespace cardcage::testing {

// The host side of a serial line, in a test's hands.
class FakeCharBackend final : public CharBackend {
 public:
  size_t Write(std::span<const uint8_t> data) override;
  size_t WriteRoom() override { return room; }
  size_t Read(std::span<uint8_t> data) override;
  bool Readable() override { return !input.empty(); }
  void Dropped(size_t count) override { dropped += count; }

  // Adds input, as typed by a person, and tells the device.
  void Type(std::string_view text) {
    input.insert(input.end(), text.begin(), text.end());
    TellListener();
  }
  // Makes room for so many bytes, and tells the device.
  void MakeRoom(size_t bytes) {
    room = bytes;
    TellListener();
  }

  std::string output;         // what the device has sent
  unsigned writes = 0;        // in how many pieces
  std::deque<uint8_t> input;  // what it has not yet taken
  size_t room = SIZE_MAX;     // how many bytes more are taken
  size_t dropped = 0;
};

// Where regions that may lie in either space do, and how their registers are laid out.
struct Board {
  bool in_memory = false;
  RegisterLayout layout = {};
};

// A device in a cage without a machine: its regions on a bus with the real access rules, its host
// services recorded. One thread.
//
//   TestCage cage(cardcage_plugin_entry, "dice", {{"sides", 8}});
//   cage.Write(0, 3);
//   EXPECT_EQ(cage.Read(0), 5);
class TestCage final : public DeviceServices {
 public:
  // Makes the device and resets it. Every region lies at kBase of its space, the second a page
  // higher, and so on. A char parameter gets console(). What is not named has its default. Ends the
  // process with a message where the type does not exist or refuses the parameters.
  TestCage(const cardcage_plugin& plugin, std::string_view type,
           const std::map<std::string, uint64_t>& params = {}, const Board& board = Board());

  static constexpr uint64_t kBase = 0x1000;
  static constexpr uint64_t kPage = 0x1000;

  // What a calendar shows at first: 2020-02-28 23:59:50 UTC, and two hours later at the place.
  static constexpr int64_t kStartTime = 1'582'934'390;
  static constexpr int64_t kLocalOffset = 2 * 3600;

  // A guest's access to a region after the first.
  uint64_t ReadRegion(unsigned region, uint64_t offset, unsigned size = 1) {
    return Read(region * kPage + offset, size);
  }
  void WriteRegion(unsigned region, uint64_t offset, uint64_t value, unsigned size = 1) {
    Write(region * kPage + offset, value, size);
  }

  // A guest's access, relative to the first region; `size` in bytes, 1 to 8.
  uint64_t Read(uint64_t offset, unsigned size = 1);
  void Write(uint64_t offset, uint64_t value, unsigned size = 1);

  void Reset() { device_->Reset(); }
  // The machine's end: the device gives what it holds.
  void Stop() { device_->Stop(); }

  // Lets virtual time pass, by way of the device's timers.
  void Advance(uint64_t nanoseconds) { clock_.RunTo(clock_.Now() + nanoseconds); }
  // Drives an input of the device.
  void SetInput(std::string_view name, bool level);
  // Lets in what the device has posted, and events of descriptors that are there now.
  void RunLoop() { loop_->RunReady(); }
  // An interrupt controller's vector, as a CPU asks for it.
  uint8_t Acknowledge() { return device_->Acknowledge(); }

  FakeCharBackend& console() { return console_; }
  // The level of the device's signal with that name.
  bool output(std::string_view name) const;
  // How often it has risen.
  unsigned pulses(std::string_view name) const;
  const Accessor& accessor() const { return accessor_; }
  // The code of the first stop that the device asked for.
  std::optional<uint64_t> stop_code() const { return stop_code_; }
  const std::vector<std::string>& log() const { return log_; }

 private:
  void DeviceLog(const std::string& device, uint32_t severity, std::string_view line) override;
  void DeviceStop(const std::string& device, uint64_t code) override;
  VirtualClock& clock() override { return clock_; }
  EventLoop& loop() override { return *loop_; }
  int64_t StartTime(bool local) override { return kStartTime + (local ? kLocalOffset : 0); }

  struct Line {
    bool level = false;
    unsigned pulses = 0;
  };
  const Line& FindOutput(std::string_view name) const;

  TypeRegistry registry_;
  DrivenClock clock_;
  std::unique_ptr<EventLoop> loop_;
  Bus bus_;
  Accessor accessor_{0};
  FakeCharBackend console_;
  std::optional<uint64_t> stop_code_;
  std::vector<std::string> log_;
  std::map<std::string, Line, std::less<>> outputs_;
  std::vector<std::unique_ptr<Wire>> wires_;
  std::unique_ptr<Device> device_;
  bool on_ports_ = false;
};

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_TEST_CAGE_H_
