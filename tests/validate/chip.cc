// SPDX-License-Identifier: MIT
// A small serial chip, written to the C contract: right as it is, and with one fault where the build names one
// (CARDCAGE_FAULT).
//
//   0 DATA  read: a byte of input, 0 where there is none; write: sends a byte
//   1 CTRL  bit 0: the interrupt is high; bit 1: the timer runs
//   2 STAT  read: bit 0: there is input; bit 1: the timer has been
//   3 COUNT read: bytes sent
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>

#include "cardcage/abi.h"

namespace {

constexpr bool Has(std::string_view fault) { return fault == CARDCAGE_FAULT; }

constexpr uint64_t kPeriod = 10'000;  // ns

struct Chip {
  const cardcage_host* host;
  const cardcage_char* console;
  uint64_t speed;
  uint8_t ctrl = 0;
  uint8_t stat = 0;
  uint8_t count = 0;
  uint64_t due = CARDCAGE_NEVER;
  unsigned typed = 0;
  std::atomic<bool> busy{false};
  std::thread thread{};
  cardcage_view view{};
};

uint8_t shared_count = 0;
const cardcage_host* last_host = nullptr;
int loaded = [] {
  const char* const before = getenv("ACME_CHIP");
  const int now = before == nullptr ? 1 : atoi(before) + 1;
  if (Has("copies")) setenv("ACME_CHIP", std::to_string(now).c_str(), 1);
  return now;
}();

void Fall() { *static_cast<volatile int*>(nullptr) = 1; }

void Drive(Chip& chip) { chip.host->set_signal(chip.host->self, 0, chip.ctrl & 1); }

void SetTimer(Chip& chip, uint64_t when) {
  chip.due = when;
  chip.host->set_timer(chip.host->self, 0, when);
}

uint8_t& Count(Chip& chip) { return Has("instances") ? shared_count : chip.count; }

void Send(Chip& chip, uint8_t byte) {
  if (chip.console->write(chip.console->self, &byte, 1) == 0)
    chip.console->dropped(chip.console->self, 1);
  ++Count(chip);
}

uint8_t ReadStat(Chip& chip, bool is_peek) {
  const uint8_t stat = chip.stat | (chip.console->readable(chip.console->self) ? 1 : 0);
  if (!is_peek || Has("peek")) chip.stat = 0;
  return stat;
}

uint64_t ReadCount(Chip& chip) {
  if (Has("copies")) return static_cast<uint64_t>(atoi(getenv("ACME_CHIP")));
  if (Has("repeats")) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint8_t>(now.tv_nsec >> 4);
  }
  return Count(chip);
}

void Linger() {
  timespec begin{};
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &begin);
  do {
    clock_gettime(CLOCK_MONOTONIC, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1'000'000'000 + now.tv_nsec - begin.tv_nsec < 1'500'000);
}

cardcage_status Read(void* device, cardcage_access* access) {
  auto& chip = *static_cast<Chip*>(device);
  const bool is_peek = (access->flags & CARDCAGE_ACCESS_PEEK) != 0;
  if (Has("answers") && access->offset == 6) return 7;
  if (Has("system-calls")) syscall(SYS_getpid);
  switch (access->offset) {
    case 0: {
      uint8_t byte = 0;
      if (!is_peek) chip.console->read(chip.console->self, &byte, 1);
      access->value = byte;
      return CARDCAGE_OK;
    }
    case 1:
      access->value = chip.ctrl;
      return CARDCAGE_OK;
    case 2:
      if (Has("time")) Linger();
      access->value = ReadStat(chip, is_peek);
      return CARDCAGE_OK;
    case 3:
      access->value = ReadCount(chip) + (Has("fits") ? 0x100 : 0);
      return CARDCAGE_OK;
    default:
      return CARDCAGE_UNCLAIMED;
  }
}

void WriteCtrl(Chip& chip, uint8_t value) {
  const cardcage_host& host = *chip.host;
  chip.ctrl = value & 3;
  Drive(chip);
  SetTimer(chip, (chip.ctrl & 2) != 0 ? host.now(host.self) + kPeriod : CARDCAGE_NEVER);
  if (Has("quiet")) host.log(host.self, CARDCAGE_LOG_INFO, "the guest has written to CTRL");
  if (Has("rules.index")) host.count(host.self, 5, 1);
  if (Has("rules.finished")) host.finished(host.self);
  if (Has("rules.post")) host.post(host.self, 1);
  if (Has("rules.views") && chip.view.data == nullptr) {
    chip.view.struct_size = sizeof(chip.view);
    host.map(host.self, 0x1000, 16, 0, &chip.view);
  }
  if (Has("allocations")) {
    void* const volatile block = malloc(100 + value);
    free(block);
  }
}

cardcage_status Write(void* device, cardcage_access* access) {
  auto& chip = *static_cast<Chip*>(device);
  if (Has("threads")) {
    if (chip.busy.exchange(true)) abort();
    usleep(1);
    chip.busy.store(false);
  }
  const auto value = static_cast<uint8_t>(access->value);
  switch (access->offset) {
    case 0:
      Send(chip, value);
      return CARDCAGE_OK;
    case 1:
      WriteCtrl(chip, value);
      return CARDCAGE_OK;
    case 5:
      if (Has("hangs")) {
        for (;;) pause();
      }
      return CARDCAGE_UNCLAIMED;
    case 7:
      if (Has("offsets")) Fall();
      return CARDCAGE_UNCLAIMED;
    default:
      return CARDCAGE_UNCLAIMED;
  }
}

uint32_t WriteBatch(void* device, const cardcage_access* access, void* data, uint32_t count) {
  if (access->offset != 0) return 0;
  const auto* const bytes = static_cast<const uint8_t*>(data);
  auto& chip = *static_cast<Chip*>(device);
  for (uint32_t i = 0; i < count - (Has("batches") ? 1 : 0); ++i) Send(chip, bytes[i]);
  return count;
}

void* Create(const cardcage_host* host, const cardcage_value* const* values, size_t /*count*/,
             cardcage_error* error) {
  if (Has("defaults")) {
    snprintf(error->message, error->capacity, "there is no port for it");
    return nullptr;
  }
  const uint64_t speed = values[1]->u64;
  if (Has("parameters") && speed == 100) Fall();
  if (Has("reasons") && speed == 100) return nullptr;
  if (Has("leaks")) [[maybe_unused]]
    char* const volatile lost = new char[100];
  if (Has("descriptors")) open("/dev/null", O_RDONLY);
  if (Has("rules.late")) {
    if (last_host != nullptr) last_host->log(last_host->self, CARDCAGE_LOG_INFO, "still here");
    last_host = host;
  }
  auto* const chip = new Chip{.host = host, .console = values[0]->character, .speed = speed};
  if (Has("rules.turn")) {
    chip->thread = std::thread([host] {
      usleep(1000);
      host->set_signal(host->self, 0, 0);
    });
  }
  return chip;
}

cardcage_status Destroy(void* device) {
  if (Has("rules.end")) return CARDCAGE_PENDING;
  auto* const chip = static_cast<Chip*>(device);
  if (chip->thread.joinable()) chip->thread.join();
  delete chip;
  return CARDCAGE_OK;
}

cardcage_status Reset(void* device) {
  auto& chip = *static_cast<Chip*>(device);
  chip.stat = 0;
  if (!Has("reset")) Count(chip) = 0;
  chip.typed = 0;
  chip.ctrl = 0;
  SetTimer(chip, CARDCAGE_NEVER);
  if (!Has("reset-levels")) Drive(chip);
  return CARDCAGE_OK;
}

cardcage_status Pause(void* device) {
  auto& chip = *static_cast<Chip*>(device);
  if (Has("pause")) chip.count = 0;
  return CARDCAGE_OK;
}

void State(void* device, const cardcage_archive* archive) {
  auto& chip = *static_cast<Chip*>(device);
  archive->field(archive->self, "ctrl", &chip.ctrl, 1, 1);
  archive->field(archive->self, "stat", &chip.stat, 1, 1);
  if (!Has("state")) archive->field(archive->self, "count", &Count(chip), 1, 1);
  archive->field(archive->self, "due", &chip.due, 8, 1);
  if (archive->is_loading == 0) {
    if (Has("saves")) ++chip.count;
    return;
  }
  if (Has("damaged-state") && chip.ctrl > 3) Fall();
  chip.ctrl &= 3;
  Drive(chip);
  SetTimer(chip, (chip.ctrl & 2) != 0 ? chip.due : CARDCAGE_NEVER);
}

void Timer(void* device, uint32_t /*timer*/) {
  auto& chip = *static_cast<Chip*>(device);
  chip.stat |= 2;
  const uint64_t now = chip.host->now(chip.host->self);
  SetTimer(chip, Has("clock") ? now : now + kPeriod);
}

void Ready(void* device, uint32_t /*param*/) {
  auto& chip = *static_cast<Chip*>(device);
  if (chip.console->readable(chip.console->self)) ++chip.typed;
  if (Has("streams") && chip.typed > 8) Fall();
}

constexpr cardcage_value kDefaultSpeed = {
    .struct_size = sizeof(cardcage_value), .kind = CARDCAGE_KIND_U64, .u64 = 10};
constexpr cardcage_param kConsole = {.struct_size = sizeof(cardcage_param),
                                     .kind = CARDCAGE_KIND_CHAR,
                                     .key = "console",
                                     .doc = "where its bytes go"};
constexpr cardcage_param kSpeed = {.struct_size = sizeof(cardcage_param),
                                   .kind = CARDCAGE_KIND_U64,
                                   .key = "speed",
                                   .doc = Has("documents") ? nullptr : "how fast it is",
                                   .default_value = &kDefaultSpeed,
                                   .min = 1,
                                   .max = 100};
constexpr const cardcage_param* kParams[] = {&kConsole, &kSpeed};

constexpr uint32_t kRead = CARDCAGE_REGISTER_READ;
constexpr uint32_t kBoth = CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE;
constexpr cardcage_register Row(const char* name, uint64_t offset, uint32_t access) {
  return {.struct_size = sizeof(cardcage_register),
          .access = access,
          .offset = offset,
          .name = name,
          .width = 1};
}
constexpr cardcage_register kData = Row("DATA", 0, kBoth);
constexpr cardcage_register kCtrl = Row("CTRL", 1, kBoth);
constexpr cardcage_register kStat = Row("STAT", 2, Has("registers") ? kBoth : kRead);
constexpr cardcage_register kCount = Row("COUNT", 3, kRead);
constexpr const cardcage_register* kRegisters[] = {&kData, &kCtrl, &kStat, &kCount};
constexpr cardcage_region kRegion = {.struct_size = sizeof(cardcage_region),
                                     .spaces = CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO,
                                     .name = "registers",
                                     .size = 8,
                                     .sizes = CARDCAGE_SIZE_1,
                                     .read = Read,
                                     .write = Write,
                                     .registers = kRegisters,
                                     .register_count = 4,
                                     .write_batch = WriteBatch};
constexpr const cardcage_region* kRegions[] = {&kRegion};

constexpr cardcage_signal kIrq = {.struct_size = sizeof(cardcage_signal), .name = "irq"};
constexpr const cardcage_signal* kSignals[] = {&kIrq};

constexpr cardcage_type kType = {.struct_size = sizeof(cardcage_type),
                                 .flags = Has("threads") ? CARDCAGE_TYPE_CONCURRENT : 0,
                                 .id = "acme.chip",
                                 .summary = "a small serial chip",
                                 .params = kParams,
                                 .regions = kRegions,
                                 .signals = kSignals,
                                 .param_count = 2,
                                 .region_count = 1,
                                 .signal_count = 1,
                                 .timer_count = 1,
                                 .state_version = 1,
                                 .create = Create,
                                 .destroy = Destroy,
                                 .reset = Reset,
                                 .pause = Pause,
                                 .state = State,
                                 .ready = Ready,
                                 .timer = Timer};
constexpr const cardcage_type* kTypes[] = {&kType};

}  // namespace

#if defined(CARDCAGE_FAULT_symbols)
__attribute__((visibility("default"))) int acme_chip_count = loaded;
#endif

const cardcage_plugin cardcage_plugin_entry = {.struct_size = sizeof(cardcage_plugin),
                                               .magic = CARDCAGE_ABI_MAGIC,
                                               .abi_major = CARDCAGE_ABI_MAJOR,
                                               .abi_minor = CARDCAGE_ABI_MINOR,
                                               .needs_minor = 1,
                                               .name = "acme",
                                               .version = "1.0.0",
                                               .license = "MIT",
                                               .types = kTypes,
                                               .type_count = 1};
