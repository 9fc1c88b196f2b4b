// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_STDIO_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_STDIO_BACKEND_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "framework/backend/byte_ring.h"
#include "framework/backend/char_backend.h"
#include "framework/backend/input_stream.h"
#include "framework/backend/output_stream.h"
#include "framework/backend/terminal.h"
#include "framework/event/event_loop.h"

namespace cardcage {

class StdioConsole;

// The process's standard input and output, and the consoles that share it. One a process.
//
// Where the input is a terminal its keys go to the guest as they are pressed, but for Ctrl-A; of several
// consoles one has the keys, and Ctrl-A n gives them to the next. Where the output is a terminal too,
// it shows that console alone; what another one writes meanwhile is kept, and shown when its turn comes.
// Everywhere else the first console has the input, and the output of all comes as they write it.
class Stdio {
 public:
  struct Events {
    std::function<void()> output_closed;      // on any thread, once: the reader has gone
    std::function<void(uint8_t key)> escape;  // on the loop's thread: the key after Ctrl-A
    // A line for people, on the loop's thread: which console has the keys now.
    std::function<void(std::string_view line)> say;
  };

  // Of the output of a console that is not shown, the last bytes that are kept.
  static constexpr size_t kKept = OutputStream::kCapacity;

  // Before the loop runs; the loop outlives it. With `script` the guest cannot tell how fast the host
  // is: these bytes are all of its input and there from the start, and output always has room, for which
  // the guest's CPU waits.
  Stdio(EventLoop& loop, Events events, std::optional<std::vector<uint8_t>> script);

  // A console more; the first has the keys. All of them before the loop runs; this outlives them.
  std::unique_ptr<StdioConsole> AddConsole(std::string name);
  size_t console_count() const { return consoles_.size(); }
  bool Has(const CharBackend& backend) const;

  // Once the guest has stopped: delivers what is held, as long as the reader goes on.
  void Flush(std::chrono::milliseconds patience) { output_.Flush(patience); }
  const OutputStream& output() const { return output_; }
  // The terminal that input comes from, or null.
  RawTerminal* terminal() { return terminal_.get(); }

 private:
  friend class StdioConsole;

  // What one console may write without a look at the others: each may have asked for its room before
  // any of them has used it.
  static constexpr size_t kShare = 256;

  bool is_shared() const { return consoles_.size() > 1; }
  // What is kept free for what the other consoles were promised.
  size_t Reserve() const { return kShare * (consoles_.size() - 1); }
  void Tell();
  size_t Filter(std::span<uint8_t> typed);
  // Gives the keys to the next console; the first `typed` ones were the last one's.
  void ShowNext(std::span<const uint8_t> typed);

  const Events events_;
  std::unique_ptr<RawTerminal> terminal_;
  const bool shows_one_;  // of several consoles, and not all
  EscapeKeys escape_;
  bool next_wanted_ = false;  // on the loop's thread
  OutputStream output_;
  std::unique_ptr<InputStream> input_;  // where there is no script
  const std::optional<std::vector<uint8_t>> script_;
  size_t script_at_ = 0;

  std::vector<StdioConsole*> consoles_;
  // Guards what follows, input_'s reading, and what consoles keep, where there are several. Never held
  // while a listener is told, who takes its device's lock.
  std::mutex mutex_;
  size_t shown_ = 0;  // the console that has the keys
};

// `stdio`: one console on it.
class StdioConsole final : public CharBackend {
 public:
  StdioConsole(Stdio& stdio, std::string name)
      : stdio_(stdio), name_(std::move(name)), kept_(Stdio::kKept) {}

  size_t Write(std::span<const uint8_t> data) override;
  size_t WriteRoom() override;
  size_t Read(std::span<uint8_t> data) override;
  bool Readable() override;
  void Flush(std::chrono::milliseconds patience) override { stdio_.Flush(patience); }
  void StopWaiting() override { stdio_.output_.StopWaiting(); }
  // What it wrote while it was not shown.
  std::string Kept() const override { return kept_.Contents(); }

 private:
  friend class Stdio;

  // With Stdio's mutex_ held.
  bool HasKeys() const { return stdio_.consoles_[stdio_.shown_] == this; }
  bool IsHidden() const { return stdio_.shows_one_ && !HasKeys(); }
  size_t PromiseRoom();

  Stdio& stdio_;
  const std::string name_;
  size_t promised_ = 0;  // room that it was told of and has not used
  ByteRing kept_;        // output while it is hidden
  std::string typed_;    // input that came before it lost the keys
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_STDIO_BACKEND_H_
