#!/bin/sh
# Builds a program of two translation units with the C++ headers in a way of its own, and runs it.
#
# usage: cpp_headers_test.sh COMPILER STANDARD SOURCE_FOLDER LIBRARY [FLAG...]
set -eu
compiler=$1
standard=$2
source=$3
library=$4
shift 4

# What this compiler calls a standard that was new to it: c++23 is c++2b for GCC 12 and Clang 14.
if ! echo 'int main() {}' | "$compiler" "-std=$standard" -x c++ -fsyntax-only - 2>/dev/null; then
  [ "$standard" = c++23 ] && standard=c++2b
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for unit in one two; do
  "$compiler" "-std=$standard" -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror "$@" -I "$source/include" \
    -c "$source/tests/cpp_headers/$unit.cc" -o "$folder/$unit.o"
done
"$compiler" "$@" "$folder/one.o" "$folder/two.o" "$library" -Wl,-rpath,"${library%/*}" -o "$folder/program"
[ "$("$folder/program")" = fine ]
