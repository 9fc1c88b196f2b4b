#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The border rule catches each kind of breach and names file and line, or the two targets.
#   borders_test.sh CMAKE REPOSITORY
set -u
cmake=$1 repository=$2
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failures=0

# includes NAME FILE LINE WANTED: FILE, holding LINE after a first line, must be refused with WANTED;
# with an empty WANTED it must pass.
includes() {
  local name=$1 file=$2 line=$3 wanted=$4 tree=$scratch/tree output status
  rm -rf "$tree"
  mkdir -p "$tree/framework/"{abi/cardcage,sdk/cardcage,bus,engine/kvm,testing/cardcage/testing} \
    "$tree/devices/"{a,b} "$tree/machines/"{cli,embed/cardcage}
  touch "$tree/framework/abi/cardcage/abi.h" "$tree/framework/sdk/cardcage/device.h" \
    "$tree/framework/bus/bus.h" "$tree/framework/testing/cardcage/testing/cage.h" \
    "$tree/devices/a/a.h" "$tree/machines/cli/cli.h"
  printf '// a first line\n%s\n' "$line" > "$tree/$file"
  output=$("$cmake" "-DROOT=$tree" -P "$repository/cmake/CheckIncludes.cmake" 2>&1)
  status=$?
  if [ -z "$wanted" ] && [ $status -ne 0 ]; then
    echo "FAILED $name: refused: $output"
    failures=$((failures + 1))
  elif [ -n "$wanted" ] && { [ $status -eq 0 ] || [[ $output != *"$file:2: "*"$wanted"* ]]; }; then
    echo "FAILED $name: status $status, wanted «$file:2: … $wanted» in: $output"
    failures=$((failures + 1))
  else
    echo "ok $name"
  fi
}

includes 'a device includes the SDK' devices/a/a.cc '#include "cardcage/device.h"' ''
includes 'a device includes its own header' devices/a/a.cc '#include "a.h"' ''
includes 'a device includes the framework' devices/a/a.cc '#include "framework/bus/bus.h"' \
  'room framework'
includes 'a device reaches the framework by a relative path' devices/a/a.cc \
  '#include "../../framework/bus/bus.h"' 'room framework'
includes 'a device includes another device' devices/b/b.cc '#include "devices/a/a.h"' 'room devices'
includes 'a device includes Abseil' devices/a/a.cc '#include "absl/status/status.h"' \
  'not for a device'
includes 'a device test includes the test kit' devices/a/a_test.cc \
  '#include "cardcage/testing/cage.h"' ''
includes 'a device includes the test kit' devices/a/a.cc '#include "cardcage/testing/cage.h"' \
  'room testing'
includes 'the test kit includes the framework' framework/testing/kit.cc \
  '#include "framework/bus/bus.h"' ''
includes "the test kit's header includes the framework" framework/testing/cardcage/testing/cage.h \
  '#include "framework/bus/bus.h"' 'a stranger has'
includes "the test kit's header includes Abseil" framework/testing/cardcage/testing/cage.h \
  '#include "absl/status/status.h"' 'a stranger has'
includes 'the framework includes a device' framework/bus/bus.cc '#include "devices/a/a.h"' \
  'room devices'
includes 'the framework includes the SDK' framework/bus/bus.cc '#include "cardcage/device.h"' \
  'room sdk'
includes 'the framework includes a machine' framework/bus/bus.cc '#include "machines/cli/cli.h"' \
  'room machines'
includes 'the framework includes YAML' framework/bus/bus.cc '#include "yaml-cpp/yaml.h"' \
  'knows no YAML'
includes 'KVM outside its engine' framework/bus/bus.cc '#include <linux/kvm.h>' \
  'framework/engine/kvm alone'
includes 'KVM inside its engine' framework/engine/kvm/kvm.cc '#include <linux/kvm.h>' ''
includes "the embedding header includes Abseil" machines/embed/cardcage/machine.h \
  '#include "absl/status/status.h"' 'a stranger has'
includes "the embedding header includes a machine's" machines/embed/cardcage/machine.h \
  '#include "machines/cli/cli.h"' 'a stranger has'
includes 'a machine includes a device' machines/cli/cli.cc '#include "devices/a/a.h"' 'room devices'
includes 'the C contract includes stdio.h' framework/abi/cardcage/abi.h '#include <stdio.h>' \
  'only stdint.h'

# links NAME FROM TO WANTED: a library in FROM that links one in TO.
links() {
  local name=$1 from=$2 to=$3 wanted=$4 tree=$scratch/links output status
  rm -rf "$tree"
  mkdir -p "$tree/$from" "$tree/$to"
  echo 'add_library(from INTERFACE)
        target_link_libraries(from INTERFACE Cardcage::to)' > "$tree/$from/CMakeLists.txt"
  echo 'add_library(to INTERFACE)
        add_library(Cardcage::to ALIAS to)' > "$tree/$to/CMakeLists.txt"
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' 'project(links LANGUAGES NONE)' \
    "include($repository/cmake/Borders.cmake)" "add_subdirectory($to)" "add_subdirectory($from)" \
    'cardcage_check_link_edges()' > "$tree/CMakeLists.txt"
  output=$("$cmake" -G Ninja -S "$tree" -B "$tree/build" 2>&1)
  status=$?
  if [ -z "$wanted" ] && [ $status -eq 0 ]; then
    echo "ok $name"
  elif [ -n "$wanted" ] && [ $status -ne 0 ] && [[ $(tr -s ' \n' ' ' <<< "$output") == *"$wanted"* ]]; then
    echo "ok $name"
  else
    echo "FAILED $name: status $status, wanted «$wanted» in: $output"
    failures=$((failures + 1))
  fi
}

links 'a machine links the framework' machines/cli framework/bus ''
links 'the framework links a machine' framework/bus machines/cli \
  'from (room framework) links to (room machines)'
links 'a device links the framework' devices/a framework/bus \
  'from (room devices) links to (room framework)'
links 'a device links another device' devices/a devices/b \
  'from (room devices) links to (room devices)'
links 'a device links the SDK' devices/a framework/sdk ''

[ $failures -eq 0 ] || { echo "$failures failed"; exit 1; }
