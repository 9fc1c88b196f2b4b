// SPDX-License-Identifier: MIT
// Every shipped device has the properties that all devices have. Each run here is the same; another is made by
// RC_PARAMS in the environment: RC_PARAMS="seed=7 max_success=10000".
#include "cardcage/testing/properties.h"

#include <cstdlib>

extern "C" {
extern const cardcage_plugin cardcage_builtin_debug_exit;
extern const cardcage_plugin cardcage_builtin_debugcon;
extern const cardcage_plugin cardcage_builtin_i8042;
extern const cardcage_plugin cardcage_builtin_i8254;
extern const cardcage_plugin cardcage_builtin_i8259_pair;
extern const cardcage_plugin cardcage_builtin_mc146818;
extern const cardcage_plugin cardcage_builtin_ns16550a;
extern const cardcage_plugin cardcage_builtin_port92;
extern const cardcage_plugin cardcage_builtin_scratch;
extern const cardcage_plugin cardcage_builtin_unimplemented;
}

namespace {

using cardcage::testing::Board;

[[maybe_unused]] const int kIsSet = setenv("RC_PARAMS", "seed=16550", /*overwrite=*/0);

CARDCAGE_DEVICE_PROPERTIES(DebugExit, cardcage_builtin_debug_exit, "debug-exit");
CARDCAGE_DEVICE_PROPERTIES(Debugcon, cardcage_builtin_debugcon, "debugcon");
CARDCAGE_DEVICE_PROPERTIES(I8042, cardcage_builtin_i8042, "i8042");
CARDCAGE_DEVICE_PROPERTIES(I8254, cardcage_builtin_i8254, "i8254");
CARDCAGE_DEVICE_PROPERTIES(I8259Pair, cardcage_builtin_i8259_pair, "i8259-pair");
CARDCAGE_DEVICE_PROPERTIES(I8259PairByTheSheet, cardcage_builtin_i8259_pair, "i8259-pair",
                           {{"keep_edges", 0}});
CARDCAGE_DEVICE_PROPERTIES(Mc146818, cardcage_builtin_mc146818, "mc146818");
CARDCAGE_DEVICE_PROPERTIES(Ns16550a, cardcage_builtin_ns16550a, "ns16550a");
CARDCAGE_DEVICE_PROPERTIES(PacedNs16550a, cardcage_builtin_ns16550a, "ns16550a", {{"pace", 1}});
CARDCAGE_DEVICE_PROPERTIES(SpreadNs16550a, cardcage_builtin_ns16550a, "ns16550a", {},
                           Board{.in_memory = true, .shift = 2, .width = 4});
CARDCAGE_DEVICE_PROPERTIES(Port92, cardcage_builtin_port92, "port92");
CARDCAGE_DEVICE_PROPERTIES(Scratch, cardcage_builtin_scratch, "scratch");
CARDCAGE_DEVICE_PROPERTIES(Unimplemented, cardcage_builtin_unimplemented, "unimplemented",
                           {{"size", 16}});

}  // namespace
