// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_DEVICE_DEVICE_TESTER_H_
#define CARDCAGE_FRAMEWORK_DEVICE_DEVICE_TESTER_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "framework/bus/address_space.h"
#include "framework/device/device.h"
#include "gtest/gtest.h"

namespace cardcage {

class RecordingServices final : public DeviceServices {
 public:
  void DeviceLog(const std::string& device, uint32_t, std::string_view line) override {
    lines.push_back(absl::StrCat(device, ": ", std::string(line)));
  }
  void DeviceStop(const std::string& device, uint64_t code) override {
    stops.push_back(absl::StrCat(device, " ", code));
  }
  VirtualClock& clock() override { return virtual_clock; }
  EventLoop& loop() override { return *event_loop; }
  int64_t StartTime(bool local) override { return local ? 3600 : 0; }
  const GuestMemory& memory() override { return guest_memory; }
  PendingAnswer* AnswerOf(uint32_t vcpu) override { return vcpu == 0 ? &accessor.answer : nullptr; }
  bool ChecksRules() const override { return true; }
  DrivenClock virtual_clock;
  GuestMemory guest_memory;
  Accessor accessor{0};
  std::unique_ptr<EventLoop> event_loop = *EventLoop::Create();
  std::vector<std::string> lines;
  std::vector<std::string> stops;
};

// A type in plain C terms; create refuses where its parameter is 13.
struct Instance {
  const cardcage_host* host;
  uint64_t number;
  const cardcage_char* character;
  static inline int alive = 0;
  static inline int resets = 0;
  static inline Instance* last = nullptr;
};

class DeviceTest : public ::testing::Test {
 protected:
  DeviceTest() {
    Instance::alive = 0;
    Instance::resets = 0;
    for (cardcage_param* param : {&number_, &character_}) param->struct_size = sizeof(*param);
    number_.kind = CARDCAGE_KIND_U64;
    number_.key = "number";
    character_.kind = CARDCAGE_KIND_CHAR;
    character_.key = "console";
    region_.struct_size = sizeof(region_);
    region_.name = "registers";
    region_.sizes = 1;
    type_.struct_size = sizeof(type_);
    type_.id = "thing";
    type_.params = params_;
    type_.param_count = 2;
    type_.regions = regions_;
    type_.region_count = 1;
    type_.create = [](const cardcage_host* host, const cardcage_value* const* values, size_t count,
                      cardcage_error* error) -> void* {
      EXPECT_EQ(count, 2u);
      if (values[0]->u64 == 13) {
        std::snprintf(error->message, error->capacity, "13 brings bad luck");
        error->param = "number";
        return nullptr;
      }
      ++Instance::alive;
      return Instance::last = new Instance{host, values[0]->u64, values[1]->character};
    };
    type_.destroy = [](void* self) {
      --Instance::alive;
      delete static_cast<Instance*>(self);
      return CARDCAGE_OK;
    };
    type_.reset = [](void*) {
      ++Instance::resets;
      return CARDCAGE_OK;
    };
  }
  absl::StatusOr<std::unique_ptr<Device>> Make(uint64_t number) {
    return Device::Create(type_, "dev0", {{.number = number}, {}}, services_, &wrong_);
  }
  // That of the last device made.
  static Instance* Inside() { return Instance::last; }

  cardcage_param number_{}, character_{};
  const cardcage_param* params_[2] = {&number_, &character_};
  cardcage_region region_{};
  const cardcage_region* regions_[1] = {&region_};
  cardcage_type type_{};
  RecordingServices services_;
  std::string wrong_;
};

// What the contract's services come down to, and the turns that they lead to.
class DeviceEventsTest : public DeviceTest {
 protected:
  DeviceEventsTest() {
    told.clear();
    pauses_later = false;
    type_.timer_count = 2;
    type_.timer = [](void*, uint32_t timer) { told.push_back(absl::StrCat("timer ", timer)); };
    type_.posted = [](void*, uint64_t value) { told.push_back(absl::StrCat("posted ", value)); };
    type_.fd_ready = [](void*, int, uint32_t events) {
      told.push_back(absl::StrCat("fd ", events));
    };
    type_.pause = [](void*) {
      told.emplace_back("pause");
      return pauses_later ? CARDCAGE_PENDING : CARDCAGE_OK;
    };
    type_.resume = [](void*) { told.emplace_back("resume"); };
    line_.struct_size = sizeof(line_);
    line_.name = "line";
    type_.inputs = lines_;
    type_.input_count = 1;
    type_.input = [](void*, uint32_t input, uint32_t level) {
      told.push_back(absl::StrCat("input ", input, "=", level));
    };
    pulse_.struct_size = sizeof(pulse_);
    pulse_.name = "pulse";
    pulse_.flags = CARDCAGE_SIGNAL_EDGE;
    type_.signals = outputs_;
    type_.signal_count = 2;
    device_ = *Make(1);
  }
  const cardcage_host* host() { return Inside()->host; }

  static inline std::vector<std::string> told;
  static inline bool pauses_later = false;
  cardcage_signal line_{};
  cardcage_signal pulse_{};
  const cardcage_signal* lines_[1] = {&line_};
  const cardcage_signal* outputs_[2] = {&line_, &pulse_};
  std::unique_ptr<Device> device_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_DEVICE_DEVICE_TESTER_H_
