// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_BACKEND_TEE_BACKEND_H_
#define CARDCAGE_FRAMEWORK_BACKEND_TEE_BACKEND_H_

#include <vector>

#include "framework/backend/char_backend.h"

namespace cardcage {

// `tee`: output goes to several backends alike, and the input of all of them comes as one.
class TeeBackend final : public CharBackend {
 public:
  // The members outlive it, and nobody else uses them.
  explicit TeeBackend(std::vector<CharBackend*> members);

  // No member takes more than another: what one has no room for, none gets.
  size_t Write(std::span<const uint8_t> data) override;
  size_t WriteRoom() override;
  size_t Read(std::span<uint8_t> data) override;
  bool Readable() override;

 private:
  const std::vector<CharBackend*> members_;
};

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_BACKEND_TEE_BACKEND_H_
