#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of the guides in docs/: what they say is done, in order, with an installation and nothing else of Cardcage.
# shellcheck disable=SC2016 # backticks and $ are Markdown's
# shellcheck source=tests/install/installed.sh
source "${BASH_SOURCE[0]%/*}/../install/installed.sh"
here=$source_root/tests/docs

follow() { # GUIDE [EXAMPLE], in a copy of the example
  if [[ ${2-} ]]; then cp -r "$prefix/share/doc/cardcage/examples/$2" guide; else mkdir guide; fi
  export PATH="$prefix/bin:$PATH" CFLAGS='-Wall -Wextra -Wpedantic -Werror' CXXFLAGS='-Wall -Wextra -Wpedantic -Werror'
  try "$here/run_guide.py" "$source_root/docs/$1" "$scratch/guide"
  [[ $code == 0 ]] || fail "$out"
}

test_adding_a_device() {
  follow adding-a-device.md
}

test_adding_a_dma_engine() {
  follow adding-a-dma-engine.md
}

test_languages() {
  command -v rustc >/dev/null || skip "rustc is not installed: install it (tools/setup test)"
  follow languages.md languages
}

# The script itself: that it would see a guide that is wrong.
refuses() { # WANTED LINE…
  local wanted=$1
  shift
  mkdir -p guide
  printf '%s\n' "$@" >guide.md
  try "$here/run_guide.py" guide.md "$scratch/guide"
  expect_equal "$code" 1
  expect_in "$wanted" "$out"
}

test_wrong_guide_is_refused() {
  refuses 'guide.md:1: `echo a` printed' '```console' '$ echo a' 'b' '```'
  refuses '`true` printed' '```console' '$ true' 'b' '…' '```'
  refuses '`false` ended with 1' '```console' '$ false' '```'
  refuses 'names no file' 'Text without a name:' '```cpp' 'int i;' '```'
  refuses "kind 'sh'" '```sh' 'ls' '```'
  refuses 'guide.md:7: these lines are 2 times' '`a.txt`:' '```cpp' 'x' 'x' '```' '`a.txt`:' '```diff' '-x' '+y' '```'
  refuses 'these lines are 0 times' '`a.txt`:' '```cpp' 'x' '```' '`a.txt`:' '```diff' ' y' '+z' '```'
}

test_right_guide_is_followed() {
  mkdir -p guide
  printf '%s\n' '`a.txt`:' '```cpp' 'one' '' 'two' '```' 'Then `a.txt`:' '```diff' '@@' ' one' '+and a half' '' '@@' \
    '-two' '```' '```console' '$ cat a.txt' 'one' 'and a half' '' '$ seq 9' '1' '…' '9' '$ mkdir b; cd b' '$ echo x y z' \
    'x … z' '$ false' '$ echo $?' '1' '```' 'In b, `c.txt`:' '```cpp' 'c' '```' >guide.md
  try "$here/run_guide.py" guide.md "$scratch/guide"
  expect_equal "$code:$out" "0:guide.md: 4 listings"
  expect_equal "$(cat guide/b/c.txt)" c
}

run "$@"
