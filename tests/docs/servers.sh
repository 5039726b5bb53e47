#!/bin/sh
# Runs a command where the names of the documentation exist: in a network of its own, with an /etc/resolv.conf and an
# /etc/hosts of its own, beside servers that answer as zone.script says.
#
# usage: servers.sh TESTKIT COMMAND...
set -eu
testkit=$1
shift
here=$(cd "$(dirname "$0")" && pwd)

if [ "${INSIDE:-}" != yes ]; then
  set -- --net --mount --pid --fork --kill-child sh "$here/servers.sh" "$testkit" "$@"
  [ "$(id -u)" -eq 0 ] || set -- --map-root-user "$@"
  INSIDE=yes exec unshare "$@"
fi

PATH=$PATH:/sbin:/usr/sbin # for ip
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ip link set lo up
for address in 192.0.2.1 192.0.2.2 192.0.2.53; do ip address add "$address/32" dev lo; done
printf 'nameserver 127.0.0.1\nsearch corp.example\n' >"$folder/resolv.conf"
printf '127.0.0.1 localhost\n192.0.2.7 printer\n' >"$folder/hosts"
for file in resolv.conf hosts; do mount --bind "$folder/$file" "$(realpath "/etc/$file")"; done

serve() { # ADDRESS PORT
  "$testkit" "$here/zone.script" --address "$1" --port "$2" --port-file "$folder/serves.$1" 2>/dev/null >&2 &
  until [ -s "$folder/serves.$1" ]; do kill -0 $! && sleep 0.02; done
}
serve 127.0.0.1 53
serve 192.0.2.1 53
serve 192.0.2.2 5353
serve 192.0.2.53 53

status=0
"$@" || status=$?
exit "$status" # The servers end with the process namespace.
