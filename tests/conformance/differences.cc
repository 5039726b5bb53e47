#include "differences.h"

#include <algorithm>
#include <initializer_list>

namespace dns_cares_test {
namespace {

// A result list of these addresses for streams, without a service.
std::string streams(std::initializer_list<const char *> addresses) {
  std::string text;
  for (const char *address : addresses) {
    text += (text.empty() ? "stream/6 " : "\nstream/6 ") + std::string(address) + " 0";
  }
  return text;
}

}  // namespace

const std::vector<Difference> &intended_differences() {
  static const std::vector<Difference> differences = {
    {"no-hints",
     "stream/6 192.0.2.9 0\ndgram/17 192.0.2.9 0\nraw/0 192.0.2.9 0\n"
     "stream/6 2001:db8:1::9 0\ndgram/17 2001:db8:1::9 0\nraw/0 2001:db8:1::9 0",
     {"no hints on a machine with IPv4 only"}},
    {"family",
     "EAI_FAMILY",
     {"IPv4 literal for IPv6", "IPv6 literal for IPv4", "compatible IPv6 literal for IPv4", "scope for IPv4",
      "numeric host of the other family", "numeric host of the other family for IPv6",
      "addresses of the machine with IPv4 only and an IPv6 literal",
      "addresses of the machine with IPv6 only and an IPv4 literal"}},
    {"numeric-service", "EAI_SERVICE", {"numeric service is a name"}},
    {"protocol", "EAI_SOCKTYPE", {"raw with a negative protocol", "raw with a protocol over sixteen bits"}},
    {"port",
     "EAI_SERVICE",
     {"port over sixteen bits", "port over thirty-two bits", "port over sixteen bits for a numeric service"}},
    {"decimal", "EAI_SERVICE", {"port with a plus", "port with a leading blank"}},
    {"empty-service", "EAI_SERVICE", {"empty service", "empty service for a numeric one", "empty service and no host"}},
    {"long-literal", "EAI_NONAME", {"literal with many leading zeros"}},
    {"idna",
     "EAI_BADFLAGS",
     {"IDN flag on a plain name", "name in UTF-8 with the IDN flag", "address with the IDN flag"}},
#if DNS_CARES_HAS_IDN
    {"idna", streams({"192.0.2.69"}), {"name in UTF-8"}},
#else
    {"no-host-name", "EAI_NONAME", {"hosts file with a name in UTF-8"}},
#endif
    {"characters", streams({"192.0.2.63"}), {"name with a leading dash"}},
    {"characters", streams({"192.0.2.64"}), {"name with a slash"}},
    {"characters", streams({"192.0.2.65"}), {"name with a star"}},
    {"escaped-dot", streams({"192.0.2.66"}), {"name with an escaped dot"}},
    {"no-host-name", "EAI_NONAME", {"hosts file with a name with a plus"}},
    {"root", "EAI_NONAME", {"lone dot"}},
    {"loopback-name", "localhost 0", {"IPv4 loopback address of no file", "IPv6 loopback address of no file"}},
    {"mapped-name", "here.test 0", {"mapped address of the hosts file"}},
    {"localhost",
     streams({"::1", "127.0.0.1"}),
     {"localhost with a dot", "localhost that the hosts file has elsewhere",
      "localhost that the hosts file has for IPv4 only", "localhost without a hosts file",
      "localhost of a search domain", "name below localhost", "name below localhost that the server knows",
      "name below localhost of the hosts file"}},
    {"invalid", "EAI_NONAME", {"invalid name that the server knows"}},
    {"onion", "EAI_NONAME", {"onion name that the server knows"}},
    {"once",
     "stream/6 ::ffff:192.0.2.204 0, canonical name several.test\nstream/6 ::ffff:192.0.2.205 0\nstream/6 "
     "::ffff:192.0.2.206 0",
     {"mapped addresses of several"}},
    {"once", streams({"127.0.0.1"}), {"localhost for IPv4", "addresses of the machine with IPv4 only and localhost"}},
    {"once", streams({"::1", "::ffff:127.0.0.1"}), {"localhost with mapped addresses"}},
    {"once", streams({"192.0.2.204", "192.0.2.205", "192.0.2.206"}), {"several lines in the hosts file"}},
    {"once",
     "stream/6 192.0.2.204 0, canonical name several.test\nstream/6 192.0.2.205 0\nstream/6 192.0.2.206 0",
     {"several lines in the hosts file with a canonical name"}},
    {"once",
     "stream/6 192.0.2.204 80\ndgram/17 192.0.2.204 80\nraw/0 192.0.2.204 80\nstream/6 192.0.2.205 80\ndgram/17 "
     "192.0.2.205 80\nraw/0 192.0.2.205 80\nstream/6 192.0.2.206 80\ndgram/17 192.0.2.206 80\nraw/0 192.0.2.206 80",
     {"several lines in the hosts file of all socktypes"}},
    {"once", streams({"192.0.2.200"}), {"hosts file with the same address twice"}},
    {"last-dot", streams({"2001:db8:1::200", "192.0.2.200"}), {"hosts file is asked with a trailing dot"}},
    {"last-dot", streams({"192.0.2.200"}), {"hosts file has a trailing dot"}},
    {"ipv6-loopback", "EAI_NONAME", {"hosts file with loopback for IPv6"}},
    {"scoped-hosts",
     streams({"fe80::1%1"}),
     {"hosts file with a numerically scoped address", "hosts file with a scoped address"}},
    {"first-line",
     "stream/6 2001:db8:1::200 0, canonical name four.test",
     {"hosts file with different canonical names for IPv6"}},
    {"nodata",
     "EAI_NODATA",
     {"addresses of the machine with IPv4 only and a name with IPv6 only", "alias of IPv4 only for IPv6",
      "alias of a name without an address", "alias of a name that the server cannot answer for",
      "alias of a name that the server refuses", "answer of another type", "answer of another owner"}},
    {"circle", "EAI_FAIL", {"alias of itself", "aliases in a circle"}},
    {"failure", "EAI_AGAIN", {"IPv6 fails and IPv4 has none"}},
    {"server-error", "EAI_FAIL", {"server cannot read the query", "address of a query that the server cannot read"}},
    {"server-error", "EAI_AGAIN", {"server says something rare"}},
    {"any-order", streams({"192.0.2.1"}), {"answer with the alias last"}},
    {"too-long", streams({"192.0.2.160"}), {"search list that makes a name too long"}},
    {"refusal", streams({"2001:db8:1::102", "192.0.2.102"}), {"search list with a refusal"}},
    {"refusal", "EAI_AGAIN", {"search list with a refusal and nothing"}},
    {"ndots", streams({"192.0.2.140"}), {"ndots negative"}},
    {"servers", streams({"2001:db8:1::9", "192.0.2.9"}), {"server that is good in the fourth place"}},
    {"no-aaaa", "EAI_NODATA", {"option no-aaaa for IPv6 of no such name"}},
    {"no-tld-query", streams({"2001:db8:1::20", "192.0.2.20"}), {"option no-tld-query"}},
    {"modules", streams({"192.0.2.203"}), {"nsswitch that goes on behind success"}},
    {"modules", streams({"2001:db8:1::9", "192.0.2.9"}), {"nsswitch with a module that is not there and must be"}},
    {"policy-table", streams({"198.51.100.1", "fd00:1::1"}), {"order of a unique local address"}},
    {"policy-table", streams({"2001:db8:9::1", "fd00:1::1"}), {"order of a unique local address beside a global one"}},
    {"policy-table", streams({"198.51.100.1", "fd77::1"}), {"order of a foreign unique local address"}},
    {"policy-table", streams({"198.51.100.1", "2002:c633:6401::1"}), {"order of 6to4"}},
    {"policy-table",
     streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "192.0.2.1", "10.1.1.1", "198.51.100.1",
              "2002:c633:6401::1", "fd00:1::1", "169.254.1.1", "fe80::1"}),
     {"order of everything"}},
    {"policy-table",
     streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "2002:c633:6401::1", "fd00:1::1", "fe80::1"}),
     {"order of everything for IPv6"}},
    {"policy-table",
     streams({"::1", "127.0.0.1", "10.1.1.1", "192.0.2.1", "198.51.100.1", "169.254.1.1", "fe80::1", "2001:db8:1::1",
              "2001:db8:9::1", "2002:c633:6401::1", "fd00:1::1"}),
     {"order of everything on IPv4"}},
    {"policy-table",
     streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "2002:c633:6401::1", "fd00:1::1", "fe80::1",
              "169.254.1.1", "10.1.1.1", "192.0.2.1", "198.51.100.1"}),
     {"order of everything on IPv6"}},
    {"policy-table",
     streams({"::1", "127.0.0.1", "fe80::1", "2001:db8:1::1", "2001:db8:9::1", "169.254.1.1", "10.1.1.1", "192.0.2.1",
              "198.51.100.1", "2002:c633:6401::1", "fd00:1::1"}),
     {"order of everything on loopback"}},
    {"policy-table",
     streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "10.1.1.1", "192.0.2.1", "198.51.100.1",
              "2002:c633:6401::1", "fd00:1::1", "169.254.1.1", "fe80::1"}),
     {"order of everything with many prefixes"}},
    {"policy-table",
     "stream/6 ::1 0, canonical name everything.order.test\n" +
         streams({"2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "192.0.2.1", "10.1.1.1", "198.51.100.1",
                  "2002:c633:6401::1", "fd00:1::1", "169.254.1.1", "fe80::1"}),
     {"order of everything with a canonical name"}},
    {"mapped-scope",
     streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "::ffff:127.0.0.1", "::ffff:192.0.2.1", "::ffff:198.51.100.1",
              "::ffff:10.1.1.1", "2002:c633:6401::1", "fd00:1::1", "::ffff:169.254.1.1", "fe80::1"}),
     {"order of everything with mapped addresses"}},
  };
  return differences;
}

const Difference *find_difference(std::string_view about) {
  const auto &all = intended_differences();
  const auto found = std::find_if(all.begin(), all.end(), [about](const Difference &one) {
    return std::find(one.cases.begin(), one.cases.end(), about) != one.cases.end();
  });
  return found != all.end() ? &*found : nullptr;
}

}  // namespace dns_cares_test
