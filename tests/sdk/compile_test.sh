#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# compile_test.sh COMPILER REPOSITORY: what a compiler makes of devices' sources beside this script.
#
#   mistakes/*.cc  are refused, and the first error is what the file's line "// Says: " has. Its line "// Shows: "
#                  is the culprit: clang has it in the line of the error, g++ in the lines around it.
#   *.cc           compile without a warning.
set -uo pipefail
compiler=$1 root=$2
here=${BASH_SOURCE[0]%/*}
failed=0 count=0

if ! command -v "$compiler" >/dev/null; then
  echo "$compiler is not installed: install it (tools/setup test)"
  exit 77 # ctest reads it as skipped
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

compile() { # ARGUMENT...
  "$compiler" -std=c++20 -Wall -Wextra -Wpedantic -Werror -I"$root/framework/abi" -I"$root/framework/sdk" "$@" 2>&1
}
fail() { # FILE WHAT
  printf '%s: %s\n%s\n\n' "${1##*/}" "$2" "$output"
  failed=1
}

# What all of them include is read once, which takes most of the time.
headers=$root/framework/sdk/cardcage
case $compiler in
  g++*) compile -x c++-header "$headers/device.h" -o "$scratch/device.h.gch" && precompiled=(-include "$scratch/device.h") ;;
  *) compile -x c++-header "$headers/device.h" -o "$scratch/device.pch" && precompiled=(-include-pch "$scratch/device.pch") ;;
esac || exit 1

for file in "$here"/*.cc; do
  output=$(compile -fsyntax-only "${precompiled[@]}" "$file")
  [[ $output ]] && fail "$file" "it does not compile clean"
  count=$((count + 1))
done

for file in "$here"/mistakes/*.cc; do
  says=$(sed -n 's,^// Says: ,,p' "$file")
  shows=$(sed -n 's,^// Shows: ,,p' "$file")
  output=$(compile -fsyntax-only "${precompiled[@]}" "$file")
  code=$?
  first=$(grep -m 1 'error: ' <<<"$output")
  around=$first
  [[ $compiler == g++* ]] && around=$(awk '/error: / && ++errors > 1 { exit } { print }' <<<"$output")
  if [[ ! $says ]]; then
    fail "$file" "it has no line '// Says: '"
  elif ((code == 0)); then
    fail "$file" "it compiles"
  elif [[ $first != *"$says"* ]]; then
    fail "$file" "its first error is not '$says', but: $first"
  elif [[ $around != *"$shows"* ]]; then
    fail "$file" "nothing shows '$shows' beside its first error"
  fi
  count=$((count + 1))
done
echo "$compiler: $count files"
exit "$failed"
