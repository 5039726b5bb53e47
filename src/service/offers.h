// What a reply says about where a service is offered: SRV (RFC 2782), SVCB and HTTPS (RFC 9460).
//
// Thread rule: none of its own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dns_cares/records.h"
#include "resolver/srv_order.h"

namespace dns_cares {

struct Offer {
  std::string host;  // absolute, with the last dot
  std::uint16_t port = 0;
  const dns_record *record = nullptr;  // in the reply
};

struct Offers {
  std::string alias;        // not empty: the name at which to ask on, instead of all else
  std::vector<Offer> list;  // in the order in which to try them
};

// The records of the type in the reply. Neither an alias nor an offer: the service is not offered. Throws
// std::bad_alloc.
Offers offers_in(const dns_answer &answer, int type, std::uint16_t default_port, const RandomUpTo &random);

}  // namespace dns_cares
