#!/bin/sh
# That scripts/abi finds the ABI as it is recorded, and finds each kind of change to it.
#
# usage: abi_test.sh SOURCE_FOLDER
set -eu
source=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
failures=0
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  failures=$((failures + 1))
}

renew() {
  rm -rf "$copy/include"
  cp -r "$source/include" "$copy"
}
expect_found() { # CHANGE HEADER SED-SCRIPT WORD-OF-THE-REPORT
  renew
  sed -i "$3" "$copy/include/dns_cares/$2"
  ! cmp -s "$source/include/dns_cares/$2" "$copy/include/dns_cares/$2" || fail "$1: nothing was changed in $2"
  ! "$copy/scripts/abi" >"$copy/report" 2>&1 || fail "$1: not found"
  grep -q -- "$4" "$copy/report" || fail "$1: the report does not name $4: $(cat "$copy/report")"
}

cp -r "$source/scripts" "$source/abi" "$copy"
renew
"$copy/scripts/abi" || fail 'the ABI as it is recorded'
expect_found 'a function less' dns_cares.h 's/^DNS_CARES_API void dns_cancel(.*//' function_dns_cancel
# shellcheck disable=SC2016 # sed's "$"
expect_found 'a function more' evloop.h '$aDNS_CARES_API int evloop_new_thing(int fd);' function_evloop_new_thing
expect_found 'another type of an argument' dns_cares.h 's/\(dns_strerror(\)int status/\1long status/' function_dns_strerror
expect_found 'another type of a member' records.h '/^struct dns_mx {/,/^}/s/uint16_t\|unsigned short/long/' struct_dns_mx
expect_found 'a member more' dns_cares.h '/^struct dns_options {/a\  int new_option;' new_option
expect_found 'a status in between' dns_cares.h 's/DNS_ENODATA/DNS_ENEW, DNS_ENODATA/' DNS_ENEW
expect_found 'another value of a constant' records.h 's/^\(#define DNS_NAME_SIZE\) 1025/\1 1026/' constant_DNS_NAME_SIZE

[ "$failures" -eq 0 ]
