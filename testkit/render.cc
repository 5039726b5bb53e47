#include "render.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "ldns_c.h"
#include "text.h"

namespace dns_testkit {
namespace {

constexpr unsigned kQr = 0x8000, kTc = 0x0200, kRd = 0x0100, kRa = 0x0080;
constexpr unsigned kUdpSizeWithoutEdns = 512;  // RFC 1035, section 2.3.4
constexpr unsigned kOwnUdpSize = 1232;
constexpr unsigned kClassIn = 1;

using Address = std::array<std::uint8_t, 16>;

// The 64-bit FNV-1a hash, then a finalizer that spreads it over all bits.
std::uint64_t hash_name(std::string_view key, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325 ^ seed;
  for (const char c : key) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3;
  hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccd;
  return hash ^ hash >> 33;
}

Address hash_into(const Network &network, std::string_view key) {
  const std::uint64_t halves[] = {hash_name(key, 0), hash_name(key, 1)};
  Address address{};
  for (unsigned i = 0; i < network.size; ++i) {
    const auto random = static_cast<std::uint8_t>(halves[i / 8] >> i % 8 * 8);
    const unsigned fixed_bits = std::min(8u, network.prefix - std::min(network.prefix, i * 8));
    const auto mask = static_cast<std::uint8_t>(0xff00 >> fixed_bits);
    address[i] = static_cast<std::uint8_t>((network.base[i] & mask) | (random & ~mask));
  }
  return address;
}

bool wants(const Query &query, unsigned type) { return query.type == type || query.type == LDNS_RR_TYPE_ANY; }

// The length octets of a name are at most 63 and thus below the letters.
void exchange_case(std::span<std::uint8_t> name) {
  for (std::uint8_t &octet : name) {
    const std::uint8_t lower = octet | 0x20;
    if (lower >= 'a' && lower <= 'z') octet ^= 0x20;
  }
}

// With no records counted, and room for what usually follows.
Octets header(unsigned id, unsigned rcode) {
  Octets octets;
  octets.reserve(kUdpSizeWithoutEdns);
  octets.resize(12);
  write16(&octets[0], id);
  write16(&octets[2], kQr | rcode);
  return octets;
}

// A message as it grows: sections are added in their order, each counting into the header.
class Message {
 public:
  Message(const Plan &plan, const Query &query, bool truncated)
      : plan_(plan), query_(query), octets_(header(plan.wrong_id ? query.id ^ 0x5a5au : query.id, plan.rcode & 15)) {
    write16(&octets_[2], read16(&octets_[2]) | kRa | (truncated ? kTc : 0) | (query.recursion_desired ? kRd : 0));
    add_question();
    if (!truncated) add_sections();
    if (plan.edns && query.edns_udp_size) add_opt();
  }
  Octets take() { return std::move(octets_); }

 private:
  enum Count { kQuestion = 4, kAnswer = 6, kAuthority = 8, kAdditional = 10 };

  void count(Count section, unsigned records) { write16(&octets_[section], read16(&octets_[section]) + records); }

  void add(Count section, const Records &records) {
    append(octets_, records.octets);
    count(section, records.count);
  }

  void add_question() {
    if (plan_.wrong_question) {
      static const std::string wrong_name = name_key("wrong-question.invalid");
      octets_.insert(octets_.end(), wrong_name.begin(), wrong_name.end());
      append(octets_, query_.question.last(4));
    } else {
      append(octets_, query_.question);
      if (plan_.wrong_case) exchange_case(std::span(octets_).last(query_.question.size()).first(query_.name.size()));
    }
    count(kQuestion, 1);
  }

  void add_sections() {
    add(kAnswer, plan_.answer);
    if (wants(query_, LDNS_RR_TYPE_A)) add(kAnswer, plan_.a);
    if (wants(query_, LDNS_RR_TYPE_AAAA)) add(kAnswer, plan_.aaaa);
    if (plan_.network && wants(query_, plan_.network->type)) add_hashed(*plan_.network);
    if (plan_.authority) {
      add(kAuthority, *plan_.authority);
    } else if (is_negative()) {
      add(kAuthority, plan_.soa);
    }
    add(kAdditional, plan_.additional);
  }

  bool is_negative() const {
    return plan_.rcode == LDNS_RCODE_NXDOMAIN || (plan_.rcode == LDNS_RCODE_NOERROR && read16(&octets_[kAnswer]) == 0);
  }

  void add_hashed(const Network &network) {
    const Address address = hash_into(network, query_.key);
    append16(octets_, 0xc00c);  // the name asked for
    append16(octets_, network.type);
    append16(octets_, kClassIn);
    append32(octets_, plan_.ttl);
    append16(octets_, static_cast<unsigned>(network.size));
    append(octets_, OctetView(address).first(network.size));
    count(kAnswer, 1);
  }

  void add_opt() {
    octets_.push_back(0);  // the root
    append16(octets_, LDNS_RR_TYPE_OPT);
    append16(octets_, kOwnUdpSize);
    append32(octets_, plan_.rcode >> 4 << 24);
    append16(octets_, static_cast<unsigned>(plan_.edns_options.size()));
    append(octets_, plan_.edns_options);
    count(kAdditional, 1);
  }

  const Plan &plan_;
  const Query &query_;
  Octets octets_;
};

std::size_t udp_limit(const Query &query) {
  return std::max<unsigned>(query.edns_udp_size.value_or(0), kUdpSizeWithoutEdns);
}

Octets render_message(const Plan &plan, const Query &query, Transport transport) {
  const bool udp = transport == Transport::kUdp;
  Octets octets = Message(plan, query, udp && plan.truncated).take();
  if (udp && octets.size() > udp_limit(query)) octets = Message(plan, query, true).take();
  return octets;
}

Octets render_garbage(const Plan &plan, const Query &query) {
  Octets octets = plan.garbage;
  if (!plan.right_id) return octets;
  octets.resize(std::max<std::size_t>(octets.size(), 2));
  write16(octets.data(), query.id);
  return octets;
}

}  // namespace

Octets render(const Plan &plan, const Query &query, Transport transport) {
  Octets octets =
      plan.kind == Plan::Kind::kGarbage ? render_garbage(plan, query) : render_message(plan, query, transport);
  if (plan.flipped_octet < octets.size()) octets[plan.flipped_octet] ^= plan.flipped_bits;
  if (plan.cut && *plan.cut < octets.size()) octets.resize(*plan.cut);
  return octets;
}

Octets render_error(const Query &query, unsigned rcode) { return header(query.id, rcode); }

std::string hashed_address(std::string_view network, std::string_view name) {
  const Network parsed = read_network(network);
  const Address address = hash_into(parsed, name_key(name));
  char text[INET6_ADDRSTRLEN];
  inet_ntop(parsed.size == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
  return text;
}

}  // namespace dns_testkit
