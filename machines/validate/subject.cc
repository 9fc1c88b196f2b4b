// SPDX-License-Identifier: MIT
#include "machines/validate/subject.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardcage/testing/action.h"
#include "machines/validate/probe.h"

namespace cardcage {
namespace {

using testing::Action;
using testing::Setting;

std::string Bytes(unsigned count) { return absl::StrCat(count, count == 1 ? " byte" : " bytes"); }

std::string ReadInWords(const cardcage_type& type, unsigned region, uint64_t offset,
                        unsigned size) {
  return absl::StrCat("read of ", Bytes(size), " at ",
                      NameOf(type, region, offset, /*is_write=*/false));
}

std::string WriteInWords(const cardcage_type& type, unsigned region, uint64_t offset,
                         uint64_t value, unsigned size) {
  return absl::StrFormat("write of %s, 0x%x, at %s", Bytes(size), value,
                         NameOf(type, region, offset, /*is_write=*/true));
}

std::string InWords(const Action& action, const cardcage_type& type) {
  using Kind = Action::Kind;
  const auto& [kind, where, offset, size, value, count] = action;
  switch (kind) {
    case Kind::kRead:
      return ReadInWords(type, where, offset, size);
    case Kind::kWrite:
      return WriteInWords(type, where, offset, value, size);
    case Kind::kReadMany:
      return absl::StrCat(count, " times in a string: ", ReadInWords(type, where, offset, size));
    case Kind::kWriteMany:
      return absl::StrCat(count,
                          " times in a string: ", WriteInWords(type, where, offset, value, size));
    case Kind::kAdvance:
      return absl::StrCat("time goes on by ", value, " ns");
    case Kind::kInput:
      return absl::StrCat("input ", type.inputs[where]->name, value != 0 ? " high" : " low");
    case Kind::kType:
      return absl::StrFormat("input of %s, each 0x%02x", Bytes(count), value);
    case Kind::kMakeRoom:
      return count == UINT32_MAX ? "room for any output"
                                 : absl::StrCat("room for ", Bytes(count), " of output");
    case Kind::kAcknowledge:
      return "acknowledge of an interrupt";
    case Kind::kEvents:
      return "events";
    case Kind::kPause:
      return "pause and resume";
    case Kind::kReset:
      return "reset";
  }
  return "";
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
      // Without an engine, whatever the environment says for tests: it would be what the checks measure.
      cage_((context.Do("its making"), plugin), type_.id, RequiredParams(type_),
            {.engine = testing::TestEngine::kNone}) {}

Subject::~Subject() {
  context_.Do("its end");
  cage_.End();
  for (const testing::Breach& breach : cage_.breaches()) {
    context_.Find(absl::StrCat("rules.", breach.rule), breach.how);
  }
}

uint64_t Subject::Read(unsigned region, uint64_t offset, unsigned size) {
  context_.Do(ReadInWords(type_, region, offset, size));
  return cage_.ReadRegion(region, offset, size);
}

void Subject::Write(unsigned region, uint64_t offset, uint64_t value, unsigned size) {
  value &= MaskOf(size);
  context_.Do(WriteInWords(type_, region, offset, value, size));
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

std::string Subject::Do(Random& random, bool with_output) {
  const Action action = testing::ChooseAction(cage_, [&random] { return random(); });
  context_.Do(InWords(action, type_));
  return testing::Do(cage_, action, with_output);
}

std::string Subject::Levels() const { return testing::LevelsOf(cage_); }

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
