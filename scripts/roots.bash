# shellcheck shell=bash
# Minimal Debian roots, for the scripts that source this. They need root and Debian's package archive.
#
# variables that these functions read:
#   ROOT=DIR      the root's folder; if DIR has a root already, it is used again. It is kept.
#   KEEP=1        do not remove the temporary root, and say where it is
#   MIRROR=URL    the package archive, if not Debian's own

say() { echo "${0##*/}: $*" >&2; }

# Prints the part of a script's first comment that begins with "usage".
usage() {
  sed -n '/^# usage/,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
  exit 2
}

need_root() {
  if ((EUID != 0)); then
    say "must be root: sudo $0"
    exit 1
  fi
}

# Sets $root, for a root of this suite.
choose_folder() { # SUITE
  if [[ -n ${ROOT:-} ]]; then
    root=$ROOT
    return
  fi
  folder=$(mktemp -d "${TMPDIR:-/tmp}/fresh-root.XXXXXX")
  chmod 755 "$folder" # apt's unprivileged user must get through
  root=$folder/$1
  if [[ -n ${KEEP:-} ]]; then
    say "the root stays in $root"
  else
    # The mounts are in a namespace of their own and gone by then.
    trap 'rm -rf --one-file-system "$folder"' EXIT
    trap 'exit 1' INT TERM HUP
  fi
}

# This machine's way to the archive: proxies, and what it does about dates.
apt_options() {
  apt-config dump | grep -E '^Acquire::(https?::(Proxy|Timeout)|Retries|Check-(Date|Valid-Until))[^ ]* ' |
    sed '/^[^ ]* "";$/d' || true
}

make_root() { # SUITE [PACKAGE...]
  local suite=$1
  shift
  if [[ -e $root/etc/debian_version ]]; then
    say "using the root in $root again"
    return
  fi
  say "making a $suite root"
  local option options=() IFS=,
  while read -r option; do options+=("--aptopt=$option"); done < <(apt_options)
  mmdebstrap --quiet --variant=minbase "--include=$*" "${options[@]}" "$suite" "$root" ${MIRROR:+"$MIRROR"}
}

# Runs a command inside, with mounts and processes that end with it and a clean environment.
enter() {
  cp --dereference --remove-destination /etc/resolv.conf "$root/etc/resolv.conf"
  # shellcheck disable=SC2016 # the inner shell expands it
  unshare --mount --pid --fork --kill-child bash -euc '
    root=$1
    shift
    mount --bind "$root" "$root" # so that tests can make namespaces in it: "/" must be a mount point
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    chroot "$root" "$@"' enter "$root" \
    env -i HOME=/root TERM="${TERM:-dumb}" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}
