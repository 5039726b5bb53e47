#!/bin/sh
# The manual pages are without fault, to mandoc and, where it is installed, to man; and their programs compile.
#
# usage: man_test.sh SOURCE_FOLDER C_COMPILER
set -eu
source=$1
cc=$2
failures=0
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}

for page in "$source"/tools/*.1 "$source"/testkit/*.1 "$source"/docs/man/*.[1-9]; do
  [ -e "$page" ] || continue
  # They are of a version, which says when.
  warnings=$(mandoc -T lint -W warning "$page" | grep -v 'missing date') || :
  [ -z "$warnings" ] || fail "$warnings"
  if command -v man >/dev/null; then
    warnings=$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "man: $page: $warnings"
  fi
  sed -n '/^\.EX/,/^\.EE/{/^\.E[XE]/d;s/\\e/\\/g;s/\\-/-/g;p}' "$page" |
    "$cc" -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -fsyntax-only -I "$source/include" -x c - ||
    fail "the program of $page"
done
[ "$failures" -eq 0 ]
