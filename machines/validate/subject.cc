// SPDX-License-Identifier: MIT
#include "machines/validate/subject.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "machines/validate/probe.h"

namespace cardcage {
namespace {

using testing::Setting;
using testing::TestCage;

constexpr unsigned kWidths[] = {1, 2, 4, 8};

std::string Bytes(unsigned count) { return absl::StrCat(count, count == 1 ? " byte" : " bytes"); }

// Values at which registers differ: none and all of the bits, one bit, a small number, any.
uint64_t ValueByChance(Random& random) {
  switch (random() % 6) {
    case 0:
      return 0;
    case 1:
      return ~uint64_t{0};
    case 2:
      return uint64_t{1} << random() % 64;
    case 3:
      return random() % 16;
    default:
      return random();
  }
}

}  // namespace

std::map<std::string, Setting> RequiredParams(const cardcage_type& type) {
  constexpr uint64_t kSome = 64;  // enough for a window to have registers, or a memory bytes
  std::map<std::string, Setting> params;
  for (const cardcage_param* param : std::span(type.params, type.param_count)) {
    if ((param->flags & CARDCAGE_PARAM_REQUIRED) == 0 || (param->flags & CARDCAGE_PARAM_LIST) != 0)
      continue;
    if (param->kind == CARDCAGE_KIND_SIZE || param->kind == CARDCAGE_KIND_U64) {
      params[param->key] = std::clamp(kSome, param->min, std::max(param->min, param->max));
    }
  }
  return params;
}

Subject::Subject(Context& context) : Subject(context, context.plugin()) {}

Subject::Subject(Context& context, const cardcage_plugin& plugin)
    : context_(context),
      type_(context.type()),
      cage_((context.Do("its making"), plugin), type_.id, RequiredParams(type_)) {}

Subject::~Subject() {
  context_.Do("its end");
  cage_.End();
  for (const testing::Breach& breach : cage_.breaches()) {
    context_.Find(absl::StrCat("rules.", breach.rule), breach.how);
  }
}

uint64_t Subject::Read(unsigned region, uint64_t offset, unsigned size) {
  context_.Do(absl::StrFormat("read of %s at %s", Bytes(size),
                              NameOf(type_, region, offset, /*is_write=*/false)));
  return cage_.ReadRegion(region, offset, size);
}

void Subject::Write(unsigned region, uint64_t offset, uint64_t value, unsigned size) {
  value &= MaskOf(size);
  context_.Do(absl::StrFormat("write of %s, 0x%x, at %s", Bytes(size), value,
                              NameOf(type_, region, offset, /*is_write=*/true)));
  cage_.WriteRegion(region, offset, value, size);
}

void Subject::Advance(uint64_t ns) {
  context_.Do(absl::StrCat("time goes on by ", ns, " ns"));
  cage_.Advance(ns);
}

void Subject::Reset() {
  context_.Do("reset");
  cage_.Reset();
}

std::string Subject::AccessByChance(Random& random) {
  const auto region = static_cast<unsigned>(random() % type_.region_count);
  const cardcage_region& its = *type_.regions[region];
  uint64_t offset = random() % std::min<uint64_t>(cage_.RegionSize(region), 4096);
  unsigned size = kWidths[random() % 4];
  bool is_write = random() % 2 == 0;
  if (its.register_count > 0 && random() % 4 != 0) {
    const cardcage_register& row = *its.registers[random() % its.register_count];
    offset = row.offset;
    size = row.width;
    if (row.access == CARDCAGE_REGISTER_READ) is_write = false;
    if (row.access == CARDCAGE_REGISTER_WRITE) is_write = true;
  }
  if (!is_write) return absl::StrFormat("read 0x%x", Read(region, offset, size));
  Write(region, offset, ValueByChance(random), size);
  return "";
}

std::string Subject::Do(Random& random) {
  switch (random() % 16) {
    case 0:
      Advance(random() % 3'000'000);
      return "";
    case 1:
      Advance(random() % 3'000);
      return "";
    case 2: {
      const auto byte = static_cast<char>(random() % 256);
      context_.Do(absl::StrFormat("input 0x%02x", static_cast<uint8_t>(byte)));
      if (cage_.console().input.size() < 256) cage_.console().Type({&byte, 1});
      return "";
    }
    case 3: {
      const size_t room = random() % 4 == 0 ? random() % 8 : SIZE_MAX;
      context_.Do(absl::StrCat("room for ", room, " bytes of output"));
      cage_.console().MakeRoom(room);
      return "";
    }
    case 4:
    case 5: {
      if (type_.input_count == 0) return "";
      const char* const name = type_.inputs[random() % type_.input_count]->name;
      const bool level = random() % 2 == 0;
      context_.Do(absl::StrCat("input ", name, level ? " high" : " low"));
      cage_.SetInput(name, level);
      return "";
    }
    case 6:
      if (random() % 4 == 0) {
        context_.Do("pause");
        cage_.Pause();
        context_.Do("resume");
        cage_.Resume();
      }
      context_.Do("events");
      cage_.RunLoop();
      return "";
    case 7:
      context_.Do("acknowledge of an interrupt");
      return type_.extension == nullptr ? "" : absl::StrCat("vector ", cage_.Acknowledge());
    default:
      return type_.region_count == 0 ? "" : AccessByChance(random);
  }
}

std::string Subject::Levels() const {
  std::string levels;
  for (const cardcage_signal* output : std::span(type_.signals, type_.signal_count)) {
    absl::StrAppend(&levels, levels.empty() ? "" : ", ", output->name,
                    cage_.output(output->name) ? " high" : " low");
  }
  return levels;
}

std::string Subject::TakeOutput() { return std::exchange(cage_.console().output, ""); }

std::string Subject::Peeks() {
  std::string peeks;
  for (unsigned region = 0; region < type_.region_count; ++region) {
    const uint64_t size = std::min(cage_.RegionSize(region), kMostPeeks);
    const unsigned width = 1U << __builtin_ctz(type_.regions[region]->sizes);
    for (uint64_t offset = 0; offset + width <= size; offset += width) {
      context_.Do(absl::StrCat("peek at ", NameOf(type_, region, offset, /*is_write=*/false)));
      const auto value = cage_.PeekRegion(region, offset, width);
      absl::StrAppend(&peeks, value ? absl::StrFormat("%x", *value) : "-", " ");
    }
  }
  return peeks;
}

void Subject::Follow(Subject& other) {
  context_.Do("it is brought to where the other one is");
  cage_.Follow(other.cage_);
}

}  // namespace cardcage
