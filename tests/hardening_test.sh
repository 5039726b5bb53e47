#!/bin/sh
# Are these programs and shared libraries what cmake/hardening.cmake says?
#
# usage: hardening_test.sh BUILD-TYPE FILE...
set -eu

build_type=$1
shift
fortified=no

fail() {
  echo "$file: $1" >&2
  exit 1
}

for file; do
  readelf -hW "$file" | grep -q 'Type: *DYN' || fail "the loader may not put it anywhere"
  readelf -lW "$file" | grep -q GNU_RELRO || fail "what the loader has written can be written again (RELRO)"
  readelf -dW "$file" | grep -q 'FLAGS_1.*NOW' || fail "functions are not bound at once (BIND_NOW)"
  readelf -lW "$file" | grep 'GNU_STACK' | grep -q 'RW ' || fail "its stack can be run"
  readelf -sW --dyn-syms "$file" | grep -q __stack_chk_fail || fail "stacks are not protected"
  if readelf -sW --dyn-syms "$file" | grep -q '[a-z]_chk@'; then fortified=yes; fi
done
# Not every file calls a function that has such a twin.
[ "$build_type" = Debug ] || [ "$fortified" = yes ] || fail "functions of the C library are not checked (FORTIFY)"
