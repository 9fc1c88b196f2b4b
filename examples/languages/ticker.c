// SPDX-License-Identifier: MIT
// A device in C11, over cardcage/abi.h and nothing else: a model to copy.
//
// Spec:     none: a tick every so often, with an interrupt.
// Modelled: all of it, on the machine's time, which stands still while the machine is paused.
// Missing:  nothing.
// Guest may: write any value anywhere. Behind a tick no other is told until the guest has cleared TICK, so a short
//           period costs the host no more than the guest's own writes do.
//
// What the host calls is a function here, named in the tables at the end. It never blocks, and it never trusts an
// offset or a value. The host calls one function of a device at a time, on any thread: so there is no lock.
#include <stdio.h>
#include <stdlib.h>

#include "cardcage/abi.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

// --- Registers ---------------------------------------------------------------------------------

enum {
  kPeriod = 0x0,  // rw
  kTicks = 0x4,   // r-
  kStatus = 0x8,  // rw
  kRegistersSize = 0xc,
};
static const uint32_t kStatusTick = 0x1;  // rw1c

// What the lists below are indexed by.
enum { kParamUnit };
enum { kSignalIrq };
enum { kTimerTick };

// --- The device --------------------------------------------------------------------------------

typedef struct ticker {
  const cardcage_host* host;
  uint64_t unit;    // ns: what PERIOD counts in
  uint64_t began;   // ns: when PERIOD was written
  uint32_t period;  // 0: it stands still
  uint32_t status;
} ticker;

// A unit is at most a second, so that the longest tick is 2^62 ns.
static uint64_t tick_length(const ticker* it) { return it->period * it->unit; }

static uint64_t ticks(const ticker* it) {
  const uint64_t now = it->host->now(it->host->self);
  return it->period == 0 || now < it->began ? 0 : (now - it->began) / tick_length(it);
}

// What the machine sees of the device follows from its state. Called behind all that changes it.
static void settle(const ticker* it) {
  const bool is_due = (it->status & kStatusTick) != 0;
  const bool is_off = is_due || it->period == 0;
  const uint64_t next = it->began + (ticks(it) + 1) * tick_length(it);
  it->host->set_signal(it->host->self, kSignalIrq, is_due);
  it->host->set_timer(it->host->self, kTimerTick, is_off ? CARDCAGE_NEVER : next);
}

static cardcage_status read_register(void* device, cardcage_access* access) {
  const ticker* it = device;
  switch (access->offset) {
    case kPeriod:
      access->value = it->period;
      return CARDCAGE_OK;
    case kTicks:
      access->value = (uint32_t)ticks(it);
      return CARDCAGE_OK;
    case kStatus:
      access->value = it->status;
      return CARDCAGE_OK;
    default:
      return CARDCAGE_UNCLAIMED;
  }
}

static cardcage_status write_register(void* device, cardcage_access* access) {
  ticker* it = device;
  switch (access->offset) {
    case kPeriod:
      it->period = (uint32_t)access->value;
      it->began = it->host->now(it->host->self);
      break;
    case kStatus:
      it->status &= ~((uint32_t)access->value & kStatusTick);
      break;
    default:
      return CARDCAGE_UNCLAIMED;
  }
  settle(it);
  return CARDCAGE_OK;
}

static void on_timer(void* device, uint32_t timer) {
  ticker* it = device;
  (void)timer;  // there is one
  it->status |= kStatusTick;
  settle(it);
}

static cardcage_status reset(void* device) {
  ticker* it = device;
  it->began = 0;
  it->period = 0;
  it->status = 0;
  settle(it);
  return CARDCAGE_OK;
}

// Saves or loads: what is loaded may be anything, and each value has to do.
static void state(void* device, const cardcage_archive* archive) {
  ticker* it = device;
  archive->field(archive->self, "began", &it->began, sizeof(it->began), 1);
  archive->field(archive->self, "period", &it->period, sizeof(it->period), 1);
  archive->field(archive->self, "status", &it->status, sizeof(it->status), 1);
  if (archive->is_loading == 0) return;
  it->status &= kStatusTick;
  settle(it);
}

static void* create(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                    cardcage_error* error) {
  ticker* it = calloc(1, sizeof(*it));
  (void)count;  // as many as are declared, each inside its bounds
  if (it == NULL) {
    snprintf(error->message, error->capacity, "there is no memory for it");
    return NULL;
  }
  it->host = host;
  it->unit = values[kParamUnit]->u64;
  return it;
}

static cardcage_status destroy(void* device) {
  free(device);
  return CARDCAGE_OK;
}

// --- What it declares --------------------------------------------------------------------------
// Constants, which the host reads without asking the device. A list is an array of pointers to structs; each struct
// begins with its size; what is not said is 0.

static const cardcage_field* const kStatusFields[] = {
    &(const cardcage_field){
        .struct_size = sizeof(cardcage_field),
        .access = CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE,
        .high = 0,
        .low = 0,
        .name = "TICK",
        .doc = "there was a tick; a 1 written clears it. The interrupt is high while it is set",
    },
};

static const cardcage_register* const kRegisters[] = {
    &(const cardcage_register){
        .struct_size = sizeof(cardcage_register),
        .access = CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE,
        .offset = kPeriod,
        .name = "PERIOD",
        .doc = "units from tick to tick, beginning now; 0: none",
        .width = 4,
    },
    &(const cardcage_register){
        .struct_size = sizeof(cardcage_register),
        .access = CARDCAGE_REGISTER_READ,
        .offset = kTicks,
        .name = "TICKS",
        .doc = "since PERIOD was written, told or not",
        .width = 4,
    },
    &(const cardcage_register){
        .struct_size = sizeof(cardcage_register),
        .access = CARDCAGE_REGISTER_READ | CARDCAGE_REGISTER_WRITE,
        .offset = kStatus,
        .name = "STATUS",
        .width = 4,
        .field_count = COUNT(kStatusFields),
        .fields = kStatusFields,
    },
};

static const cardcage_region* const kRegions[] = {
    &(const cardcage_region){
        .struct_size = sizeof(cardcage_region),
        .spaces = CARDCAGE_SPACE_PORT | CARDCAGE_SPACE_MMIO,
        .name = "registers",
        .size = kRegistersSize,
        .sizes = CARDCAGE_SIZE_4,  // so these are all that the handlers see
        .read = read_register,
        .write = write_register,
        .registers = kRegisters,
        .register_count = COUNT(kRegisters),
    },
};

static const cardcage_signal* const kSignals[] = {
    [kSignalIrq] =
        &(const cardcage_signal){
            .struct_size = sizeof(cardcage_signal),
            .name = "irq",
            .doc = "high while STATUS has TICK",
        },
};

static const cardcage_value kMicrosecond = {
    .struct_size = sizeof(cardcage_value),
    .kind = CARDCAGE_KIND_DURATION,
    .u64 = 1000,
};

static const cardcage_param* const kParams[] = {
    [kParamUnit] =
        &(const cardcage_param){
            .struct_size = sizeof(cardcage_param),
            .kind = CARDCAGE_KIND_DURATION,
            .key = "unit",
            .doc = "what PERIOD counts in",
            .default_value = &kMicrosecond,
            .min = 1000,
            .max = 1000000000,
        },
};

static const cardcage_type kTickerType = {
    .struct_size = sizeof(cardcage_type),
    .id = "example.ticker",
    .summary = "ticks every so often",
    .params = kParams,
    .regions = kRegions,
    .signals = kSignals,
    .param_count = COUNT(kParams),
    .region_count = COUNT(kRegions),
    .signal_count = COUNT(kSignals),
    .timer_count = 1,
    .state_version = 1,
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .state = state,
    .timer = on_timer,
};

static const cardcage_type* const kTypes[] = {&kTickerType};

const cardcage_plugin cardcage_plugin_entry = {
    .struct_size = sizeof(cardcage_plugin),
    .magic = CARDCAGE_ABI_MAGIC,
    .abi_major = CARDCAGE_ABI_MAJOR,
    .abi_minor = CARDCAGE_ABI_MINOR,
    .needs_minor = 1,  // the least minor that has all that is used here
    .name = "ticker",
    .version = "1.0.0",
    .license = "MIT",
    .types = kTypes,
    .type_count = COUNT(kTypes),
};
