// SPDX-License-Identifier: MIT
#include "cardcage/testing/test_cage.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace cardcage::testing {
namespace {

[[noreturn]] void Die(std::string_view what) {
  std::fprintf(stderr, "TestCage: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace

size_t FakeCharBackend::Write(std::span<const uint8_t> data) {
  const size_t taken = std::min(room, data.size());
  output.append(data.begin(), data.begin() + static_cast<ptrdiff_t>(taken));
  if (room != SIZE_MAX) room -= taken;
  ++writes;
  return taken;
}

size_t FakeCharBackend::Read(std::span<uint8_t> data) {
  const size_t given = std::min(input.size(), data.size());
  std::copy_n(input.begin(), given, data.begin());
  input.erase(input.begin(), input.begin() + static_cast<ptrdiff_t>(given));
  return given;
}

TestCage::TestCage(const cardcage_plugin& plugin, std::string_view type_id,
                   const std::map<std::string, uint64_t>& params, const Board& board) {
  if (const absl::Status added = registry_.Add(plugin); !added.ok()) Die(added.ToString());
  const cardcage_type* type = registry_.Find(type_id);
  if (type == nullptr) Die("the plugin has no such type");

  std::vector<ParamValue> values;
  for (const cardcage_param* param : std::span(type->params, type->param_count)) {
    const auto given = params.find(param->key);
    values.push_back({.number = given == params.end() ? param->default_u64 : given->second,
                      .character = param->kind == CARDCAGE_KIND_CHAR ? &console_ : nullptr});
  }
  auto loop = EventLoop::Create();
  if (!loop.ok()) Die(loop.status().ToString());
  loop_ = *std::move(loop);
  std::string wrong;
  auto device = Device::Create(*type, "device", values, *this, &wrong);
  if (!device.ok()) Die(device.status().ToString());
  device_ = *std::move(device);
  const auto outputs = OutputsOf(*type);
  for (uint32_t i = 0; i < outputs.size(); ++i) {
    Line& line = outputs_[outputs[i]->name];
    wires_.push_back(std::make_unique<Wire>([&line](bool now) {
      line.level = now;
      line.pulses += now ? 1 : 0;
    }));
    device_->Connect(i, *wires_.back(), nullptr);
  }
  for (uint32_t i = 0; i < type->param_count; ++i) {
    if (type->params[i]->kind != CARDCAGE_KIND_CHAR) continue;
    console_.set_listener([this, i] { device_->Ready(i); });
  }

  uint64_t base = kBase;
  for (uint32_t i = 0; i < type->region_count; ++i, base += kPage) {
    const cardcage_region& region = *type->regions[i];
    uint64_t size = region.size;
    for (size_t p = 0; region.size_param != nullptr && p < values.size(); ++p) {
      if (std::string_view(type->params[p]->key) == region.size_param) size = values[p].number;
    }
    size <<= board.layout.shift;
    const bool port = (region.spaces & CARDCAGE_SPACE_PORT) != 0 &&
                      (!board.in_memory || (region.spaces & CARDCAGE_SPACE_MMIO) == 0);
    if (i == 0) on_ports_ = port;
    AddressSpace& space = bus_.space(port);
    const auto added = space.Add(device_->MakeMapping(i, port, {base, size}, board.layout));
    if (!added.ok()) Die(added.status().ToString());
    space.Publish();
  }
  device_->Reset();
}

uint64_t TestCage::Read(uint64_t offset, unsigned size) {
  return on_ports_ ? bus_.ports.Read(accessor_, kBase + offset, size)
                   : bus_.mmio.Read(accessor_, kBase + offset, size);
}

void TestCage::Write(uint64_t offset, uint64_t value, unsigned size) {
  if (on_ports_) {
    bus_.ports.Write(accessor_, kBase + offset, size, value);
  } else {
    bus_.mmio.Write(accessor_, kBase + offset, size, value);
  }
}

bool TestCage::output(std::string_view name) const { return FindOutput(name).level; }

unsigned TestCage::pulses(std::string_view name) const { return FindOutput(name).pulses; }

const TestCage::Line& TestCage::FindOutput(std::string_view name) const {
  const auto found = outputs_.find(name);
  if (found == outputs_.end()) Die("the type has no such output");
  return found->second;
}

void TestCage::SetInput(std::string_view name, bool level) {
  const auto inputs = InputsOf(device_->type());
  for (uint32_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->name == name) return device_->OnSignal(i, level);
  }
  Die("the type has no such input");
}

void TestCage::DeviceLog(const std::string& /*device*/, uint32_t /*severity*/,
                         std::string_view line) {
  log_.emplace_back(line);
}

void TestCage::DeviceStop(const std::string& /*device*/, uint64_t code) {
  if (!stop_code_) stop_code_ = code;
}

}  // namespace cardcage::testing
