// SPDX-License-Identifier: MIT
#include "framework/plugin/open_shared_object.h"

#include <dlfcn.h>

namespace cardcage {

// The build leaves out what the search for a handler needs to go through this function: so it ends here. It must be a
// frame of its own, not a jump.
void* OpenSharedObject(const char* path) { return dlopen(path, RTLD_NOW | RTLD_LOCAL); }

}  // namespace cardcage
