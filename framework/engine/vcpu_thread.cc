// SPDX-License-Identifier: MIT
#include "framework/engine/vcpu_thread.h"

#include <pthread.h>
#include <signal.h>

namespace cardcage {

VcpuThread::~VcpuThread() {
  RequestStop();
  Join();
}

void VcpuThread::Start() {
  // Signals of the process are for its first thread; what an engine kicks with it unblocks itself.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { Loop(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void VcpuThread::RequestStop() {
  stop_.store(true);
  vcpu_.accessor().answer.Cancel();
  Wake();
  vcpu_.Kick();
}

void VcpuThread::Wake() {
  wakes_.fetch_add(1);
  wakes_.notify_all();
}

void VcpuThread::Join() {
  if (thread_.joinable()) thread_.join();
}

void VcpuThread::Loop() {
  for (;;) {
    const uint32_t wakes = wakes_.load();  // before the CPU looks, so that none is missed
    if (stop_.load()) return;
    VmExit exit = vcpu_.Run();
    if (exit.reason == VmExit::Reason::kKicked) continue;
    if (stop_.load()) return;
    if (exit.reason == VmExit::Reason::kHalt && exit.interrupts_enabled) {
      wakes_.wait(wakes);
      continue;
    }
    on_end_(std::move(exit));
    return;
  }
}

}  // namespace cardcage
