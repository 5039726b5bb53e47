// resolv.conf(5), and the list of servers in dns_options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "resolver/address.h"

namespace dns_cares {

struct ServerAddress {
  Address address;
  std::uint16_t port = 53;
  bool operator==(const ServerAddress &) const = default;
};

struct ResolvConf {
  std::vector<ServerAddress> servers;  // never empty: 127.0.0.1 when none is named, as in libc
  std::vector<std::string> search;     // without last dots
  unsigned ndots = 1;                  // at most 15
  bool rotate = false;
};

// Lines that are not understood are skipped, as in libc; the last of `search` and `domain` wins.
ResolvConf parse_resolv_conf(std::string_view text);

// "127.0.0.1:5353,[::1]:53 192.0.2.1". Nothing if any of it is malformed, or if it names no server.
std::optional<std::vector<ServerAddress>> parse_servers(std::string_view text);

}  // namespace dns_cares
