// What c-ares does not tell of a message, read from its octets.
#pragma once

#include <arpa/nameser.h>

#include <span>
#include <string>

#include "cares/decode.h"
#include "resolver/upstream.h"

namespace dns_cares {

// Whether c-ares can take the message apart; if so, where its sections are. `parsed` is valid as long as the octets.
bool parse_message(std::span<const unsigned char> octets, ns_msg &parsed) noexcept;

// The first extended error among the options of the reply's OPT record (RFC 8914 section 2). Throws std::bad_alloc.
ExtendedError read_extended_error(ns_msg message);
ExtendedError read_extended_error(std::span<const unsigned char> options);
#if DNS_CARES_HAS_DNSREC
ExtendedError read_extended_error(const ares_dns_record_t &message);
#endif

struct QuestionText {
  std::string name;  // presentation format
  RRType type;
};

// What a message asks for; an empty name if it asks for nothing. Throws std::bad_alloc.
QuestionText read_question(std::span<const unsigned char> octets);

}  // namespace dns_cares
