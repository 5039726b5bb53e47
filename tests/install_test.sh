#!/bin/sh
# Installs the build tree into a temporary folder, and builds and runs all examples there as its users would:
# through the CMake package, and through pkg-config. The folder is not the one that the tree was configured for, and it
# is moved once more after the installation.
#
# usage: install_test.sh CMAKE BUILD_FOLDER SOURCE_FOLDER CONFIGURATION C_COMPILER CXX_COMPILER [SANITIZERS]
#
# PAGE_SERVER in the environment is the program that example_connect_test.sh wants; without it, that example is not run.
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
  [ "$(physical "$2")" = "$(physical "$1")" ] || fail "$package.pc: $2 is not $1"
}

step 'cmake --install' "$cmake" --install "$build" --config "$configuration" --prefix "$folder/first" || exit 1
mv "$folder/first" "$prefix"
library=$(find "$prefix" -name libdns_cares.so)
[ -n "$library" ] || { fail 'no libdns_cares.so installed'; exit 1; }
libdir=$(dirname "$library")
for header in "$source"/include/dns_cares/*; do
  [ -f "$prefix/include/dns_cares/${header##*/}" ] || fail "include/dns_cares/${header##*/} is not installed"
done
[ -e "$libdir/libdns_cares.so.0" ] || fail 'libdns_cares.so.0 is not installed'

for page in man3/dns_resolve_async.3 man3/dns_resolve.3 man3/dns_resolve_stream.3 man3/dns_cancel.3 man7/dns_cares.7; do
  [ -f "$prefix/share/man/$page" ] || fail "share/man/$page is not installed"
done

# --- every path in what is installed is there ---

# CMake's package checks the files that it names by itself, when it is found below.
# pkg-config sees this folder alone: users of the C API need the headers of neither c-ares nor libev.
pc() { PKG_CONFIG_LIBDIR=$libdir/pkgconfig PKG_CONFIG_PATH='' pkg-config "$@"; }
version=$(sed -n 's/^project(dns_cares VERSION \([0-9.]*\).*/\1/p' "$source/CMakeLists.txt")
kit=
[ ! -e "$libdir/libdns_cares_testkit.so" ] || kit=dns_cares-testkit
for package in dns_cares $kit; do
  step "pkg-config knows $package, without libcares.pc" pc --print-errors --exists "$package" || continue
  expect_folder "$prefix" "$(pc --variable=prefix "$package")"
  expect_folder "$libdir" "$(pc --variable=libdir "$package")"
  expect_folder "$prefix/include" "$(pc --variable=includedir "$package")"
  for word in $(pc --cflags --libs "$package"); do
    case $word in
      -I*) expect_folder "$prefix/include" "${word#-I}" ;;
      -L*) expect_folder "$libdir" "${word#-L}" ;;
    esac
  done
  [ "$(pc --modversion "$package")" = "$version" ] || fail "$package.pc: version is not $version"
done
if grep -rnF -e "$build" -e "$source/" -e "$folder/first" "$libdir/cmake" "$libdir/pkgconfig"; then
  fail 'a file names a folder of the build, of the sources, or of where it was first'
fi

# --- the examples ---

mkdir "$folder/program"
cp "$source"/examples/*.c "$source"/examples/*.cc "$folder/program"
cat >"$folder/program/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(examples LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(dns_cares 0.1 CONFIG REQUIRED)
find_package(Threads REQUIRED)
file(GLOB PROGRAMS *.c *.cc)
list(FILTER PROGRAMS EXCLUDE REGEX own_test)
foreach(PROGRAM ${PROGRAMS})
  get_filename_component(NAME ${PROGRAM} NAME_WE)
  add_executable(${NAME} ${PROGRAM})
  target_link_libraries(${NAME} PRIVATE dns_cares::dns_cares)
endforeach()
target_link_libraries(two_loops PRIVATE ev Threads::Threads)
target_link_libraries(in_a_program PRIVATE ev)
if(TARGET dns_cares::testkit)
  find_package(GTest REQUIRED)
  add_executable(own_test own_test.cc)
  target_link_libraries(own_test PRIVATE dns_cares::dns_cares dns_cares::testkit GTest::gtest_main)
endif()
END
printf 'ipv4-only.demo.example\n' >"$folder/names"

# Runs a program beside the test kit's server; "{server}" in its words is where that is.
with_server() {
  "$prefix/bin/dns-cares-testkit" "$source/examples/demo/zone.script" -- "$@" 2>"$folder/counters"
}

# All examples that were built into a folder; those that ask a server, if the test kit is installed.
expect_examples() { # HOW FOLDER
  export LD_LIBRARY_PATH="$libdir"
  expect_output "minimal, $1" 127.0.0.1 "$2/minimal" 127.0.0.1
  expect_output "two_loops, $1" 127.0.0.1 "$2/two_loops" 127.0.0.1
  expect_output "cpp_callbacks, $1" '127.0.0.1 port 443' "$2/cpp_callbacks" 127.0.0.1
  if [ -n "${PAGE_SERVER:-}" ]; then
    step "connect, $1" sh "$source/tests/example_connect_test.sh" "$PAGE_SERVER" "$2/connect" || :
  fi
  if [ -n "$kit" ]; then
    expect_output "coroutine, $1" '100 of 100 names resolved' with_server "$2/coroutine" '{server}' names.example
    expect_output "in_a_program, $1" 192.0.2.44 with_server "$2/in_a_program" '{server}' <"$folder/names"
    step "mx_and_srv, $1" with_server "$2/mx_and_srv" '{server}' demo.example _submission._tcp || :
    step "own_test, $1" "$2/own_test" || :
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
# shellcheck disable=SC2046,SC2086 # compilers, flags and packages are words
by_hand() { # PROGRAM PACKAGES [LIBRARY...]
  program=$1
  packages=$2
  shift 2
  case $program in
    *.c) compile=$cc ;;
    *) compile="$cxx -std=c++20" ;;
  esac
  step "$program through pkg-config" $compile $flags "$folder/program/$program" -o "$folder/by_hand/${program%.*}" \
    $(pc --cflags --libs $packages) "$@"
}
by_hand_all() {
  by_hand minimal.c dns_cares && by_hand connect.c dns_cares && by_hand mx_and_srv.c dns_cares &&
    by_hand two_loops.c dns_cares -lev -pthread && by_hand in_a_program.c dns_cares -lev &&
    by_hand cpp_callbacks.cc dns_cares && by_hand coroutine.cc dns_cares || return
  [ -z "$kit" ] || by_hand own_test.cc "dns_cares $kit" -lgtest_main -lgtest -pthread
}
if by_hand_all; then expect_examples 'through pkg-config' "$folder/by_hand"; fi

# --- the static library, where it is built ---

if [ -e "$libdir/libdns_cares.a" ]; then
  needs() { readelf -dW "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p'; }

  # A project in C alone, for which the C++ within must be no matter.
  mkdir "$folder/static"
  cp "$source/examples/minimal.c" "$folder/static"
  cat >"$folder/static/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.22)
project(minimal LANGUAGES C)
find_package(dns_cares 0.1 CONFIG REQUIRED)
add_executable(minimal minimal.c)
target_link_libraries(minimal PRIVATE dns_cares::static)
END
  if step 'a program of dns_cares::static' env CFLAGS="$flags -D_POSIX_C_SOURCE=200809L" LDFLAGS="$flags" \
    "$cmake" -S "$folder/static" -B "$folder/static" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" &&
    step 'its build' "$cmake" --build "$folder/static"; then
    expect_output 'minimal of dns_cares::static' 127.0.0.1 "$folder/static/minimal" 127.0.0.1
    ! needs "$folder/static/minimal" | grep -q dns_cares || fail 'dns_cares::static needs the shared library'
  fi

  # Everything within the program, libc too. No sanitizer can do without shared libraries.
  # shellcheck disable=SC2046 # flags are words
  if [ -z "$sanitizers" ] && step 'minimal.c through pkg-config --static' "$cc" -static -D_POSIX_C_SOURCE=200809L \
    "$source/examples/minimal.c" -o "$folder/static/all" $(pc --static --cflags --libs dns_cares); then
    expect_output 'minimal with everything within' "$(printf '::1\n127.0.0.1')" "$folder/static/all" localhost
    [ -z "$(needs "$folder/static/all")" ] || fail 'pkg-config --static: a shared library is needed'
  fi
fi

# --- the command and the test kit, where they are built ---

if [ -x "$prefix/bin/dns-cares" ]; then
  expect_output 'dns-cares' "$(printf '127.0.0.1\t127.0.0.1')" \
    "$prefix/bin/dns-cares" --quiet 127.0.0.1
  for file in man/man1/dns-cares.1 bash-completion/completions/dns-cares zsh/site-functions/_dns-cares \
    fish/vendor_completions.d/dns-cares.fish; do
    [ -f "$prefix/share/$file" ] || fail "share/$file is not installed"
  done
fi
if [ -n "$kit" ]; then
  for file in include/dns_cares/testkit.h share/man/man1/dns-cares-testkit.1; do
    [ -f "$prefix/$file" ] || fail "$file is not installed"
  done
fi

[ "$failures" -eq 0 ]
