#!/bin/sh
# Installs the build tree into a temporary folder, and builds and runs examples there as its users would:
# through the CMake package, and through pkg-config. The folder is not the one that the tree was configured for: what is
# installed may be moved.
#
# usage: install_test.sh CMAKE BUILD_FOLDER SOURCE_FOLDER CONFIGURATION C_COMPILER CXX_COMPILER [SANITIZERS]
set -eu
cmake=$1
build=$2
source=$3
configuration=$4
cc=$5
cxx=$6
sanitizers=${7:-}
flags=
[ -z "$sanitizers" ] || flags="-fsanitize=$sanitizers"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
prefix=$folder/prefix
failures=0
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}
# Runs a step quietly; its output is shown when it fails.
step() {
  what=$1
  shift
  if ! "$@" >"$folder/log" 2>&1; then
    fail "$what"
    cat "$folder/log" >&2
    return 1
  fi
}
expect_output() { # WHAT EXPECTED COMMAND...
  what=$1
  expected=$2
  shift 2
  output=$("$@") || fail "$what: exit status $?"
  [ "$output" = "$expected" ] || fail "$what: printed '$output', not '$expected'"
}

physical() { (cd "$1" 2>/dev/null && pwd -P) || echo "no folder: $1"; }
expect_folder() { # EXPECTED ACTUAL
  [ "$(physical "$2")" = "$(physical "$1")" ] || fail "dns_cares.pc: $2 is not $1"
}

step 'cmake --install' "$cmake" --install "$build" --config "$configuration" --prefix "$prefix" || exit 1
library=$(find "$prefix" -name libdns_cares.so)
[ -n "$library" ] || { fail 'no libdns_cares.so installed'; exit 1; }
libdir=$(dirname "$library")
for header in "$source"/include/dns_cares/*; do
  [ -f "$prefix/include/dns_cares/${header##*/}" ] || fail "include/dns_cares/${header##*/} is not installed"
done
[ -e "$libdir/libdns_cares.so.0" ] || fail 'libdns_cares.so.0 is not installed'

# --- every path in what is installed is there ---

# CMake's package checks the files that it names by itself, when it is found below.
# pkg-config sees this folder alone: users of the C API need the headers of neither c-ares nor libev.
pc() { PKG_CONFIG_LIBDIR=$libdir/pkgconfig PKG_CONFIG_PATH='' pkg-config "$@"; }
if step 'pkg-config knows dns_cares, without libcares.pc' pc --print-errors --exists dns_cares; then
  expect_folder "$prefix" "$(pc --variable=prefix dns_cares)"
  expect_folder "$libdir" "$(pc --variable=libdir dns_cares)"
  expect_folder "$prefix/include" "$(pc --variable=includedir dns_cares)"
  for word in $(pc --cflags --libs dns_cares); do
    case $word in
      -I*) expect_folder "$prefix/include" "${word#-I}" ;;
      -L*) expect_folder "$libdir" "${word#-L}" ;;
    esac
  done
  version=$(sed -n 's/^project(dns_cares VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
  [ "$(pc --modversion dns_cares)" = "$version" ] || fail "dns_cares.pc: version is not $version"
fi
if grep -rnF -e "$build" -e "$source/" "$libdir/cmake" "$libdir/pkgconfig"; then
  fail 'a file names a folder of the build or of the sources'
fi

# --- the examples ---

mkdir "$folder/program"
cp "$source/examples/minimal.c" "$source/examples/cpp_callbacks.cc" "$source/examples/coroutine.cc" "$folder/program"
cat >"$folder/program/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(examples LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(dns_cares 0.1 CONFIG REQUIRED)
foreach(PROGRAM minimal.c cpp_callbacks.cc coroutine.cc)
  get_filename_component(NAME ${PROGRAM} NAME_WE)
  add_executable(${NAME} ${PROGRAM})
  target_link_libraries(${NAME} PRIVATE dns_cares::dns_cares)
endforeach()
END

# All examples that were built into a folder. The coroutine one asks the test kit's server, if that is installed.
expect_examples() { # HOW FOLDER
  export LD_LIBRARY_PATH="$libdir"
  expect_output "minimal, $1" 127.0.0.1 "$2/minimal" 127.0.0.1
  expect_output "cpp_callbacks, $1" '127.0.0.1 port 443' "$2/cpp_callbacks" 127.0.0.1
  if [ -x "$prefix/bin/dns-cares-testkit" ]; then
    expect_output "coroutine, $1" '100 of 100 names resolved' "$prefix/bin/dns-cares-testkit" \
      "$source/examples/demo/zone.script" -- "$2/coroutine" '{server}' names.example 2>"$folder/log"
  fi
  unset LD_LIBRARY_PATH
}

if step 'programs through find_package(dns_cares)' env CFLAGS="$flags" CXXFLAGS="$flags" LDFLAGS="$flags" \
  "$cmake" -S "$folder/program" -B "$folder/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
  -DCMAKE_CXX_COMPILER="$cxx" && step 'their build' "$cmake" --build "$folder/cmake"; then
  grep -q "dns_cares_DIR:PATH=$libdir/cmake/dns_cares" "$folder/cmake/CMakeCache.txt" ||
    fail 'find_package found another dns_cares'
  expect_examples 'through CMake' "$folder/cmake"
fi

mkdir "$folder/by_hand"
# shellcheck disable=SC2046,SC2086 # flags are words
by_hand() { # PROGRAM COMPILER...
  program=$1
  shift
  step "$program through pkg-config" "$@" $flags "$folder/program/$program" -o "$folder/by_hand/${program%.*}" \
    $(pc --cflags --libs dns_cares)
}
if by_hand minimal.c "$cc" && by_hand cpp_callbacks.cc "$cxx" -std=c++20 && by_hand coroutine.cc "$cxx" -std=c++20; then
  expect_examples 'through pkg-config' "$folder/by_hand"
fi

# --- the command and the test kit, when they are built ---

if [ -x "$prefix/bin/dns-cares" ]; then
  expect_output 'dns-cares' "$(printf '127.0.0.1\t127.0.0.1')" \
    env LD_LIBRARY_PATH="$libdir" "$prefix/bin/dns-cares" 127.0.0.1 2>/dev/null
  for file in man/man1/dns-cares.1 bash-completion/completions/dns-cares zsh/site-functions/_dns-cares \
    fish/vendor_completions.d/dns-cares.fish; do
    [ -f "$prefix/share/$file" ] || fail "share/$file is not installed"
  done
fi
if [ -e "$libdir/libdns_cares_testkit.so" ]; then
  [ -f "$prefix/include/dns_cares/testkit.h" ] || fail 'include/dns_cares/testkit.h is not installed'
  mkdir "$folder/kit"
  cat >"$folder/kit/kit.cc" <<'END'
#include <dns_cares/testkit.h>

#include <cstdio>

int main() {
  dns_testkit::Server server;
  std::puts(server.port() != 0 && server.queries() == 0 ? "serves" : "does not serve");
}
END
  cat >"$folder/kit/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(kit LANGUAGES CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(dns_cares CONFIG REQUIRED)
add_executable(kit kit.cc)
target_link_libraries(kit PRIVATE dns_cares::testkit)
END
  if step 'a program with dns_cares::testkit' env CXXFLAGS="$flags" LDFLAGS="$flags" \
    "$cmake" -S "$folder/kit" -B "$folder/kit/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" &&
    step 'its build' "$cmake" --build "$folder/kit/build"; then
    expect_output 'the test kit' serves "$folder/kit/build/kit"
  fi
fi

[ "$failures" -eq 0 ]
