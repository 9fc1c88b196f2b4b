// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_MACHINES_CLI_LOAD_PLUGIN_H_
#define CARDCAGE_MACHINES_CLI_LOAD_PLUGIN_H_

#include <memory>
#include <string>

#include "framework/plugin/plugin_file.h"
#include "framework/plugin/type_registry.h"

namespace cardcage {

// Loads a plugin's file and adds its types, before the built-in ones. The file outlives the registry's use. Null
// where it cannot be, and that was said on stderr.
std::unique_ptr<PluginFile> LoadPlugin(const std::string& file, TypeRegistry& types);

}  // namespace cardcage

#endif  // CARDCAGE_MACHINES_CLI_LOAD_PLUGIN_H_
