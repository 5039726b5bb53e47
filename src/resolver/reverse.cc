#include "resolver/reverse.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <cstring>

namespace dns_cares {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

std::string scope_text(const Address &address, bool numeric_scope) {
  in6_addr v6;
  std::memcpy(&v6, address.octets.data(), sizeof v6);
  char name[IF_NAMESIZE];
  const bool of_link = IN6_IS_ADDR_LINKLOCAL(&v6) || IN6_IS_ADDR_MC_LINKLOCAL(&v6);
  if (of_link && !numeric_scope && if_indextoname(address.scope_id, name) != nullptr) return name;
  return std::to_string(address.scope_id);
}

}  // namespace

std::string reverse_name(const Address &given) {
  const Address address = given.unmapped();
  std::string name;
  if (address.family == AF_INET) {
    for (int i = 3; i >= 0; --i) name += std::to_string(address.octets[static_cast<std::size_t>(i)]) + '.';
    return name + "in-addr.arpa";
  }
  for (auto octet = address.octets.rbegin(); octet != address.octets.rend(); ++octet) {
    name += {kHexDigits[*octet & 15], '.', kHexDigits[*octet >> 4], '.'};
  }
  return name + "ip6.arpa";
}

std::string numeric_text(const Address &address, bool numeric_scope) {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(address.family, address.octets.data(), text, sizeof text);
  if (address.scope_id == 0) return text;
  return text + ('%' + scope_text(address, numeric_scope));
}

}  // namespace dns_cares
