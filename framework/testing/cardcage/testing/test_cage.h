// SPDX-License-Identifier: MIT
// The test kit: a device in a test's hands, without a machine and without KVM.
//
//   TEST(Dice, GivesWhatWasLoaded) {
//     cardcage::testing::TestCage cage(cardcage_plugin_entry, "dice", {{"sides", 8}});
//     cage.Write(0, 3);
//     EXPECT_EQ(cage.Read(0), 5u);
//   }
//
// It needs the C++ standard library and abi.h; any test framework will do. A mistake of the test's own (a name
// that the type does not have) ends the process with a line on stderr that says what there is.
#ifndef CARDCAGE_TESTING_TEST_CAGE_H_
#define CARDCAGE_TESTING_TEST_CAGE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cardcage/abi.h"
#include "cardcage/testing/setting.h"
#include "cardcage/testing/test_engine.h"

namespace cardcage::testing {

// The host side of a serial line: what a parameter that names a character backend leads to.
class FakeCharBackend final {
 public:
  FakeCharBackend() = default;
  FakeCharBackend(const FakeCharBackend&) = delete;
  FakeCharBackend& operator=(const FakeCharBackend&) = delete;

  // Adds input, as typed by a person, and tells the device.
  void Type(std::string_view text) {
    input.insert(input.end(), text.begin(), text.end());
    if (tell_) tell_();
  }
  // Makes room for so many bytes, and tells the device.
  void MakeRoom(size_t bytes) {
    room = bytes;
    if (tell_) tell_();
  }
  // Whether there is input that the device has not yet taken.
  bool Readable() const { return !input.empty(); }

  std::string output;         // what the device has sent
  unsigned writes = 0;        // in how many pieces
  std::deque<uint8_t> input;  // what it has not yet taken
  size_t room = SIZE_MAX;     // how many bytes more are taken; SIZE_MAX: any number
  size_t dropped = 0;         // bytes that it sent although there was no room

 private:
  friend class TestCage;
  void CopyFrom(const FakeCharBackend& other) {
    output = other.output;
    writes = other.writes;
    input = other.input;
    room = other.room;
    dropped = other.dropped;
  }
  std::function<void()> tell_;
};

// The board that the device sits on: where regions go that may lie in either space, and how registers are
// laid out (as `cage.shift` and `cage.width` of a machine file): `1 << shift` times as far apart as on the
// chip, taking accesses of up to `width` bytes. Both 0: as the chip has them. And who makes the accesses to it.
struct Board {
  bool in_memory = false;
  uint8_t shift = 0;  // 0 to 3
  uint8_t width = 0;  // in bytes: 0, 1, 2, 4 or 8
  TestEngine engine = EngineOfThisRun();
  const char* installation = CARDCAGE_PREFIX;  // which has the engine in software
};

// What a device has saved: its fields, by name.
struct SavedState {
  uint32_t version = 0;
  std::map<std::string, std::vector<uint64_t>> fields;
  friend bool operator==(const SavedState&, const SavedState&) = default;
};

// A rule of the contract that the host saw broken. Rules: turn, late, index, finished, end, post, views.
struct Breach {
  std::string rule;
  std::string how;  // behind the device's name: "it called set_signal outside of its turn"
};

// A device in a cage: its regions on a bus with the real access rules, its host services real where they
// are the framework's, recorded where they lead outside. Its accesses are the test's own calls of the bus, or, with
// an engine, instructions of a guest's CPU. One thread, the CPU's included.
class TestCage final {
 public:
  // Makes the device and resets it. Each char parameter gets console(). What is not named in `params` has its
  // default. The plugin outlives the cage.
  TestCage(const cardcage_plugin& plugin, std::string_view type,
           const std::map<std::string, Setting>& params = {}, const Board& board = Board());
  ~TestCage();
  TestCage(const TestCage&) = delete;
  TestCage& operator=(const TestCage&) = delete;

  // Why the device refuses these parameters: its own reason. Empty where it does not.
  static std::string WhyRefused(const cardcage_plugin& plugin, std::string_view type,
                                const std::map<std::string, Setting>& params);

  // What a calendar shows at first: 2020-02-28 23:59:50 UTC, and two hours later at the place.
  static constexpr int64_t kStartTime = 1'582'934'390;
  static constexpr int64_t kLocalOffset = 2 * 3600;

  // --- What the guest does ---

  // An access to the first region, at an offset in it; `size` in bytes, 1 to 8. A read's value is
  // zero-extended; where nothing answers it is all ones, and a write vanishes. What no instruction of a CPU does
  // (3 bytes; 8 to a port; many from memory) is the bus's with an engine, too.
  uint64_t Read(uint64_t offset, unsigned size = 1) { return ReadRegion(0, offset, size); }
  void Write(uint64_t offset, uint64_t value, unsigned size = 1) {
    WriteRegion(0, offset, value, size);
  }
  // To the region with that place in the declaration.
  uint64_t ReadRegion(unsigned region, uint64_t offset, unsigned size = 1);
  void WriteRegion(unsigned region, uint64_t offset, uint64_t value, unsigned size = 1);
  // Takes the interrupt of an interrupt controller: the vector.
  uint8_t Acknowledge();
  // `count` accesses to one offset, as a string instruction (rep ins, rep outs) makes them.
  std::vector<uint64_t> ReadMany(uint64_t offset, uint32_t count, unsigned size = 1) {
    return ReadManyOfRegion(0, offset, count, size);
  }
  void WriteMany(uint64_t offset, const std::vector<uint64_t>& values, unsigned size = 1) {
    WriteManyToRegion(0, offset, values, size);
  }
  std::vector<uint64_t> ReadManyOfRegion(unsigned region, uint64_t offset, uint32_t count,
                                         unsigned size = 1);
  void WriteManyToRegion(unsigned region, uint64_t offset, const std::vector<uint64_t>& values,
                         unsigned size = 1);
  // The guest's memory: 1 MiB from address 0 on.
  std::span<uint8_t> memory();

  // --- What the machine does ---

  // A reset and a pause wait for a device that finishes them later.
  void Reset();
  // The CPUs and the time halt; the device gives what it holds. What comes for it then waits for Resume().
  void Pause();
  void Resume();
  // Ends the device before its cage. Then there is only what came of it.
  void End();
  // A look at a register from outside, which has no effect; nothing where the device does not allow it.
  std::optional<uint64_t> Peek(uint64_t offset, unsigned size = 1) {
    return PeekRegion(0, offset, size);
  }
  std::optional<uint64_t> PeekRegion(unsigned region, uint64_t offset, unsigned size = 1);
  // What the type declares.
  const cardcage_type& type() const;
  // Of a region, in bytes, as it is placed.
  uint64_t RegionSize(unsigned region) const;
  // The state that the device saves, in a pause for it. Ends the process where it does not save one.
  SavedState Save();
  // Loads it, in a pause for it. Empty, or why it was refused.
  std::string Load(const SavedState& state);
  // Lets virtual time pass, by way of the device's timers.
  // Where timers set themselves anew without end, it comes back before.
  void Advance(uint64_t nanoseconds);
  // Gets the other's time, memory, levels of inputs, and all of its console. Before anything else was done to this
  // device, which is of the same type; what the other has saved it can then load, and go on with.
  void Follow(TestCage& other);
  uint64_t now() const;
  // Drives an input of the device.
  void SetInput(std::string_view name, bool level);
  // Lets in what the device has posted, and events of descriptors that are there now.
  void RunLoop();

  // --- What came of it ---

  // The level of the device's output with that name.
  bool output(std::string_view name) const;
  // How often it has risen.
  unsigned pulses(std::string_view name) const;
  FakeCharBackend& console();
  // The code of the first stop that the device asked for.
  std::optional<uint64_t> stop_code() const;
  // The lines that it has logged, and the rules of the contract that it has broken: "it called set_signal
  // outside of its turn".
  const std::vector<std::string>& log() const;
  const std::vector<Breach>& breaches() const;
  // Accesses, or parts of them, that nobody answered; that the device answered with CARDCAGE_FAILED; and
  // accesses that were cut into parts, being wider than the region takes, or unaligned.
  uint64_t unclaimed() const;
  uint64_t failed() const;
  uint64_t split() const;
  // What it has counted, by the counter's name.
  uint64_t counter(std::string_view name) const;
  // The pages of memory() that it has said to have written since the last call, by their number.
  std::vector<uint64_t> TakeWrittenPages();
  // The views of memory() that it has not given back.
  size_t views() const;
  // Whether it has said that it cannot go on.
  bool has_failed() const;

 private:
  class Inside;
  const std::unique_ptr<Inside> inside_;
};

}  // namespace cardcage::testing

#endif  // CARDCAGE_TESTING_TEST_CAGE_H_
