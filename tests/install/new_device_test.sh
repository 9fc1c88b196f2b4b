#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of `cardcage new-device`: the projects that it writes build, test themselves and run as they are.
# shellcheck source=tests/install/installed.sh
source "${BASH_SOURCE[0]%/*}/installed.sh"
export CXXFLAGS='-Wall -Wextra -Wpedantic -Werror'

# Does what the program has said to do next.
take_next_steps() {
  local steps
  steps=$(sed -n '/^Next:$/,/^README/{s/^  //p}' <<<"$err")
  expect_equal "$(wc -l <<<"$steps")" 5
  try eval "set -e; $steps"
  [[ $code == 0 ]] || fail "$out"
}

test_on_a_port() {
  try cardcage new-device dice
  expect_equal "$code" 0
  expect_in $'dice/dice.cc\n' "$out"
  take_next_steps
  expect_in "0 tests failed out of 8" "$out"
}

test_in_memory_with_a_prefix() {
  try cardcage new-device acme.count-down --mmio
  expect_equal "$code" 0
  CMAKE_GENERATOR=Ninja take_next_steps
  expect_in "0 tests failed out of 8" "$out"
  try cardcage describe acme.count-down/build/acme.count-down.so
  expect_in "acme.count-down: adds up what is written to it" "$out"
  expect_in "mmio" "$out"
}

# Of a device whose class would be called as a member of it is.
test_ci_script_does_it_all() {
  try cardcage new-device reset
  expect_equal "$code" 0
  CMAKE_PREFIX_PATH=$prefix try reset/.ci/run
  [[ $code == 0 ]] || fail "$out"
  expect_in "0 tests failed out of 8" "$out"
  sed -i 's/return sum_;/return sum_ + 1;/' reset/reset.cc
  CMAKE_PREFIX_PATH=$prefix try reset/.ci/run
  [[ $code != 0 ]] || fail "a device that is wrong passes"
  expect_in "reset.yaml (Failed)" "$out"
}

test_program_in_path_is_found_by_its_name() {
  PATH="$prefix/bin:$PATH" try cardcage new-device dice
  expect_equal "$code" 0
  expect_in $'\n  cmake -S . -B build\n' "$err"
  expect_in $'\n  cardcage run dice.yaml' "$err"
}

test_readme_names_the_guide_where_it_is() {
  local guide
  try cardcage new-device dice
  guide=$(grep -o 'share/doc/[a-z/-]*\.md' dice/README.md)
  [[ -e $prefix/$guide ]] || fail "there is no $guide"
}

test_build_folder_is_to_be_installed_first() {
  try "$build/cardcage" new-device dice
  expect_equal "$code" 0
  expect_in "cmake --install $build --prefix" "$err"
}

test_mistakes_end_with_sixty_four() {
  try cardcage new-device
  expect_equal "$code" 64
  try cardcage new-device CountDown
  expect_equal "$code" 64
  # shellcheck disable=SC2016
  expect_in 'did you mean `count-down`?' "$err"
  try cardcage new-device dice --mimo
  expect_equal "$code" 64
  # shellcheck disable=SC2016
  expect_in 'did you mean `--mmio`?' "$err"
  try cardcage new-device dice --port --mmio
  expect_equal "$code" 64
  expect_equal "$(ls)" "$(printf 'err\nmoved here')"
}

test_folder_that_is_there_is_left_alone() {
  mkdir dice
  try cardcage new-device dice
  expect_equal "$code:$out" "64:"
  expect_in "already" "$err"
  expect_equal "$(ls dice)" ""
}

test_folder_that_cannot_be_written_ends_with_sixty_nine() {
  need_root
  chmod 755 "$scratch"
  chmod -R go+rX "$prefix"
  try as_nobody "$prefix/bin/cardcage" new-device dice
  expect_equal "$code:$out" "69:"
  expect_in "dice: Permission denied" "$err"
}

run "$@"
