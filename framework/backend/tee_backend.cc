// SPDX-License-Identifier: MIT
#include "framework/backend/tee_backend.h"

#include <algorithm>

namespace cardcage {

TeeBackend::TeeBackend(std::vector<CharBackend*> members) : members_(std::move(members)) {
  for (CharBackend* member : members_) member->set_listener([this] { TellListener(); });
}

size_t TeeBackend::WriteRoom() {
  size_t room = SIZE_MAX;
  for (CharBackend* member : members_) room = std::min(room, member->WriteRoom());
  return room;
}

size_t TeeBackend::Write(std::span<const uint8_t> data) {
  data = data.first(std::min(data.size(), WriteRoom()));
  for (CharBackend* member : members_) {
    // Less than it had room for would be its own slip; it is counted there.
    const size_t taken = member->Write(data);
    if (taken < data.size()) member->Dropped(data.size() - taken);
  }
  return data.size();
}

size_t TeeBackend::Read(std::span<uint8_t> data) {
  size_t count = 0;
  for (CharBackend* member : members_) count += member->Read(data.subspan(count));
  return count;
}

bool TeeBackend::Readable() {
  return std::any_of(members_.begin(), members_.end(),
                     [](CharBackend* member) { return member->Readable(); });
}

}  // namespace cardcage
