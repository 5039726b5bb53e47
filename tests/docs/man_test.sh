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

for page in $(find "$source/tools" "$source/testkit" "$source/docs" -name '*.[1-9]'); do
  mandoc -T lint -W warning "$page" >&2 || fail "mandoc: $page"
  if command -v man >/dev/null; then
    warnings=$(man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
    [ -z "$warnings" ] || fail "man: $page: $warnings"
  fi
  sed -n '/^\.EX/,/^\.EE/{/^\.E[XE]/d;s/\\e/\\/g;s/\\-/-/g;p}' "$page" |
    "$cc" -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror -fsyntax-only -I "$source/include" -x c - ||
    fail "the program of $page"
done
[ "$failures" -eq 0 ]
