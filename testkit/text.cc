#include "text.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "dns_cares/testkit.h"
#include "ldns_c.h"

namespace dns_testkit {
namespace {

struct Free {
  void operator()(void *memory) const { std::free(memory); }
  void operator()(ldns_rr *record) const { ldns_rr_free(record); }
  void operator()(ldns_rdf *field) const { ldns_rdf_deep_free(field); }
};
using RrPtr = std::unique_ptr<ldns_rr, Free>;
using RdfPtr = std::unique_ptr<ldns_rdf, Free>;

std::invalid_argument cannot_read(const char *what, std::string_view text, const char *why) {
  return std::invalid_argument(std::string(what) + " \"" + std::string(text) + "\": " + why);
}

constexpr std::array<std::uint8_t, 2> kQuestionName = {0xc0, 12};  // a pointer to it: RFC 1035, section 4.1.4

bool owner_is_question(std::string_view record) {
  return record.size() > 1 && record[0] == '@' && (record[1] == ' ' || record[1] == '\t');
}

// Names without a last dot are taken as absolute: a test has no zone that they could be relative to.
RrPtr parse_record(const std::string &text) {
  const RdfPtr root(ldns_dname_new_frm_str("."));
  ldns_rr *record = nullptr;
  const ldns_status status = ldns_rr_new_frm_str(&record, text.c_str(), kDefaultTtl, root.get(), nullptr);
  if (status != LDNS_STATUS_OK) throw cannot_read("record", text, ldns_get_errorstr_by_id(status));
  return RrPtr(record);
}

void add_record(Records &to, const std::string &text) {
  const RrPtr record = parse_record(text);
  std::uint8_t *wire = nullptr;
  std::size_t size = 0;
  const ldns_status status = ldns_rr2wire(&wire, record.get(), LDNS_SECTION_ANSWER, &size);
  const std::unique_ptr<std::uint8_t, Free> owned(wire);
  if (status != LDNS_STATUS_OK) throw cannot_read("record", text, ldns_get_errorstr_by_id(status));

  OctetView octets(wire, size);
  if (owner_is_question(text)) {
    append(to.octets, kQuestionName);
    octets = octets.subspan(1);  // the root, for which ldns takes "@"
  }
  append(to.octets, octets);
  ++to.count;
}

bool plain(std::uint8_t octet) { return octet > ' ' && octet < 0x7f && octet != '.' && octet != '\\'; }

// RFC 1035, section 5.1: \. for a dot that is part of a label, \DDD for what cannot be printed.
void append_escaped(std::string &to, std::uint8_t octet) {
  if (plain(octet)) {
    to += static_cast<char>(octet);
  } else if (octet == '.' || octet == '\\') {
    to += '\\';
    to += static_cast<char>(octet);
  } else {
    to += '\\';
    for (const int unit : {100, 10, 1}) to += static_cast<char>('0' + octet / unit % 10);
  }
}

}  // namespace

std::string lower_case(OctetView wire_name) {
  std::string lower(wire_name.begin(), wire_name.end());
  // The length octets are at most 63 and thus below the letters.
  for (char &c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

std::string name_key(std::string_view name) {
  const RdfPtr dname(name.empty() ? nullptr : ldns_dname_new_frm_str(std::string(name).c_str()));
  if (!dname) throw cannot_read("name", name, "not a domain name");
  return lower_case({ldns_rdf_data(dname.get()), ldns_rdf_size(dname.get())});
}

std::string name_text(OctetView wire_name) {
  std::string text;
  for (std::size_t at = 0; at < wire_name.size() && wire_name[at] != 0; at += wire_name[at] + 1u) {
    if (!text.empty()) text += '.';
    for (const std::uint8_t octet : wire_name.subspan(at + 1, wire_name[at])) append_escaped(text, octet);
  }
  return text.empty() ? "." : text;
}

std::uint16_t type_number(std::string_view type) {
  const auto number = static_cast<std::uint16_t>(ldns_get_rr_type_by_name(std::string(type).c_str()));
  if (number == 0) throw cannot_read("type", type, "not a record type");
  return number;
}

std::string type_text(std::uint16_t type) {
  if (type == LDNS_RR_TYPE_ANY) return "ANY";
  const ldns_rr_descriptor *known = ldns_rr_descript(type);
  return known != nullptr && known->_name != nullptr ? known->_name : "TYPE" + std::to_string(type);
}

Records read_records(const std::vector<std::string> &texts) {
  Records records;
  for (const std::string &text : texts) add_record(records, text);
  return records;
}

void read_address(const std::string &address, std::uint32_t ttl, Records &a, Records &aaaa) {
  std::array<std::uint8_t, 16> unused;
  const bool v4 = inet_pton(AF_INET, address.c_str(), unused.data()) == 1;
  const bool v6 = inet_pton(AF_INET6, address.c_str(), unused.data()) == 1;
  if (!v4 && !v6) throw cannot_read("address", address, "neither IPv4 nor IPv6");
  add_record(v4 ? a : aaaa, "@ " + std::to_string(ttl) + (v4 ? " IN A " : " IN AAAA ") + address);
}

Network read_network(std::string_view text) {
  Network network;
  const std::size_t slash = text.find('/');
  const std::string base(text.substr(0, slash));
  if (inet_pton(AF_INET, base.c_str(), network.base.data()) == 1) {
    network.type = LDNS_RR_TYPE_A;
    network.size = 4;
  } else if (inet_pton(AF_INET6, base.c_str(), network.base.data()) == 1) {
    network.type = LDNS_RR_TYPE_AAAA;
    network.size = 16;
  } else {
    throw cannot_read("network", text, "not an address and a prefix length");
  }
  if (slash == std::string_view::npos) throw cannot_read("network", text, "no prefix length");
  const std::string_view length = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), network.prefix);
  if (error != std::errc() || end != length.data() + length.size() || network.prefix > network.size * 8) {
    throw cannot_read("network", text, "not a prefix length");
  }
  return network;
}

Records soa_record(std::uint32_t ttl) {
  const std::string seconds = std::to_string(ttl);
  return read_records({". " + seconds + " IN SOA ns.invalid. hostmaster.invalid. 1 3600 600 86400 " + seconds});
}

}  // namespace dns_testkit
