// The order in which to try the addresses of a name: RFC 6724 section 6, destination address selection.
//
// The rules look at each destination together with the source address that the machine would send from. Who knows
// that is a SourceFinder; the rules themselves are pure functions.
//
// As in glibc, rule 9 compares IPv4 destinations only if they are in the network of their source: networks are not
// given out such that nearness of numbers would mean anything beyond.
//
// Thread rule: none of its own.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "resolver/address.h"

namespace dns_cares {

struct Source {
  static constexpr unsigned kWholeAddress = 128;

  Address address;                         // of the destination's family; mapped for a mapped destination
  unsigned prefix_length = kWholeAddress;  // in bits of that family; kWholeAddress also if it is not known
  bool deprecated = false;                 // RFC 4862 section 5.5.4
  bool home = false;                       // a home address, and not a care-of address: RFC 6275
};

struct Destination {
  Address address;
  std::optional<Source> source;  // nothing: it cannot be reached
};

class SourceFinder {
 public:
  virtual ~SourceFinder() = default;

  // The source address that would be used for the destination; nothing if it cannot be reached. `now` is in seconds on
  // any clock that never goes back.
  virtual std::optional<Source> source_for(const Address &destination, double now) noexcept = 0;
  // Whether the machine has an address of the family, AF_INET or AF_INET6, other than the loopback address
  // (AI_ADDRCONFIG, RFC 3493 section 6.1). True if that cannot be known.
  virtual bool has_address(int family, double now) noexcept = 0;
};

// Whether rules 1 to 9 put `a` before `b`: a strict weak order. Rule 7 (native transport) makes no difference here.
bool is_preferred(const Destination &a, const Destination &b);

// The places in `destinations` from the first one to try to the last. What the rules do not tell apart keeps its
// order (rule 10). Throws std::bad_alloc.
std::vector<std::size_t> order_of(std::span<const Destination> destinations);

// Sorts the addresses of a name. Asks the finder once for each, but not at all for a single one, and takes no memory
// for a few. Throws std::bad_alloc, the addresses left as they were.
void order_addresses(std::vector<Address> &addresses, SourceFinder &finder, double now);

}  // namespace dns_cares
