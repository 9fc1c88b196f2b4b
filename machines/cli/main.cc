// SPDX-License-Identifier: MIT
// The `cardcage` command.
#include "framework/plugin/builtin_devices.h"
#include "machines/cli/command_line.h"

int main(int argc, char** argv) { return cardcage::Main(argc, argv, cardcage::BuiltinDevices()); }
