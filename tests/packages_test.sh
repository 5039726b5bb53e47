#!/bin/sh
# Installs the Debian packages as a user would, resolves with the command, builds examples with pkg-config and with CMake,
# and removes all. It changes the system: scripts/fresh-deb runs it in a root of its own.
#
# usage: packages_test.sh FOLDER   with the packages, and examples/
set -eu
folder=$1
cd "$folder"
export DEBIAN_FRONTEND=noninteractive

failures=0
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}
expect_output() { # WHAT EXPECTED COMMAND...
  what=$1
  expected=$2
  shift 2
  output=$("$@") || fail "$what: exit status $?"
  if [ "$output" = "$expected" ]; then echo "ok: $what"; else fail "$what: printed '$output', not '$expected'"; fi
}
expect_file() { [ -f "$1" ] || fail "$1 is not installed"; }
install() { # whatever apt takes
  apt-get install -q -o Dpkg::Use-Pty=0 -y --no-install-recommends "$@" >log 2>&1 || {
    cat log >&2
    exit 1
  }
  echo "installed: $*"
}
with_server() { dns-cares-testkit examples/demo/zone.script -- "$@" 2>counters; }
is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

apt-get update -q >log 2>&1

# --- the command alone: what it needs is named, and nothing for developers comes with it ---

install ./libdns-cares0_*.deb ./dns-cares_*.deb
! is_installed libdns-cares-dev || fail 'dns-cares brings libdns-cares-dev'
expect_output 'dns-cares' "$(printf '192.0.2.1\t192.0.2.1\nlocalhost\t::1 127.0.0.1')" \
  dns-cares --quiet 192.0.2.1 localhost
for file in man/man1/dns-cares.1.gz bash-completion/completions/dns-cares zsh/vendor-completions/_dns-cares \
  fish/vendor_completions.d/dns-cares.fish; do
  # Roots for containers may be told to do without man pages.
  expect_file "/usr/share/$file"
done
for package in libdns-cares0 dns-cares; do
  expect_file "/usr/share/doc/$package/copyright"
done

# --- the test kit alone ---

install ./dns-cares-testkit_*.deb

expect_output 'dns-cares beside the test kit' "$(printf 'ipv4-only.demo.example\t192.0.2.44')" \
  with_server dns-cares --quiet -s '{server}' ipv4-only.demo.example

# --- programs ---

# netbase is what the library recommends: the examples name services.
install ./libdns-cares-dev_*.deb netbase gcc g++ libc6-dev make pkg-config cmake libgtest-dev
for package in libc-ares-dev libev-dev; do
  is_installed "$package" || fail "libdns-cares-dev does not bring $package"
done

mail='mail: 10 web.demo.example.
mail: 20 ipv4-only.demo.example.'
expect_examples() { # HOW FOLDER
  expect_output "minimal, $1" 127.0.0.1 "$2/minimal" 127.0.0.1
  expect_output "mx_and_srv, $1" "$mail" with_server sh -c "$2/mx_and_srv \$1 demo.example _submission._tcp | grep mail: |
    sort" sh '{server}'
}

mkdir by_hand
for program in minimal mx_and_srv; do
  # shellcheck disable=SC2046 # flags are words
  cc -D_POSIX_C_SOURCE=200809L "examples/$program.c" -o "by_hand/$program" $(pkg-config --cflags --libs dns_cares)
done
expect_examples 'through pkg-config' ./by_hand

mkdir static
# shellcheck disable=SC2046
cc -static -D_POSIX_C_SOURCE=200809L examples/minimal.c -o static/minimal $(pkg-config --static --cflags --libs dns_cares)
expect_output 'minimal, static' 127.0.0.1 ./static/minimal 127.0.0.1

mkdir by_cmake
cat >by_cmake/CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.22)
project(programs LANGUAGES C CXX)
set(CMAKE_CXX_STANDARD 20)
find_package(dns_cares 0.1 REQUIRED)
find_package(GTest REQUIRED)
foreach(PROGRAM minimal mx_and_srv)
  add_executable(${PROGRAM} ../examples/${PROGRAM}.c)
  target_compile_definitions(${PROGRAM} PRIVATE _POSIX_C_SOURCE=200809L)
  target_link_libraries(${PROGRAM} PRIVATE dns_cares::dns_cares)
endforeach()
add_executable(own_test ../examples/own_test.cc)
target_link_libraries(own_test PRIVATE dns_cares::dns_cares dns_cares::testkit GTest::gtest_main)
END
{ cmake -S by_cmake -B by_cmake/build && cmake --build by_cmake/build; } >log 2>&1 || {
  cat log >&2
  exit 1
}
expect_examples 'through CMake' ./by_cmake/build
./by_cmake/build/own_test >log 2>&1 || {
  fail 'own_test, with the test kit'
  cat log >&2
}

# --- and away again ---

apt-get purge -q -y libdns-cares0 libdns-cares-dev dns-cares dns-cares-testkit >log 2>&1 || fail 'apt-get purge'
left=$(find /usr /etc /var/lib -iname '*dns*cares*' ! -path '/var/lib/dpkg/*')
[ -z "$left" ] || fail "left after apt-get purge: $left"

[ "$failures" -eq 0 ]
