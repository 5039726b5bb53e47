// From a DNS reply to an Answer, which has no origin yet.
#pragma once

#include <vector>

#include "records/message.h"
#include "resolver/upstream.h"

namespace dns_cares {

// To a question for addresses. Follows the CNAME chain from the question (RFC 1034 section 3.6.2), which c-ares will
// have seen to be ours, and takes the RRset at its end; records of other owners are left aside. `memory` is used again
// for each. Throws std::bad_alloc.
//   DNS_OK         addresses, TTL the minimum over the chain
//   DNS_ENOTFOUND, DNS_ENODATA  TTL by RFC 2308 section 5 from the SOA in the authority section, 0 without one
//   DNS_ESERVFAIL, DNS_EREFUSED, DNS_EFORMERR, DNS_ENOTIMP  what the server said; the first also stands for every code
//                  that makes no sense here
//   DNS_EBADRESP   a CNAME circle
Answer decode_addresses(const RecordMessage &message, std::vector<Address> &memory);

// To a question that wants the whole reply, with that in place of the addresses; also a denial has it. `flags` are set
// beside the header's own. Throws std::bad_alloc.
Answer decode_whole(const RecordMessage &message, std::uint16_t flags);

}  // namespace dns_cares
