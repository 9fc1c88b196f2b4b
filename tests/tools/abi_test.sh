#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of tools/abi: the gate that cardcage/abi.h goes through, and that CI has it. See lib.sh.
# Each tries edits of the header, made by sed, in a checkout of its own.
# shellcheck disable=SC2016 # what stands in single quotes is for sed, or is a message
# shellcheck source=tests/tools/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"
header=framework/abi/cardcage/abi.h
raise='s/(ABI_MINOR) 1$/\1 2/'

# The header as it is, with these edits, each of which has an effect; and 0.1 alone described.
edit() { # EXPRESSION…
  local before expression
  rm -rf "$checkout/framework" "$checkout/tests"
  mkdir -p "$checkout/framework/abi/cardcage" "$checkout/tests/abi/0.1"
  cp "$source_root/$header" "$checkout/$header"
  cp "$source_root/tests/abi/0.1/abi.txt" "$checkout/tests/abi/0.1"
  for expression; do
    before=$(<"$checkout/$header")
    sed -E -i "$expression" "$checkout/$header"
    [[ $before != "$(<"$checkout/$header")" ]] || fail "without effect: $expression"
  done
}
gate() { try "$checkout/tools/abi" "$@"; }
expect_refused() { # MESSAGE…
  local message
  gate
  expect_equal "$code:$out" "1:"
  for message; do expect_in "$message" "$err"; done
  expect_in "docs/abi.md" "$err"
}
expect_kept() {
  gate
  expect_equal "$code" 1
  expect_equal "$err" "$header: ABI 0.2 keeps what was promised, and has no description yet: write it by \`tools/abi \
store\`, and commit both"
  gate store
  expect_equal "$code:$err" "0:"
  gate
  expect_equal "$code:$err" "0:"
  expect_in "tests/abi/0.2/abi.txt" "$out"
}
line_of() { grep -nE -m 1 "$1" "$checkout/$header" | cut -d: -f1; }

test_header_is_as_it_was_described() {
  "$source_root/tools/abi" || fail "the header breaks a promise: the lines above say which"
}

test_ci_runs_this() {
  [[ ${CARDCAGE_BUILD-} ]] || skip "CARDCAGE_BUILD is not set: ctest does that"
  # What tools/test gives to ctest; .ci/run begins with tools/test.
  expect_in "--label-exclude soak" "$(<"$source_root/tools/test")"
  try ctest --test-dir "$CARDCAGE_BUILD" --show-only --label-exclude soak -R '^tools\.abi\.header_is_as_it_was_described$'
  expect_in "Total Tests: 1" "$out"
}

test_comments_and_layout_are_free() {
  edit 's/^(  uint32_t struct_size;)$/\1 \/* in bytes *\//' '/^  uint32_t vcpu;/s/^  /    /'
  gate
  expect_equal "$code:$err" "0:"
}

test_appended_in_a_new_minor_passes() {
  edit "$raise" 's/^\} cardcage_region;/  uint64_t stride;\n&/' \
    's/^#define CARDCAGE_KIND_MAC.*/&\n#define CARDCAGE_KIND_UUID 14u/' \
    's/^typedef uint32_t cardcage_status;/&\ntypedef uint32_t cardcage_more;/' \
    's/^typedef struct cardcage_error \{/typedef struct cardcage_news { uint32_t struct_size; cardcage_more more; } cardcage_news;\n&/'
  expect_kept
  # What comes later needs the next minor.
  sed -i 's/^} cardcage_region;/  uint64_t pace;\n&/' "$checkout/$header"
  expect_refused "cardcage_region.pace: this field is new, and ABI 0.2 is closed: raise CARDCAGE_ABI_MINOR to 3, then \
describe that by \`tools/abi store\`"
}

test_appended_in_all_structs_passes() {
  edit "$raise" 's/^\} (cardcage_\w+);/  uint64_t more;\n&/'
  expect_equal "$(grep -c ' more;' "$checkout/$header")" "$(grep -c '^typedef struct' "$checkout/$header")"
  expect_kept
}

test_appended_without_a_new_minor_is_refused() {
  edit 's/^\} cardcage_region;/  uint64_t stride;\n&/' 's/^#define CARDCAGE_KIND_MAC.*/&\n#define CARDCAGE_KIND_UUID 14u/'
  expect_refused "$header:$(line_of stride): cardcage_region.stride: this field is new, and ABI 0.1 is closed: raise \
CARDCAGE_ABI_MINOR to 2, then describe that by \`tools/abi store\`" \
    "CARDCAGE_KIND_UUID: this constant is new"
}

test_inserted_is_refused() {
  local minor
  for minor in 's/x*//;1s/$/ /' "$raise"; do
    edit "$minor" 's/^  const char\* size_param;/  uint64_t stride;\n&/'
    expect_refused "$header:$(line_of stride): cardcage_region.stride: this field is inserted in the middle of the struct \
(behind \`size\`, at offset 24): append it at the end of the struct instead, behind \`write_batch\`, the last field of \
ABI 0.1"
    expect_equal "$(grep -c cardcage_ <<<"$err")" 1 # not what only follows from it
  done
  gate store
  expect_equal "$code" 1
  expect_equal "$(ls "$checkout/tests/abi")" 0.1
  # Where others give way for it, too.
  edit "$raise" 's/^  uint32_t unaligned;/  uint16_t unaligned;\n  uint16_t stride;/'
  expect_refused "cardcage_region.unaligned: was \`uint32_t\` of 4 bytes in ABI 0.1 and is \`uint16_t\` of 2: keep it, \
and append another field behind \`write_batch\`" "cardcage_region.stride: this field is inserted in the middle"
}

test_removed_is_refused() {
  edit "$raise" '/^  uint32_t unaligned;/d' '/^#define CARDCAGE_KIND_MAC/d' 's/^extern const cardcage_plugin .*/extern const int cardcage_entry;/' \
    '/^typedef struct cardcage_interrupt_controller/,/^\} card/d' 's/cardcage_batch_function/cardcage_many_function/'
  expect_refused "cardcage_region.unaligned: this field of ABI 0.1 is removed, from offset 36: keep it" \
    "CARDCAGE_KIND_MAC: this constant of ABI 0.1 is gone" "cardcage_plugin_entry: this symbol of ABI 0.1 is gone" \
    "cardcage_interrupt_controller: this struct of ABI 0.1 is gone" \
    "cardcage_batch_function: this type of ABI 0.1 is gone"
}

test_changed_is_refused() {
  edit "$raise" 's/(CARDCAGE_PENDING) .*/\1 \\/' 's/^  2u  /  5u  /' \
    's/^typedef uint32_t cardcage_status;/typedef int32_t cardcage_status;/' \
    's/^  void \(\*stop\)\(void\* self, uint64_t code\)/  void (*stop)(void* self, uint32_t code)/' \
    's/^  uint64_t reset; /  int64_t reset; /' 's/interrupt-controller\/1/interrupt-controller\/2/'
  expect_refused "CARDCAGE_PENDING: was \`uint32_t 0x2\` in ABI 0.1 and is \`uint32_t 0x5\`: it stays" \
    "cardcage_status: was \`uint32_t\` in ABI 0.1 and is \`int32_t\`" \
    "cardcage_host.stop: was \`void (*)(void *, uint64_t)\` of 8 bytes in ABI 0.1 and is \`void (*)(void *, uint32_t)\`" \
    "cardcage_register.reset: was \`uint64_t\` of 8 bytes in ABI 0.1 and is \`int64_t\` of 8" \
    "CARDCAGE_EXTENSION_INTERRUPT_CONTROLLER: was"
}

test_moved_or_renamed_is_refused() {
  edit "$raise" '/^  const cardcage_signal\* const\* signals;/{h;d};/^  const cardcage_signal\* const\* inputs;/G'
  expect_refused "cardcage_type.signals: was at offset 48 in ABI 0.1 and is at 56: keep the fields of ABI 0.1 in their order"
  edit "$raise" 's/^  uint32_t unaligned;/  uint32_t crooked;/'
  expect_refused "cardcage_region.crooked: is \`unaligned\` of ABI 0.1 under another name"
}

test_reserved_field_may_get_a_name() {
  local use='/^  uint32_t register_count;/{n;s/reserved/stride/}'
  edit "$use"
  expect_refused "cardcage_region.stride: this field is new, and ABI 0.1 is closed"
  edit "$raise" "$use"
  expect_kept
  edit "$raise" '/^  uint32_t register_count;/{n;s/uint32_t reserved/int32_t stride/}'
  expect_refused "cardcage_region.stride: this field is inserted"
}

test_what_can_never_grow_is_refused() {
  local new='s/^\} cardcage_region;/&\ntypedef struct cardcage_news { FIELDS } cardcage_news;/' fields expressions=("$raise")
  for fields in 'uint32_t size; uint32_t more;' 'uint32_t struct_size; uint16_t more;' \
    'uint32_t struct_size; uint64_t more;' 'uint32_t struct_size; uint32_t reserved; cardcage_region r;' \
    'uint32_t struct_size; uint32_t thing_count; const cardcage_region* things;'; do
    expressions+=("$(sed "s/FIELDS/$fields/; s/news/news${#expressions[@]}/g" <<<"$new")")
  done
  edit "${expressions[@]}"
  expect_refused "cardcage_news1: its first field is not \`uint32_t struct_size\`" \
    "cardcage_news2: 2 bytes of padding at its end" "cardcage_news3.more: 4 bytes of padding before it" \
    "cardcage_news4.r: a struct inside a struct can never grow" \
    "cardcage_news5.things: a struct in an array can never grow: a list is an array of pointers, \`const \
cardcage_region *const *\`"
}

test_what_has_no_layout_is_refused() {
  local fields
  for fields in 'unsigned a : 3;' 'union { int a; float b; };' 'enum { kA } more;'; do
    edit "$raise" "s/^\\} cardcage_region;/&\ntypedef struct cardcage_news { uint32_t struct_size; $fields } cardcage_news;/"
    gate
    expect_equal "$code" 1
    expect_in "a struct has fields with names and nothing else" "$err"
  done
  edit 's/^\} cardcage_region;/&\nenum cardcage_mode { kA };/'
  gate
  expect_equal "$code" 1
  expect_in "cardcage_mode: the contract has structs, typedefs, constants" "$err"
}

test_minors_are_counted() {
  edit "$raise"
  expect_refused "CARDCAGE_ABI_MINOR: is 2, and nothing is new since ABI 0.1: leave it at 1"
  edit 's/(ABI_MINOR) 1$/\1 3/' 's/^\} cardcage_region;/  uint64_t stride;\n&/'
  expect_refused "CARDCAGE_ABI_MINOR: is 3, and the last minor that is described is 1: what adds to that is 2"
}

test_draft_may_change() {
  edit 's/^\} cardcage_region;/&\n#define CARDCAGE_DRAFT_DMA "cardcage.draft.dma"\ntypedef struct cardcage_draft_dma { int a; } cardcage_draft_dma;/'
  gate
  expect_equal "$code:$err" "0:"
  edit "$raise" 's/^typedef struct cardcage_error \{/struct cardcage_draft_dma;\n&/' \
    's/^\} cardcage_region;/  const struct cardcage_draft_dma* dma;\n&/'
  expect_refused "cardcage_region.dma: leads to a draft, which may change"
}

test_description_that_was_changed_is_refused() {
  edit
  sed -i 's/^  unaligned at/  unaligned  at/' "$checkout/tests/abi/0.1/abi.txt"
  gate
  expect_equal "$code" 1
  expect_in "tests/abi/0.1/abi.txt:$(grep -n unaligned "$checkout/tests/abi/0.1/abi.txt" | cut -d: -f1): this is no line" "$err"
  # Two minors of which the later does not keep the earlier, whatever the header says.
  edit "$raise" 's/^\} cardcage_region;/  uint64_t stride;\n&/'
  expect_kept
  sed -i '/^  unaligned at/d' "$checkout/tests/abi/0.2/abi.txt"
  gate
  expect_equal "$code" 1
  expect_in "tests/abi/0.2/abi.txt: cardcage_region.unaligned: this field of ABI 0.1 is removed" "$err"
}

run "$@"
