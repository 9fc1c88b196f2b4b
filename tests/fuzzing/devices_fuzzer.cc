// SPDX-License-Identifier: MIT
// Any built-in device, with any of its parameters that are words: random accesses to its regions, input, back
// pressure, signals, acknowledges, resets and steps of the clock. No report of the sanitizers, no read wider than
// was asked for, and no call that does not come back.
#include <cstdlib>

#include "cardcage/testing/test_cage.h"
#include "framework/plugin/builtin_devices.h"

namespace {

using ::cardcage::testing::Setting;
using ::cardcage::testing::TestCage;

// The bytes of the input, one after the other; 0 behind the last.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  bool empty() const { return at_ >= size_; }
  uint8_t Byte() { return empty() ? uint8_t{0} : data_[at_++]; }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

std::map<std::string, Setting> Params(const cardcage_type& type, Input& input) {
  std::map<std::string, Setting> params;
  for (uint32_t i = 0; i < type.param_count; ++i) {
    const cardcage_param& param = *type.params[i];
    if (param.kind == CARDCAGE_KIND_ENUM) params[param.key] = input.Byte() % param.name_count;
    if (param.kind == CARDCAGE_KIND_BOOL) params[param.key] = input.Byte() % 2;
    if (param.kind == CARDCAGE_KIND_SIZE) params[param.key] = 16;
  }
  return params;
}

void Access(TestCage& cage, const cardcage_type& type, Input& input) {
  if (type.region_count == 0) return;
  const uint8_t where = input.Byte();
  const unsigned region = where % type.region_count;
  const unsigned size = 1 + (where >> 5 & 7);
  const uint64_t offset = input.Byte() % 20;
  const uint64_t value = input.Byte() * uint64_t{0x0101010101010101};
  if ((where & 0x10) != 0) {
    cage.WriteRegion(region, offset, value, size);
  } else if (cage.ReadRegion(region, offset, size) > ~uint64_t{0} >> (64 - 8 * size)) {
    std::abort();
  }
}

void Event(TestCage& cage, const cardcage_type& type, Input& input) {
  const uint8_t value = input.Byte();
  switch (value % 8) {
    case 0:
      if (cage.console().input.size() < 64) cage.console().Type("fuzz");
      break;
    case 1:
      cage.console().MakeRoom(value >> 3);
      break;
    case 2:
      cage.Advance(uint64_t{value} * value);  // up to 65 us
      break;
    case 3:
      cage.Advance(uint64_t{value} * 40'000);  // up to 10 ms
      break;
    case 4:
    case 5:
      if (type.input_count > 0) {
        cage.SetInput(type.inputs[(value >> 3) % type.input_count]->name, value % 8 == 4);
      }
      break;
    case 6:
      cage.Acknowledge();
      break;
    case 7:
      if (value == 0xff) cage.Reset();
      if (value == 0xf7) {
        cage.Pause();
        cage.Resume();
      }
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input input(data, size);
  const auto plugins = cardcage::BuiltinDevices();
  const cardcage_plugin& plugin = *plugins[input.Byte() % plugins.size()];
  const cardcage_type& type = *plugin.types[0];
  TestCage cage(plugin, type.id, Params(type, input));
  while (!input.empty()) {
    if (input.Byte() % 2 == 0) {
      Access(cage, type, input);
    } else {
      Event(cage, type, input);
    }
  }
  return 0;
}
