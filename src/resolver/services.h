// Service names to ports: /etc/services, read once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dns_cares {

class Services {
 public:
  Services() = default;
  // services(5): name, port/protocol, aliases; '#' starts a comment; lines that are not so are skipped.
  explicit Services(std::string_view text);

  // The port, in host order, of a service name or alias under a protocol ("tcp", "udp"). Case matters.
  std::optional<std::uint16_t> find(std::string_view name, std::string_view protocol) const;
  // The name, no alias, of the first line that has the port, in host order, under the protocol; nullptr if none has.
  const std::string *find_name(std::uint16_t port, std::string_view protocol) const;

 private:
  std::unordered_map<std::string, std::uint16_t> ports_;  // by "name/protocol"; the first line wins
  std::unordered_map<std::string, std::string> names_;    // by "port/protocol"; the first line wins
};

// A decimal port, 0 to 65535; nothing for anything else.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace dns_cares
