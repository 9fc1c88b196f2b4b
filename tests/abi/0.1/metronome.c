/* SPDX-License-Identifier: MIT
 *
 * A metronome in plain C: a device that knows cardcage/abi.h and nothing else of Cardcage.
 *
 * Region "registers", four bytes each: CONTROL 0x0 (bit 0 RUN), COUNT 0x4, BAR 0x8 (beats of a bar), STOP 0xc.
 * While it runs it beats once a period. BAR has the length of a bar in its second byte, the sound in its first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cardcage/abi.h"

#define SIZED(type) .struct_size = sizeof(type)
#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

typedef struct metronome {
  const cardcage_host* host;
  const cardcage_value* const* values;
  uint32_t running;
  uint32_t count;
  uint64_t next;
  uint64_t left; /* ns to the next beat, while it is paused */
} metronome;

enum { kControl = 0x0, kCount = 0x4, kBar = 0x8, kStop = 0xc };
enum { kPeriod, kSound, kBars, kTitle };
enum { kRunning, kBeat };

static void run(metronome* self, uint32_t running, uint64_t delay) {
  const cardcage_host* host = self->host;
  self->running = running;
  self->next = running ? host->now(host->self) + delay : CARDCAGE_NEVER;
  host->set_timer(host->self, 0, self->next);
  host->set_signal(host->self, kRunning, running);
}

static uint64_t period(const metronome* self) { return self->values[kPeriod]->u64; }

static cardcage_status read_register(void* device, cardcage_access* access) {
  const metronome* self = device;
  const cardcage_value* bars = self->values[kBars];
  switch (access->offset) {
    case kControl:
      access->value = self->running;
      return CARDCAGE_OK;
    case kCount:
      access->value = self->count;
      return CARDCAGE_OK;
    case kBar:
      access->value =
          bars->items[self->count % bars->item_count]->u64 << 8 | self->values[kSound]->u64;
      return CARDCAGE_OK;
    default:
      return CARDCAGE_UNCLAIMED;
  }
}

static cardcage_status write_register(void* device, cardcage_access* access) {
  metronome* self = device;
  switch (access->offset) {
    case kControl:
      run(self, access->value & 1, period(self));
      return CARDCAGE_OK;
    case kCount:
      self->count = (uint32_t)access->value;
      return CARDCAGE_OK;
    case kStop:
      self->host->stop(self->host->self, access->value);
      return CARDCAGE_OK;
    default:
      return CARDCAGE_UNCLAIMED;
  }
}

static uint32_t read_many(void* device, const cardcage_access* access, void* data, uint32_t count) {
  const metronome* self = device;
  if (access->offset != kCount) return 0;
  for (uint32_t i = 0; i < count; ++i) ((uint32_t*)data)[i] = self->count;
  return count;
}

static void* create(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                    cardcage_error* error) {
  metronome* self = count == 4 && values[kTitle]->length > 0 ? calloc(1, sizeof(*self)) : NULL;
  if (self == NULL) {
    snprintf(error->message, error->capacity, "a metronome has a title");
    error->param = "title";
    return NULL;
  }
  self->host = host;
  self->values = values;
  return self;
}
static cardcage_status destroy(void* device) {
  free(device);
  return CARDCAGE_OK;
}
static cardcage_status reset(void* device) {
  metronome* self = device;
  self->count = 0;
  run(self, 0, 0);
  self->host->log(self->host->self, CARDCAGE_LOG_INFO, self->values[kTitle]->text);
  return CARDCAGE_OK;
}
static cardcage_status halt(void* device) {
  metronome* self = device;
  const uint64_t now = self->host->now(self->host->self);
  self->left = self->running && self->next > now ? self->next - now : 0;
  return CARDCAGE_OK;
}
static void state(void* device, const cardcage_archive* archive) {
  metronome* self = device;
  archive->field(archive->self, "running", &self->running, 4, 1);
  archive->field(archive->self, "count", &self->count, 4, 1);
  archive->field(archive->self, "left", &self->left, 8, 1);
  if (!archive->is_loading) return;
  if (self->running > 1) archive->refuse(archive->self, "it runs or it does not");
  run(self, self->running & 1, self->left);
}
static void beat(void* device, uint32_t timer) {
  metronome* self = device;
  (void)timer;
  ++self->count;
  self->host->count(self->host->self, 0, 1);
  self->host->set_signal(self->host->self, kBeat, 1);
  run(self, 1, period(self));
}

static const cardcage_value kTenMilliseconds = {SIZED(cardcage_value),
                                                .kind = CARDCAGE_KIND_DURATION, .u64 = 10000000};
static const cardcage_value kTock = {SIZED(cardcage_value), .kind = CARDCAGE_KIND_ENUM, .u64 = 1};
static const cardcage_value kFour = {SIZED(cardcage_value), .kind = CARDCAGE_KIND_U64, .u64 = 4};
static const cardcage_value kThree = {SIZED(cardcage_value), .kind = CARDCAGE_KIND_U64, .u64 = 3};
static const cardcage_value* const kFourAndThree[] = {&kFour, &kThree};
static const cardcage_value kDefaultBars = {SIZED(cardcage_value), .kind = CARDCAGE_KIND_U64,
                                            .items = kFourAndThree,
                                            .item_count = LENGTH(kFourAndThree)};
static const cardcage_value kDefaultTitle = {SIZED(cardcage_value), .kind = CARDCAGE_KIND_STRING,
                                             .text = "metronome", .length = 9};
static const char* const kSounds[] = {"tick", "tock"};

static const cardcage_param kPeriodParam = {
    SIZED(cardcage_param),      .kind = CARDCAGE_KIND_DURATION,     .key = "period",
    .doc = "from beat to beat", .default_value = &kTenMilliseconds, .min = 1000,
    .max = UINT64_MAX};
static const cardcage_param kSoundParam = {SIZED(cardcage_param),
                                           .kind = CARDCAGE_KIND_ENUM,
                                           .key = "sound",
                                           .doc = "what a beat sounds like",
                                           .name_count = LENGTH(kSounds),
                                           .names = kSounds,
                                           .default_value = &kTock};
static const cardcage_param kBarsParam = {SIZED(cardcage_param),
                                          .kind = CARDCAGE_KIND_U64,
                                          .key = "bars",
                                          .doc = "beats of the bars, in turn",
                                          .flags = CARDCAGE_PARAM_LIST,
                                          .default_value = &kDefaultBars,
                                          .min = 1,
                                          .max = 16,
                                          .min_length = 1,
                                          .max_length = 8};
static const cardcage_param kTitleParam = {SIZED(cardcage_param), .kind = CARDCAGE_KIND_STRING,
                                           .key = "title", .doc = "what it logs",
                                           .default_value = &kDefaultTitle};
static const cardcage_param* const kParams[] = {&kPeriodParam, &kSoundParam, &kBarsParam,
                                                &kTitleParam};

static const cardcage_field kRunField = {SIZED(cardcage_field),
                                         .access = CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE,
                                         .name = "RUN"};
static const cardcage_field* const kFields[] = {&kRunField};
#define READ_WRITE .access = CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE
static const cardcage_register kControlRegister = {
    SIZED(cardcage_register), READ_WRITE, .offset = kControl,
    .name = "CONTROL",        .width = 4, .field_count = LENGTH(kFields),
    .fields = kFields};
static const cardcage_register kCountRegister = {
    SIZED(cardcage_register),       READ_WRITE, .offset = kCount, .name = "COUNT",
    .doc = "beats since the reset", .width = 4};
static const cardcage_register kBarRegister = {SIZED(cardcage_register),
                                               .access = CARDCAGE_REGISTER_READ,
                                               .offset = kBar,
                                               .reset = 0x401,
                                               .name = "BAR",
                                               .width = 4};
static const cardcage_register kStopRegister = {SIZED(cardcage_register),
                                                .access = CARDCAGE_REGISTER_WRITE, .offset = kStop,
                                                .name = "STOP", .width = 4};
static const cardcage_register* const kRegisters[] = {&kControlRegister, &kCountRegister,
                                                      &kBarRegister, &kStopRegister};
static const cardcage_region kRegion = {SIZED(cardcage_region),
                                        .spaces = CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO,
                                        .name = "registers",
                                        .size = 16,
                                        .sizes = CARDCAGE_SIZE_4,
                                        .read = read_register,
                                        .write = write_register,
                                        .registers = kRegisters,
                                        .register_count = LENGTH(kRegisters),
                                        .read_batch = read_many};
static const cardcage_region* const kRegions[] = {&kRegion};

static const cardcage_signal kRunningSignal = {SIZED(cardcage_signal), .name = "running"};
static const cardcage_signal kBeatSignal = {SIZED(cardcage_signal), .flags = CARDCAGE_SIGNAL_EDGE,
                                            .name = "beat"};
static const cardcage_signal* const kSignals[] = {&kRunningSignal, &kBeatSignal};
static const cardcage_counter kBeats = {SIZED(cardcage_counter), .name = "beats",
                                        .doc = "since it was made"};
static const cardcage_counter* const kCounters[] = {&kBeats};

static const cardcage_type kType = {SIZED(cardcage_type),
                                    .id = "kept.metronome",
                                    .summary = "beats, in plain C",
                                    .params = kParams,
                                    .regions = kRegions,
                                    .signals = kSignals,
                                    .counters = kCounters,
                                    .param_count = LENGTH(kParams),
                                    .region_count = LENGTH(kRegions),
                                    .signal_count = LENGTH(kSignals),
                                    .counter_count = LENGTH(kCounters),
                                    .timer_count = 1,
                                    .state_version = 1,
                                    .create = create,
                                    .destroy = destroy,
                                    .reset = reset,
                                    .pause = halt,
                                    .state = state,
                                    .timer = beat};
static const cardcage_type* const kTypes[] = {&kType};

const cardcage_plugin cardcage_plugin_entry = {SIZED(cardcage_plugin),
                                               .magic = CARDCAGE_ABI_MAGIC,
                                               .abi_major = CARDCAGE_ABI_MAJOR,
                                               .abi_minor = CARDCAGE_ABI_MINOR,
                                               .needs_minor = 1,
                                               .name = "metronome",
                                               .version = "1.0.0",
                                               .license = "MIT",
                                               .types = kTypes,
                                               .type_count = LENGTH(kTypes)};
