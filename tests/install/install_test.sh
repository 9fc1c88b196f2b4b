#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of an installation.
# shellcheck source=tests/install/installed.sh
source "${BASH_SOURCE[0]%/*}/installed.sh"
here=$source_root/tests/install

# Builds a project with nothing but the installation, in the folder `built`.
build_project() { # FOLDER
  try cmake -G Ninja -S "$1" -B built -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wpedantic -Werror"
  expect_equal "$code" 0
  try cmake --build built
  [[ $code == 0 ]] || fail "$out"
}

test_machine_runs() {
  try cardcage run "$prefix/share/cardcage/configs/two-plus-two.yaml"
  expect_equal "$code:$out" "0:4"
  try cardcage run "$prefix/share/cardcage/configs/hello.yaml" # with a shipped guest
  expect_equal "$code:$out" "0:Hello from the cage"
}

test_soft_engine_is_the_tree_s_own() {
  LD_DEBUG=files try cardcage run --deterministic "$prefix/share/cardcage/configs/hello.yaml"
  expect_equal "$code:$out" "0:Hello from the cage"
  expect_in "file=$prefix/bin/../libexec/cardcage/unicorn.so" "$err"
}

test_helper_runs() {
  try cardcage bench --help
  expect_equal "$code" 0
  expect_in "start" "$out"
}

test_plugins_load() {
  local plugin count=0
  for plugin in "$prefix"/lib/cardcage/plugins/*.so; do
    [[ -e ${plugin%.so}.manifest.json ]] || fail "$plugin has no manifest"
    try cardcage describe "$plugin"
    expect_equal "$code" 0
    count=$((count + 1))
  done
  expect_equal "$count" "$(find "$source_root/devices" -name CMakeLists.txt -exec grep -l cardcage_add_device {} + | wc -l)"
}

test_no_path_of_the_build_is_left() {
  try grep -rIl -e "$build" -e "$scratch/before" -e "$source_root" "$prefix"
  expect_equal "$out" ""
}

test_headers_need_nothing_else() {
  local header
  cd "$prefix/include" || fail "no headers"
  for header in cardcage/*.h cardcage/*/*.h; do
    echo "#include \"$header\"" >"$scratch/one.cc"
    try g++ -std=c++20 -Wall -Wextra -Wpedantic -Werror -I. -fsyntax-only -MD -MF "$scratch/one.d" "$scratch/one.cc"
    expect_equal "$code:$err" "0:"
    expect_equal "$(grep -E '/absl/|/yaml-cpp/' "$scratch/one.d")" ""
  done
}

test_library_shows_its_own_names_alone() {
  try nm --defined-only --extern-only "$prefix/lib/libcardcage.a"
  expect_in "_ZN8cardcage7testing8TestCage5ResetEv" "$out"
  expect_equal "$(awk 'NF == 3 && $3 !~ /^_ZNK?8cardcage(7testing|5embed)/' <<<"$out")" ""
  try nm --undefined-only "$prefix/lib/libcardcage.a"
  expect_equal "$(grep -E ' U .*(4absl|4YAML|8cardcage)' <<<"$out")" "" # what it needs is in it
}

test_stranger_builds_a_plugin() {
  build_project "$here/dice"
  try cardcage run "$here/dice/dice.yaml" --plugin built/dice.so
  expect_equal "$code" 16
  expect_equal "$(nm --dynamic --defined-only built/dice.so | cut -d' ' -f3)" cardcage_plugin_entry
  expect_equal "$(readelf --dynamic built/dice_test | grep -oE '\[lib(absl|yaml|cardcage)[^]]*')" ""
  try ctest --test-dir built -R '^Dice\.'
  expect_equal "$code" 0
  expect_in "0 tests failed out of 2" "$out"
  try ctest --test-dir built # of properties, too, where there is RapidCheck
  expect_equal "$code" 0
  try cmake --install built --prefix "$prefix"
  expect_equal "$code:$err" "0:"
  [[ -e $prefix/lib/cardcage/plugins/dice.so && -e $prefix/lib/cardcage/plugins/dice.manifest.json ]] ||
    fail "the plugin was not installed: $out"
}

test_example_embeds_a_machine() {
  build_project "$source_root/examples/embed"
  try built/embed
  expect_equal "$code:$out" "0:4"
}

test_embedding_page_is_true() {
  local example=$source_root/examples/embed
  block() { awk -v fence="\`\`\`$1" '{ sub(/^  /, "") } $0 == "```" { on = 0 } on; $0 == fence { on = 1 }' \
    "$source_root/docs/embedding.md"; }
  expect_in "$(block cpp)" "$(sed 's/^  //' "$example/main.cc")"
  expect_in "$(block cmake)" "$(<"$example/CMakeLists.txt")"
  # Its mistake, in a program that is built as it says.
  sed 's/"example.printer", {/"example.printr", {/' "$example/main.cc" >main.cc
  eval g++ -std=c++20 main.cc -o embed "$(pkg-config --cflags --libs cardcage)" || fail "the line does not do"
  try ./embed
  expect_equal "$code" 65
  expect_equal "$err" "$(block text)"
}

test_embedded_machine_uses_the_tree_s_own() { # soft engine, guests, devices
  mkdir project
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(shipped CXX)' 'find_package(Cardcage REQUIRED)' \
    'add_executable(shipped main.cc)' \
    'target_link_libraries(shipped PRIVATE Cardcage::cardcage Cardcage::builtin_devices)' >project/CMakeLists.txt
  printf '%s\n' '#include "cardcage/builtin_devices.h"' '#include "cardcage/machine.h"' \
    'int main(int, char** argv) {' \
    '  cardcage::embed::Machine machine = cardcage::embed::Machine::FromFile(argv[1]);' \
    '  machine.AddTypes(cardcage::BuiltinDevices());' \
    '  return machine.Run({.deterministic = true}).exit_code;' \
    '}' >project/main.cc
  build_project project
  LD_DEBUG=files try built/shipped "$prefix/share/cardcage/configs/hello.yaml"
  expect_equal "$code:$out" "0:Hello from the cage"
  expect_in "file=$prefix/libexec/cardcage/unicorn.so" "$err"
}

test_one_line_builds_a_plugin() {
  # shellcheck disable=SC2046 # words are what it gives
  eval g++ -O2 -Wall -Wextra -Wpedantic -Werror "$(pkg-config --variable=plugin_flags cardcage)" \
    "'$here/dice/dice.cc'" -o dice.so || fail "the line does not do"
  try cardcage run "$here/dice/dice.yaml" --plugin dice.so
  expect_equal "$code" 16
}

test_lines_of_the_languages_page_build_plugins() {
  local lines name
  command -v rustc >/dev/null || skip "rustc is not installed: install it (tools/setup test)"
  mapfile -t lines < <(grep -E '^(gcc|rustc) ' "$source_root/docs/languages.md")
  expect_equal ${#lines[@]} 3
  cp "$prefix"/share/doc/cardcage/examples/languages/* .
  ln -s "$prefix" prefix # the lines are for folders without a space in their names
  export PKG_CONFIG_PATH=$scratch/prefix/lib/pkgconfig
  for line in "${lines[@]}"; do
    try eval "$line"
    expect_equal "$code:$err" "0:"
  done
  for name in ticker crc32; do
    try cardcage validate "$name.so" --level strict
    expect_equal "$code" 0
  done
}

test_project_without_rustc_says_what_to_install() {
  mkdir project
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(sum LANGUAGES NONE)' 'find_package(Cardcage REQUIRED)' \
    'cardcage_add_device(NAME sum SOURCES sum.rs)' >project/CMakeLists.txt
  PATH=$(path_without rustc) try cmake -S project -B built -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF
  expect_equal "$code" 1
  expect_in "install it (Debian's package rustc)" "$(tr -s ' \n' ' ' <<<"$err")"
}

test_wrong_call_says_what_would_do() {
  mkdir project
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(wrong CXX)' 'find_package(Cardcage REQUIRED)' \
    'cardcage_add_device(dice dice.cc)' >project/CMakeLists.txt
  try cmake -S project -B built -DCMAKE_PREFIX_PATH="$prefix"
  expect_equal "$code" 1
  expect_in "cardcage_add_device(NAME dice SOURCES dice.cc" "$(tr -s ' \n' ' ' <<<"$err")"
}

run "$@"
