// One IP address as the resolver passes it about.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

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
  // The IPv4 address of such a one; any other as it is.
  Address unmapped() const {
    in6_addr v6;
    std::memcpy(&v6, octets.data(), sizeof v6);
    if (family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&v6)) return *this;
    in_addr last;
    std::memcpy(&last, &octets[12], sizeof last);
    return v4(last);
  }
  bool operator==(const Address &) const = default;
};

// Where a server listens.
struct ServerAddress {
  Address address;
  std::uint16_t port = 53;
  bool operator==(const ServerAddress &) const = default;
};

// "192.0.2.1:53", "[2001:db8::1]:53". Throws std::bad_alloc.
std::string to_text(const ServerAddress &server);

}  // namespace dns_cares
