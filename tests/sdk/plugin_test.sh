#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# plugin_test.sh FILE [BYTES]: what the SDK promises of a plugin as it is built.
#
# The tables are constants, in .data.rel.ro, which is read-only once it is loaded; the SDK has no variables; the
# entry is all that it exports; it needs the libraries of C and C++ alone, and no Abseil. Stripped, as
# `cmake --install --strip` leaves it, it has less than BYTES.
set -uo pipefail
file=$1 most=${2-}
failed=0 tables=0

fail() {
  printf '%s: %s\n' "${file##*/}" "$*"
  failed=1
}

declare -A section
while read -r index name; do
  section[$index]=$name
done < <(readelf --wide --sections "$file" | sed -nE 's/^ *\[ *([0-9]+)\] +([^ ]+) .*/\1 \2/p')
symbols=$(readelf --wide --symbols "$file" | c++filt)

# readelf's columns: number, value, size, type, binding, visibility, section, name.
while read -r _ _ _ type _ _ index name; do
  [[ $type == OBJECT && $index =~ ^[0-9]+$ ]] || continue
  at=${section[$index]-}
  case $name in
    cardcage_plugin_entry | cardcage::*internal::Tables\<*)
      tables=$((tables + 1))
      [[ $at == .data.rel.ro* || $at == .rodata* ]] ||
        fail "$name is in $at: it is no constant" ;;
    # The compiler's own: where exceptions find their types, what belongs to the object as a whole.
    DW.ref.* | __dso_handle | completed.0 | __TMC_END__) ;;
    *)
      [[ $at == .data || $at == .bss ]] && fail "$name is in $at: a variable of the process" ;;
  esac
done <<<"$symbols"

((tables > 1)) || fail "it has no symbols of the tables: is it stripped?"
entry=$(awk '$8 == "cardcage_plugin_entry" { print $7; exit }' <<<"$symbols")
[[ ${section[${entry:-0}]-} == .data.rel.ro ]] || fail "the entry is not in .data.rel.ro"
[[ $(readelf --wide --segments "$file") =~ GNU_RELRO ]] || fail "nothing makes .data.rel.ro read-only: no GNU_RELRO"

exported=$(nm --dynamic --defined-only --format=posix "$file" | awk '{ print $1 }')
[[ $exported == cardcage_plugin_entry ]] || fail "it exports ${exported:-nothing}"
[[ $(nm --demangle "$file") == *absl::* ]] && fail "it has Abseil in it"
while read -r library; do
  case $library in
    libc.so.6 | libm.so.6 | libstdc++.so.6 | libgcc_s.so.1 | '') ;;
    *) fail "it needs $library" ;;
  esac
done < <(readelf --wide --dynamic "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p')

if [[ $most ]]; then
  stripped=$(mktemp)
  trap 'rm -f "$stripped"' EXIT
  strip -o "$stripped" "$file"
  bytes=$(stat --format=%s "$stripped")
  echo "${file##*/}: $bytes bytes stripped, $(stat --format=%s "$file") as built"
  ((bytes < most)) || fail "that is not less than $most bytes"
fi
exit "$failed"
