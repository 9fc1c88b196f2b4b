# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# For tests that have an installation and nothing else of Cardcage. Each installs $CARDCAGE_BUILD (build/release, all of
# it built) to a folder, moves that folder, and finds it in $prefix; the name it was installed under is gone.
# shellcheck source=tests/tools/lib.sh
source "${BASH_SOURCE[0]%/*}/../tools/lib.sh"

prepare() {
  build=${CARDCAGE_BUILD:-$source_root/build/release}
  try cmake --install "$build" --prefix "$scratch/before"
  expect_equal "$code:$err" "0:"
  prefix="$scratch/moved here"
  mv before "$prefix"
  export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
}

cardcage() { "$prefix/bin/cardcage" "$@"; }
