#include "cares/decode.h"

#include <algorithm>
#include <limits>

#include "cares/message.h"
#include "dns_cares/dns_cares.h"
#include "resolver/name.h"
#include "resolver/reply_rules.h"

namespace dns_cares {
namespace {

constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();

// What is found while a reply is read. The chain of CNAME records is followed from the question.
struct Findings {
  std::string name;  // the end of the chain so far; empty: still the question's name
  std::size_t links = 0;
  std::uint32_t chain_ttl = kForever;
  std::uint32_t rrset_ttl = kForever;
  std::vector<Address> addresses;  // of the RRset at the end of the chain
};

enum class Pass { kMoved, kAtEnd, kMalformed };

// Reads the answer section once, moving along the chain, and collects the RRset of the name it stands at.
Pass read_answers(Message &message, const char *question, RRType type, Findings &findings) {
  findings.addresses.clear();
  findings.rrset_ttl = kForever;
  bool moved = false;
  Record record;
  for (std::size_t i = 0; i < message.count(Section::kAnswer); ++i) {
    if (!message.read(Section::kAnswer, i, record)) return Pass::kMalformed;
    if (!same_name(record.owner, findings.links == 0 ? question : findings.name.c_str())) continue;
    if (record.type == ns_t_cname) {
      findings.name = record.target;
      findings.chain_ttl = std::min(findings.chain_ttl, sane_ttl(record.ttl));
      if (++findings.links > kMostLinks) return Pass::kMalformed;  // A circle, or as good as one.
      moved = true;
    } else if (record.type == static_cast<unsigned>(type)) {
      findings.addresses.push_back(record.address);
      findings.rrset_ttl = std::min(findings.rrset_ttl, sane_ttl(record.ttl));
    }
  }
  return moved ? Pass::kMoved : Pass::kAtEnd;
}

// The smaller of the SOA's TTL and its minimum; 0 without a SOA of a zone that the name is in.
std::uint32_t negative_ttl(Message &message, std::string_view name) {
  Record record;
  for (std::size_t i = 0; i < message.count(Section::kAuthority); ++i) {
    if (!message.read(Section::kAuthority, i, record)) return 0;
    if (record.type == ns_t_soa && is_in_zone(name, record.owner)) {
      return std::min(sane_ttl(record.ttl), sane_ttl(record.minimum));
    }
  }
  return 0;
}

Answer decode_message(Message message, const char *question, RRType type) {
  // Its memory is used again for each reply.
  static thread_local Findings findings;
  const int status = status_of_rcode(message.rcode());
  if (status != DNS_OK && status != DNS_ENOTFOUND) return Answer::failure(status);

  findings.links = 0;
  findings.chain_ttl = kForever;
  Pass pass;
  do {
    pass = read_answers(message, question, type, findings);
    if (pass == Pass::kMalformed) return Answer::failure(DNS_EBADRESP);
  } while (pass == Pass::kMoved);

  const std::string_view end = findings.links == 0 ? question : std::string_view(findings.name);
  if (status == DNS_OK && !findings.addresses.empty()) {
    return {DNS_OK,
            RRset::make(findings.addresses, findings.links == 0 ? std::string_view() : without_last_dot(end)),
            std::min(findings.chain_ttl, findings.rrset_ttl),
            {}};
  }
  return {status == DNS_OK ? DNS_ENODATA : status, {}, std::min(findings.chain_ttl, negative_ttl(message, end)), {}};
}

}  // namespace

#if DNS_CARES_HAS_DNSREC

Answer decode(const ares_dns_record_t &message, const char *question, RRType type) {
  return decode_message(Message(message), question, type);
}

#else

Answer decode(const ns_msg &message, const char *question, RRType type) {
  return decode_message(Message(message), question, type);
}

#endif

}  // namespace dns_cares
