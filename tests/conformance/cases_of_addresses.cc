// The names of addresses and ports, as getnameinfo(3) gives them.
#include <netdb.h>

#include "cases.h"

namespace dns_cares_test {
namespace {

constexpr const char *kNamed = "192.0.2.101";  // named-v4.example.test in the DNS
constexpr const char *kSearch = "nameserver 127.0.0.1\nsearch example.test\n";

}  // namespace

Cases address_cases() {
  return {
      {.about = "address with a name in the DNS", .address = kNamed},
      {.about = "IPv6 address with a name in the DNS", .address = "2001:db8:1::101"},
      {.about = "address with an alias in the DNS", .address = "192.0.2.102"},
      {.about = "address with several names in the DNS", .address = "192.0.2.103"},
      {.about = "address with a name of many characters in the DNS", .address = "192.0.2.104"},
      {.about = "address with a name of odd characters in the DNS", .address = "192.0.2.105"},
      {.about = "address with a name of capitals in the DNS", .address = "192.0.2.106"},
      {.about = "address with an underscore in its name", .address = "192.0.2.107"},
      {.about = "address with no name", .address = "192.0.2.199"},
      {.about = "IPv6 address with no name", .address = "2001:db8:1::199"},
      {.about = "address with no name and one required", .flags = NI_NAMEREQD, .address = "192.0.2.199"},
      {.about = "address with other records than a name", .address = "192.0.2.198"},
      {.about = "address with a name required", .flags = NI_NAMEREQD, .address = kNamed},
      {.about = "mapped address with a name in the DNS", .address = "::ffff:192.0.2.101"},
      {.about = "mapped address with no name", .address = "::ffff:192.0.2.199"},
      {.about = "numeric address", .flags = NI_NUMERICHOST, .address = kNamed},
      {.about = "numeric IPv6 address", .flags = NI_NUMERICHOST, .address = "2001:db8:0:0:1::101"},
      {.about = "numeric mapped address", .flags = NI_NUMERICHOST, .address = "::ffff:192.0.2.1"},
      {.about = "numeric compatible address", .flags = NI_NUMERICHOST, .address = "::192.0.2.1"},
      {.about = "numeric unspecified address", .flags = NI_NUMERICHOST, .address = "::"},
      {.about = "numeric address with a name required", .flags = NI_NUMERICHOST | NI_NAMEREQD, .address = kNamed},
      {.about = "numeric link-local address", .flags = NI_NUMERICHOST, .address = "fe80::1%1"},
      {.about = "numeric link-local multicast address", .flags = NI_NUMERICHOST, .address = "ff02::1%1"},
      {.about = "numeric link-local address without a scope", .flags = NI_NUMERICHOST, .address = "fe80::1"},
      {.about = "numeric link-local address of no interface", .flags = NI_NUMERICHOST, .address = "fe80::1%4711"},
      {.about = "numeric global address with a scope", .flags = NI_NUMERICHOST, .address = "2001:db8::1%1"},
      {.about = "numeric site-local address with a scope", .flags = NI_NUMERICHOST, .address = "fec0::1%1"},
      {.about = "numeric node-local multicast address with a scope", .flags = NI_NUMERICHOST, .address = "ff01::1%1"},
      {.about = "link-local address with no name", .address = "fe80::1%1"},
      {.about = "IPv4 loopback address of the hosts file", .address = "127.0.0.1"},
      {.about = "IPv6 loopback address of the hosts file", .address = "::1"},
      {.about = "IPv4 loopback address of no file", .address = "127.0.0.1", .hosts = ""},
      {.about = "IPv6 loopback address of no file", .address = "::1", .hosts = ""},
      {.about = "address of the hosts file", .address = "192.0.2.200"},
      {.about = "IPv6 address of the hosts file", .address = "2001:db8:1::200"},
      {.about = "address of two lines of the hosts file", .address = "192.0.2.204"},
      {.about = "address of the hosts file in mixed case", .address = "192.0.2.208"},
      {.about = "mapped address of the hosts file", .address = "::ffff:192.0.2.200"},
      {.about = "address of the hosts file and the DNS", .address = kNamed, .hosts = "192.0.2.101 from-file.test\n"},
      {.about = "address without a hosts file", .address = kNamed, .hosts = {}},
      {.about = "address of the hosts file with the DNS first",
       .address = kNamed,
       .hosts = "192.0.2.101 from-file.test\n",
       .nsswitch = "hosts: dns files\n"},
      {.about = "address of the hosts file only with the DNS first",
       .address = "192.0.2.200",
       .nsswitch = "hosts: dns files\n"},
      {.about = "address of the hosts file with the DNS first and final",
       .address = "192.0.2.200",
       .nsswitch = "hosts: dns [NOTFOUND=return] files\n"},
      {.about = "address where the hosts file is final", .address = kNamed, .nsswitch = "hosts: files\n"},
      {.about = "address where the hosts file is final if it does not have it",
       .address = kNamed,
       .nsswitch = "hosts: files [NOTFOUND=return] dns\n"},
      {.about = "address of the local domain",
       .flags = NI_NOFQDN,
       .address = kNamed,
       .host_name = "machine.example.test"},
      {.about = "address of the local domain of the search list",
       .flags = NI_NOFQDN,
       .address = kNamed,
       .resolv_conf = kSearch,
       .host_name = "machine.example.test"},
      {.about = "address of another domain than the local one",
       .flags = NI_NOFQDN,
       .address = kNamed,
       .host_name = "machine.other.test"},
      {.about = "address of the hosts file in the local domain",
       .flags = NI_NOFQDN,
       .address = "192.0.2.203",
       .host_name = "machine.example.test"},
      {.about = "name of an address with a search list", .address = kNamed, .resolv_conf = kSearch},
      {.about = "address that the server cannot tell of", .address = "203.0.113.1"},
      {.about = "address that the server refuses to tell of", .address = "192.0.2.2", .resolv_conf = kScriptedServer},
      {.about = "address that the server does not implement", .address = "192.0.2.3", .resolv_conf = kScriptedServer},
      {.about = "address of a query that the server cannot read",
       .address = "192.0.2.4",
       .resolv_conf = kScriptedServer},
      {.about = "address of names without SOA record", .address = "192.0.2.5", .resolv_conf = kScriptedServer},
      {.about = "address of no server", .address = kNamed, .resolv_conf = "nameserver 127.0.0.3\n"},
      {.about = "address with the IDN flag", .flags = NI_IDN, .address = kNamed},
      {.about = "address with an unknown flag", .flags = 1 << 30, .address = kNamed},
  };
}

Cases port_cases() {
  return {
      {.about = "port with a name", .flags = NI_NUMERICHOST, .address = kNamed, .port = 80},
      {.about = "port with a name for UDP", .flags = NI_NUMERICHOST | NI_DGRAM, .address = kNamed, .port = 53},
      {.about = "port with a name for TCP only", .flags = NI_NUMERICHOST | NI_DGRAM, .address = kNamed, .port = 80},
      {.about = "port with a name for UDP only", .flags = NI_NUMERICHOST, .address = kNamed, .port = 69},
      {.about = "port with another name for UDP", .flags = NI_NUMERICHOST | NI_DGRAM, .address = kNamed, .port = 1002},
      {.about = "port with aliases", .flags = NI_NUMERICHOST, .address = kNamed, .port = 1006},
      {.about = "port of a name with two ports", .flags = NI_NUMERICHOST, .address = kNamed, .port = 1008},
      {.about = "port with a name for another protocol", .flags = NI_NUMERICHOST, .address = kNamed, .port = 1003},
      {.about = "port with a number for a name", .flags = NI_NUMERICHOST, .address = kNamed, .port = 1009},
      {.about = "port with a capital in its name", .flags = NI_NUMERICHOST, .address = kNamed, .port = 1010},
      {.about = "port with no name", .flags = NI_NUMERICHOST, .address = kNamed, .port = 4711},
      {.about = "name of port zero", .flags = NI_NUMERICHOST, .address = kNamed},
      {.about = "numeric port", .flags = NI_NUMERICHOST | NI_NUMERICSERV, .address = kNamed, .port = 80},
      {.about = "greatest port", .flags = NI_NUMERICHOST, .address = kNamed, .port = 65535},
      {.about = "port with a name on an IPv6 address", .flags = NI_NUMERICHOST, .address = "2001:db8::1", .port = 443},
      {.about = "port without a services file", .flags = NI_NUMERICHOST, .address = kNamed, .port = 80, .services = {}},
      {.about = "port with a name where one is required", .flags = NI_NAMEREQD, .address = kNamed, .port = 80},
      {.about = "port with no name where one is required", .flags = NI_NAMEREQD, .address = kNamed, .port = 4711},
  };
}

}  // namespace dns_cares_test
