#include "query.h"

#include <memory>

#include "ldns_c.h"
#include "text.h"

namespace dns_testkit {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxLabel = 63;

// The octets of the name at the start of `from`; none if it is malformed or compressed, for it has nothing before
// it that a pointer could point to.
OctetView leading_name(OctetView from) {
  std::size_t at = 0;
  while (at < from.size() && at < kMaxName) {
    const std::size_t length = from[at];
    if (length == 0) return from.first(at + 1);
    if (length > kMaxLabel) return {};
    at += length + 1;
  }
  return {};
}

// Nearly every query ends with its question or with one OPT record, where the size is in the place of the class
// (RFC 6891, section 6.1.2). Those are not worth a packet.
bool ends_with_question(OctetView rest, unsigned records) { return records == 0 && rest.empty(); }
bool ends_with_opt(OctetView rest, unsigned records) {
  return records == 1 && rest.size() >= 11 && rest[0] == 0 && read16(&rest[1]) == LDNS_RR_TYPE_OPT &&
         rest.size() == 11u + read16(&rest[9]);
}

struct FreePacket {
  void operator()(ldns_pkt *packet) const { ldns_pkt_free(packet); }
};

// Whatever else there is, ldns reads. False: it cannot.
bool read_whole_message(OctetView message, Query &query) {
  ldns_pkt *packet = nullptr;
  if (ldns_wire2pkt(&packet, message.data(), message.size()) != LDNS_STATUS_OK) return false;
  const std::unique_ptr<ldns_pkt, FreePacket> owned(packet);
  if (!ldns_pkt_edns(packet)) return true;
  query.edns_udp_size = ldns_pkt_edns_udp_size(packet);
  if (const ldns_rdf *const options = ldns_pkt_edns_data(packet); options != nullptr) {
    query.edns_options.assign(reinterpret_cast<const char *>(ldns_rdf_data(options)), ldns_rdf_size(options));
  }
  return true;
}

bool read_edns(OctetView message, Query &query) {
  const OctetView rest = message.subspan(kHeader + query.question.size());
  const unsigned records = read16(&message[6]) + read16(&message[8]) + read16(&message[10]);
  query.edns_udp_size.reset();
  query.edns_options.clear();
  if (ends_with_question(rest, records)) return true;
  if (!ends_with_opt(rest, records)) return read_whole_message(message, query);
  query.edns_udp_size = read16(&rest[3]);
  query.edns_options.assign(rest.begin() + 11, rest.end());
  return true;
}

bool read_question(OctetView message, Query &query) {
  if (read16(&message[4]) != 1) return false;
  const OctetView rest = message.subspan(kHeader);
  query.name = leading_name(rest);
  if (query.name.empty() || rest.size() < query.name.size() + 4) return false;
  query.question = rest.first(query.name.size() + 4);
  query.key = lower_case(query.name);
  query.type = read16(&rest[query.name.size()]);
  return true;
}

}  // namespace

Reading read_query(OctetView message, Query &query) {
  if (message.size() < kHeader) return Reading::kNotAQuery;
  const unsigned flags = read16(&message[2]);
  if (flags & 0x8000) return Reading::kNotAQuery;  // QR: a response
  query.id = read16(&message[0]);
  query.recursion_desired = (flags & 0x0100) != 0;
  if ((flags >> 11 & 15) != LDNS_PACKET_QUERY) return Reading::kUnknownOpcode;
  return read_question(message, query) && read_edns(message, query) ? Reading::kQuery : Reading::kMalformed;
}

}  // namespace dns_testkit
