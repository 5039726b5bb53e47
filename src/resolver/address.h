// One IP address as the resolver passes it about.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace dns_cares {

struct Address {
  int family;                            // AF_INET or AF_INET6
  std::array<unsigned char, 16> octets;  // network order; the first four for AF_INET
  std::uint32_t scope_id = 0;            // of an IPv6 literal

  static Address v4(const in_addr &address) {
    Address result{AF_INET, {}, 0};
    std::memcpy(result.octets.data(), &address, sizeof address);
    return result;
  }
  static Address v6(const in6_addr &address, std::uint32_t scope_id = 0) {
    Address result{AF_INET6, {}, scope_id};
    std::memcpy(result.octets.data(), &address, sizeof address);
    return result;
  }
  // ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2)
  static Address v4_mapped(const Address &v4) {
    Address result{AF_INET6, {}, 0};
    result.octets[10] = result.octets[11] = 0xff;
    std::memcpy(&result.octets[12], v4.octets.data(), 4);
    return result;
  }
  bool operator==(const Address &) const = default;
};

}  // namespace dns_cares
