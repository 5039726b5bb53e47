#include "resolver/literal.h"

#include <arpa/inet.h>
#include <net/if.h>

#include <cctype>
#include <charconv>

namespace dns_cares {
namespace {

// A literal fits: 45 octets of IPv6, '%', an interface name. inet_aton's forms may have leading zeros without end,
// and are then taken for a name that is too long or does not exist.
constexpr std::size_t kMaxLiteral = 128;

std::optional<std::uint32_t> parse_scope(const char *scope, const in6_addr &address) {
  const std::string_view text(scope);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return number;
  // Only addresses of link scope or less may name an interface, as in glibc.
  if (!IN6_IS_ADDR_LINKLOCAL(&address) && !IN6_IS_ADDR_MC_LINKLOCAL(&address) && !IN6_IS_ADDR_MC_NODELOCAL(&address)) {
    return std::nullopt;
  }
  const unsigned index = if_nametoindex(scope);
  return index != 0 ? std::optional<std::uint32_t>(index) : std::nullopt;
}

}  // namespace

std::optional<Address> parse_literal(std::string_view text) {
  if (text.empty() || text.size() >= kMaxLiteral) return std::nullopt;
  const bool may_be_v4 = std::isdigit(static_cast<unsigned char>(text[0])) != 0;
  const bool may_be_v6 = text.find(':') != std::string_view::npos;
  if (!may_be_v4 && !may_be_v6) return std::nullopt;                   // As most names: without a closer look.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // The C functions below would stop there.
  char copy[kMaxLiteral];
  text.copy(copy, text.size());
  copy[text.size()] = '\0';

  // inet_aton ignores what follows a blank, so it must not see one.
  in_addr v4;
  if (may_be_v4 && text.find_first_of(" \t\n\v\f\r") == std::string_view::npos && inet_aton(copy, &v4) != 0) {
    return Address::v4(v4);
  }

  const std::size_t percent = text.find('%');
  if (percent != std::string_view::npos) copy[percent] = '\0';
  in6_addr v6;
  if (inet_pton(AF_INET6, copy, &v6) != 1) return std::nullopt;
  if (percent == std::string_view::npos) return Address::v6(v6);
  const auto scope = parse_scope(copy + percent + 1, v6);
  return scope ? std::optional(Address::v6(v6, *scope)) : std::nullopt;
}

std::optional<Address> parse_dotted_literal(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return parse_literal(text);
  char copy[INET_ADDRSTRLEN];
  if (text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) return std::nullopt;
  text.copy(copy, text.size());
  copy[text.size()] = '\0';
  in_addr v4;
  return inet_pton(AF_INET, copy, &v4) == 1 ? std::optional(Address::v4(v4)) : std::nullopt;
}

}  // namespace dns_cares
