# bash completion for dns-cares

_dns_cares() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local options='-4 -6 -f -h -o -q -s -t -x --append --concurrency --deadline --file --format --help --look-ahead --no-header
    --no-hosts --no-search --only --output --prometheus --quiet --rate --rate-per-server --resume --reverse --rotate --server --servers --service
    --shard --short --srv --stats --tcp --threads --timeout --trace --tries --type --unordered --version'

  # "--format=js" is three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $previous in
    -f | --file | -o | --output | --servers | --stats | --prometheus)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      compopt -o filenames 2>/dev/null
      ;;
    --format) mapfile -t COMPREPLY < <(compgen -W 'text json csv' -- "$current") ;;
    --only) mapfile -t COMPREPLY < <(compgen -W 'ok failed' -- "$current") ;;
    -t | --type)
      mapfile -t COMPREPLY < <(compgen -W 'A AAAA CAA CNAME DNSKEY DS HTTPS MX NAPTR NS PTR SOA SRV SSHFP SVCB TLSA TXT
        URI' -- "$current")
      ;;
    --service) mapfile -t COMPREPLY < <(compgen -s -- "$current") ;;
    -s | --server | --timeout | --deadline | --tries | --concurrency | --rate | --rate-per-server | --threads | --shard | --look-ahead) ;;
    *)
      if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
      else
        mapfile -t COMPREPLY < <(compgen -A hostname -- "$current")
      fi
      ;;
  esac
}
complete -F _dns_cares dns-cares
