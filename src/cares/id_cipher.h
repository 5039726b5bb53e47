// The ids of queries as they are on the wire, for those of c-ares.
//
// c-ares 1.18 draws its ids unevenly (CVE-2023-31147): of the 256 values of an octet some 30 never come, and others
// three times as often as they should. Whoever forges a reply blindly has to guess the id (RFC 5452 section 4.3), so
// they are put through a permutation with a key that nobody else knows, a new one for each channel.
#pragma once

#include <sys/random.h>

#include <array>
#include <cstdint>

namespace dns_cares {

class IdCipher {
 public:
  // With a random key. Where the kernel has none to give, ids stay as they are.
  IdCipher() {
    if (getrandom(keys_.data(), sizeof keys_, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof keys_)) keys_ = {};
    is_on_ = keys_ != Keys{};
  }
  explicit IdCipher(const std::array<std::uint32_t, 4> &keys) : keys_(keys), is_on_(true) {}

  std::uint16_t on_the_wire(std::uint16_t id) const {
    if (!is_on_) return id;
    unsigned left = id >> 8, right = id & 0xffU;
    for (const std::uint32_t key : keys_) {
      const unsigned next = left ^ mix(right, key);
      left = right;
      right = next;
    }
    return static_cast<std::uint16_t>(left << 8 | right);
  }
  // The other way.
  std::uint16_t of_cares(std::uint16_t id) const {
    if (!is_on_) return id;
    unsigned left = id >> 8, right = id & 0xffU;
    for (auto key = keys_.rbegin(); key != keys_.rend(); ++key) {
      const unsigned before = right ^ mix(left, *key);
      right = left;
      left = before;
    }
    return static_cast<std::uint16_t>(left << 8 | right);
  }

 private:
  using Keys = std::array<std::uint32_t, 4>;  // one for each round of a Feistel network

  static unsigned mix(unsigned octet, std::uint32_t key) {
    std::uint32_t x = (octet + 1) * 0x9e3779b1U ^ key;
    x = (x ^ x >> 15) * 0x85ebca6bU;
    return (x ^ x >> 13) >> 24;
  }

  Keys keys_{};
  bool is_on_;
};

}  // namespace dns_cares
