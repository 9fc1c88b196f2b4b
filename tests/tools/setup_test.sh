#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of tools/setup. See lib.sh. Nothing is ever installed: each test asks for a package that does not exist.
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck source=tests/tools/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

setup() { "$checkout/tools/setup" "$@"; }

want_missing_package() {
  sed -i 's/ninja-build/no-such-package/' "$checkout/tools/setup"
}

test_print() {
  try setup --print
  expect_equal "$code" 0
  expect_equal "$err" ""
  expect_in $'\ng++\n' "$out"
  local run=$out group
  for group in test lab; do
    try setup --print "$group"
    expect_equal "$(comm -13 <(sort <<<"$out") <(sort <<<"$run"))" "" # each has all that run has
  done
}

test_usage() {
  try setup everything
  expect_equal "$code" 64
  expect_in "usage: tools/setup [--print] [run|test|lab]" "$err"
}

test_all_there_is_quiet() {
  try setup run
  expect_equal "$code:$out:$err" "0::"
}

test_left_to_the_user() {
  want_missing_package
  CARDCAGE_NO_SETUP=1 try setup run
  expect_equal "$code:$out:$err" "0::"
}

test_no_apt_get() {
  want_missing_package
  PATH=$(path_without apt-get) try setup
  expect_equal "$code" 69
  expect_in "this host has no apt-get" "$err"
  expect_in "  no-such-package" "$err"
  # The same before there is dpkg, as on another distribution; through tools/cardcage, too.
  PATH=$(path_without apt-get dpkg-query) try "$checkout/tools/cardcage"
  expect_equal "$code" 69
  expect_equal "$out" ""
  expect_in "libabsl-dev" "$err"
}

test_no_sudo() {
  need_root # to become nobody
  want_missing_package
  PATH=$(path_without sudo) try as_nobody "$checkout/tools/setup"
  expect_equal "$code" 69
  expect_in "apt-get install -y --no-install-recommends no-such-package" "$err"
}

test_sudo_that_needs_a_password() {
  need_root # to become nobody
  want_missing_package
  PATH=$(path_without sudo) # a sudo that would eat stdin and wait for ever, were it allowed to
  printf '%s\n' '#!/bin/sh' '[ "$1" = -n ] && exit 1' 'cat; sleep 60' >bin/sudo
  chmod +x bin/sudo
  try as_nobody setsid --wait bash -c 'printf abc | { "$1"; echo "$?"; cat; }' - "$checkout/tools/setup"
  expect_equal "$out" $'69\nabc'
  expect_in "As root, type this line" "$err"
}

test_sudo_that_needs_none() {
  need_root # to become nobody
  want_missing_package
  PATH=$(path_without sudo)
  printf '%s\n' '#!/bin/sh' '[ "$1" = -n ] && shift' 'exec "$@"' >bin/sudo
  rm bin/apt-get && printf '%s\n' '#!/bin/sh' 'echo "$@" >>"$APT_CALLS"' >bin/apt-get
  chmod +x bin/sudo bin/apt-get
  touch calls && chmod 666 calls
  APT_CALLS=$scratch/calls try as_nobody "$checkout/tools/setup"
  expect_equal "$code" 0
  expect_in "install --yes --no-install-recommends no-such-package" "$(<calls)"
}

test_apt_locked() {
  need_root # to hold the lock
  want_missing_package
  python3 -c '
import fcntl, sys
lock = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()' >held < <(exec sleep 5 2>/dev/null) &
  local holder=$!
  until [[ -s held ]]; do sleep 0.02; done
  CARDCAGE_APT_WAIT=2 try setup
  kill "$holder"
  expect_equal "$code" 69
  expect_in "another package manager is at work (/var/lib/dpkg/lock-frontend held by process $holder (python3)): waiting up to 2 s" "$err"
  expect_in "another package manager is still at work" "$err"
}

# An apt-get whose `install` says the words given and fails; `update` is quiet.
apt_get_that_says() {
  PATH=$(path_without apt-get)
  printf '%s\n' '#!/bin/sh' 'case "$*" in *update*) exit ;; esac' "cat '$scratch/words' >&2" 'exit 100' >bin/apt-get
  printf '%s\n' "$1" >words
  chmod +x bin/apt-get
  want_missing_package
  ((EUID == 0)) || { printf '%s\n' '#!/bin/sh' '[ "$1" = -n ] && shift' 'exec "$@"' >bin/sudo; chmod +x bin/sudo; }
  try setup
  expect_equal "$code:$out" "69:"
  expect_in "$1" "$err"
}

test_failed_install() {
  apt_get_that_says "E: Sub-process /usr/bin/dpkg returned an error code (1)"
  expect_in "apt-get update && apt-get install -y --no-install-recommends no-such-package" "$err"
}

test_offline() {
  apt_get_that_says "E: Failed to fetch http://example.org/x.deb  Temporary failure resolving 'example.org'"
  expect_in "go online" "$err"
}

test_unknown_package() {
  apt_get_that_says "E: Unable to locate package no-such-package"
  expect_in "Debian 12" "$err"
}

test_no_room_for_packages() {
  apt_get_that_says "E: You don't have enough free space in /var/cache/apt/archives/."
  expect_in "free some space" "$err"
}

test_interrupted_dpkg() {
  apt_get_that_says "E: dpkg was interrupted, you must manually run something"
  expect_in "dpkg --configure -a" "$err"
}

run "$@"
