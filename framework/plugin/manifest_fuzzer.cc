// SPDX-License-Identifier: MIT
// Any bytes as a manifest, and as a shared object whose build-id is asked for: each is read or refused, and what is
// read or said fits on a terminal.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "framework/plugin/build_id.h"
#include "framework/plugin/manifest.h"

namespace {

void ExpectPrintable(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) std::abort();
  }
}

void ReadAsManifest(std::string_view text) {
  const auto manifest = cardcage::ParseManifest(text);
  if (!manifest.ok()) return ExpectPrintable(std::string(manifest.status().message()));
  ExpectPrintable(manifest->plugin + manifest->version + manifest->build_id);
  for (const auto& type : manifest->types) ExpectPrintable(type.id + type.summary);
  // What was read is written so that it is read again.
  const std::string written = cardcage::ManifestText(*manifest);
  const auto again = cardcage::ParseManifest(written);
  const bool fits = written.size() <= cardcage::kMostManifestBytes;
  if (fits != again.ok() || (fits && cardcage::ManifestText(*again) != written)) std::abort();
}

void ReadAsSharedObject(std::string_view bytes) {
  static const int fd = memfd_create("fuzz.so", MFD_CLOEXEC);
  if (ftruncate(fd, 0) != 0 ||
      pwrite(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
  const auto id = cardcage::ReadBuildId(fd);
  if (id.ok()) ExpectPrintable(*id);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadAsManifest(bytes);
  ReadAsSharedObject(bytes);
  return 0;
}
