// SPDX-License-Identifier: MIT
// The file as a shared object.
#include <cxxabi.h>
#include <elf.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "machines/validate/check.h"

namespace cardcage {
namespace {

// A table of structs in a file; empty where it does not lie inside.
template <class Entry>
std::vector<Entry> Table(const std::string& file, uint64_t offset, uint64_t count) {
  if (offset > file.size() || count > (file.size() - offset) / sizeof(Entry)) return {};
  std::vector<Entry> entries(count);
  std::memcpy(entries.data(), file.data() + offset, count * sizeof(Entry));
  return entries;
}

// What the linker defines in each shared object.
bool IsTheLinkers(std::string_view name) {
  for (const std::string_view known : {"_init", "_fini", "_end", "_edata", "__bss_start"}) {
    if (name == known) return true;
  }
  return false;
}

// A template or inline function of the C++ library: compilers give it a symbol whatever the plugin's visibility is.
bool IsTheLibrarys(const Elf64_Sym& symbol, const std::string& name) {
  if (ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL) return false;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, nullptr), &std::free);
  return readable != nullptr &&
         std::string_view(readable.get()).find("std::") != std::string_view::npos;
}

}  // namespace

void CheckSymbols(Context& context) {
  std::ifstream stream(context.file(), std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), {}};
  const auto headers = Table<Elf64_Ehdr>(file, 0, 1);
  if (headers.empty()) return context.Skip("the file has changed");
  const auto sections = Table<Elf64_Shdr>(file, headers[0].e_shoff, headers[0].e_shnum);
  std::string extra;
  unsigned count = 0;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_DYNSYM || section.sh_link >= sections.size()) continue;
    const uint64_t names = sections[section.sh_link].sh_offset;
    for (const Elf64_Sym& symbol :
         Table<Elf64_Sym>(file, section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
      if (names > file.size() || symbol.st_name >= file.size() - names) continue;
      const std::string name = file.c_str() + names + symbol.st_name;
      if (name == "cardcage_plugin_entry" || IsTheLinkers(name) || IsTheLibrarys(symbol, name))
        continue;
      if (++count <= 3) absl::StrAppend(&extra, extra.empty() ? "" : ", ", name);
    }
  }
  if (count > 0) {
    context.Find(absl::StrCat("it exports ", count, count == 1 ? " symbol" : " symbols",
                              " beside cardcage_plugin_entry: ", extra, count > 3 ? ", …" : "",
                              "; build it with -fvisibility=hidden"));
  }
}

}  // namespace cardcage
