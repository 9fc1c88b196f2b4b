#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# build_plugins.sh MINOR FOLDER [INCLUDE…]: makes FOLDER/NAME.so of each NAME.c and NAME.cc in the folder MINOR beside
# this script, small and stripped. INCLUDE are looked through for headers before this checkout's own.
#
# The plugins in the folder MINOR itself were made by `build_plugins.sh MINOR FOLDER`, on Debian 12, when the minor was
# the header's, and are never made again. `cardcage describe NAME.so --manifest >NAME.manifest.json` has made what is
# beside them.
set -euo pipefail
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
root=${here%/tests/abi} sources=$here/$1 folder=$2
# shellcheck disable=SC2054 # the commas are the linker's
options=(-Os -s -fPIC -shared -fvisibility=hidden -Wall -Werror
  "-ffile-prefix-map=$root=." -Wl,--build-id -Wl,-z,noseparate-code -Wl,--no-undefined
  "-Wl,--version-script=$root/cmake/package/plugin.map")
for include in "${@:3}" "$root/framework/abi" "$root/framework/sdk"; do options+=("-I$include"); done

mkdir -p -- "$folder"
for source in "$sources"/*.c; do
  gcc -std=c11 -D_GNU_SOURCE "${options[@]}" -o "$folder/$(basename "$source" .c).so" "$source"
done
for source in "$sources"/*.cc; do
  g++ -std=c++20 -fvisibility-inlines-hidden -fno-gnu-unique "${options[@]}" -o "$folder/$(basename "$source" .cc).so" "$source"
done
