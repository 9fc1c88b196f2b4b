/* SPDX-License-Identifier: MIT
 *
 * The C contract between Cardcage and a device plugin, ABI 0.3.
 *
 * A plugin exports one constant, cardcage_plugin_entry. Everything else is reached from it.
 *
 * Rules that hold for the whole file:
 *  - Every struct begins with struct_size, its size as its maker knew it, and only ever grows at
 *    its end. A reader looks at no field beyond struct_size; what is not there has the value 0.
 *  - Every list is an array of pointers to such structs, so that an element can grow too.
 *  - What goes beyond the core is an extension, asked for by a versioned id ("cardcage.state/1")
 *    in either direction. Ids that begin with "cardcage.draft." may change in any release.
 *  - Strings are UTF-8, end with a 0 byte, and live as long as the struct that points to them.
 *  - Nothing thrown crosses: a function here neither throws nor unwinds.
 *  - Tables (everything reached from cardcage_plugin_entry) are constants of the plugin: they are
 *    valid while it is loaded and never change.
 *
 * Threads. "The device's turn" below is a call in which the host has made sure that no other call
 * into the same device runs (unless its type is CARDCAGE_TYPE_CONCURRENT). A turn may come on any
 * thread. A device may call the host in its turn, and never waits for another thread there.
 */
#ifndef CARDCAGE_ABI_H_
#define CARDCAGE_ABI_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CARDCAGE_ABI_MAGIC 0x65676163u /* the bytes "cage" */
#define CARDCAGE_ABI_MAJOR 0
#define CARDCAGE_ABI_MINOR 3

/* --- Accesses ----------------------------------------------------------------------------- */

/* Bits of cardcage_access.flags. */
#define CARDCAGE_ACCESS_WRITE 0x1u /* the guest writes; without it, it reads */
#define CARDCAGE_ACCESS_PEEK 0x2u  /* a look from outside: must have no side effect */

/* One access of the guest to a region. It lies wholly inside the region and has a size and an
 * alignment that the region declares; everything else the host has split or answered itself. */
typedef struct cardcage_access {
  uint32_t struct_size;
  uint32_t region; /* index in the type's list of regions */
  uint64_t offset; /* in bytes from the region's start; guest-controlled */
  uint64_t value;  /* write: what the guest writes, zero-extended. read: the device's answer */
  uint32_t vcpu;   /* index of the virtual CPU; UINT32_MAX where none asked */
  uint8_t size;    /* in bytes: 1, 2, 4 or 8 */
  uint8_t flags;   /* CARDCAGE_ACCESS_* */
  uint16_t reserved;
} cardcage_access;

/* What a handler answers. */
typedef uint32_t cardcage_status;
#define CARDCAGE_OK 0u        /* done; a read's value is set */
#define CARDCAGE_UNCLAIMED 1u /* nothing answers there: reads all ones, a write vanishes */
#define CARDCAGE_PENDING 2u /* completed later. No host of ABI 0.3 takes it: it counts as failed */
#define CARDCAGE_FAILED 3u  /* the device cannot answer: as unclaimed, and reported */

/* Called in the device's turn. Must not block: the guest's CPU waits. `access` is the host's and
 * valid during the call; a read handler sets access->value. */
typedef cardcage_status (*cardcage_access_function)(void* device, cardcage_access* access);

/* --- What a type declares ----------------------------------------------------------------- */

/* Bits of cardcage_register.access. */
#define CARDCAGE_REGISTER_READ 0x1u
#define CARDCAGE_REGISTER_WRITE 0x2u

/* A register of a region, for people and tools; the device itself decodes the offset. Two rows may
 * share an offset (one is read, the other written, or a mode bit selects). */
typedef struct cardcage_register {
  uint32_t struct_size;
  uint32_t access; /* CARDCAGE_REGISTER_* */
  uint64_t offset; /* in bytes from the region's start */
  uint64_t reset;  /* value after reset */
  const char* name;
  const char* doc; /* a line, or NULL */
  uint32_t width;  /* in bytes: 1, 2, 4 or 8 */
  uint32_t reserved;
} cardcage_register;

/* Bits of cardcage_region.spaces: where it may be placed. */
#define CARDCAGE_SPACE_PORT 0x1u
#define CARDCAGE_SPACE_MMIO 0x2u

/* Bits of cardcage_region.sizes: a size in bytes stands for itself. */
#define CARDCAGE_SIZE_1 1u
#define CARDCAGE_SIZE_2 2u
#define CARDCAGE_SIZE_4 4u
#define CARDCAGE_SIZE_8 8u

/* A window of registers that the machine places at an address. */
typedef struct cardcage_region {
  uint32_t struct_size;
  uint32_t spaces;        /* CARDCAGE_SPACE_* */
  const char* name;       /* the key under `at` where a type has several */
  uint64_t size;          /* in bytes, from 1; 0 where size_param says it */
  const char* size_param; /* key of a u64 parameter that holds the size, or NULL */
  uint32_t sizes;         /* CARDCAGE_SIZE_*: the accesses that the handlers take */
  uint32_t unaligned;     /* 1: also those not aligned to their own size */
  /* A wider or unaligned access of the guest is split into parts that the region takes, at rising
   * addresses. A narrower read is cut out of the smallest aligned one that is taken; a narrower
   * write is unclaimed. NULL: that direction is unclaimed throughout. */
  cardcage_access_function read;
  cardcage_access_function write;
  const cardcage_register* const* registers;
  uint32_t register_count;
  uint32_t reserved;
} cardcage_region;

/* Bits of cardcage_signal.flags. */
#define CARDCAGE_SIGNAL_EDGE 0x1u /* of an output: pulses. ABI 0.3 */

/* A signal that the device drives or listens to: its interrupt, as a rule. A level: high (1) or low (0),
 * low before the first reset; or pulses, which are high and at once low again. ABI 0.2. */
typedef struct cardcage_signal {
  uint32_t struct_size;
  uint32_t flags;   /* CARDCAGE_SIGNAL_* */
  const char* name; /* of an output: the key under `irq` where a type has several; of an input: what
                       stands behind the device's name, as in `pic.4` */
  const char* doc;  /* a line, or NULL */
} cardcage_signal;

/* Kinds of cardcage_param and cardcage_value. */
#define CARDCAGE_KIND_BOOL 1u /* value.u64: 0 or 1 */
#define CARDCAGE_KIND_U64 2u  /* value.u64 */
#define CARDCAGE_KIND_SIZE 3u /* value.u64, in bytes; the machine file gives a unit */
#define CARDCAGE_KIND_CHAR 4u /* value.character: a character backend of the machine */
#define CARDCAGE_KIND_ENUM 5u /* value.u64: one of the parameter's names, by its index. ABI 0.2 */

/* Bits of cardcage_param.flags. */
#define CARDCAGE_PARAM_REQUIRED 0x1u

/* A parameter: a key that the machine file may set on a device of the type. */
typedef struct cardcage_param {
  uint32_t struct_size;
  uint32_t kind; /* CARDCAGE_KIND_* */
  const char* key;
  const char* doc;  /* a line */
  const char* unit; /* or NULL */
  uint32_t flags;   /* CARDCAGE_PARAM_* */
  uint32_t reserved;
  uint64_t default_u64; /* kinds bool, u64, size, enum; a char's default is the null backend */
  uint64_t min;         /* bounds of kinds u64 and size, both inside */
  uint64_t max;
  /* ABI 0.2. Of kind enum: the words that the machine file may say. */
  const char* const* names;
  uint32_t name_count;
  uint32_t reserved2;
} cardcage_param;

/* --- What the host offers ----------------------------------------------------------------- */

/* The host side of a serial line, or of whatever takes and gives bytes. Called in the device's
 * turn. No call blocks. */
typedef struct cardcage_char {
  uint32_t struct_size;
  uint32_t reserved;
  void* self; /* the first argument of every function here */
  /* Takes up to `count` bytes from `data`, in order, and returns how many: fewer where the host
   * cannot take more now. What was taken is the backend's to deliver. */
  size_t (*write)(void* self, const uint8_t* data, size_t count);
  /* How many bytes `write` would surely take now. */
  size_t (*write_room)(void* self);
  /* Gives up to `count` bytes of input and returns how many; 0 where there is none now. */
  size_t (*read)(void* self, uint8_t* data, size_t count);
  /* Whether `read` would give a byte now. */
  bool (*readable)(void* self);
  /* Counts and reports output that the guest wrote although there was no room. */
  void (*dropped)(void* self, size_t count);
} cardcage_char;

#define CARDCAGE_NEVER UINT64_MAX /* a time that does not come */

/* Bits of the events of watch_fd and fd_ready. */
#define CARDCAGE_FD_READ 0x1u
#define CARDCAGE_FD_WRITE 0x2u
#define CARDCAGE_FD_HANG_UP \
  0x4u /* the other side has gone, or an error; told with any of the others */

#define CARDCAGE_LOG_ERROR 1u
#define CARDCAGE_LOG_WARNING 2u
#define CARDCAGE_LOG_INFO 3u

/* One a device. Owned by the host; valid from create until destroy has returned. */
typedef struct cardcage_host {
  uint32_t struct_size;
  uint16_t abi_major; /* of the host */
  uint16_t abi_minor;
  void* self; /* the first argument of every function here */
  /* Reports a line under the device's name. Any thread; does not block; limited in rate. */
  void (*log)(void* self, uint32_t level, const char* message);
  /* Asks the machine to end, with `code` as the guest's own. Any thread; returns at once: the
   * machine's CPUs stop before they run on. The first request wins. */
  void (*stop)(void* self, uint64_t code);
  /* The extension of that id, a pointer to its table, or NULL. Any thread. */
  const void* (*extension)(void* self, const char* id);
  /* Drives an output of the type's list of signals. In the device's turn; does not block. What hangs on
   * it sees each change, in order; another device sees it when this turn is over. One with
   * CARDCAGE_SIGNAL_EDGE pulses where level is not 0. ABI 0.2. */
  void (*set_signal)(void* self, uint32_t signal, uint32_t level);
  /* The machine's time in ns: 0 when the machine starts, and it never goes back. The guest's CPUs and the
   * host's clocks need not agree with it. Any thread. ABI 0.3. */
  uint64_t (*now)(void* self);
  /* Calls the type's `timer` once, at that time or soon after; CARDCAGE_NEVER: not any more. A time that
   * is past is soon. In the device's turn, create included; does not block. ABI 0.3. */
  void (*set_timer)(void* self, uint32_t timer, uint64_t when);
  /* Calls the type's `posted` with that value, in a turn of its own. Each call is one; those of one thread
   * come in order. Any thread; does not wait. ABI 0.3. */
  void (*post)(void* self, uint64_t value);
  /* Calls the type's `fd_ready` once, when one of these events (CARDCAGE_FD_*) is there; then the
   * descriptor is silent until this is called again. With events 0 it is watched no more, and can be closed
   * when this returns. The descriptor stays the device's. Returns 0, or an errno: EPERM for one that
   * cannot be waited for (a regular file). In the device's turn, create and destroy included.
   * ABI 0.3. */
  int (*watch_fd)(void* self, int fd, uint32_t events);
  /* The calendar's time when the machine's was 0, in seconds since 1970-01-01 00:00: UTC, or with `local`
   * not 0 as a clock on the host's wall shows it. A machine whose runs are all the same begins at
   * 2000-01-01 00:00. Any thread. ABI 0.3. */
  int64_t (*start_time)(void* self, uint32_t local);
  /* Where the machine has placed a region: CARDCAGE_SPACE_PORT or CARDCAGE_SPACE_MMIO, or 0 where it has
   * not. From the first reset on; any thread. ABI 0.3. */
  uint32_t (*region_space)(void* self, uint32_t region);
} cardcage_host;

/* The value of one parameter. */
typedef struct cardcage_value {
  uint32_t struct_size;
  uint32_t kind;
  uint64_t u64;
  const cardcage_char* character; /* kind char: never NULL; owned by the host as it is */
} cardcage_value;

/* Where create says why it refuses. */
typedef struct cardcage_error {
  uint32_t struct_size;
  uint32_t capacity; /* of message, in bytes, the ending 0 included */
  char* message;     /* the host's: the device writes the reason into it */
  const char* param; /* the key that is wrong, of the type's own constants, or NULL */
} cardcage_error;

/* --- A device's type, and the plugin ------------------------------------------------------ */

/* Bits of cardcage_type.flags. */
#define CARDCAGE_TYPE_CONCURRENT 0x1u /* handlers may run on several threads at once */

typedef struct cardcage_type {
  uint32_t struct_size;
  uint32_t flags;       /* CARDCAGE_TYPE_* */
  const char* id;       /* kebab case, with a publisher's prefix: "acme.dma" */
  const char* summary;  /* a line */
  const char* document; /* the data sheet or specification that it follows, or NULL */
  const cardcage_param* const* params;
  const cardcage_region* const* regions;
  uint32_t param_count;
  uint32_t region_count;
  /* Makes a device. `values` has one entry a parameter, in the declared order, valid during the
   * call; `host` stays valid. Returns the device, or NULL with `error` filled. One thread at a
   * time; may block on the host's files. */
  void* (*create)(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                  cardcage_error* error);
  /* Frees it. No other call runs or follows. */
  void (*destroy)(void* device);
  /* Back to the state after power-on. In the device's turn; no CPU runs. Called once before the
   * guest's first access. */
  void (*reset)(void* device);
  /* The type's extension of that id, a constant, or NULL. Any thread. May be NULL. */
  const void* (*extension)(const char* id);
  /* ABI 0.2. */
  const cardcage_signal* const* signals;
  uint32_t signal_count;
  uint32_t reserved2;
  /* The char backend of the parameter with that index has input, or room again: what readable and
   * write_room answer may have changed. In the device's turn. NULL where the device only looks when the
   * guest does. */
  void (*ready)(void* device, uint32_t param);
  /* ABI 0.3. Signals that others drive. `input` tells each change of one, in order, in the device's turn;
   * all are low before the first reset, and a reset does not change them. */
  const cardcage_signal* const* inputs;
  uint32_t input_count;
  uint32_t timer_count; /* timers of the device, by index from 0 */
  void (*input)(void* device, uint32_t input, uint32_t level);
  /* A timer has come to its time and is off again. In the device's turn. */
  void (*timer)(void* device, uint32_t timer);
  /* What host->post was given. In the device's turn. */
  void (*posted)(void* device, uint64_t value);
  /* What host->watch_fd waited for. In the device's turn. */
  void (*fd_ready)(void* device, int fd, uint32_t events);
  /* The machine's CPUs have stopped for good. What the device holds back of its output it gives now; timers
   * and the rest may still come. In the device's turn; once, if at all. NULL where nothing is held. */
  void (*stop)(void* device);
} cardcage_type;

/* An extension of a type: it is an interrupt controller of the PC's kind, whose one output leads to the
 * CPU. ABI 0.3. */
#define CARDCAGE_EXTENSION_INTERRUPT_CONTROLLER "cardcage.interrupt-controller/1"
typedef struct cardcage_interrupt_controller {
  uint32_t struct_size;
  uint32_t reserved;
  /* The CPU takes the interrupt: returns its vector, 0 to 255. In the device's turn; the output may have
   * fallen since the CPU saw it. */
  uint32_t (*acknowledge)(void* device);
} cardcage_interrupt_controller;

typedef struct cardcage_plugin {
  uint32_t struct_size;
  uint32_t magic;     /* CARDCAGE_ABI_MAGIC */
  uint16_t abi_major; /* it was built with */
  uint16_t abi_minor;
  uint16_t needs_minor; /* the least minor of the host that it can work with; a host older than
                           that refuses it, and nothing else is refused within a major */
  uint16_t reserved;
  const char* name;
  const char* version; /* of the plugin: "1.0.0" */
  const char* license; /* an SPDX expression */
  const cardcage_type* const* types;
  uint32_t type_count;
  uint32_t reserved2;
} cardcage_plugin;

#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
extern const cardcage_plugin cardcage_plugin_entry;

#ifdef __cplusplus
}
#endif

#endif /* CARDCAGE_ABI_H_ */
