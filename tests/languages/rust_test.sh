#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cardcage.rs beside abi.h, and what rustc makes of the device of examples/languages.
#
# RUSTC and CC are the compilers; without them, those in PATH.
# shellcheck source=tests/tools/lib.sh
source "${BASH_SOURCE[0]%/*}/../tools/lib.sh"
here=$source_root/tests/languages

prepare() {
  case ${RUSTC-} in '' | *-NOTFOUND) RUSTC=rustc ;; esac
  command -v "$RUSTC" >/dev/null || skip "rustc is not installed: install it (tools/setup test)"
  compile_cardcage "$source_root/framework/sdk/rust/cardcage.rs"
}

rust() { "$RUSTC" --edition=2021 -Copt-level=2 -Dwarnings "$@"; }

compile_cardcage() { # FILE
  try rust --crate-type=rlib --crate-name=cardcage "$1"
  expect_equal "$code:$err" "0:"
}

# Compares abi.h (or another header) with libcardcage.rlib.
compare() { # [HEADER]
  local header=${1:-$source_root/framework/abi/cardcage/abi.h}
  python3 "$here/mirror.py" "$header" mirror.c mirror.rs || fail "the header cannot be read"
  try "${CC:-cc}" -std=c11 -Wall -Werror mirror.c -o mirror_c
  expect_equal "$code:$err" "0:"
  try rust --extern=cardcage=libcardcage.rlib mirror.rs -o mirror_rs
  [[ $code == 0 ]] || return
  try diff <(./mirror_c) <(./mirror_rs)
}

# A line of the header, replaced.
header_with() { # SED_SCRIPT
  sed -E "$1" "$source_root/framework/abi/cardcage/abi.h" >other.h
  cmp --quiet other.h "$source_root/framework/abi/cardcage/abi.h" && fail "the header has no such line"
  echo other.h
}

test_mirror_is_the_header() {
  compare
  expect_equal "$code:$err:$out" "0::"
  ./mirror_c >lines
  # Nothing was overlooked: as many structs as the header ends, as many constants as it has values for.
  local header=$source_root/framework/abi/cardcage/abi.h
  expect_equal "$(grep -c '^struct ' lines)" "$(grep -c '^} cardcage_' "$header")"
  expect_equal "$(grep -c '^constant ' lines)" "$(grep -cE '^#define CARDCAGE_[A-Z0-9_]+ ' "$header")"
}

test_field_that_the_mirror_lacks_is_found() {
  compare "$(header_with 's/^(  const char\* license;.*)/\1 const char* author;/')"
  [[ $code != 0 ]] || fail "nothing was found"
  # shellcheck disable=SC2016 # rustc's own
  expect_in 'no field `author`' "$err"
}

test_field_of_another_type_is_found() {
  compare "$(header_with 's/^  uint64_t reset;/  int64_t reset;/')"
  [[ $code != 0 ]] || fail "nothing was found"
  expect_in 'i64' "$err"
}

test_function_with_other_arguments_is_found() {
  compare "$(header_with 's/\(\*stop\)\(void\* self, uint64_t code\)/(*stop)(void* self, uint32_t code)/')"
  [[ $code != 0 ]] || fail "nothing was found"
  expect_in 'stop' "$err"
}

test_fields_in_another_order_are_found() {
  compare "$(header_with 's/^  uint32_t high; .*/  uint32_t low;/; t; s/^  uint32_t low;/  uint32_t high;/')"
  [[ $code == 1 ]] || fail "nothing was found"
  expect_in 'cardcage_field.high' "$out"
}

test_constant_of_another_value_is_found() {
  compare "$(header_with 's/^(#define CARDCAGE_KIND_MAC) 13u/\1 14u/')"
  [[ $code == 1 ]] || fail "nothing was found"
  expect_in 'CARDCAGE_KIND_MAC 14' "$out"
}

# What no panic can come from is not linked to one. What rustc itself puts around each function that C calls is left.
panics_of() { # SOURCE
  try rust --crate-type=cdylib --extern=cardcage=libcardcage.rlib --emit=obj -o device.o "$1"
  expect_equal "$code:$err" "0:"
  nm --undefined-only device.o | grep -E 'panicking|unwrap_failed|expect_failed|index_fail|_fail' |
    grep -vE 'panic_no_unwind|panic_cannot_unwind|panic_nounwind|panic_in_cleanup|7cleanup|alloc_error'
}

test_example_cannot_panic() {
  expect_equal "$(panics_of "$source_root/examples/languages/crc32.rs")" ""
  expect_in panic_bounds_check "$(panics_of "$here/panics.rs")"
}

test_plugin_needs_the_libraries_of_c_alone() {
  try rust --crate-type=cdylib --extern=cardcage=libcardcage.rlib -o crc32.so "$source_root/examples/languages/crc32.rs"
  expect_equal "$code:$err" "0:"
  expect_equal "$(nm --dynamic --defined-only --format=posix crc32.so | cut -d' ' -f1)" cardcage_plugin_entry
  expect_equal "$(readelf --dynamic crc32.so | sed -nE 's/.*NEEDED.*\[(.*)\]/\1/p' |
    grep -vxE 'libc\.so\.6|libgcc_s\.so\.1|ld-linux-x86-64\.so\.2')" ""
}

run "$@"
