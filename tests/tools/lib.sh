# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# For the tests of the scripts in tools/. Each file of tests sources this and ends with `run "$@"`, which runs
# the function test_NAME for each NAME, or all. A test has a checkout of its own, in $checkout: the real scripts
# around the stand-in for the project (tests/tools/project), which builds in a second. It starts in $scratch, a
# folder that is removed at its end.

set -uo pipefail
current='' scratch='' checkout='' names=()
unset CARDCAGE_NO_SETUP CARDCAGE_APT_WAIT CDPATH
here=$(readlink -f -- "${BASH_SOURCE[0]}") && here=${here%/*}
source_root=${here%/tests/tools}

fail() {
  printf '%s: FAILED: %s\n' "$current" "$*"
  [[ -s $scratch/err ]] && { echo "--- stderr:"; cat "$scratch/err"; }
  exit 1
}

skip() { # ctest reads 77 as skipped
  printf '%s: skipped: %s\n' "$current" "$*"
  exit 77
}

expect_equal() { [[ $1 == "$2" ]] || fail "expected '$2', not '$1'"; }
expect_in() { [[ $2 == *"$1"* ]] || fail "expected '$1' in: $2"; } # NEEDLE TEXT

# Runs the command: its exit code is then in $code, its output in $out and $err.
# shellcheck disable=SC2034
try() {
  code=0
  out=$("$@" 2>"$scratch/err") || code=$?
  err=$(<"$scratch/err")
}

need_root() { ((EUID == 0)) || skip "this needs root"; }

need_namespace() { unshare --mount true 2>/dev/null || skip "a private mount namespace is refused here"; }

# Runs the words as a script of bash whose mounts end with it. The rest are its arguments.
in_namespace() { unshare --mount bash -c "$1" - "${@:2}"; }

as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }

# A folder of links to all commands of this host but those named, for use as PATH.
path_without() {
  local folder=$scratch/bin name
  mkdir -p "$folder"
  ln -sf /usr/bin/* /usr/sbin/* "$folder/"
  for name; do rm -f "$folder/$name"; done
  echo "$folder"
}

prepare() { # what each test begins with
  checkout="$scratch/a checkout"
  cp -r "$here/project" "$checkout"
  cp -r "$source_root/tools" "$source_root/.ci" "$source_root"/.clang-* "$checkout"
  chmod -R go+rX "$scratch" # for those that try it as another user
}

run() {
  local name
  if (($# != 1)); then # one after another, each in a process of its own
    (($#)) || mapfile -t names < <(declare -F | sed -n 's/^declare -f test_//p')
    for name in "$@" "${names[@]}"; do "$0" "$name" || exit; done
    return
  fi
  current=$1
  scratch=$(mktemp -d) && trap 'rm -rf -- "$scratch"' EXIT
  cd "$scratch" || exit
  prepare
  "test_$1"
  echo "$1: ok"
}
