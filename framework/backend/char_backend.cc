// SPDX-License-Identifier: MIT
#include "framework/backend/char_backend.h"

namespace cardcage {
namespace {

CharBackend& Self(void* self) { return *static_cast<CharBackend*>(self); }

}  // namespace

CharBackend::CharBackend()
    : table_{
          .struct_size = sizeof(cardcage_char),
          .reserved = 0,
          .self = this,
          .write =
              [](void* self, const uint8_t* data, size_t count) {
                return Self(self).Write({data, count});
              },
          .write_room = [](void* self) { return Self(self).WriteRoom(); },
          .read =
              [](void* self, uint8_t* data, size_t count) {
                return Self(self).Read({data, count});
              },
          .readable = [](void* self) { return Self(self).Readable(); },
          .dropped = [](void* self, size_t count) { Self(self).Dropped(count); },
      } {}

}  // namespace cardcage
