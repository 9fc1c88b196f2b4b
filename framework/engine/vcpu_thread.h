// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_VCPU_THREAD_H_
#define CARDCAGE_FRAMEWORK_ENGINE_VCPU_THREAD_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>

#include "framework/engine/engine.h"

namespace cardcage {

// The thread of a virtual CPU: runs it until it has a reason to end, or is told to stop.
class VcpuThread {
 public:
  // Gets the exit that the CPU cannot go on from. On the CPU's thread, at most once; never for a
  // stop that was asked for. The thread ends when it returns.
  using OnEnd = std::function<void(VmExit exit)>;

  // `vcpu` outlives this. Nothing runs before Start().
  VcpuThread(Vcpu& vcpu, OnEnd on_end) : vcpu_(vcpu), on_end_(std::move(on_end)) {}
  // Stops it.
  ~VcpuThread();

  void Start();
  // Makes it look again whether it can go on from a HLT: an interrupt has come, or time to wait for. Any
  // thread; does not wait.
  void Wake();
  // Makes the CPU stop before it executes further. Any thread, also the CPU's own, inside an access;
  // does not wait.
  void RequestStop();
  // Waits for the end. Not on the CPU's thread.
  void Join();

 private:
  void Loop();

  Vcpu& vcpu_;
  const OnEnd on_end_;
  std::atomic<bool> stop_{false};
  std::atomic<uint32_t> wakes_{0};  // how often it was woken
  std::thread thread_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_VCPU_THREAD_H_
