// SPDX-License-Identifier: MIT
// Whatever the guest does to its registers, a device comes back, and answers what it declares.
#include <algorithm>
#include <span>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "framework/device/params.h"
#include "machines/validate/check.h"
#include "machines/validate/probe.h"
#include "machines/validate/subject.h"

namespace cardcage {
namespace {

using testing::Setting;
using testing::TestCage;

constexpr unsigned kWidths[] = {1, 2, 4, 8};

// Each width in both directions.
void AccessAt(Subject& subject, unsigned region, uint64_t offset) {
  for (const unsigned width : kWidths) {
    subject.Read(region, offset, width);
    subject.Write(region, offset, 0, width);
    subject.Write(region, offset, ~uint64_t{0}, width);
    subject.Read(region, offset, width);
  }
}

// Values at the edges of what a parameter takes; the most of a size may be more than the host has.
std::vector<Setting> EdgesOf(const cardcage_param& param) {
  std::vector<Setting> edges;
  if ((param.flags & CARDCAGE_PARAM_LIST) != 0) return edges;
  if (HasBounds(param) && param.kind != CARDCAGE_KIND_SIZE) edges = {param.min, param.max};
  if (param.kind == CARDCAGE_KIND_BOOL) edges = {0, 1};
  for (uint32_t i = 0; i < param.name_count; ++i) edges.emplace_back(i);
  if (param.kind == CARDCAGE_KIND_STRING) {
    const uint64_t most = param.max_length == 0 ? 4096 : std::min<uint64_t>(param.max_length, 4096);
    for (const uint64_t length : {param.min_length, most}) {
      if (length >= param.min_length) edges.emplace_back(std::string(length, 'x').c_str());
    }
  }
  return edges;
}

}  // namespace

void CheckDefaults(Context& context) {
  context.Do("create with its defaults");
  const std::string refusal =
      TestCage::WhyRefused(context.plugin(), context.type().id, RequiredParams(context.type()));
  if (!refusal.empty()) {
    context.Find(absl::StrCat("it refuses the values that it declares as its defaults: ", refusal));
    return;
  }
  const Subject subject(context);
}

void CheckParameters(Context& context) {
  for (const cardcage_param* param : std::span(context.type().params, context.type().param_count)) {
    for (const Setting& edge : EdgesOf(*param)) {
      context.Do(absl::StrCat("create with ", param->key, " at an edge, ",
                              edge.text.empty() ? absl::StrCat(edge.number)
                                                : absl::StrCat(edge.text.size(), " bytes")));
      auto params = RequiredParams(context.type());
      params[param->key] = edge;
      const std::string refusal = TestCage::WhyRefused(context.plugin(), context.type().id, params);
      if (refusal.ends_with("gives no reason")) {
        context.Find(absl::StrCat("it refuses ", param->key,
                                  " at an edge of its bounds, and gives no reason"));
      }
    }
  }
}

void CheckOffsets(Context& context) {
  constexpr uint64_t kMost = 4096;  // at either end
  Subject subject(context);
  for (unsigned region = 0; region < context.type().region_count; ++region) {
    const uint64_t size = subject.cage().RegionSize(region);
    for (uint64_t offset = 0; offset < size + 8; ++offset) {
      if (offset == kMost && size > 2 * kMost) offset = size - kMost;
      AccessAt(subject, region, offset);
    }
  }
}

void CheckStreams(Context& context) {
  constexpr unsigned kRounds = 20;
  for (unsigned round = 0; round < kRounds; ++round) {
    Random random(context.seed() + round);
    Subject subject(context);
    for (unsigned step = 0; step < 400; ++step) {
      subject.Do(random);
      if (random() % 100 == 0) subject.Reset();
    }
    if (subject.cage().has_failed()) {
      context.Find(absl::StrCat("it says that it cannot go on, behind ", context.last()));
    }
  }
}

void CheckClock(Context& context) {
  constexpr uint64_t kStep = 1'000'000;
  for (unsigned round = 0; round < 10; ++round) {
    Random random(context.seed() + round);
    Subject subject(context);
    subject.DoSteps(random, 100);
    const uint64_t before = subject.cage().now();
    subject.Advance(kStep);
    if (subject.cage().now() < before + kStep) {
      return context.Find(
          "its timers set themselves anew at once, without end: time does not go on");
    }
  }
}

void CheckRegisters(Context& context) {
  const cardcage_type& type = context.type();
  for (unsigned region = 0; region < type.region_count; ++region) {
    const cardcage_region& its = *type.regions[region];
    for (const cardcage_register* row : std::span(its.registers, its.register_count)) {
      for (const bool is_write : {false, true}) {
        const uint32_t direction = is_write ? CARDCAGE_REGISTER_WRITE : CARDCAGE_REGISTER_READ;
        if ((row->access & direction) == 0) continue;
        Subject subject(context);
        const uint64_t before = subject.cage().unclaimed();
        if (is_write) {
          subject.Write(region, row->offset, row->reset, row->width);
        } else {
          subject.Read(region, row->offset, row->width);
        }
        if (subject.cage().unclaimed() == before) continue;
        context.Find(absl::StrCat("its register ", row->name, " is declared to be ",
                                  is_write ? "written" : "read", ", and nothing answers there"));
      }
    }
  }
}

void CheckBatches(Context& context) {
  const cardcage_type& type = context.type();
  bool has_some = false;
  for (unsigned region = 0; region < type.region_count; ++region) {
    const cardcage_region& its = *type.regions[region];
    for (const bool is_write : {false, true}) {
      if ((is_write ? its.write_batch : its.read_batch) == nullptr) continue;
      has_some = true;
      for (unsigned round = 0; round < 20; ++round) {
        Random random(context.seed() + round);
        Random again = random;
        Subject many(context);
        Subject single(context);
        many.DoSteps(random, 50);
        single.DoSteps(again, 50);
        const unsigned size = 1U << __builtin_ctz(its.sizes);
        const uint64_t offset = random() % many.cage().RegionSize(region) / size * size;
        const auto count = static_cast<uint32_t>(1 + random() % 40);
        const std::string place = NameOf(type, region, offset, is_write);
        context.Do(absl::StrCat(count, is_write ? " writes" : " reads", " in a batch at ", place));
        std::vector<uint64_t> values(count);
        std::vector<uint64_t> expected(count);
        if (is_write) {
          for (uint64_t& value : values) value = random() & MaskOf(size);
          many.cage().WriteManyToRegion(region, offset, values, size);
          for (const uint64_t value : values) single.Write(region, offset, value, size);
        } else {
          values = many.cage().ReadManyOfRegion(region, offset, count, size);
          for (uint64_t& value : expected) value = single.Read(region, offset, size);
        }
        if ((!is_write && values != expected) || many.TakeOutput() != single.TakeOutput() ||
            many.Levels() != single.Levels() || many.Peeks() != single.Peeks()) {
          return context.Find(absl::StrCat(count, " accesses in a batch at ", place,
                                           " do not act as the same accesses one by one"));
        }
      }
    }
  }
  if (!has_some) context.Skip("the type has no batches");
}

void CheckThreads(Context& context) {
  const cardcage_type& type = context.type();
  if ((type.flags & CARDCAGE_TYPE_CONCURRENT) == 0) {
    return context.Skip("the type does not say that its handlers may run on several threads");
  }
  Subject subject(context);
  context.Do("accesses on two threads at once");
  void* const device = context.probe().device();
  const auto work = [&type, device](uint64_t seed, uint32_t vcpu) {
    Random random(seed);
    for (unsigned i = 0; i < 20'000; ++i) {
      const auto region = static_cast<uint32_t>(random() % type.region_count);
      const cardcage_region& its = *type.regions[region];
      const unsigned size = 1U << __builtin_ctz(its.sizes);
      if (its.size < size) continue;
      const bool is_write = random() % 2 == 0;
      cardcage_access access{.struct_size = sizeof(access),
                             .region = region,
                             .offset = random() % (its.size / size) * size,
                             .value = random() & MaskOf(size),
                             .vcpu = vcpu,
                             .size = static_cast<uint8_t>(size),
                             .flags = static_cast<uint8_t>(is_write ? CARDCAGE_ACCESS_WRITE : 0),
                             .reserved = 0};
      const cardcage_access_function handler = is_write ? its.write : its.read;
      if (handler != nullptr) handler(device, &access);
    }
  };
  std::thread other(work, context.seed(), 1);
  work(context.seed() + 1, 0);
  other.join();
}

}  // namespace cardcage
