#!/bin/sh
# The example that connects: gets a page, and says why where there is none.
#
# usage: example_connect_test.sh PAGE_SERVER CONNECT
set -eu
server=$1
connect=$2

expect() { # WHAT EXPECTED GOT
  [ "$2" = "$3" ] || { printf '%s: expected:\n%s\ngot:\n%s\n' "$1" "$2" "$3" >&2; exit 1; }
}

page=$("$server" "$connect" localhost '{port}' /a/page | tr -d '\r')
expect 'the page' "$(printf 'HTTP/1.0 200 OK\nContent-Type: text/plain\n\nThis is /a/page.')" "$page"

# Port 0 is nobody's.
if error=$("$connect" 127.0.0.1 0 2>&1); then
  expect 'an exit status that says so' 1 0
fi
expect 'the reason' 'no address could be connected to' "$(printf '%s\n' "$error" | head -n 1)"
printf '%s\n' "$error" | grep -q '^IPv4: .* after 0\.[0-9]* s$' || expect 'the attempt' 'IPv4: ...' "$error"
