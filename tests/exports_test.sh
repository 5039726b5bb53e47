#!/bin/sh
# What the shared library gives away, and what it takes: its symbols, its libraries, and who includes what.
#
# usage: exports_test.sh LIBRARY SOURCE_FOLDER [SANITIZERS]
set -eu
LC_ALL=C
export LC_ALL
library=$1
source=$2
sanitizers=${3:-}

failures=0
# Complains when there is a second argument: what should not be there, or should and is not.
none() {
  if [ -n "$2" ]; then
    printf '%s:\n%s\n' "$1" "$2" >&2
    failures=$((failures + 1))
  fi
}
includes() { # PATTERN FOLDER...: the files that include a header like this
  pattern=$1
  shift
  grep -rElZ "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]([^>\"]*/)?($pattern)[>\"]" "$@" | tr '\0' '\n' | sort
}
libev='ev\.h|ev\+\+\.h|libev[^>"]*'
cares='ares[^/>"]*\.h'

# Symbols: nothing but the C API, and all of it.
exported=$(nm -D --defined-only "$library" | awk '{ print $NF }' | sed 's/@.*//' | sort -u)
none 'exported, and neither dns_* nor evloop_*' "$(printf '%s\n' "$exported" | grep -Ev '^(dns|evloop)_' || true)"
# A declaration may go over two lines: the name is the first word before a bracket.
declared=$(cat "$source"/include/dns_cares/*.h | tr '\n' ' ' | grep -oE 'DNS_CARES_API [^;()]*\(' |
  grep -oE '(dns|evloop)_[a-z0-9_]+\($' | tr -d '(' | sort -u)
count=$(printf '%s\n' "$declared" | grep -c .)
[ "$count" -ge 18 ] || none 'too few declarations found in the headers' "$declared"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf '%s\n' "$declared" >"$scratch/declared"
printf '%s\n' "$exported" >"$scratch/exported"
none 'declared in a public header and not exported' "$(comm -23 "$scratch/declared" "$scratch/exported")"
# The version of the symbols is a symbol too.
none 'exported and not declared in a public header' \
  "$(comm -13 "$scratch/declared" "$scratch/exported" | grep -vE '^dns_cares_[0-9]+$' || true)"
# Debian's list of them, each with the version since when it is there.
sed -n 's/^ \([^@]*\)@dns_cares_0 [0-9.]*$/\1/p' "$source/cmake/debian/libdns-cares0.symbols" | sort >"$scratch/listed"
none 'exported and not listed in cmake/debian/libdns-cares0.symbols' "$(comm -13 "$scratch/listed" "$scratch/exported")"
none 'listed in cmake/debian/libdns-cares0.symbols and not exported' "$(comm -23 "$scratch/listed" "$scratch/exported")"

# Libraries: libev, c-ares, libidn2 where there is one, and what every C++ program has.
allowed='cares|ev|idn2|stdc\+\+|gcc_s|m|c|pthread|resolv'
[ -z "$sanitizers" ] || allowed="$allowed|asan|ubsan|tsan|lsan"
needed=$(readelf -dW "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p')
none 'needed, and not one of the libraries that may be' \
  "$(printf '%s\n' "$needed" | grep -Ev "^(lib($allowed)|ld-linux[a-z0-9_-]*)\.so(\.[0-9]+)*$" || true)"
for must in cares ev; do
  printf '%s\n' "$needed" | grep -q "^lib$must\.so" || none 'not needed, and yet it must be' "lib$must"
done
soname=$(readelf -dW "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]$/\1/p')
[ "$soname" = libdns_cares.so.0 ] || none 'not the SONAME libdns_cares.so.0' "$soname"

# Includes go one way.
outside() { grep -v "^$1/" || true; }
none 'includes libev outside of src/evloop' "$(includes "$libev" "$source/src" | outside "$source/src/evloop")"
none 'includes c-ares outside of src/cares' "$(includes "$cares" "$source/src" | outside "$source/src/cares")"
none 'includes libev or c-ares in a public header' \
  "$(includes "$libev|$cares" "$source/include" "$source/testkit/include")"
for folder in tools examples testkit; do
  none "includes c-ares in $folder" "$(includes "$cares" "$source/$folder")"
  none "includes what is inside of the library in $folder" \
    "$(includes '(cares|evloop|resolver)/[^>"]*' "$source/$folder")"
done
# So that these checks do not pass for want of a match.
[ -n "$(includes "$libev" "$source/src/evloop")" ] || none 'no include of libev found' "$source/src/evloop"
[ -n "$(includes "$cares" "$source/src/cares")" ] || none 'no include of c-ares found' "$source/src/cares"

[ "$failures" -eq 0 ]
