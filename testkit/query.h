// Reading a query off the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "octets.h"

namespace dns_testkit {

struct Query {
  std::uint16_t id = 0;
  bool recursion_desired = false;
  OctetView question;  // name, type and class as they came; a view of the message
  OctetView name;      // the name alone
  std::string key;     // the name as name_key() gives it
  std::uint16_t type = 0;
  std::optional<std::uint16_t> edns_udp_size;
  std::string edns_options;  // as they came
};

enum class Reading { kQuery, kMalformed, kUnknownOpcode, kNotAQuery };

// kMalformed and kUnknownOpcode have the id and nothing else; kNotAQuery is to be ignored.
// `message` must outlive the use of `query`.
Reading read_query(OctetView message, Query &query);

}  // namespace dns_testkit
