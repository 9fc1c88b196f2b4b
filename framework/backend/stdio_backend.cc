// SPDX-License-Identifier: MIT
#include "framework/backend/stdio_backend.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"

namespace cardcage {

Stdio::Stdio(EventLoop& loop, Events events, std::optional<std::vector<uint8_t>> script)
    : events_(std::move(events)),
      terminal_(script ? nullptr : RawTerminal::Enter(STDIN_FILENO)),
      shows_one_(terminal_ != nullptr && isatty(STDOUT_FILENO) != 0),
      escape_([this](uint8_t key) {
        if (key == 'n' && is_shared()) {
          next_wanted_ = true;
        } else {
          events_.escape(key);
        }
      }),
      output_(STDOUT_FILENO, loop, events_.output_closed,
              [this] {
                if (!script_) Tell();
              }),
      script_(std::move(script)) {
  if (script_) return;
  InputStream::Filter filter;
  if (terminal_ != nullptr) {
    filter = [this](std::span<uint8_t> typed) { return Filter(typed); };
  }
  input_ = std::make_unique<InputStream>(STDIN_FILENO, loop, std::move(filter), [this] { Tell(); });
}

std::unique_ptr<StdioConsole> Stdio::AddConsole(std::string name) {
  auto console = std::make_unique<StdioConsole>(*this, std::move(name));
  consoles_.push_back(console.get());
  output_.set_spare(Reserve());
  return console;
}

bool Stdio::Has(const CharBackend& backend) const {
  return std::find(consoles_.begin(), consoles_.end(), &backend) != consoles_.end();
}

void Stdio::Tell() {
  for (const StdioConsole* console : consoles_) console->TellListener();
}

// A key at a time: those before Ctrl-A n are one console's, those after it another's.
size_t Stdio::Filter(std::span<uint8_t> typed) {
  size_t kept = 0;
  bool has_switched = false;
  for (const uint8_t key : typed) {
    uint8_t one = key;
    if (escape_.Filter({&one, 1}) == 1) typed[kept++] = one;
    if (!next_wanted_) continue;
    next_wanted_ = false;
    ShowNext(typed.first(kept));
    kept = 0;
    has_switched = true;
  }
  if (has_switched) Tell();  // also who has lost the keys: what was typed for it is still its own
  return kept;
}

void Stdio::ShowNext(std::span<const uint8_t> typed) {
  const std::lock_guard lock(mutex_);
  StdioConsole& last = *consoles_[shown_];
  std::array<uint8_t, 512> part;
  while (const size_t count = input_->Read(part)) {
    last.typed_.append(reinterpret_cast<const char*>(part.data()), count);
  }
  last.typed_.append(reinterpret_cast<const char*>(typed.data()), typed.size());
  // A person types no further ahead than this; the guest that does not look has its limit too.
  last.typed_.resize(std::min(last.typed_.size(), InputStream::kCapacity));

  shown_ = (shown_ + 1) % consoles_.size();
  StdioConsole& next = *consoles_[shown_];
  events_.say(absl::StrCat("console ", next.name_));
  const std::string text = next.kept_.Contents();
  next.kept_.Clear();
  // Its end, where there is no room for all of it.
  const size_t reserve = Reserve() + kShare;
  const size_t room = output_.Room() < reserve ? 0 : output_.Room() - reserve;
  const size_t size = std::min(text.size(), room);
  output_.Write({reinterpret_cast<const uint8_t*>(text.data()) + (text.size() - size), size});
}

// Each console may hold a promise of at most kShare, and no promise reaches into what the others may
// hold: so there is room for all of them, in whatever order they come.
size_t StdioConsole::PromiseRoom() {
  if (IsHidden()) return promised_ = Stdio::kShare;
  const size_t room = stdio_.output_.Room();
  const size_t free = room < stdio_.Reserve() ? 0 : room - stdio_.Reserve();
  promised_ = std::max(promised_, std::min(free, Stdio::kShare));
  return promised_;
}

size_t StdioConsole::WriteRoom() {
  if (stdio_.script_) return OutputStream::kCapacity;
  if (!stdio_.is_shared()) return stdio_.output_.Room();
  const std::lock_guard lock(stdio_.mutex_);
  return PromiseRoom();
}

size_t StdioConsole::Write(std::span<const uint8_t> data) {
  if (stdio_.script_) {
    stdio_.output_.WriteAll(data);
    return data.size();
  }
  if (!stdio_.is_shared()) return stdio_.output_.Write(data);
  const std::lock_guard lock(stdio_.mutex_);
  if (IsHidden()) {
    kept_.Append(data);
    return data.size();
  }
  size_t done = 0;
  while (done < data.size() && PromiseRoom() > 0) {
    const size_t count = std::min(data.size() - done, promised_);
    stdio_.output_.Write(data.subspan(done, count));
    promised_ -= count;
    done += count;
  }
  return done;
}

size_t StdioConsole::Read(std::span<uint8_t> data) {
  if (stdio_.script_) {
    if (!HasKeys()) return 0;
    const size_t count = std::min(data.size(), stdio_.script_->size() - stdio_.script_at_);
    const auto begin = stdio_.script_->begin() + static_cast<std::ptrdiff_t>(stdio_.script_at_);
    std::copy_n(begin, count, data.begin());
    stdio_.script_at_ += count;
    return count;
  }
  if (!stdio_.is_shared()) return stdio_.input_->Read(data);
  const std::lock_guard lock(stdio_.mutex_);
  const size_t count = std::min(data.size(), typed_.size());
  std::copy_n(typed_.begin(), count, data.begin());
  typed_.erase(0, count);
  return count + (HasKeys() ? stdio_.input_->Read(data.subspan(count)) : 0);
}

bool StdioConsole::Readable() {
  if (stdio_.script_) return HasKeys() && stdio_.script_at_ < stdio_.script_->size();
  if (!stdio_.is_shared()) return stdio_.input_->Readable();
  const std::lock_guard lock(stdio_.mutex_);
  return !typed_.empty() || (HasKeys() && stdio_.input_->Readable());
}

}  // namespace cardcage
