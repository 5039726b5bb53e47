// What the RFCs say of numbers in replies, for whoever reads one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dns_cares/dns_cares.h"

namespace dns_cares {

// Far more than any chain of CNAME records in use has; each link may cost a pass over all records.
inline constexpr std::size_t kMostLinks = 64;

// A TTL with the top bit set counts as 0 (RFC 2181 section 8).
inline std::uint32_t sane_ttl(std::uint32_t ttl) { return ttl > 0x7fffffffU ? 0 : ttl; }

// What a response code (RFC 1035 section 4.1.1, RFC 6895 section 2.3) means to a resolver.
inline int status_of_rcode(unsigned rcode) {
  switch (rcode) {
    case 0:
      return DNS_OK;
    case 1:
      return DNS_EFORMERR;
    case 3:
      return DNS_ENOTFOUND;
    case 4:
      return DNS_ENOTIMP;
    case 5:
      return DNS_EREFUSED;
    default:
      return DNS_ESERVFAIL;  // SERVFAIL, or a code that means nothing to a resolver: the server has failed it.
  }
}

}  // namespace dns_cares
