// Host names in presentation format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dns_cares {

// Whether a name can be asked for: labels of 1 to 63 octets, at most 255 octets on the wire (RFC 1035 section
// 2.3.4), of letters, digits, '-', '_', '/' and '*', and of dots that are escaped (RFC 1035 section 5.1). That is
// what every supported release of c-ares asks for. One trailing dot is fine.
bool is_valid_name(std::string_view name);

// The same, and nothing in it is escaped.
bool is_plain_name(std::string_view name);

// Whether the name is the zone's own or below it.
bool is_in_zone(std::string_view name, std::string_view zone);

// "localhost" and names that end in ".localhost", in any case, with or without the last dot (RFC 6761
// section 6.3).
bool is_localhost(std::string_view name);

bool is_ascii(std::string_view text);

// In ASCII lower case (RFC 4343).
void make_lower(std::string &name);

// Names are compared in ASCII lower case (RFC 4343), without the last dot.
std::string name_key(std::string_view name);

// Of a name whatever its case, and another one in each process: nobody can have names that share a place in a table.
std::uint64_t hash_of_name(std::string_view name) noexcept;

// Such a name with its hash, for the tables that have names.
struct NameKey {
  NameKey(std::string_view of_name, std::size_t of_hash) : name(of_name), hash(of_hash) {}
  explicit NameKey(std::string_view of_name) : NameKey(of_name, hash_of_name(of_name)) {}
  std::string_view name;
  std::size_t hash;
};
bool same_name(std::string_view a, std::string_view b);

// Takes what escapes there are out of the name, but for that of a dot inside a label ("\."). False, with the name as it
// was, if it is not valid.
bool normalize_name(std::string &name);

std::string_view without_last_dot(std::string_view name);

}  // namespace dns_cares
