// Addresses of the input: one, or a range of them (RFC 4632 section 3.1, RFC 4291 section 2.3).
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

namespace dns_cares_tool {

// The addresses of a range, one after the other, from the first to the last, all of them. Bits of the address behind
// the prefix do not count.
class Range {
 public:
  // "192.0.2.0/24", "2001:db8::/64". Nothing for all else, a single address included.
  static std::optional<Range> of(const std::string &text);

  // There is one before the first ended().
  std::string next();
  bool ended() const { return ended_; }

 private:
  using Octets = std::array<unsigned char, 16>;

  Range(int family, const Octets &address, unsigned prefix);

  int family_;
  std::size_t size_;  // octets of an address
  Octets next_{}, last_{};
  bool ended_ = false;
};

// The name that has the PTR records of an address: "1.2.0.192.in-addr.arpa." (RFC 1035 section 3.5, RFC 3596 section
// 2.5). An IPv4-mapped address has that of the IPv4 address, and a scope does not count. Nothing for what is no
// address.
std::optional<std::string> reverse_name(const std::string &address);

}  // namespace dns_cares_tool
