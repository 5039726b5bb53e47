// resolv.conf(5) with the environment's say in it, and the list of servers in dns_options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/address.h"

namespace dns_cares {

// What a process has of its own beside the file.
struct Environment {
  std::string host_name;                   // as gethostname(2) gives it
  std::optional<std::string> localdomain;  // LOCALDOMAIN: a search list; empty, it still goes before the file's
  std::string res_options;                 // RES_OPTIONS: as after the keyword `options`
  bool operator==(const Environment &) const = default;
};

// Of this process, now; a privileged program's variables count as unset. Not while another thread changes the
// environment. Throws std::bad_alloc.
Environment read_environment();

struct ResolvConf {
  std::vector<ServerAddress> servers;  // never empty: 127.0.0.1 when none is named, as in libc
  // Without last dots. "." stands for the name as it is and is kept only where a domain follows it, for elsewhere the
  // name is asked as it is in any case.
  std::vector<std::string> search;
  unsigned ndots = 1;  // at most 15

  // Nothing where the file does not say. The rule: what the program sets in dns_options (other than 0) wins, then
  // this, then the library's default.
  std::optional<unsigned> timeout_s;  // of one try; 1 to 30
  std::optional<unsigned> attempts;   // per server; 1 to 5

  bool rotate = false;
  bool use_vc = false;                 // ask by TCP only
  bool edns0 = false;                  // (is always used)
  bool no_aaaa = false;                // ask for no AAAA
  bool trust_ad = false;               // (the AD bit is always passed on)
  bool single_request = false;         // A and AAAA one after the other
  bool single_request_reopen = false;  // the same, on a new socket each

  bool operator==(const ResolvConf &) const = default;
};

// Reads as glibc's res_init() does: a keyword counts at the very start of its line only; '#' and ';' make a comment
// there and nowhere else; lines and options that are not understood are skipped; the last of `search` and `domain`
// wins; with neither, the search list is what follows the first dot of the host's name. A flag may have characters
// after it ("rotate,").
//
// Where glibc goes wrong, or not that far: any number of servers, each once, with ports ("127.0.0.1:5353",
// "[::1]:5353"); lines may end in CRLF; domains that no name can have are left out; a number that is missing or
// negative changes nothing; `timeout:0` and `attempts:0` are 1.
// Throws std::bad_alloc.
ResolvConf parse_resolv_conf(std::string_view text, const Environment &environment = {});

// "127.0.0.1:5353,[::1]:53 192.0.2.1". Nothing if any of it is malformed, or if it names no server.
std::optional<std::vector<ServerAddress>> parse_servers(std::string_view text);

}  // namespace dns_cares
