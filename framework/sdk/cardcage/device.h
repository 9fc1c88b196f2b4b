// SPDX-License-Identifier: MIT
// Declares a device: a class, its parameters, its registers. Header-only over abi.h; nothing else of
// Cardcage is needed to build one. This is the header to include. What it brings, each in a header of its own:
//
//   declaration.h  Type, Declaration
//   param.h        Param: what the machine file may set
//   values.h       Size, Duration, Frequency, Mac, …: Config members that the machine file spells in their own way
//   region.h       Register, Registers, Port, Mmio, Window: what the guest sees
//   signals.h      Output, PulseOutput, Inputs, Timer, InterruptController: what happens between devices; Counter
//   state.h        Archive: what a device saves and loads
//   host.h         Host, CharLink: what a device may ask of its host
//   memory.h       View: guest memory
//   internal/      the tables of abi.h that come of it, and the functions in them; not for authors
// Beside it, bits.h: registers whose bits know their register.
//
//   struct DiceConfig { uint8_t sides = 6; };
//   class Dice {
//    public:
//     using Config = DiceConfig;
//     explicit Dice(const Config& config);  // or (const Config&, cardcage::Host)
//     void Reset();                         // the state after power-on; called before the first access
//     uint8_t Throw();                      // the return type gives the register's width
//     void Load(uint8_t seed);
//   };
//   constexpr cardcage::Declaration kDice{
//       cardcage::Type<Dice>("dice", "a die: read to throw it, write to load it"),
//       cardcage::Param<&DiceConfig::sides>("sides", {.doc = "faces", .min = 2, .max = 255}),
//       cardcage::Port<&Dice::Throw, &Dice::Load>("face"),
//   };
//   CARDCAGE_PLUGIN("dice", "1.0.0", "MIT", kDice);
//
// A device with an interrupt says how its level follows from its state, and the host is told each change
// behind the handler that made it:
//     bool Interrupt() const;
//     void Ready();                       // optional: a backend has input, or room again
//   cardcage::Output<&Dice::Interrupt>("irq"),
// In the same way it says when it next has something to do by itself, on the machine's time in ns (Host::Now):
//     std::optional<uint64_t> Deadline() const;
//     void OnDeadline();                  // that time has come, or it is a little later
//   cardcage::Timer<&Dice::Deadline, &Dice::OnDeadline>(),
// Signals of other devices, and what the host has for it, come in turns of their own:
//     void OnLine(uint32_t input, bool level);
//   cardcage::Inputs<&Dice::OnLine>(kInputNames),
//     void Posted(uint64_t value);        // optional: what Host::Post was given, by any thread
//     void FdReady(int fd, uint32_t events);  // optional: what Host::Watch waits for
// Optional steps of its life; each that gives false ends later, with Host::Finished():
//     void Pause();                       // CPUs and time halt: ends what is under way, gives the output that it holds
//     void Resume();
//     void Close(cardcage::Closer closer);  // its end: calls the closer as the last that it does
//     template <class Archive> void State(Archive& archive);  // what it saves and loads: state.h
//
// A device says what it holds; the declaration becomes constant tables of abi.h. Handlers run one
// at a time (unless the type says .concurrent), on any thread, and must not block. A read handler
// that is const is one without side effects, and serves a peek too.
#ifndef CARDCAGE_DEVICE_H_
#define CARDCAGE_DEVICE_H_

#include "cardcage/abi.h"
#include "cardcage/declaration.h"
#include "cardcage/host.h"
#include "cardcage/internal/plugin.h"
#include "cardcage/names.h"
#include "cardcage/param.h"
#include "cardcage/region.h"
#include "cardcage/signals.h"
#include "cardcage/state.h"
#include "cardcage/values.h"

// The entry's symbol. A program with several plugins in it gives each one of its own.
#ifndef CARDCAGE_ENTRY
#define CARDCAGE_ENTRY cardcage_plugin_entry
#endif

// Once a plugin, at namespace scope: its name, version, SPDX licence and declarations.
#define CARDCAGE_PLUGIN(name, version, license, ...)                                  \
  extern "C" {                                                                        \
  __attribute__((visibility("default"))) extern const cardcage_plugin CARDCAGE_ENTRY; \
  }                                                                                   \
  constinit const cardcage_plugin CARDCAGE_ENTRY =                                    \
      cardcage::internal::MakePlugin<__VA_ARGS__>(name, version, license)

#endif  // CARDCAGE_DEVICE_H_
