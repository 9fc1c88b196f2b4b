#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of tools/test, tools/presubmit and .ci/run. See lib.sh.
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck source=tests/tools/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

presubmit() { "$checkout/tools/presubmit" "$@"; }

commit() { git add . && git -c user.name=n -c user.email=e commit --quiet --message change; }

# A repository with one commit, in which everything passes.
make_repository() {
  cd "$checkout" || fail "no checkout"
  mkdir cmake
  printf '# SPDX-License-Identifier: MIT\n' >cmake/CheckIncludes.cmake
  printf '# Stand-in\n\nSee [there](#the-second-part) and `tools/test`.\n\n## The second part\n' >README.md
  printf '/build/\n' >.gitignore
  git init --quiet
  commit
}

test_test_passes_on_ctest() {
  try "$checkout/tools/test"
  expect_equal "$code" 0
  expect_in "100% tests passed, 0 tests failed out of 2" "$out"
  expect_in "Total Test time" "${out##*$'\n'}"
  KVM_TEST_RESULT=3 try "$checkout/tools/test"
  expect_equal "$code" 8 # ctest's own
  expect_in "kvm.skips (Failed)" "$out"
  try "$checkout/tools/test" -R unit
  expect_in "0 tests failed out of 1" "$out"
  try "$checkout/tools/test" --soak
  expect_in "soak.passes" "$out"
  expect_in "0 tests failed out of 1" "$out"
  try "$checkout/tools/cardcage" after # is not built again for having been configured with tests
  expect_equal "$out:$err" "[after]:"
}

test_presubmit_passes() {
  make_repository
  try presubmit --all
  expect_equal "$code" 0
  expect_equal "$(grep -c ' ok ' <<<"$out")" 7
  try presubmit --everything
  expect_equal "$code" 64
}

test_presubmit_finds_what_is_wrong() {
  make_repository
  printf '[gone](docs/gone.md)\n[part](#third)\n`tools/gone`\n' >>README.md
  sed -i 's/^int main(int argc/int main( int argc/' main.cc
  printf '#!/bin/bash\nif true\n' >tools/broken
  printf 'message(FATAL_ERROR "devices/x.cc:3: a device may include sdk/ only")\n' >cmake/CheckIncludes.cmake
  printf 'a: 1 \nb:\t2\n' >a.yaml
  try presubmit
  expect_equal "$code" 1
  expect_in "README.md:6: the link 'docs/gone.md' leads to no file of the project" "$out"
  expect_in "README.md:7: README.md has no heading for '#third'" "$out"
  expect_in "README.md:8: there is no tools/gone" "$out"
  expect_in "main.cc:9: not formatted" "$out"
  expect_in "mend: clang-format -i main.cc" "$out"
  expect_in "tools/broken: line 3: syntax error" "$out"
  expect_in "devices/x.cc:3: a device may include sdk/ only" "$out"
  expect_in "a.yaml:1: white space at the end" "$out"
  expect_in "a.yaml:2: a tab" "$out"
  expect_in "cmake/CheckIncludes.cmake:1: no licence line" "$out"
  expect_in "presubmit: failed: files format borders links scripts" "$err"
}

test_presubmit_tidies_changes() {
  make_repository
  mkdir framework
  printf '// SPDX-License-Identifier: MIT\nextern int* shared;\n' >framework/shared.h
  sed -i 's|#include <cstring>|&\n\n#include "framework/shared.h"|; s/^int main/int *shared = 0;\n\n&/' main.cc
  clang-format -i main.cc
  try presubmit
  expect_equal "$code" 1
  expect_in "main.cc:11:15: error: use nullptr [modernize-use-nullptr" "$out"
  commit
  git update-ref refs/remotes/origin/main HEAD
  try presubmit # nothing has changed since
  expect_equal "$code" 0
  echo 'constexpr int badly_named = 1;' >>framework/shared.h # is seen through what includes it
  try presubmit
  expect_equal "$code" 1
  expect_in "framework/shared.h:3:15: error: invalid case style for global constant 'badly_named'" "$out"
}

test_ci_refuses_skips_for_want_of_kvm() {
  try env KVM_TEST_RESULT=77 "$checkout/.ci/run" test
  expect_in "- kvm.skips: no /dev/kvm here" "$out"
  if [[ -c /dev/kvm && -r /dev/kvm && -w /dev/kvm ]]; then
    expect_equal "$code" 1
    expect_in "/dev/kvm opens, yet tests were skipped" "$err"
    expect_equal "${out##*$'\n'}" "ci: 0 passed, 1 failed"
  fi
}

test_ci_allows_skips_without_kvm() {
  need_namespace
  mkdir dev
  touch dev/{null,zero,urandom}
  try in_namespace '
    for device in null zero urandom; do mount --bind /dev/$device dev/$device || exit; done
    mount --rbind dev /dev && KVM_TEST_RESULT=77 exec "$1" test' "$checkout/.ci/run"
  expect_equal "$code" 0
  expect_in "ci: there is no /dev/kvm" "$err"
  expect_in "there is no /dev/kvm: the tests that need it will be skipped" "$err"
  expect_equal "${out##*$'\n'}" "ci: 1 passed, 0 failed"
}

test_ci_says_that_fuzzers_are_missing() {
  sed -i 's/^add_custom_target(guests)/&\nadd_custom_target(fuzzers)/' "$checkout/CMakeLists.txt"
  try "$checkout/.ci/run" fuzz
  expect_equal "$code" 1
  expect_in "no fuzzer in $checkout/build/fuzz/fuzz" "$err"
}

run "$@"
