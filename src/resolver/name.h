// Host names in presentation format.
#pragma once

#include <string>
#include <string_view>

namespace dns_cares {

// Whether a name can be asked for: labels of 1 to 63 octets, at most 255 octets on the wire (RFC 1035 section
// 2.3.4), printable ASCII only, escapes (\. and \DDD, RFC 1035 section 5.1) whole. One trailing dot is fine.
bool is_valid_name(std::string_view name);

// "localhost" and names that end in ".localhost", in any case, with or without the last dot (RFC 6761
// section 6.3).
bool is_localhost(std::string_view name);

// Names are compared in ASCII lower case (RFC 4343), without the last dot.
std::string name_key(std::string_view name);
bool same_name(std::string_view a, std::string_view b);

// Takes what escapes there are (RFC 1035 section 5.1) out of the name, but for those of a dot and a backslash inside a
// label ("\.", "\\"). False, with the name as it was, if it is not valid.
bool normalize_name(std::string &name);

std::string_view without_last_dot(std::string_view name);

}  // namespace dns_cares
