// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_ENGINE_ENGINE_TYPE_H_
#define CARDCAGE_FRAMEWORK_ENGINE_ENGINE_TYPE_H_

#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "framework/engine/engine.h"

namespace cardcage {

// The host as an engine has opened it: what every machine begins with, whatever it is (KVM: its
// device and an empty VM).
class EngineHost {
 public:
  virtual ~EngineHost() = default;
};

// How an engine is known to whoever assembles a machine. A constant.
struct EngineType {
  std::string_view name;  // as under cpu.engine

  // The ranges that it answers itself on such a machine. No host is asked.
  std::vector<OwnedRange> (*owned_ranges)(const EngineConfig& config);

  // Opens the host. Any thread.
  // Errors: Unavailable, PermissionDenied, ResourceExhausted: the host cannot; each says what was
  // asked, what came back, the likely cause and the cure.
  absl::StatusOr<std::unique_ptr<EngineHost>> (*open)();

  // Makes an engine of a host that this type's open() has given, with this memory, which outlives it
  // and gets no further slot.
  // Errors: as open(); FailedPrecondition for a machine that this host cannot have.
  absl::StatusOr<std::unique_ptr<Engine>> (*create)(std::unique_ptr<EngineHost> host,
                                                    const EngineConfig& config,
                                                    const GuestMemory& memory,
                                                    Engine::Reporter reporter);
};

// Opens an engine's host on a thread of its own, while the machine file is read: KVM takes as long
// for a VM as we for a file.
class EngineOpening {
 public:
  explicit EngineOpening(const EngineType& type)
      : type_(&type), thread_([this] { host_ = type_->open(); }) {}
  ~EngineOpening() {
    if (thread_.joinable()) thread_.join();
  }
  EngineOpening(const EngineOpening&) = delete;
  EngineOpening& operator=(const EngineOpening&) = delete;

  // The host of that type: the one that was opened, once, or, where it is another type's, one that is
  // opened now. Errors: as EngineType::open.
  absl::StatusOr<std::unique_ptr<EngineHost>> Take(const EngineType& type) {
    if (thread_.joinable()) thread_.join();
    if (&type != type_) return type.open();
    type_ = nullptr;
    return std::move(host_);
  }

 private:
  const EngineType* type_;
  absl::StatusOr<std::unique_ptr<EngineHost>> host_ = nullptr;
  std::thread thread_;  // the last member: it writes the one before
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_ENGINE_ENGINE_TYPE_H_
