// From a DNS reply to an Answer.
#pragma once

#include <ares.h>
#include <arpa/nameser.h>

#include "resolver/upstream.h"

// From 1.28 on, c-ares takes replies apart itself; before, it gives the message as it came.
#define DNS_CARES_HAS_DNSREC (ARES_VERSION >= 0x011c00)

namespace dns_cares {

// Follows the CNAME chain from the question (RFC 1034 section 3.6.2), which c-ares has seen to be the reply's, and
// takes the RRset of `type` at its end; records of other owners are left aside. Throws std::bad_alloc.
//   DNS_OK         addresses, TTL the minimum over the chain
//   DNS_ENOTFOUND, DNS_ENODATA  TTL by RFC 2308 section 5 from the SOA in the authority section, 0 without one
//   DNS_ESERVFAIL, DNS_EREFUSED, DNS_EFORMERR, DNS_ENOTIMP  what the server said; the first also stands for every code
//                  that makes no sense here
//   DNS_EBADRESP   malformed, or a CNAME circle
#if DNS_CARES_HAS_DNSREC
Answer decode(const ares_dns_record_t &message, const char *question, RRType type);
#else
Answer decode(const ns_msg &message, const char *question, RRType type);
#endif

}  // namespace dns_cares
