# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the scripts in tools/ share: messages, the lock, configuring and building a preset.
# The script that sources this has set $root, the checkout, free of symlinks.
#
# Nothing here reads stdin or writes stdout, and the caller's folder stays the current one.

shopt -s lastpipe # the last part of a pipeline runs in this shell, so what it learns is kept
: "${root:?}"
me=${0##*/} output=''

say() { printf '%s: %s\n' "$me" "$*" >&2; }

die() { # CODE LINE…
  local code=$1 line
  shift
  for line; do say "$line"; done
  exit "$code"
}

# Why /dev/kvm cannot be used; nothing where it can. Only a device is opened: <> would make a file.
kvm_trouble() {
  local why
  if [[ ! -c /dev/kvm ]]; then
    echo "there is no /dev/kvm"
  elif ! why=$({ : <>/dev/kvm; } 2>&1); then
    echo "/dev/kvm does not open (${why##*: })"
  fi
}

# Ctrl-C goes to ninja and cmake, too: while one of them ends in good order, only remember it.
draining='' interrupted=''
trap '[[ $draining ]] && interrupted=yes || die 130 interrupted' INT

# One builder in a checkout. The folder itself is locked, so a read-only checkout can be, too. cmake and
# ninja inherit the lock: if this script is killed, it holds until the ninja that is left has ended.
lock() {
  exec {lock_fd}<"$root"
  flock --wait 1 "$lock_fd" && return
  say "waiting for another build in $root to end"
  flock "$lock_fd" || die 69 "$root cannot be locked, as its file system has no locks: clone it to a local disk"
}

unlock() { exec {lock_fd}<&-; }

setup() { # GROUP
  "$root/tools/setup" "$1" {lock_fd}<&- >&2 || exit
}

use_preset() { # PRESET [REMARK]: what configure and build work on, and what to add to "building"
  preset=$1 remark=${2-} build=$root/build/$1 output=''
}

# Makes build/PRESET/build.ninja where there is none, where it was made for a checkout in another place,
# or where its cache lacks one of the options. Later changes of CMakeLists.txt are ninja's business.
configure() { # [-DNAME=VALUE…]
  local cache='' option complete=yes fresh=()
  local home=$'\nCMAKE_HOME_DIRECTORY:INTERNAL=([^\n]*)'
  [[ -r $build/CMakeCache.txt ]] && cache=$'\n'$(<"$build/CMakeCache.txt")$'\n'
  # A regular expression, because ${cache#*…} takes seconds on a text of this size.
  if [[ $cache =~ $home && ! ${BASH_REMATCH[1]} -ef $root ]]; then
    need_writable
    say "build/$preset was made for ${BASH_REMATCH[1]}: starting it afresh"
    rm -rf -- "$build"
  fi
  for option; do
    option=${option#-D}
    [[ $cache =~ $'\n'"${option%%=*}":[A-Z]+="${option#*=}"$'\n' ]] || complete=
  done
  if [[ ! -e $build/build.ninja ]]; then
    fresh=(--fresh) # whatever an interrupted attempt has left
  elif [[ $complete ]]; then
    return
  fi
  need_writable
  mkdir -p -- "$build" 2>/dev/null
  logged cmake -S "$root" --preset "$preset" "${fresh[@]}" "$@"
}

build() { # TARGET…
  if [[ -w $build ]]; then
    logged in_build "$@"
  else
    # What is current runs from a read-only checkout, too.
    [[ $(in_build -n "$@" 2>&1) == 'ninja: no work to do.' ]] || need_writable
  fi
}

finish() {
  [[ $output ]] && say "built in $SECONDS s"
  unlock
}

in_build() (cd "$build" && NINJA_STATUS='[%f/%t] ' exec ninja "$@")

# Ends where $build is not there and cannot be made, or is there and cannot be written.
need_writable() {
  local folder=$build
  until [[ -e $folder ]]; do folder=${folder%/*}; done
  [[ -w $folder ]] || die 69 \
    "build/$preset is not current, and $folder cannot be written (it is read-only, or another user's)" \
    "build in a copy of your own: git clone $root ANOTHER_FOLDER"
}

# Runs a command of which people see only that it is at work, on a terminal also how far it is. Its words
# go to build/PRESET/build.log and to $output. Where there is no work to do, nothing is said or written.
logged() { # COMMAND…
  local line log=$build/build.log
  draining=yes
  LC_ALL=C.UTF-8 "$@" </dev/null 2>&1 | while IFS= read -r line; do
    [[ $line == 'ninja: no work to do.' || $line == *'Re-checking globbed directories...' ]] && continue
    if [[ ! $output ]]; then
      SECONDS=0
      say "building build/$preset${remark:+ ($remark)}…"
      rm -f -- "$log"
    fi
    output+=$line$'\n'
    { printf '%s\n' "$line" >>"$log"; } 2>/dev/null # on a full disk $output still has it
    [[ -t 2 && $line == '['* ]] && printf '\r\e[K%.*s' $((${COLUMNS:-80} - 1)) "$line" >&2
  done
  local code=${PIPESTATUS[0]}
  draining=
  [[ -t 2 && $output ]] && printf '\r\e[K' >&2
  [[ $interrupted ]] && die 130 "interrupted; the next run goes on from here"
  ((code == 0)) || failed "$log"
}

failed() { # LOG
  if [[ $output == *'No space left on device'* || $output == *'Disk quota exceeded'* ]] ||
    (($(df --output=avail -k "$root" | tail -n 1) < 1024)); then
    die 69 "the disk that holds $root is full, so the build stopped" \
      "free some space and try again; other folders in $root/build can be removed, too"
  fi
  say "the build failed, so nothing was run; its first error:"
  printf '%s' "$output" | first_error >&2
  die 70 "the whole log is in $1"
}

# For each failed command ninja prints a block: "FAILED: OUTPUT", the command, its words, up to the next
# status line. The first block counts. Where it has no words, or there is none, the error is cmake's or
# ninja's own, and stands anywhere.
first_error() {
  awk '
    function show(lines, n,    i, last) {
      for (i = 1; i <= n; i++)
        if (lines[i] ~ /[Ee]rror: |^CMake Error|undefined reference|multiple definition|cannot find/) break
      if (i > n) i = 1
      for (last = i + 7; i <= n && i <= last; i++) print lines[i]
    }
    { all[++n] = $0 }
    /^FAILED: / { in_block = !blocks++; getline; next }
    /^\[[0-9]+\/[0-9]+\] / || /^ninja: / { in_block = 0 }
    in_block { block[++m] = $0 }
    END { if (m) show(block, m); else show(all, n) }'
}
