// What users and files give as text: hosts, resolv.conf, services, nsswitch.conf, lists of servers, names, addresses,
// ports and types. The first octet says which.
#include <arpa/inet.h>

#include <string>
#include <string_view>
#include <vector>

#include "dns_cares/records.h"
#include "fuzz.h"
#include "records/wire_name.h"
#include "resolver/hosts.h"
#include "resolver/idna.h"
#include "resolver/literal.h"
#include "resolver/name.h"
#include "resolver/nsswitch.h"
#include "resolver/resolv_conf.h"
#include "resolver/reverse.h"
#include "resolver/search.h"
#include "resolver/services.h"
#include "resolver/text_file.h"

namespace dns_cares {
namespace {

using dns_cares_fuzz::claim;

void read_hosts(std::string_view text) {
  const Hosts hosts(text);
  std::string_view rest = text;
  std::string_view line;
  while (take_line(rest, line)) {
    const std::vector<std::string_view> words = split_words(line, "#");
    for (const std::string_view word : words) {
      if (const Hosts::Entry *entry = hosts.find(word)) {
        claim(!entry->addresses.empty(), "a name of the hosts file has an address");
        claim(!entry->canonical_name.empty(), "and a canonical name");
        for (const Address &address : std::vector(entry->addresses)) {
          claim(!hosts.find_name(address).empty(), "and its address has a name");
        }
      }
    }
  }
}

void read_conf(std::string_view text) {
  const ResolvConf conf = parse_resolv_conf(text, {"host.example.com", std::nullopt, ""});
  claim(!conf.servers.empty(), "there is always a server");
  claim(conf.ndots <= 15, "ndots is at most 15");
  claim(!conf.timeout_s || (*conf.timeout_s >= 1 && *conf.timeout_s <= 30), "timeout is from 1 to 30");
  claim(!conf.attempts || (*conf.attempts >= 1 && *conf.attempts <= 5), "attempts is from 1 to 5");
  const std::string options(text);
  parse_resolv_conf("", {"host", options, options});
}

void read_services(std::string_view text) {
  const Services services(text);
  for (const std::string_view word : split_words(text, "#")) {
    for (const char *protocol : {"tcp", "udp"}) {
      if (const auto port = services.find(word, protocol)) {
        claim(services.find_name(*port, protocol) != nullptr, "the port of a service has a name");
      }
    }
  }
}

void read_servers(std::string_view text) {
  const auto servers = parse_servers(text);
  if (!servers) return;
  claim(!servers->empty(), "a list of servers is not empty");
  for (const ServerAddress &server : *servers) {
    if (server.address.scope_id != 0) continue;
    const auto again = parse_servers(to_text(server));
    claim(again && again->size() == 1 && again->front() == server, "a server is read as it is written");
  }
}

void read_name(std::string_view text) {
  std::string name(text);
  const bool was_ascii = is_ascii(text);
  if (to_a_labels(name)) {
    claim(is_ascii(name), "A-labels are in ASCII");
    claim(!was_ascii || name == text, "a name in ASCII stays as it is");
  } else {
    claim(name == text, "a name that has no A-labels stays as it is");
  }
  if (!is_valid_name(text)) return;
  const WireName wire = to_wire_name(text);
  claim(text.size() <= 4 * WireName::kMost, "a valid name is not too long, escapes included");
  std::string lower(text);
  make_lower(lower);
  claim(is_valid_name(lower), "case does not matter");
  claim(same_name(text, lower), "nor for whether names are the same");
  claim(wire.octets().size() <= WireName::kMost, "a name on the wire has at most 255 octets");
  std::string normal(text);
  normalize_name(normal);
  is_localhost(text);
  is_in_zone(text, "test");
}

void read_literal(std::string_view text) {
  const auto literal = parse_literal(text);
  if (!literal) return;
  claim(!reverse_name(*literal).empty(), "an address has a reverse name");
  Address without_scope = *literal;
  without_scope.scope_id = 0;
  const auto again = parse_literal(numeric_text(without_scope, true));
  claim(again && *again == without_scope, "an address is read as it is written");
}

void read_number(std::string_view text) {
  parse_port(text);
  const std::string copy(text);
  const int type = dns_type_from_name(copy.c_str());
  if (type < 0) return;
  char name[64];
  claim(dns_type_name(type, name, sizeof name) > 0, "a type has a name");
  claim(dns_type_from_name(name) == type, "which is that type's");
}

void read_nsswitch(std::string_view text) { parse_nsswitch(text); }

constexpr void (*kReaders[])(std::string_view) = {read_hosts,   read_conf, read_services, read_nsswitch,
                                                  read_servers, read_name, read_literal,  read_number};

}  // namespace
}  // namespace dns_cares

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  dns_cares_fuzz::Input input(data, size);
  const auto read = dns_cares::kReaders[input.below(std::size(dns_cares::kReaders))];
  read(input.text());
  return 0;
}
