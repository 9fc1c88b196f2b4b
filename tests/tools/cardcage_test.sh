#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tests of tools/cardcage. See lib.sh.
# shellcheck disable=SC2016 # what stands in single quotes is for another shell
# shellcheck source=tests/tools/lib.sh
source "${BASH_SOURCE[0]%/*}/lib.sh"

cardcage() { "$checkout/tools/cardcage" "$@"; }

built() { cardcage --version &>/dev/null || fail "the stand-in does not build"; }

test_first_run_builds_then_runs() {
  try cardcage "two words" '' '*'
  expect_equal "$code" 0
  expect_equal "$out" "[two words][][*]"
  expect_in "cardcage: building build/release (the first time takes some minutes)…" "$err"
  [[ ! -e $checkout/build/release/libexec/cardcage/cardcage-bench ]] || fail "built a helper that nobody asked for"
  try cardcage again
  expect_equal "$out" "[again]"
  expect_equal "$err" ""
}

test_helper_is_built_for_its_verb() {
  built
  try cardcage bench
  expect_equal "$code" 0
  [[ -x $checkout/build/release/libexec/cardcage/cardcage-bench ]] || fail "the helper was not built"
  # A verb that comes with a change of the project, as after git pull.
  sed -i 's/HELPERS bench/HELPERS bench lab/' "$checkout/CMakeLists.txt"
  try cardcage lab
  [[ -x $checkout/build/release/libexec/cardcage/cardcage-lab ]] || fail "the new helper was not built"
}

test_a_change_is_built() {
  built
  sed -i 's/\[%s\]/<%s>/' "$checkout/main.cc"
  try cardcage new
  expect_equal "$out" "<new>"
}

test_symlink_and_other_folder() {
  built
  mkdir elsewhere
  ln -s "$checkout/tools/cardcage" elsewhere/cage
  cd elsewhere || fail "no folder"
  try ./cage pwd
  expect_equal "$out" "$scratch/elsewhere"
  PATH=$PATH:. CDPATH=/ try cage pwd
  expect_equal "$out" "$scratch/elsewhere"
}

test_stdin_is_the_programs() {
  try bash -c 'printf "abc\n" | "$1" cat' - "$checkout/tools/cardcage" # while it is built, too
  expect_equal "$out" abc
  try bash -c 'printf "abc\n" | "$1" cat' - "$checkout/tools/cardcage"
  expect_equal "$out" abc
}

test_pid_and_files_are_the_programs() {
  built
  try bash -c 'echo $$; exec "$1" pid' - "$checkout/tools/cardcage"
  expect_equal "${out%$'\n'*}" "${out#*$'\n'}"
  local files
  files=$("$checkout/build/release/cardcage" files)
  try cardcage files
  expect_equal "$out" "$files"
}

test_signals_are_the_programs() {
  built
  "$checkout/tools/cardcage" cat < <(exec sleep 10 2>/dev/null) &
  local pid=$!
  until [[ $(readlink "/proc/$pid/exe") == "$checkout/build/release/cardcage" ]]; do
    kill -0 "$pid" || fail "it has ended"
    sleep 0.02
  done
  kill -TERM "$pid"
  wait "$pid"
  expect_equal $? 143
}

test_two_at_once() {
  cardcage first >out1 2>err1 &
  try cardcage second
  expect_equal "$code:$out" "0:[second]"
  wait $! || fail "the first one failed: $(<err1)"
  expect_equal "$(<out1)" "[first]"
}

test_waiting_is_said() {
  built
  (flock 9 && sleep 2.5) 9<"$checkout" &
  sleep 0.2
  try cardcage later
  expect_equal "$out" "[later]"
  expect_in "cardcage: waiting for another build in $checkout to end" "$err"
  wait
}

test_nothing_to_do_is_quick() {
  built
  local best=1000000 began took
  for _ in {1..7}; do
    began=${EPOCHREALTIME/./}
    cardcage >/dev/null 2>&1
    took=$((${EPOCHREALTIME/./} - began))
    ((took < best)) && best=$took
  done
  echo "nothing to do: $((best / 1000)) ms"
  ((best < 300000)) || fail "took $((best / 1000)) ms, which is over 300"
}

test_failed_build() {
  built
  sed -i 's/^int main/int broken = oops;\nint main/' "$checkout/main.cc"
  try cardcage old
  expect_equal "$code" 70
  expect_equal "$out" "" # no older program
  expect_in "the build failed, so nothing was run; its first error:" "$err"
  expect_in "$checkout/main.cc:9:14: error: " "$err"
  expect_in "was not declared in this scope" "$err"
  expect_in "the whole log is in $checkout/build/release/build.log" "$err"
  expect_in "FAILED: " "$(<"$checkout/build/release/build.log")"
}

test_failed_link_and_configure() {
  built
  sed -i 's/^int main/void gone();\nint main/; s/std::puts("")/gone()/' "$checkout/main.cc"
  try cardcage
  expect_equal "$code" 70
  expect_in "undefined reference to" "$err"
  sed -i 's/^add_custom_target(guests)/message(FATAL_ERROR "no guests today")/' "$checkout/CMakeLists.txt"
  try cardcage
  expect_equal "$code" 70
  expect_in "CMake Error at CMakeLists.txt:" "$err"
  expect_in "no guests today" "$err"
  rm -rf "$checkout/build" # the same from the beginning
  try cardcage
  expect_equal "$code" 70
  expect_in "no guests today" "$err"
}

test_read_only_checkout() {
  need_namespace
  local read_only='mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"'
  try in_namespace "$read_only" "$checkout" "$checkout/tools/cardcage"
  expect_equal "$code" 69
  expect_in "build/release is not current, and $checkout cannot be written" "$err"
  expect_in "git clone $checkout" "$err"
  built
  try in_namespace "$read_only" "$checkout" "$checkout/tools/cardcage" current
  expect_equal "$code" 0
  expect_equal "$out" "[current]"
  expect_equal "$err" ""
  touch "$checkout/main.cc"
  try in_namespace "$read_only" "$checkout" "$checkout/tools/cardcage" old
  expect_equal "$code" 69
  expect_equal "$out" ""
}

test_other_users_checkout() {
  need_root
  built
  try as_nobody "$checkout/tools/cardcage" current
  expect_equal "$out" "[current]"
  touch "$checkout/main.cc"
  try as_nobody "$checkout/tools/cardcage" old
  expect_equal "$code" 69
  expect_in "another user's" "$err"
}

test_full_disk() {
  need_namespace
  # Room for the sources and 64 KiB.
  try in_namespace '
    cp -r "$1" copy && mount -t tmpfs -o size=8m none "$1" && cp -r copy/. "$1" &&
    head -c "$(($(df --output=avail -B1 "$1" | tail -n 1) - 65536))" /dev/zero >"$1/filler" && exec "$1/tools/cardcage"' "$checkout"
  expect_equal "$code" 69
  expect_in "the disk that holds $checkout is full" "$err"
}

test_interrupted_build_goes_on() {
  echo 'add_custom_command(TARGET cardcage PRE_LINK COMMAND sh ${CMAKE_SOURCE_DIR}/pause)' >>"$checkout/CMakeLists.txt"
  echo "touch '$scratch/linking'; test -e '$scratch/go' || sleep 20" >"$checkout/pause"
  # Ctrl-C goes to all processes in front of a terminal: here, to those of one session.
  env --default-signal=INT setsid "$checkout/tools/cardcage" >out 2>err &
  local pid=$!
  until [[ -e linking ]]; do kill -0 "$pid" || fail "$(<err)"; sleep 0.02; done
  kill -INT -- "-$pid"
  wait "$pid"
  expect_equal $? 130
  expect_in "cardcage: interrupted; the next run goes on from here" "$(<err)"
  touch go
  try cardcage ready
  expect_equal "$out" "[ready]"
}

test_moved_checkout() {
  built
  mv "$checkout" moved && checkout=$scratch/moved
  try cardcage moved
  expect_equal "$code" 0
  expect_equal "$out" "[moved]"
  expect_in "build/release was made for $scratch/a checkout: starting it afresh" "$err"
  try cardcage moved
  expect_equal "$err" ""
}

test_progress_on_a_terminal() {
  try script --quiet --return --command "'$checkout/tools/cardcage' end" /dev/null
  expect_equal "$code" 0
  expect_in $'\r\e[K[' "$out" # ninja's status, in place
  expect_in "[end]" "$out"
}

run "$@"
