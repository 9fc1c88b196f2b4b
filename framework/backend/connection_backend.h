// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_CONNECTION_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_CONNECTION_BACKEND_H_

#include <memory>
#include <mutex>
#include <span>

#include "framework/backend/char_backend.h"
#include "framework/backend/input_stream.h"
#include "framework/backend/output_stream.h"
#include "framework/event/event_loop.h"

namespace cardcage {

// A line whose other side comes and goes: a program at a pty, a peer on a socket. While nobody is there
// output is counted and lost, as on a serial line without a listener, so that no guest ever waits for
// one; input that came before somebody went stays until the guest has read it.
class ConnectionBackend : public CharBackend {
 public:
  // The loop outlives it, and does not run when it goes.
  explicit ConnectionBackend(EventLoop& loop);
  ~ConnectionBackend() override;

  size_t Write(std::span<const uint8_t> data) final;
  size_t WriteRoom() final;
  size_t Read(std::span<uint8_t> data) final;
  bool Readable() final;
  void Flush(std::chrono::milliseconds patience) override { FlushOutput(patience); }
  // What a peer did not take is unheard, never an error.
  OutputReport report() const final;

 protected:
  // All of these on the loop's thread, or before it runs.

  // Somebody is there, at this descriptor, which does not block and stays the caller's until Detach().
  void Attach(int fd);
  // Nobody is there any more. What was held for them is lost.
  void Detach();
  // The same for the end of the backend: nobody is told.
  void Release();
  // Makes the output's side of a descriptor known before anybody is there; see Hears().
  void OpenOutput(int fd);
  // What is held is lost: who would have taken it has gone before Attach() was called. The output is open.
  void ForgetHeld();
  // As Flush(), and says whether all was taken.
  bool FlushOutput(std::chrono::milliseconds patience);
  bool attached() const { return attached_; }
  EventLoop& loop() { return loop_; }

  // The other side sends no more: its end of input, or an error of it.
  virtual void OnEndOfInput() = 0;
  // The other side takes no more.
  virtual void OnEndOfOutput() = 0;

 private:
  // Whether somebody takes output although Attach() was not called yet. In the device's turn.
  virtual bool Hears() { return false; }
  void CloseOutput();
  // Runs it soon on the loop's thread, if nobody has gone until then.
  void Post(void (ConnectionBackend::*end)());

  EventLoop& loop_;
  // Holds off the loop's thread, which changes what follows, from the device that uses it. Never held
  // while the listener is told: it takes the device's lock, under which the device takes this one.
  mutable std::mutex mutex_;
  InputStream input_;
  std::unique_ptr<OutputStream> output_;  // null where there is no descriptor for it
  int output_fd_ = -1;                    // a duplicate: the loop watches a number but once
  bool attached_ = false;
  unsigned gone_ = 0;  // how many have
  uint64_t unheard_ = 0;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_CONNECTION_BACKEND_H_
