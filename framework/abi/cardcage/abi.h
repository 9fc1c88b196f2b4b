/* SPDX-License-Identifier: MIT
 *
 * The C contract between Cardcage and a device plugin, ABI 0.1.
 *
 * A plugin exports one constant, cardcage_plugin_entry. Everything else is reached from it.
 *
 * Rules that hold for the whole file:
 *  - Every struct begins with struct_size, its size as its maker knew it, and only ever grows at
 *    its end. A reader looks at no field beyond struct_size; what is not there has the value 0.
 *  - Every list is an array of pointers to such structs, so that an element can grow too.
 *  - A field named reserved is 0. A later minor may give it a name; 0 is then what it was before.
 *  - What goes beyond the core is an extension, asked for by a versioned id ("cardcage.state/1")
 *    in either direction. Ids that begin with "cardcage.draft." may change in any release.
 *  - Strings are UTF-8, end with a 0 byte, and live as long as the struct that points to them.
 *  - Nothing thrown crosses: a function here neither throws nor unwinds.
 *  - Tables (everything reached from cardcage_plugin_entry) are constants of the plugin: they are
 *    valid while it is loaded and never change.
 *
 * Threads. "The device's turn" below is a call in which the host has made sure that no other call
 * into the same device runs (unless its type is CARDCAGE_TYPE_CONCURRENT). A turn may come on any
 * thread. A device may call the host in its turn, and never waits for another thread there. To call
 * outside of its turn what needs one is a breach, which a host built for debugging reports.
 *
 * The life of a device: create, reset, and then, as often as the machine wants, accesses and events,
 * pause, (state or reset,) resume; at last destroy. Reset, pause and destroy may be finished later.
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
#define CARDCAGE_ABI_MINOR 1

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
#define CARDCAGE_PENDING \
  2u                       /* answered later, by host->complete; the guest's CPU waits until then */
#define CARDCAGE_FAILED 3u /* the device cannot answer: as unclaimed, and reported */

/* Called in the device's turn. Must not block: the guest's CPU waits. `access` is the host's and
 * valid during the call; a read handler sets access->value.
 *
 * CARDCAGE_PENDING is for what takes longer than a handler may: the device remembers access->vcpu, of
 * which one access at most is pending, and calls host->complete in a later turn. It forgets it when it
 * is reset. Not for a peek, nor where access->vcpu is UINT32_MAX, nor for a CARDCAGE_TYPE_CONCURRENT:
 * there it counts as failed. */
typedef cardcage_status (*cardcage_access_function)(void* device, cardcage_access* access);

/* `count` accesses of one CPU to one offset, as a string instruction of the guest makes them (rep ins,
 * rep outs): `access` is the first, `data` has count values of access->size bytes, one behind the other
 * and aligned to their size; a read handler fills them in. Returns how many it has done, from the first
 * on: the next one the host brings as a single access, and offers the rest again. In the device's turn;
 * must not block. */
typedef uint32_t (*cardcage_batch_function)(void* device, const cardcage_access* access, void* data,
                                            uint32_t count);

/* --- What a type declares ----------------------------------------------------------------- */

/* Bits of cardcage_register.access. */
#define CARDCAGE_REGISTER_READ 0x1u
#define CARDCAGE_REGISTER_WRITE 0x2u

/* A field of a register's value: one bit, or several. */
typedef struct cardcage_field {
  uint32_t struct_size;
  uint32_t access; /* CARDCAGE_REGISTER_*: there when the register is read, written, or both */
  uint32_t high;   /* bits high to low, both inside */
  uint32_t low;
  const char* name;
  const char* doc; /* a line, or NULL */
} cardcage_field;

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
  uint32_t field_count;
  const cardcage_field* const* fields;
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
  const char* size_param; /* key of a size or u64 parameter that holds the size, or NULL */
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
  /* Several accesses in one call; NULL: they come one by one. Only beside a single handler of the same
   * direction. */
  cardcage_batch_function read_batch;
  cardcage_batch_function write_batch;
} cardcage_region;

/* Bits of cardcage_signal.flags. */
#define CARDCAGE_SIGNAL_EDGE 0x1u /* of an output: pulses */

/* A signal that the device drives or listens to: its interrupt, as a rule. A level: high (1) or low (0),
 * low before the first reset; or pulses, which are high and at once low again. */
typedef struct cardcage_signal {
  uint32_t struct_size;
  uint32_t flags;   /* CARDCAGE_SIGNAL_* */
  const char* name; /* of an output: the key under `irq` where a type has several; of an input: what
                       stands behind the device's name, as in `pic.4` */
  const char* doc;  /* a line, or NULL */
} cardcage_signal;

/* Kinds of cardcage_param and cardcage_value, and which field of the value they are in. */
#define CARDCAGE_KIND_BOOL 1u      /* u64: 0 or 1 */
#define CARDCAGE_KIND_U64 2u       /* u64 */
#define CARDCAGE_KIND_SIZE 3u      /* u64, in bytes; the machine file gives a unit */
#define CARDCAGE_KIND_CHAR 4u      /* character: a character backend of the machine */
#define CARDCAGE_KIND_ENUM 5u      /* u64: one of the parameter's names, by its index */
#define CARDCAGE_KIND_I64 6u       /* u64, in two's complement */
#define CARDCAGE_KIND_ADDRESS 7u   /* u64; people see it in hex */
#define CARDCAGE_KIND_DURATION 8u  /* u64, in ns; the machine file gives a unit */
#define CARDCAGE_KIND_FREQUENCY 9u /* u64, in Hz; the machine file may give another unit */
#define CARDCAGE_KIND_STRING 10u   /* text */
#define CARDCAGE_KIND_PATH 11u     /* text: a file's, from the machine file's folder on */
#define CARDCAGE_KIND_BYTES 12u    /* bytes: hex in the machine file */
#define CARDCAGE_KIND_MAC 13u      /* bytes: the six of an Ethernet address, in their order */

/* The value of one parameter. Fields of other kinds are 0. */
typedef struct cardcage_value {
  uint32_t struct_size;
  uint32_t kind; /* CARDCAGE_KIND_*; of a list, that of its items */
  uint64_t u64;
  const char* text;     /* has no 0 byte but the ending one; NULL is an empty one */
  const uint8_t* bytes; /* may be NULL where length is 0 */
  uint64_t length;      /* of text, without its ending 0, or of bytes; in bytes */
  const struct cardcage_char* character;
  const struct cardcage_value* const* items; /* of a list; none is a list */
  uint32_t item_count;
  uint32_t reserved;
} cardcage_value;

/* Bits of cardcage_param.flags. */
#define CARDCAGE_PARAM_REQUIRED 0x1u /* the machine file must set it */
#define CARDCAGE_PARAM_LIST 0x2u     /* a list of values of the kind; not of kind char */

/* A parameter: a key that the machine file may set on a device of the type. Create gets only values
 * that are as it says. */
typedef struct cardcage_param {
  uint32_t struct_size;
  uint32_t kind; /* CARDCAGE_KIND_* */
  const char* key;
  const char* doc;   /* a line */
  const char* unit;  /* of kinds u64 and i64, for people: "seconds"; or NULL */
  const char* since; /* the plugin's version in which the key appeared, or NULL */
  uint32_t flags;    /* CARDCAGE_PARAM_* */
  uint32_t name_count;
  const char* const* names; /* of kind enum: the words that the machine file may say */
  /* Inside the bounds. NULL: 0, or an empty one. That of kind char is always the null backend. */
  const cardcage_value* default_value;
  /* Bounds of kinds u64, i64 (in two's complement), size, address, duration and frequency, or of each
   * item in a list of them. Both are inside. */
  uint64_t min;
  uint64_t max;
  /* Bounds of the number of items in a list, or else of the length of a string, path or bytes. Both are
   * inside; max_length 0: there is none. */
  uint64_t min_length;
  uint64_t max_length;
} cardcage_param;

/* Something that a device counts, for people: from 0 when it is made, and never back. */
typedef struct cardcage_counter {
  uint32_t struct_size;
  uint32_t reserved;
  const char* name; /* "frames-dropped" */
  const char* doc;  /* a line, or NULL */
} cardcage_counter;

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

/* Bits of map's flags. */
#define CARDCAGE_MAP_WRITE 0x1u /* the device writes there; without it, it only reads */

/* A piece of guest memory, in the host's address space. The guest's CPUs use it at the same time: what
 * is read twice may differ. Its bytes stay until it is given back, whatever becomes of the machine. */
typedef struct cardcage_view {
  uint32_t struct_size; /* the device sets it before map */
  uint32_t reserved;
  uint8_t* data;    /* NULL: none */
  uint64_t size;    /* in bytes */
  uint64_t address; /* of the guest */
  void* token;      /* the host's */
} cardcage_view;

/* One a device. Owned by the host; valid from create until destroy has finished. */
typedef struct cardcage_host {
  uint32_t struct_size;
  uint16_t abi_major; /* of the host */
  uint16_t abi_minor;
  void* self; /* the first argument of every function here */

  /* Reports a line under the device's name. Any thread; does not block; limited in rate. */
  void (*log)(void* self, uint32_t level, const char* message);
  /* Adds to a counter of the type's list. Any thread; does not block. */
  void (*count)(void* self, uint32_t counter, uint64_t n);
  /* The device cannot go on, for good; `reason` is a line for people. The host enters it only to pause
   * and to destroy it; its registers answer like a CARDCAGE_FAILED. Any thread; returns at once. */
  void (*failed)(void* self, const char* reason);
  /* Asks the machine to end, with `code` as the guest's own. Any thread; returns at once: the
   * machine's CPUs stop before they run on. The first request wins. */
  void (*stop)(void* self, uint64_t code);
  /* The extension of that id, a pointer to its table, or NULL. Any thread. */
  const void* (*extension)(void* self, const char* id);

  /* Answers the pending access of that CPU; `value` is what a read gives, `status` any but
   * CARDCAGE_PENDING. Nothing where none is pending. In the device's turn; does not block. */
  void (*complete)(void* self, uint32_t vcpu, cardcage_status status, uint64_t value);
  /* Ends the reset, pause or destroy that was answered with CARDCAGE_PENDING. Behind that of a destroy
   * the host is gone: it is the device's last call. Any thread; does not block. */
  void (*finished)(void* self);

  /* Drives an output of the type's list of signals. In the device's turn; does not block. What hangs on
   * it sees each change, in order; another device sees it when this turn is over. One with
   * CARDCAGE_SIGNAL_EDGE pulses where level is not 0. */
  void (*set_signal)(void* self, uint32_t signal, uint32_t level);

  /* The machine's time in ns: 0 when the machine starts, and it never goes back. The guest's CPUs and the
   * host's clocks need not agree with it. Any thread. */
  uint64_t (*now)(void* self);
  /* Calls the type's `timer` once, at that time or soon after; CARDCAGE_NEVER: not any more. A time that
   * is past is soon. In the device's turn, create included; does not block. */
  void (*set_timer)(void* self, uint32_t timer, uint64_t when);
  /* The calendar's time when the machine's was 0, in seconds since 1970-01-01 00:00: UTC, or with `local`
   * not 0 as a clock on the host's wall shows it. A machine whose runs are all the same begins at
   * 2000-01-01 00:00. Any thread. */
  int64_t (*start_time)(void* self, uint32_t local);

  /* Calls the type's `posted` with that value, in a turn of its own. Each call is one; those of one thread
   * come in order. Any thread; does not wait. */
  void (*post)(void* self, uint64_t value);
  /* Calls the type's `fd_ready` once, when one of these events (CARDCAGE_FD_*) is there; then the
   * descriptor is silent until this is called again. With events 0 it is watched no more, and can be closed
   * when this returns. The descriptor stays the device's. Returns 0, or an errno: EPERM for one that
   * cannot be waited for (a regular file). In the device's turn, create and destroy included. */
  int (*watch_fd)(void* self, int fd, uint32_t events);

  /* A view of guest memory from `address` on, of at most `size` bytes: what lies behind the end of its
   * slot takes another. Each is given back by unmap, before a pause is finished. Returns CARDCAGE_OK, or
   * CARDCAGE_UNCLAIMED where there is no such memory (or only the guest's read-only, to write): the
   * view's data is then NULL. Any thread, from the first reset on; does not block. */
  cardcage_status (*map)(void* self, uint64_t address, uint64_t size, uint32_t flags,
                         cardcage_view* view);
  /* Gives a view back. Of its bytes, the first `written` may have changed. Any thread; does not block. */
  void (*unmap)(void* self, cardcage_view* view, uint64_t written);

  /* Where the machine has placed a region: CARDCAGE_SPACE_PORT or CARDCAGE_SPACE_MMIO, or 0 where it has
   * not. From the first reset on; any thread. */
  uint32_t (*region_space)(void* self, uint32_t region);
} cardcage_host;

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
#define CARDCAGE_TYPE_BATTERY 0x2u    /* some of what the guest can tell outlives a reset */

/* Where a device's state goes to, or comes from: numbers by name. Names may have dots, and stay what they
 * are from one version of a type to the next. */
typedef struct cardcage_archive {
  uint32_t struct_size;
  uint32_t is_loading; /* 0: saves the state; 1: gives one that was saved */
  uint32_t version;    /* the type's state_version when it was saved */
  uint32_t reserved;
  void* self; /* the first argument of every function here */
  /* A field of `count` numbers, each of `width` bytes (1, 2, 4, 8), unsigned. Saving copies them from
   * `data`; each name once. Loading writes as many as were saved, at most count, to `data` and leaves the
   * rest as it is. Returns how many were saved; 0 where the field is not there. A number that does not fit
   * into the width refuses the state. */
  uint64_t (*field)(void* self, const char* name, void* data, uint32_t width, uint64_t count);
  /* Loading: this is no state of such a device; `reason` is a line for people. The first one counts. */
  void (*refuse)(void* self, const char* reason);
} cardcage_archive;

/* Functions of a device: `device` is what create returned. Those that may be NULL say so. */
typedef struct cardcage_type {
  uint32_t struct_size;
  uint32_t flags;       /* CARDCAGE_TYPE_* */
  const char* id;       /* kebab case, with a publisher's prefix: "acme.dma" */
  const char* summary;  /* a line */
  const char* document; /* the data sheet or specification that it follows, or NULL */

  const cardcage_param* const* params;
  const cardcage_region* const* regions;
  const cardcage_signal* const* signals; /* that it drives */
  const cardcage_signal* const* inputs;  /* that others drive */
  const cardcage_counter* const* counters;
  uint32_t param_count;
  uint32_t region_count;
  uint32_t signal_count;
  uint32_t input_count;
  uint32_t counter_count;
  uint32_t timer_count;   /* timers of the device, by index from 0 */
  uint32_t state_version; /* from 1; 0 where it has no `state` */
  uint32_t reserved;

  /* Makes a device. `values` has one entry a parameter, in the declared order: a string's or path's text
   * and a char's character are not NULL. `host`, the list, and all that it leads to stay valid as long as
   * the device. Returns the device, or NULL with `error` filled. One thread at a time; may block on the
   * host's files. */
  void* (*create)(const cardcage_host* host, const cardcage_value* const* values, size_t count,
                  cardcage_error* error);
  /* Frees it; no other call runs or follows. CARDCAGE_OK, or CARDCAGE_PENDING: it is freed when the device
   * calls host->finished, and until then what it watches and posts still comes. */
  cardcage_status (*destroy)(void* device);
  /* Back to the state after power-on, but for what a battery keeps: once before the guest's first access,
   * and whenever the machine is reset. No CPU runs; the machine's time stands still; accesses that were
   * pending have been given up. Outputs are what they are at power-on, inputs what others drive.
   * CARDCAGE_OK, or CARDCAGE_PENDING until host->finished. In the device's turn. */
  cardcage_status (*reset)(void* device);
  /* The machine halts its CPUs and its time, for good or for a while. The device ends what is under way,
   * gives the output that it holds back to its backends, and gives back its views. CARDCAGE_OK, or
   * CARDCAGE_PENDING until host->finished: until then what it watches and posts still comes; afterwards
   * nothing but state, reset, resume and destroy. In the device's turn. May be NULL. */
  cardcage_status (*pause)(void* device);
  /* Goes on after a pause. In the device's turn. May be NULL. */
  void (*resume)(void* device);
  /* Saves all that the guest could tell it by, or loads it into a device with the same parameters. Between
   * pause and resume; in the device's turn. What it drives after loading it says at once: levels and
   * timers. NULL where a machine with it cannot be saved. */
  void (*state)(void* device, const cardcage_archive* archive);

  /* The char backend of the parameter with that index has input, or room again: what readable and
   * write_room answer may have changed. In the device's turn. NULL where the device only looks when the
   * guest does. */
  void (*ready)(void* device, uint32_t param);
  /* A change of an input: all are told, in order. All are low before the first reset, and a reset does not
   * change them. In the device's turn. NULL where it has none. */
  void (*input)(void* device, uint32_t input, uint32_t level);
  /* A timer has come to its time and is off again. In the device's turn. NULL where it has none. */
  void (*timer)(void* device, uint32_t timer);
  /* What host->post was given. In the device's turn. NULL where it posts nothing. */
  void (*posted)(void* device, uint64_t value);
  /* What host->watch_fd waited for. In the device's turn. NULL where it watches nothing. */
  void (*fd_ready)(void* device, int fd, uint32_t events);

  /* The type's extension of that id, a constant, or NULL. Any thread. May be NULL. */
  const void* (*extension)(const char* id);
} cardcage_type;

/* An extension of a type: it is an interrupt controller of the PC's kind, whose one output leads to the
 * CPU. */
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
