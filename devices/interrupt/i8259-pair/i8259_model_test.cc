// SPDX-License-Identifier: MIT
// Random operations on one chip, beside a naive model that is written for being read: a list of levels
// in the order of their priority, and a few flags for each.
#include <algorithm>
#include <array>
#include <random>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"
#include "i8259_chip.h"
#include "i8259_pair.h"

namespace i8259 {
namespace {

class NaivePic {
 public:
  struct Line {
    bool high = false, risen = false, served = false, masked = false, by_level = false;
    bool has_slave = false;
  };
  bool automatic_eoi = false, special_nested = false, special_mask = false, rotates = false;
  std::array<Line, 8> lines;

  bool Wants(unsigned n) const {
    return !lines[n].masked && (lines[n].by_level ? lines[n].high : lines[n].risen);
  }
  // -1 where there is none.
  int Request() const {
    for (const unsigned n : order_) {
      const bool holds = lines[n].served && !(special_mask && lines[n].masked);
      const bool nests = !holds || (special_nested && lines[n].has_slave);
      if (Wants(n) && nests) return static_cast<int>(n);
      if (holds) return -1;
    }
    return -1;
  }
  void Set(unsigned n, bool high) {
    if (high && !lines[n].high) lines[n].risen = true;
    if (!high) lines[n].risen = false;
    lines[n].high = high;
    if (high && Request() >= 0) output = true;
  }
  int Take() {
    const int n = Request();
    if (n >= 0) {
      Line& line = lines[static_cast<size_t>(n)];
      line.risen = false;
      line.served = line.served || !automatic_eoi;
      if (automatic_eoi && rotates) ToTheEnd(static_cast<unsigned>(n));
    }
    Settle();
    return n;
  }
  void Ocw2(unsigned value) {
    const unsigned command = value >> 5, level = value & 7;
    const auto served = std::find_if(order_.begin(), order_.end(), [&](unsigned n) {
      return lines[n].served && !(special_mask && lines[n].masked);
    });
    if (command == 0) rotates = false;
    if (command == 4) rotates = true;
    if (command == 3 || command == 7) lines[level].served = false;
    if (command == 6 || command == 7) ToTheEnd(level);
    if ((command == 1 || command == 5) && served != order_.end()) {
      const unsigned n = *served;
      lines[n].served = false;
      if (command == 5) ToTheEnd(n);
    }
  }
  void Settle() { output = Request() >= 0; }
  template <class Flag>
  unsigned Byte(Flag flag) const {
    unsigned byte = 0;
    for (unsigned n = 0; n < 8; ++n) byte |= flag(lines[n]) ? 1u << n : 0;
    return byte;
  }
  unsigned Irr() const {
    return Byte([](const Line& line) { return line.by_level ? line.high : line.risen; });
  }
  unsigned Isr() const {
    return Byte([](const Line& line) { return line.served; });
  }

  bool output = false;

 private:
  void ToTheEnd(unsigned n) {
    while (order_.back() != n) std::rotate(order_.begin(), order_.begin() + 1, order_.end());
  }

  std::vector<unsigned> order_ = {0, 1, 2, 3, 4, 5, 6, 7};
};

class Both {
 public:
  explicit Both(std::mt19937& random) : random_(random) {
    const unsigned icw4 = (random() & (0x12)) | 1, slaves = random() & 0xff;
    const unsigned level = random() & 0xff;
    for (const unsigned word : {0x40u, slaves, icw4}) {
      if (word == 0x40u && !started_) chip_.Write(kCommand, 0x11);
      started_ = true;
      chip_.Write(kData, static_cast<uint8_t>(word));
    }
    chip_.WriteElcr(static_cast<uint8_t>(level));
    naive_.automatic_eoi = (icw4 & 0x02) != 0;
    naive_.special_nested = (icw4 & 0x10) != 0;
    for (unsigned n = 0; n < 8; ++n) {
      naive_.lines[n].has_slave = (slaves >> n & 1) != 0;
      naive_.lines[n].by_level = (level >> n & 1) != 0;
    }
  }

  void Step() {
    const unsigned value = random_() & 0xff;
    switch (random_() % 8) {
      case 0:
        return Command(value & 0xe7, [&] { naive_.Ocw2(value); });
      case 1:
        return Mask(value & static_cast<unsigned>(random_()));
      case 2:
        return Command((value & 0x60) | 0x08, [&] {
          if ((value & 0x40) != 0) naive_.special_mask = (value & 0x20) != 0;
        });
      case 3:
        return Poll();
      case 4:
        return Acknowledge();
      default:
        chip_.SetInput(value & 7, (value & 8) != 0);
        naive_.Set(value & 7, (value & 8) != 0);
    }
  }
  void Compare() {
    ASSERT_EQ(chip_.Output(), naive_.output);
    ASSERT_EQ(chip_.Request() ? static_cast<int>(*chip_.Request()) : -1, naive_.Request());
    Chip looked = chip_;
    looked.Write(kCommand, 0x0a);
    ASSERT_EQ(looked.Peek(kStatus), naive_.Irr());
    looked.Write(kCommand, 0x0b);
    ASSERT_EQ(looked.Peek(kStatus), naive_.Isr());
  }

 private:
  template <class Effect>
  void Command(unsigned value, Effect effect) {
    chip_.Write(kCommand, static_cast<uint8_t>(value));
    effect();
    naive_.Settle();
  }
  void Mask(unsigned value) {
    chip_.Write(kData, static_cast<uint8_t>(value));
    for (unsigned n = 0; n < 8; ++n) naive_.lines[n].masked = (value >> n & 1) != 0;
    naive_.Settle();
  }
  void Poll() {
    Command(0x0c, [] {});
    const int taken = naive_.Take();
    EXPECT_EQ(chip_.Read(kStatus), taken < 0 ? 7 : 0x80 + taken);
  }
  void Acknowledge() {
    const int taken = naive_.Take();
    EXPECT_EQ(chip_.Acknowledge(), taken < 0 ? 0x47 : 0x40 + taken);
  }

  std::mt19937& random_;
  bool started_ = false;
  Chip chip_{Chip::Role::kMaster, 0xff};
  NaivePic naive_;
};

TEST(PicModel, RandomOperationsAgreeWithANaiveModel) {
  std::mt19937 random(8259);
  for (int program = 0; program < 500; ++program) {
    Both both(random);
    for (int step = 0; step < 300; ++step) {
      both.Step();
      both.Compare();
      if (::testing::Test::HasFailure()) FAIL() << "program " << program << ", step " << step;
    }
  }
}

// Whatever is written in whatever order, an initialization brings a working pair.
TEST(PicModel, AnyOperationIsSafeAndInitializationAlwaysWorks) {
  std::mt19937 random(95280);
  Pair pair;
  for (int i = 0; i < 200'000; ++i) {
    const Pair::Half half = random() % 2 == 0 ? Pair::Half::kMaster : Pair::Half::kSlave;
    const uint64_t offset = random() % 2;
    const auto value = static_cast<uint8_t>(random());
    switch (random() % 7) {
      case 0:
      case 1:
        pair.Write(half, offset, value);
        break;
      case 2: {
        const uint8_t peeked = pair.Peek(half, offset);
        EXPECT_EQ(pair.Read(half, offset), peeked);
        break;
      }
      case 3:
        pair.Acknowledge();
        break;
      case 4:
        pair.WriteElcr(half, value);
        break;
      default:
        pair.SetInput(value % 16, value >= 128);
    }
    for (const Pair::Half each : {Pair::Half::kMaster, Pair::Half::kSlave}) {
      // A request always shows itself in INT; only a glitch may leave INT without one.
      EXPECT_TRUE(pair.chip(each).Output() || !pair.chip(each).Request());
    }
    if (i % 1000 != 999) continue;
    for (const auto& [chip, vector, icw3] :
         {std::tuple{Pair::Half::kMaster, 0x20, 4}, std::tuple{Pair::Half::kSlave, 0x28, 2}}) {
      pair.WriteElcr(chip, 0);
      pair.Write(chip, kCommand, 0x11);
      for (const int word : {vector, icw3, 1, 0})
        pair.Write(chip, kData, static_cast<uint8_t>(word));
    }
    pair.SetInput(8, false);
    pair.SetInput(8, true);
    EXPECT_TRUE(pair.Output());
    EXPECT_EQ(pair.Acknowledge(), 0x28);
  }
}

}  // namespace
}  // namespace i8259
