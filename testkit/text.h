// From presentation format to wire format and back; the only place where ldns reads text.
// What cannot be read gives std::invalid_argument with the text in its message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "octets.h"
#include "plan.h"

namespace dns_testkit {

// A name in wire format with small letters: equal keys are equal names.
std::string name_key(std::string_view name);
std::string lower_case(OctetView wire_name);
std::string name_text(OctetView wire_name);

std::uint16_t type_number(std::string_view type);
std::string type_text(std::uint16_t type);

Records read_records(const std::vector<std::string> &texts);
Network read_network(std::string_view text);
// Adds `address` to `a` or `aaaa`, with the owner "@".
void read_address(const std::string &address, std::uint32_t ttl, Records &a, Records &aaaa);

// The SOA record of negative answers. Its owner, the root, is above every name.
Records soa_record(std::uint32_t ttl);

}  // namespace dns_testkit
