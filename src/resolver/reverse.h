// Addresses and ports as texts, and the names under which the DNS has the names of addresses.
//
// Thread rule: none of its own.
#pragma once

#include <string>

#include "resolver/address.h"

namespace dns_cares {

// Where the PTR records of an address are: under in-addr.arpa (RFC 1035 section 3.5) or ip6.arpa (RFC 3596 section
// 2.5), without a last dot. A mapped address counts as the IPv4 address that it is. Throws std::bad_alloc.
std::string reverse_name(const Address &address);

// "192.0.2.1", "2001:db8::1", and with a scope "fe80::1%eth0" (RFC 4007 section 11): the interface's name where that
// makes sense and there is one, unless its number is asked for. Throws std::bad_alloc.
std::string numeric_text(const Address &address, bool numeric_scope);

}  // namespace dns_cares
