// SPDX-License-Identifier: MIT
#include "cardcage/testing/action.h"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace cardcage::testing {
namespace {

using Kind = Action::Kind;

constexpr uint64_t kLittleTime = 3'000;  // ns
constexpr uint64_t kSomeTime = 3'000'000;
constexpr size_t kMostTyped = 256;    // bytes that wait
constexpr uint64_t kFarthest = 4096;  // of the offsets that are tried

// Values at which registers differ: none and all of the bits, one bit, a small number, any.
uint64_t ChooseValue(const std::function<uint64_t()>& choose) {
  switch (choose() % 6) {
    case 0:
      return 0;
    case 1:
      return ~uint64_t{0};
    case 2:
      return uint64_t{1} << choose() % 64;
    case 3:
      return choose() % 16;
    default:
      return choose();
  }
}

Action ChooseAccess(const TestCage& cage, const std::function<uint64_t()>& choose) {
  const cardcage_type& type = cage.type();
  Action action;
  action.where = static_cast<uint32_t>(choose() % type.region_count);
  const cardcage_region& region = *type.regions[action.where];
  const uint64_t way = choose();
  bool is_write = way % 2 == 1;
  if (region.register_count > 0 && way / 2 % 4 != 3) {
    const cardcage_register& row = *region.registers[choose() % region.register_count];
    action.offset = row.offset;
    action.size = static_cast<uint8_t>(row.width);
    if (row.access == CARDCAGE_REGISTER_READ) is_write = false;
    if (row.access == CARDCAGE_REGISTER_WRITE) is_write = true;
  } else {
    // A byte behind its end, too.
    action.offset = choose() % std::min(cage.RegionSize(action.where) + 1, kFarthest);
    action.size = static_cast<uint8_t>(1 + choose() % 8);
  }
  action.kind = is_write ? Kind::kWrite : Kind::kRead;
  if (is_write) action.value = ChooseValue(choose) & ~uint64_t{0} >> (64 - 8 * action.size);
  if (way / 8 % 16 == 15 && std::has_single_bit(action.size)) {
    action.kind = is_write ? Kind::kWriteMany : Kind::kReadMany;
    action.count = static_cast<uint32_t>(choose() % 40);
  }
  return action;
}

std::string Hex(uint64_t value) {
  return value < 10 ? absl::StrCat(value) : absl::StrFormat("0x%x", value);
}

// The register that is there, as a comment.
std::string Comment(const Action& action, const cardcage_region& region) {
  for (const cardcage_register* row : std::span(region.registers, region.register_count)) {
    if (row->offset == action.offset) return absl::StrCat("  // ", row->name);
  }
  return "";
}

}  // namespace

Action ChooseAction(const TestCage& cage, const std::function<uint64_t()>& choose) {
  const cardcage_type& type = cage.type();
  const uint64_t what = choose() % 16;
  switch (what) {
    case 0:
    case 1:
      return {.kind = Kind::kAdvance, .value = choose() % (what == 0 ? kSomeTime : kLittleTime)};
    case 2:
      return {.kind = Kind::kType,
              .value = choose() % 256,
              .count = static_cast<uint32_t>(1 + choose() % 4)};
    case 3:
      return {.kind = Kind::kMakeRoom,
              .count = choose() % 4 == 3 ? static_cast<uint32_t>(choose() % 8) : UINT32_MAX};
    case 4:
    case 5:
      if (type.input_count == 0) break;
      return {.kind = Kind::kInput,
              .where = static_cast<uint32_t>(choose() % type.input_count),
              .value = choose() % 2};
    case 6:
      switch (choose() % 16) {
        case 0:
          return {.kind = Kind::kReset};
        case 1:
        case 2:
          return {.kind = Kind::kPause};
        default:
          return {.kind = Kind::kEvents};
      }
    case 7:
      if (type.extension == nullptr) break;
      return {.kind = Kind::kAcknowledge};
    default:
      break;
  }
  if (type.region_count == 0) return {.kind = Kind::kEvents};
  return ChooseAccess(cage, choose);
}

std::string LevelsOf(const TestCage& cage) {
  std::string levels;
  for (const cardcage_signal* output : std::span(cage.type().signals, cage.type().signal_count)) {
    absl::StrAppend(&levels, levels.empty() ? "" : ", ", output->name,
                    cage.output(output->name) ? " high" : " low");
  }
  return levels;
}

std::string Do(TestCage& cage, const Action& action, bool with_output) {
  const auto& [kind, where, offset, size, value, count] = action;
  std::string seen;
  switch (kind) {
    case Kind::kRead:
      seen = absl::StrFormat("0x%x", cage.ReadRegion(where, offset, size));
      break;
    case Kind::kWrite:
      cage.WriteRegion(where, offset, value, size);
      break;
    case Kind::kReadMany:
      seen = absl::StrJoin(
          cage.ReadManyOfRegion(where, offset, count, size), " ",
          [](std::string* out, uint64_t one) { absl::StrAppend(out, absl::Hex(one)); });
      break;
    case Kind::kWriteMany:
      cage.WriteManyToRegion(where, offset, std::vector<uint64_t>(count, value), size);
      break;
    case Kind::kAdvance:
      cage.Advance(value);
      break;
    case Kind::kInput:
      cage.SetInput(cage.type().inputs[where]->name, value != 0);
      break;
    case Kind::kType:
      if (cage.console().input.size() + count > kMostTyped) break;
      cage.console().Type(std::string(count, static_cast<char>(value)));
      break;
    case Kind::kMakeRoom:
      cage.console().MakeRoom(count == UINT32_MAX ? SIZE_MAX : count);
      break;
    case Kind::kAcknowledge:
      seen = absl::StrCat("vector ", cage.Acknowledge());
      break;
    case Kind::kEvents:
      cage.RunLoop();
      break;
    case Kind::kPause:
      cage.Pause();
      cage.Resume();
      break;
    case Kind::kReset:
      cage.Reset();
      break;
  }
  if (cage.type().signal_count > 0) absl::StrAppend(&seen, "; ", LevelsOf(cage));
  const std::string shown = std::exchange(cage.console().output, "");
  if (with_output && !shown.empty()) absl::StrAppend(&seen, "; ", absl::BytesToHexString(shown));
  return seen;
}

std::string AsCode(const Action& action, const cardcage_type& type) {
  const auto& [kind, where, offset, size, value, count] = action;
  switch (kind) {
    case Kind::kRead:
    case Kind::kWrite:
    case Kind::kReadMany:
    case Kind::kWriteMany: {
      const bool is_write = kind == Kind::kWrite || kind == Kind::kWriteMany;
      const bool is_many = kind == Kind::kReadMany || kind == Kind::kWriteMany;
      std::string what;  // the argument behind the offset
      if (kind == Kind::kWrite) what = absl::StrCat(", ", Hex(value));
      if (kind == Kind::kReadMany) what = absl::StrCat(", ", count);
      if (kind == Kind::kWriteMany) {
        what = absl::StrFormat(", std::vector<uint64_t>(%d, %s)", count, Hex(value));
      }
      std::string name = absl::StrCat(is_write ? "Write" : "Read", is_many ? "Many" : "");
      if (type.region_count > 1) {
        absl::StrAppend(&name, !is_many ? "Region" : is_write ? "ToRegion" : "OfRegion");
      }
      return absl::StrCat("cage.", name, "(",
                          type.region_count > 1 ? absl::StrCat(where, ", ") : "", Hex(offset), what,
                          size == 1 ? "" : absl::StrCat(", ", size), ");",
                          Comment(action, *type.regions[where]));
    }
    case Kind::kAdvance:
      return absl::StrCat("cage.Advance(", value, ");");
    case Kind::kInput:
      return absl::StrCat("cage.SetInput(\"", type.inputs[where]->name, "\", ",
                          value != 0 ? "true" : "false", ");");
    case Kind::kType:
      return absl::StrFormat("cage.console().Type(std::string(%d, '\\x%02x'));", count,
                             value & 0xff);
    case Kind::kMakeRoom:
      return absl::StrCat("cage.console().MakeRoom(",
                          count == UINT32_MAX ? "SIZE_MAX" : absl::StrCat(count), ");");
    case Kind::kAcknowledge:
      return "cage.Acknowledge();";
    case Kind::kEvents:
      return "cage.RunLoop();";
    case Kind::kPause:
      return "cage.Pause(), cage.Resume();";
    case Kind::kReset:
      return "cage.Reset();";
  }
  return "";
}

}  // namespace cardcage::testing
