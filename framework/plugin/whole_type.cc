// SPDX-License-Identifier: MIT
#include "framework/plugin/whole_type.h"

#include <map>
#include <vector>

namespace cardcage {
namespace {

// A type, and the copies that it leads to: one of each struct of the plugin's, however often it is in a list.
class Copies {
 public:
  explicit Copies(const cardcage_type& given) : type_(Whole(given)) {
    if (type_.struct_size < sizeof(type_)) return;
    CopyList(type_.params, type_.param_count, [this](cardcage_param& param) {
      Copy(param.default_value, [this](cardcage_value& value) {
        CopyList(value.items, value.item_count);  // what is an item has none itself
      });
    });
    CopyList(type_.regions, type_.region_count, [this](cardcage_region& region) {
      CopyList(region.registers, region.register_count,
               [this](cardcage_register& row) { CopyList(row.fields, row.field_count); });
    });
    CopyList(type_.signals, type_.signal_count);
    CopyList(type_.inputs, type_.input_count);
    CopyList(type_.counters, type_.counter_count);
  }

  const cardcage_type& type() const { return type_; }

 private:
  // Puts a copy in the place of what the pointer leads to, and `inner` does so with what that leads to.
  template <class Struct, class Inner>
  void Copy(const Struct*& at, Inner inner) {
    if (at == nullptr) return;
    std::shared_ptr<const void>& known = copies_[at];
    if (known == nullptr) {
      const auto copy = std::make_shared<Struct>(Whole(*at));
      known = copy;
      if (copy->struct_size == sizeof(Struct)) inner(*copy);
    }
    at = static_cast<const Struct*>(known.get());
  }

  template <class Struct, class Inner>
  void CopyList(const Struct* const*& list, uint32_t count, Inner inner) {
    if (list == nullptr || count == 0) return;
    const auto copy = std::make_shared<std::vector<const Struct*>>(list, list + count);
    for (const Struct*& element : *copy) Copy(element, inner);
    lists_.push_back(copy);
    list = copy->data();
  }
  template <class Struct>
  void CopyList(const Struct* const*& list, uint32_t count) {
    CopyList(list, count, [](Struct& /*element*/) {});
  }

  cardcage_type type_;
  std::map<const void*, std::shared_ptr<const void>> copies_;  // by the plugin's own
  std::vector<std::shared_ptr<const void>> lists_;
};

}  // namespace

std::shared_ptr<const cardcage_type> WholeType(const cardcage_type& given) {
  const auto copies = std::make_shared<Copies>(given);
  return {copies, &copies->type()};
}

}  // namespace cardcage
