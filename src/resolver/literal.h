// Literal addresses in the forms getaddrinfo(3) takes.
#pragma once

#include <optional>
#include <string_view>

#include "resolver/address.h"

namespace dns_cares {

// IPv4 as inet_aton(3) reads it ("127.1", "0x7f.1", "017700000001"), IPv6 as inet_pton(3) does with an
// optional %scope (RFC 4007 section 11): an interface's name, or its number. Nothing for anything else.
std::optional<Address> parse_literal(std::string_view text);

// The same with IPv4 as inet_pton(3) reads it, four decimal numbers and nothing else.
std::optional<Address> parse_dotted_literal(std::string_view text);

}  // namespace dns_cares
