#include "resolver/order.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace dns_cares {
namespace {

using Octets = std::array<unsigned char, 16>;

bool begins_with(const Octets &octets, const Octets &prefix, unsigned bits) {
  const unsigned whole = bits / 8;
  if (!std::equal(prefix.begin(), prefix.begin() + whole, octets.begin())) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((octets[whole] ^ prefix[whole]) >> (8 - rest)) == 0;
}

// --- The policy table: RFC 6724 section 2.1, the longest prefixes first ---

struct Policy {
  Octets prefix;
  unsigned bits;
  int precedence;
  int label;
};

constexpr Policy kPolicies[] = {
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, 50, 0},  // ::1
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 35, 4},         // IPv4
    {{}, 96, 1, 3},                                                  // IPv4-compatible
    {{0x20, 0x01}, 32, 5, 5},                                        // Teredo
    {{0x20, 0x02}, 16, 30, 2},                                       // 6to4
    {{0x3f, 0xfe}, 16, 1, 12},                                       // 6bone
    {{0xfe, 0xc0}, 10, 1, 11},                                       // site-local
    {{0xfc}, 7, 3, 13},                                              // unique local
    {{}, 0, 40, 1},
};

// The table has IPv4 addresses as mapped ones.
Octets in_ipv6(const Address &address) {
  return address.family == AF_INET ? Address::v4_mapped(address).octets : address.octets;
}

const Policy &policy_of(const Octets &octets) {
  return *std::find_if(std::begin(kPolicies), std::end(kPolicies),
                       [&](const Policy &policy) { return begins_with(octets, policy.prefix, policy.bits); });
}

// --- Scopes: RFC 6724 sections 3.1 and 3.2, numbered as in RFC 4291 section 2.7 ---

constexpr int kLinkLocal = 0x2;
constexpr int kSiteLocal = 0x5;
constexpr int kGlobal = 0xe;

int scope_of(const Octets &octets) {
  if (octets[0] == 0xff) return octets[1] & 0xf;
  if (octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80) return kLinkLocal;
  if (octets[0] == 0xfe && (octets[1] & 0xc0) == 0xc0) return kSiteLocal;
  const int label = policy_of(octets).label;
  if (label == 0) return kLinkLocal;
  if (label != 4) return kGlobal;
  // IPv4: the private ranges are global (section 3.2).
  const bool link_local = octets[12] == 127 || (octets[12] == 169 && octets[13] == 254);
  return link_local ? kLinkLocal : kGlobal;
}

// --- Rule 9 ---

unsigned common_bits(const Octets &a, const Octets &b, unsigned octets) {
  for (unsigned i = 0; i < octets; ++i) {
    const auto difference = static_cast<std::uint8_t>(a[i] ^ b[i]);
    if (difference != 0) return 8 * i + static_cast<unsigned>(std::countl_zero(difference));
  }
  return 8 * octets;
}

unsigned matching_bits(const Address &destination, const Source &source) {
  if (destination.family != source.address.family) return 0;
  if (destination.family == AF_INET) {
    const unsigned bits = common_bits(destination.octets, source.address.octets, 4);
    return bits >= std::min(source.prefix_length, 32u) ? bits : 0;
  }
  // Section 2.2: not beyond the source's prefix.
  return std::min(common_bits(destination.octets, source.address.octets, 16), source.prefix_length);
}

// --- The rules ---

// A destination as the rules see it, the first one to count first; the smaller one is preferred.
struct Rank {
  bool unusable;             // rule 1
  bool scopes_differ;        // rule 2
  bool deprecated;           // rule 3
  bool away;                 // rule 4
  bool labels_differ;        // rule 5
  int negative_precedence;   // rule 6
  int scope;                 // rule 8
  int family;                // Rule 9 is within one. Only IPv4 and mapped IPv4 are equal until here.
  int negative_common_bits;  // rule 9

  auto operator<=>(const Rank &) const = default;
};

Rank rank_of(const Address &destination, const std::optional<Source> &source) {
  const Octets octets = in_ipv6(destination);
  const Policy &policy = policy_of(octets);
  Rank rank{};
  rank.negative_precedence = -policy.precedence;
  rank.scope = scope_of(octets);
  rank.family = destination.family;
  rank.unusable = !source.has_value();
  if (rank.unusable) return rank;

  const Octets source_octets = in_ipv6(source->address);
  rank.scopes_differ = scope_of(source_octets) != rank.scope;
  rank.deprecated = source->deprecated;
  rank.away = !source->home;
  rank.labels_differ = policy_of(source_octets).label != policy.label;
  rank.negative_common_bits = -static_cast<int>(matching_bits(destination, *source));
  return rank;
}

struct Ranked {
  Rank rank;
  std::size_t place;  // rule 10

  auto operator<=>(const Ranked &) const = default;
};

struct RankedAddress : Ranked {
  Address address;
};

bool before(const Ranked &a, const Ranked &b) { return a < b; }

void sort_addresses(std::span<Address> addresses, std::span<RankedAddress> ranked, SourceFinder &finder, double now) {
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    ranked[i] = {{rank_of(addresses[i], finder.source_for(addresses[i], now)), i}, addresses[i]};
  }
  std::sort(ranked.begin(), ranked.end(), before);
  std::transform(ranked.begin(), ranked.end(), addresses.begin(),
                 [](const RankedAddress &entry) { return entry.address; });
}

constexpr std::size_t kFew = 16;

}  // namespace

bool is_preferred(const Destination &a, const Destination &b) {
  return rank_of(a.address, a.source) < rank_of(b.address, b.source);
}

std::vector<std::size_t> order_of(std::span<const Destination> destinations) {
  std::vector<Ranked> ranked;
  ranked.reserve(destinations.size());
  for (const Destination &each : destinations) ranked.push_back({rank_of(each.address, each.source), ranked.size()});
  std::sort(ranked.begin(), ranked.end(), before);
  std::vector<std::size_t> order;
  order.reserve(ranked.size());
  for (const Ranked &each : ranked) order.push_back(each.place);
  return order;
}

void order_addresses(std::vector<Address> &addresses, SourceFinder &finder, double now) {
  if (addresses.size() < 2) return;
  if (addresses.size() > kFew) {
    std::vector<RankedAddress> ranked(addresses.size());
    return sort_addresses(addresses, ranked, finder, now);
  }
  std::array<RankedAddress, kFew> ranked;
  sort_addresses(addresses, std::span(ranked).first(addresses.size()), finder, now);
}

}  // namespace dns_cares
