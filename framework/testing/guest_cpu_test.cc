// SPDX-License-Identifier: MIT
#include "framework/testing/guest_cpu.h"

#include <numeric>
#include <vector>

#include "cardcage/testing/test_engine.h"
#include "framework/engine/kvm/kvm_engine.h"
#include "framework/engine/soft/soft_engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardcage {
namespace {

using ::testing::ElementsAre;
using testing::TestEngine;
using testing::WhyNoEngine;

// Remembers accesses; reads give a pattern.
struct Recorder {
  std::vector<std::tuple<uint64_t, unsigned, uint64_t>> writes;
  static cardcage_status Read(void* /*self*/, cardcage_access* access) {
    access->value = 0x8877665544332211u;
    if (access->size < 8) access->value &= (uint64_t{1} << 8 * access->size) - 1;
    return CARDCAGE_OK;
  }
  static cardcage_status Write(void* self, cardcage_access* access) {
    static_cast<Recorder*>(self)->writes.emplace_back(access->offset, access->size, access->value);
    return CARDCAGE_OK;
  }
};

class GuestCpuTest : public ::testing::TestWithParam<TestEngine> {
 protected:
  static constexpr uint64_t kPort = 0x500;
  static constexpr uint64_t kAddress = 0xfe00'0000;

  void SetUp() override {
    const std::string why_not = WhyNoEngine(GetParam());
    if (!why_not.empty()) GTEST_SKIP() << why_not;
    for (const bool is_port : {true, false}) {
      auto mapping = std::make_unique<Mapping>();
      mapping->range = {is_port ? kPort : kAddress, 16};
      mapping->read = &Recorder::Read;
      mapping->write = &Recorder::Write;
      mapping->device = &recorder_;
      mapping->sizes = 15;
      ASSERT_TRUE(bus_.space(is_port).Add(std::move(mapping)).ok());
      bus_.space(is_port).Publish();
    }
    const EngineType& type = GetParam() == TestEngine::kKvm ? kKvmEngine : kSoftEngine;
    auto made = GuestCpu::Create(type, "", memory_, bus_);
    ASSERT_TRUE(made.ok()) << made.status();
    cpu_ = *std::move(made);
  }

  GuestMemory memory_;
  Bus bus_;
  Recorder recorder_;
  std::unique_ptr<GuestCpu> cpu_;
};

INSTANTIATE_TEST_SUITE_P(Engines, GuestCpuTest,
                         ::testing::Values(TestEngine::kSoft, TestEngine::kKvm),
                         [](const auto& test) {
                           return std::string(test.param == TestEngine::kKvm ? "kvm" : "soft");
                         });

TEST_P(GuestCpuTest, ReadsOfEachSizeAreZeroExtended) {
  EXPECT_EQ(*cpu_->Read(true, kPort, 1), 0x11u);
  EXPECT_EQ(*cpu_->Read(true, kPort, 2), 0x2211u);
  EXPECT_EQ(*cpu_->Read(true, kPort, 4), 0x44332211u);
  EXPECT_EQ(*cpu_->Read(false, kAddress, 1), 0x11u);
  EXPECT_EQ(*cpu_->Read(false, kAddress, 2), 0x2211u);
  EXPECT_EQ(*cpu_->Read(false, kAddress, 4), 0x44332211u);
  EXPECT_EQ(*cpu_->Read(false, kAddress, 8), 0x8877665544332211u);
}

TEST_P(GuestCpuTest, WritesOfEachSizeArriveWhole) {
  for (const bool is_port : {true, false}) {
    for (const unsigned size : {1, 2, 4, 8}) {
      if (!GuestCpu::Makes(is_port, size)) continue;
      recorder_.writes.clear();
      ASSERT_TRUE(
          cpu_->Write(is_port, (is_port ? kPort : kAddress) + 8, size, 0xf1e2d3c4b5a69788).ok());
      const uint64_t low = 0xf1e2d3c4b5a69788 & ~uint64_t{0} >> (64 - 8 * size);
      EXPECT_THAT(recorder_.writes, ElementsAre(std::tuple(8, size, low)));
    }
  }
}

TEST_P(GuestCpuTest, StringsOfMoreThanItsMemoryHoldsAreMovedWhole) {
  std::vector<uint8_t> data(150'000);
  std::iota(data.begin(), data.end(), 0);
  ASSERT_TRUE(cpu_->WriteString(kPort, 2, data).ok());
  ASSERT_EQ(recorder_.writes.size(), 75'000u);
  for (size_t i = 0; i < recorder_.writes.size(); ++i) {
    const uint64_t want = data[2 * i] | data[2 * i + 1] << 8;
    ASSERT_EQ(recorder_.writes[i], std::tuple(0, 2, want)) << i;
  }
  ASSERT_TRUE(cpu_->ReadString(kPort, 4, data).ok());
  for (size_t i = 0; i < data.size(); i += 4) ASSERT_EQ(data[i + 3], 0x44u) << i;
}

TEST_P(GuestCpuTest, ReachesTheLastByteBelow4GiB) {
  EXPECT_EQ(*cpu_->Read(false, GuestCpu::kReach - 1, 1), 0xffu);
  EXPECT_EQ(cpu_->accessor().unclaimed.value(), 1u);
}

TEST(GuestCpu, MakesWhatACpuHasInstructionsFor) {
  for (const unsigned size : {1, 2, 4}) EXPECT_TRUE(GuestCpu::Makes(true, size));
  EXPECT_TRUE(GuestCpu::Makes(false, 8));
  EXPECT_FALSE(GuestCpu::Makes(true, 8));
  for (const unsigned size : {3, 5, 6, 7}) EXPECT_FALSE(GuestCpu::Makes(false, size));
}

}  // namespace
}  // namespace cardcage
