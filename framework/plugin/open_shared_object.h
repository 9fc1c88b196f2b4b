// SPDX-License-Identifier: MIT
#ifndef CARDCAGE_FRAMEWORK_PLUGIN_OPEN_SHARED_OBJECT_H_
#define CARDCAGE_FRAMEWORK_PLUGIN_OPEN_SHARED_OBJECT_H_

namespace cardcage {

// dlopen, all symbols bound at once, none offered to others. What a constructor of the shared object throws goes no
// further: the process ends, with the C++ library's own words for what was thrown. Nobody above can catch it, which
// would leave the loader in the middle of its work, and a program with a C++ library of its own (-static-libstdc++)
// would end without these words.
void* OpenSharedObject(const char* path);

}  // namespace cardcage

#endif  // CARDCAGE_FRAMEWORK_PLUGIN_OPEN_SHARED_OBJECT_H_
