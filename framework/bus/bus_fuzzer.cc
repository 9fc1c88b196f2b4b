// SPDX-License-Identifier: MIT
// Any access to any set of regions: a handler sees only what its region declared.
#include <cstdlib>
#include <cstring>

#include "framework/bus/address_space.h"

namespace cardcage {
namespace {

struct Chip {
  const Mapping* mapping = nullptr;

  static cardcage_status Answer(void* self, cardcage_access* access) {
    const Mapping& mapping = *static_cast<Chip*>(self)->mapping;
    const bool inside =
        access->offset < mapping.range.size && mapping.range.size - access->offset >= access->size;
    const bool declared = (mapping.sizes & access->size) != 0 &&
                          (mapping.unaligned || access->offset % access->size == 0);
    if (!inside || !declared) std::abort();
    if ((access->flags & CARDCAGE_ACCESS_WRITE) == 0) access->value = 0x5a5a5a5a5a5a5a5a;
    return static_cast<cardcage_status>(access->offset % 5);
  }
};

// Numbers out of the fuzzer's bytes.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), left_(size) {}
  bool empty() const { return left_ == 0; }
  template <class T>
  T Take() {
    T value{};
    const size_t n = std::min(sizeof(T), left_);
    std::memcpy(&value, data_, n);
    data_ += n;
    left_ -= n;
    return value;
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

template <class Space>
void Fuzz(Space& space, Input& input) {
  std::vector<std::unique_ptr<Chip>> chips;
  Accessor by(0);
  const unsigned regions = input.Take<uint8_t>() % 16;
  for (unsigned i = 0; i < regions; ++i) {
    auto mapping = std::make_unique<Mapping>();
    mapping->range = {input.Take<uint32_t>(), input.Take<uint16_t>()};
    mapping->read = &Chip::Answer;
    mapping->write = &Chip::Answer;
    mapping->sizes = input.Take<uint8_t>() & 15;
    mapping->unaligned = input.Take<uint8_t>() % 2 == 0;
    chips.push_back(std::make_unique<Chip>());
    mapping->device = chips.back().get();
    chips.back()->mapping = mapping.get();
    (void)space.Add(std::move(mapping));
  }
  space.Publish();
  while (!input.empty()) {
    const unsigned size = 1 + input.Take<uint8_t>() % 8;
    const uint64_t address = input.Take<uint32_t>();
    if (size % 2 == 0) {
      space.Write(by, address, size, input.Take<uint64_t>());
    } else {
      const uint64_t value = space.Read(by, address, size);
      if (size < 8 && value >> (8 * size) != 0) std::abort();
    }
  }
}

}  // namespace
}  // namespace cardcage

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardcage::Input input(data, size);
  cardcage::Bus bus;
  if (input.Take<uint8_t>() % 2 == 0) {
    cardcage::Fuzz(bus.ports, input);
  } else {
    cardcage::Fuzz(bus.mmio, input);
  }
  return 0;
}
