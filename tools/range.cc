#include "range.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace dns_cares_tool {
namespace {

int family_of(const std::string &address) { return address.find(':') == std::string::npos ? AF_INET : AF_INET6; }

// 0 to 128, without sign and leading zeros.
std::optional<unsigned> prefix_of(const std::string &text, unsigned most) {
  unsigned prefix = 0;
  const char *const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, prefix);
  const bool is_number = error == std::errc() && rest == end && (text.size() == 1 || text.front() != '0');
  return is_number && prefix <= most ? std::optional(prefix) : std::nullopt;
}

}  // namespace

std::optional<Range> Range::of(const std::string &text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  const int family = family_of(text.substr(0, slash));
  Octets address{};
  const std::optional<unsigned> prefix = prefix_of(text.substr(slash + 1), family == AF_INET ? 32 : 128);
  if (!prefix || inet_pton(family, text.substr(0, slash).c_str(), address.data()) != 1) return std::nullopt;
  return Range(family, address, *prefix);
}

Range::Range(int family, const Octets &address, unsigned prefix)
    : family_(family), size_(family == AF_INET ? sizeof(in_addr) : sizeof(in6_addr)), next_(address), last_(address) {
  for (std::size_t bit = prefix; bit < size_ * 8; ++bit) {
    const auto mask = static_cast<unsigned char>(0x80 >> bit % 8);
    next_[bit / 8] &= static_cast<unsigned char>(~mask);
    last_[bit / 8] |= mask;
  }
}

std::string Range::next() {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(family_, next_.data(), text, sizeof text);
  ended_ = next_ == last_;
  for (std::size_t i = size_; !ended_ && i > 0 && ++next_[i - 1] == 0;) --i;
  return text;
}

std::optional<std::string> reverse_name(const std::string &address) {
  const std::string text = address.substr(0, address.find('%'));
  in6_addr v6{};
  in_addr v4{};
  std::string name;
  if (inet_pton(AF_INET6, text.c_str(), &v6) == 1 && !IN6_IS_ADDR_V4MAPPED(&v6)) {
    for (std::size_t i = sizeof v6; i-- > 0;) {
      fmt::format_to(std::back_inserter(name), "{:x}.{:x}.", v6.s6_addr[i] & 15, v6.s6_addr[i] >> 4);
    }
    return name + "ip6.arpa.";
  }
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::copy_n(v6.s6_addr + 12, sizeof v4, reinterpret_cast<unsigned char *>(&v4));
  } else if (inet_pton(AF_INET, address.c_str(), &v4) != 1) {
    return std::nullopt;
  }
  const auto *octets = reinterpret_cast<const unsigned char *>(&v4);
  return fmt::format("{}.{}.{}.{}.in-addr.arpa.", octets[3], octets[2], octets[1], octets[0]);
}

}  // namespace dns_cares_tool
