#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Somebody with Debian 12, a compiler, CMake, GoogleTest and an installed Cardcage, and nothing else: debootstrap makes
# them a root, where `cardcage new-device` and the guides are tried. It takes some minutes, root and an archive:
# CARDCAGE_DEBIAN names another than Debian's own. CARDCAGE_FRESH_ROOT=FOLDER keeps the root there for the next time.
# shellcheck source=tests/install/installed.sh
source "${BASH_SOURCE[0]%/*}/installed.sh"

packages=g++,cmake,make,libgmock-dev

# In $root, with the installation in /opt/cardcage.
make_root() {
  root=${CARDCAGE_FRESH_ROOT:-$scratch/root}
  if [[ ! -e $root/made ]]; then
    try debootstrap --variant=minbase --include="$packages" bookworm "$root" \
      "${CARDCAGE_DEBIAN:-http://deb.debian.org/debian}"
    [[ $code == 0 ]] || fail "no root could be made: $(tail -n 3 <<<"$out")"
    touch "$root/made"
  fi
  rm -rf "$root/opt/cardcage" "$root/root/work"
  cp -r "$prefix" "$root/opt/cardcage"
  mkdir "$root/root/work"
}

# Runs the words with the root's /proc mounted, and with a PATH as somebody has it there. Those mounts end with it.
with_root() {
  # shellcheck disable=SC2016
  PATH=/opt/cardcage/bin:/usr/sbin:/usr/bin:/sbin:/bin in_namespace 'mount -t proc proc "$1/proc" && shift && exec "$@"' \
    "$root" "$@"
}

test_new_device_and_guide() {
  local place guide
  need_root
  need_namespace
  command -v debootstrap >/dev/null || skip "debootstrap is not installed"
  make_root
  for place in port mmio; do
    try with_root chroot "$root" bash -ec "cd /root/work
      cardcage new-device fresh-$place --$place
      cd fresh-$place
      cmake -S . -B build
      cmake --build build
      ctest --test-dir build --output-on-failure --no-tests=error
      cardcage run fresh-$place.yaml --plugin build/fresh-$place.so"
    [[ $code == 0 ]] || fail "$out"
    expect_in "0 tests failed out of 8" "$out"
  done
  for guide in adding-a-device adding-a-dma-engine; do
    try with_root "$source_root/tests/docs/run_guide.py" --chroot "$root" "$source_root/docs/$guide.md" /root/work
    [[ $code == 0 ]] || fail "$out"
  done
}

run "$@"
