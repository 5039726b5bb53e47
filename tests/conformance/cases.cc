#include "cases.h"

#include <cctype>
#include <iterator>
#include <ostream>

namespace dns_cares_test {
namespace {

void print(std::ostream &out, const char *what, const Text &text, const Text &usual, const char *without) {
  if (text != usual) out << "\n  " << what << ": " << (text ? *text : without);
}

const char *text_of(Network network) {
  switch (network) {
    case Network::kLoopbackOnly:
      return "loopback only";
    case Network::kIPv4Only:
      return "IPv4 only";
    case Network::kIPv6Only:
      return "IPv6 only";
    case Network::kBoth:
      return "IPv4 and IPv6";
    case Network::kIPv4AndLinkLocal:
      return "IPv4, and a link-local IPv6 address";
    case Network::kIPv4AndDeprecated:
      return "IPv4, and a deprecated IPv6 address";
    case Network::kManyPrefixes:
      return "many prefixes";
  }
  return "";
}

}  // namespace

const char *const kHosts =
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost\n"
    "192.0.2.200 here.test here alias-of-here  # a comment\n"
    "2001:db8:1::200 here.test\n"
    "192.0.2.201 only-v4.test\n"
    "2001:db8:1::202 only-v6.test\n"
    "192.0.2.203 www.example.test\n"
    "192.0.2.204 several.test first-alias\n"
    "192.0.2.205 several.test second-alias\n"
    "192.0.2.206 third-name several.test\n"
    "192.0.2.204 several.test\n"
    "192.0.2.207 v6.example.test\n"
    "192.0.2.208 MiXeD.Test AlIaS\n";

const char *const kServices =
    "domain 53/tcp\n"
    "domain 53/udp\n"
    "http 80/tcp www  # WorldWideWeb\n"
    "https 443/tcp\n"
    "https 443/udp\n"
    "tftp 69/udp\n"
    "only-tcp 1000/tcp\n"
    "split 1001/tcp\n"
    "split 1002/udp\n"
    "stream-control 1003/sctp\n"
    "light 1004/udplite\n"
    "congestion 1005/dccp\n"
    "alias-per-line 1006/tcp one two three\n"
    "twice 1007/tcp\n"
    "twice 1008/tcp\n"
    "8080 1009/tcp\n"
    "Capital 1010/tcp\n";

std::string Case::test_name() const {
  std::string name;
  bool begins = true;
  for (const char c : about) {
    const auto octet = static_cast<unsigned char>(c);
    if (std::isalnum(octet)) name += begins ? static_cast<char>(std::toupper(octet)) : c;
    begins = !std::isalnum(octet);
  }
  return name;
}

Cases all_cases() {
  Cases all;
  for (const auto &cases :
       {hints_cases(), literal_cases(), socktype_cases(), service_cases(), name_cases(), special_name_cases(),
        hosts_cases(), answer_cases(), search_cases(), server_cases(), configuration_cases(),
        address_configuration_cases(), order_cases(), address_cases(), port_cases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

// What is as usual is left out.
void PrintTo(const Case &c, std::ostream *out) {
  const Case usual;
  *out << c.about << "\n  " << text_of(c.network);
  if (!c.address) print(*out, "host", c.host, Text("NULL"), "NULL");
  print(*out, "service", c.service, {}, "NULL");
  print(*out, "address", c.address, {}, "NULL");
  if (c.address) {
    *out << "\n  flags " << c.flags << ", port " << c.port;
  } else if (c.has_hints) {
    *out << "\n  flags " << c.flags << ", family " << c.family << ", socktype " << c.socktype << ", protocol "
         << c.protocol;
  }
  print(*out, "resolv.conf", c.resolv_conf, usual.resolv_conf, "missing");
  print(*out, "hosts", c.hosts, usual.hosts, "missing");
  print(*out, "nsswitch.conf", c.nsswitch, usual.nsswitch, "missing");
  print(*out, "services", c.services, usual.services, "missing");
  print(*out, "host name", c.host_name, usual.host_name, "");
  print(*out, "LOCALDOMAIN", c.environment.localdomain, {}, "not set");
  print(*out, "RES_OPTIONS", c.environment.res_options, {}, "not set");
  *out << '\n';
}

}  // namespace dns_cares_test
