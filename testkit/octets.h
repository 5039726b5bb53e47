// Octets of messages, and numbers in network order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace dns_testkit {

using Octets = std::vector<std::uint8_t>;
using OctetView = std::span<const std::uint8_t>;

inline void append(Octets &to, OctetView octets) { to.insert(to.end(), octets.begin(), octets.end()); }

inline void append16(Octets &to, unsigned number) {
  to.push_back(static_cast<std::uint8_t>(number >> 8));
  to.push_back(static_cast<std::uint8_t>(number));
}

inline void append32(Octets &to, std::uint32_t number) {
  append16(to, number >> 16);
  append16(to, number & 0xffff);
}

inline void write16(std::uint8_t *to, unsigned number) {
  to[0] = static_cast<std::uint8_t>(number >> 8);
  to[1] = static_cast<std::uint8_t>(number);
}

inline std::uint16_t read16(const std::uint8_t *from) { return static_cast<std::uint16_t>(from[0] << 8 | from[1]); }

}  // namespace dns_testkit
