// SPDX-License-Identifier: MIT
// Random programs on the chip, beside a simulator that goes pulse by pulse and says of each mode what
// its section of Intel's 8254 data sheet says; then the tests of time, where no simulator can follow.
#include <array>
#include <random>

#include "gtest/gtest.h"
#include "i8254_chip.h"

namespace i8254 {
namespace {

struct NaiveCounter {
  unsigned word = 0x30;  // control word, without the counter
  unsigned cr = 0, ce = 0, low = 0;
  bool gate = true, out = false, null = true;
  bool wants_high = false, gives_high = false;
  bool armed = false, fresh = false, counting = false, triggered = false, done = false, odd = false;
  bool has_count_latch = false, has_status_latch = false;
  unsigned count_latch = 0, status_latch = 0;

  unsigned mode() const { return (word >> 1 & 7) < 6 ? word >> 1 & 7 : (word >> 1 & 7) - 4; }
  unsigned rw() const { return word >> 4 & 3; }

  void Program(unsigned value) {
    const bool level = gate;
    *this = NaiveCounter();
    word = value & 0x3f;
    gate = level;
    out = mode() != 0;
  }
  void Write(unsigned value) {
    if (rw() == 3 && !wants_high) {
      low = value;
      wants_high = true;
      if (mode() == 0) out = false;
      return;
    }
    cr = rw() == 1 ? value : rw() == 2 ? value << 8 : value << 8 | low;
    wants_high = false;
    armed = fresh = null = true;
    if (mode() == 0) out = false;
  }
  unsigned Read() {
    if (has_status_latch) {
      has_status_latch = false;
      return status_latch;
    }
    const unsigned value = has_count_latch ? count_latch : ce;
    if (rw() == 3) {
      gives_high = !gives_high;
      if (gives_high) return value & 0xff;
      has_count_latch = false;
      return value >> 8;
    }
    has_count_latch = false;
    return rw() == 1 ? value & 0xff : value >> 8;
  }
  void Latch() {
    if (has_count_latch) return;
    has_count_latch = true;
    count_latch = ce;
    gives_high = false;
  }
  void LatchStatus() {
    if (has_status_latch) return;
    has_status_latch = true;
    status_latch = (out ? 0x80u : 0) | (null ? 0x40u : 0) | word;
  }
  void SetGate(bool level) {
    if (level && !gate) triggered = true;
    gate = level;
    if (!gate && (mode() == 2 || mode() == 3)) out = true;
  }

  void Down() {
    if ((word & 1) == 0) {
      ce = (ce - 1) & 0xffff;
      return;
    }
    unsigned decade = 1;  // borrow, digit by digit
    for (unsigned shift = 0; decade != 0 && shift < 16; shift += 4) {
      const unsigned digit = ce >> shift & 0xf;
      ce = (ce & ~(0xfu << shift)) | (digit == 0 ? 9u : digit - 1) << shift;
      decade = digit == 0 ? 1 : 0;
    }
  }
  void Load() {
    odd = (cr & 1) != 0;
    ce = mode() == 3 && odd ? cr - 1 : cr;
    null = fresh = done = false;
    counting = true;
  }
  bool Loads(bool trigger) {
    switch (mode()) {
      case 0:
      case 4:
        return fresh;
      case 2:
      case 3:
        return (fresh && !counting) || (trigger && armed);
      default:
        return trigger && armed;
    }
  }
  void Pulse() {
    const bool trigger = triggered;
    triggered = false;
    if (mode() >= 4) out = true;
    if (Loads(trigger)) {
      Load();
      if (mode() == 1) out = false;
      return;
    }
    if (!counting) return;
    if (mode() == 0 && gate && !wants_high) Expire(true);
    if (mode() == 1) Expire(true);
    if (mode() == 2 && gate) Rate();
    if (mode() == 3 && gate) Square();
    if (mode() == 4 && gate) Expire(false);
    if (mode() == 5) Expire(false);
  }
  void Expire(bool level) {
    Down();
    if (ce != 0 || done) return;
    done = true;
    out = level;
  }
  void Rate() {
    if (ce == 1) {
      Load();
      out = true;
    } else {
      Down();
      if (ce == 1) out = false;
    }
  }
  void Square() {
    if (ce == (odd && out ? 0u : 2u)) {
      Load();
      out = cr == 1 || !out;
    } else {
      Down();
      Down();
    }
  }
};

class Both {
 public:
  explicit Both(std::mt19937& random) : random_(random) {}

  void Step() {
    const auto counter = static_cast<unsigned>(random_() % 3);
    const size_t i = counter;
    switch (random_() % 12) {
      case 0:
        return Program(counter);
      case 1:
      case 2:
        return WriteCount(counter);
      case 3: {
        const bool level = random_() % 2 == 0;
        chip_.SetGate(counter, level, now_);
        return naive_[i].SetGate(level);
      }
      case 4:
        chip_.Write(kControl, static_cast<uint8_t>(counter << 6), now_);
        return naive_[i].Latch();
      case 5:
        return ReadBack();
      case 6:
      case 7:
        ASSERT_EQ(chip_.Read(counter, now_), naive_[i].Read());
        return;
      default:
        return Pass();
    }
  }
  void Compare() {
    for (unsigned counter = 0; counter < 3; ++counter) {
      NaiveCounter looked = naive_[counter];
      ASSERT_EQ(chip_.Output(counter, now_), looked.out) << counter;
      ASSERT_EQ(chip_.Peek(counter, now_), looked.Read()) << counter;
    }
  }

 private:
  void Program(unsigned counter) {
    const auto word = static_cast<unsigned>((random_() % 3 + 1) << 4 | random_() % 16);
    chip_.Write(kControl, static_cast<uint8_t>(counter << 6 | word), now_);
    naive_[counter].Program(word);
    for (int bytes = 0; bytes < 2; ++bytes) WriteCount(counter);
  }
  // Digits up to 9, that BCD may count them; mostly few, that something happens.
  void WriteCount(unsigned counter) {
    const auto kind = random_() % 16;
    auto byte = static_cast<unsigned>(random_() % 10);
    if (kind == 0) byte |= static_cast<unsigned>(random_() % 10) << 4;
    if (naive_[counter].wants_high && kind > 1) byte = 0;
    chip_.Write(counter, static_cast<uint8_t>(byte), now_);
    naive_[counter].Write(byte);
  }
  void ReadBack() {
    const auto word = static_cast<unsigned>(0xc0 | (random_() & 0x3e));
    chip_.Write(kControl, static_cast<uint8_t>(word), now_);
    for (unsigned counter = 0; counter < 3; ++counter) {
      if ((word >> (counter + 1) & 1) == 0) continue;
      if ((word & 0x20) == 0) naive_[counter].Latch();
      if ((word & 0x10) == 0) naive_[counter].LatchStatus();
    }
  }
  void Pass() {
    Chip looked = chip_;
    looked.AdvanceTo(now_);
    const std::array<std::optional<uint64_t>, 3> deadlines = {
        looked.Deadline(0), looked.Deadline(1), looked.Deadline(2)};
    const uint64_t longest = random_() % 400 == 0 ? 120'000'000 : 20'000;
    now_ += random_() % (random_() % 4 == 0 ? longest : 2'000);
    std::array<uint64_t, 3> changed{};  // at which pulse, the first time
    for (const uint64_t until = now_ * kClockHz / 1'000'000'000; pulses_ < until;) {
      ++pulses_;
      for (size_t i = 0; i < 3; ++i) {
        const bool before = naive_[i].out;
        naive_[i].Pulse();
        if (naive_[i].out != before && changed[i] == 0) changed[i] = pulses_;
      }
    }
    for (size_t i = 0; i < 3; ++i) {
      if (changed[i] == 0) {
        ASSERT_TRUE(!deadlines[i] || *deadlines[i] > now_) << i;
      } else {
        ASSERT_EQ(deadlines[i], (changed[i] * 1'000'000'000 + kClockHz - 1) / kClockHz) << i;
      }
    }
    if (random_() % 2 == 0) chip_.AdvanceTo(now_);
  }

  std::mt19937& random_;
  uint64_t now_ = 0, pulses_ = 0;
  Chip chip_;
  std::array<NaiveCounter, 3> naive_;
};

TEST(PitModel, RandomProgramsAgreeWithASimulatorOfEachPulse) {
  std::mt19937 random(8254);
  for (int program = 0; program < 10'000; ++program) {
    Both both(random);
    for (int step = 0; step < 100; ++step) {
      both.Step();
      if (!::testing::Test::HasFailure()) both.Compare();
      if (::testing::Test::HasFailure()) FAIL() << "program " << program << ", step " << step;
    }
  }
}

// One leap over any time is the same as the way there in pieces.
TEST(PitModel, LeapsAreTheSameAsSteps) {
  std::mt19937_64 random(82540);
  for (int program = 0; program < 5000; ++program) {
    Chip steps;
    uint64_t now = random() >> (1 + random() % 40);
    steps.AdvanceTo(now);
    steps.Write(kControl, static_cast<uint8_t>(0x30 | (random() & 0x0f)), now);
    for (int byte = 0; byte < 2; ++byte) steps.Write(0, random() & 0xff, now);
    if (random() % 2 == 0) steps.SetGate(0, false, now);
    steps.SetGate(0, true, now);
    Chip leap = steps;
    for (int step = 0; step < 10; ++step) steps.AdvanceTo(now += random() >> (8 + random() % 50));
    leap.AdvanceTo(now);
    EXPECT_EQ(leap.Deadline(0), steps.Deadline(0));
    EXPECT_EQ(leap.Output(0, now), steps.Output(0, now));
    for (int byte = 0; byte < 2; ++byte) EXPECT_EQ(leap.Read(0, now), steps.Read(0, now));
  }
}

TEST(PitTime, EdgesComeAtTheirExactTimesForFiveHundredYears) {
  Chip chip;
  chip.Write(kControl, 0x34, 0);  // mode 2
  chip.Write(0, 0xa9, 0);
  chip.Write(0, 0x04, 0);
  // 500 years on: pulses are still whole, from time 0 on.
  const uint64_t now = uint64_t{500} * 365 * 24 * 3600 * 1'000'000'000;
  chip.AdvanceTo(now);
  const auto deadline = chip.Deadline(0);
  ASSERT_TRUE(deadline);
  EXPECT_GT(*deadline, now);
  EXPECT_LE(*deadline, now + 1'000'000);
  const uint64_t pulses = now / 1'000'000'000 * kClockHz;  // `now` is a whole second
  const uint64_t to_low = 1193 - 1 - (pulses - 1) % 1193;  // the first load was pulse 1
  const uint64_t wait = to_low == 0 ? 1 : to_low;          // low now: it rises
  EXPECT_EQ(*deadline - now, (wait * 1'000'000'000 + kClockHz - 1) / kClockHz);
  EXPECT_TRUE(chip.Output(0, *deadline - 1) != chip.Output(0, *deadline));
}

TEST(PitTime, PeriodsDoNotDrift) {
  Chip chip;
  chip.Write(kControl, 0x36, 0);
  chip.Write(0, 0x00, 0);
  chip.Write(0, 0x00, 0);  // 65536: 18.2 Hz
  uint64_t now = 0;
  for (uint64_t half = 1; half <= 10'000; ++half) {
    ASSERT_TRUE(chip.Deadline(0));
    now = *chip.Deadline(0);
    chip.AdvanceTo(now);
    const uint64_t pulse = 1 + half * 32768;
    ASSERT_EQ(now, (pulse * 1'000'000'000 + kClockHz - 1) / kClockHz);
  }
}

TEST(PitTime, TheEndOfTimeIsSafe) {
  for (const uint32_t hz : {0u, 1u, kClockHz, 1'000'000'000u, 0xffffffffu}) {
    Chip chip(hz);
    chip.Write(kControl, 0x36, UINT64_MAX - 1);
    chip.Write(0, 0xff, UINT64_MAX - 1);
    chip.Write(0, 0xff, UINT64_MAX - 1);
    EXPECT_FALSE(chip.Deadline(0));
    chip.AdvanceTo(UINT64_MAX);
    const uint8_t count = chip.Peek(0, UINT64_MAX);
    chip.AdvanceTo(5);  // back: nothing happens
    EXPECT_EQ(chip.Peek(0, 5), count);
    EXPECT_EQ(chip.Read(0, UINT64_MAX), count);
  }
}

}  // namespace
}  // namespace i8254
