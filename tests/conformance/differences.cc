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

constexpr std::string_view kLocalhost =
    "RFC 6761 section 6.3: localhost names are loopback, whatever files and servers say";
constexpr std::string_view kInvalid = "RFC 6761 section 6.4: names under invalid do not exist and are not asked for";
constexpr std::string_view kOnion = "RFC 7686 section 2: names under onion are not asked for";
constexpr std::string_view kNoDuplicates = "each address is given once: to connect to it twice is of no use";
constexpr std::string_view kFamily =
    "a literal of the other family is DNS_EBADFAMILY, EAI_FAMILY; EAI_ADDRFAMILY is not in POSIX";
constexpr std::string_view kNoHints =
    "no hints are hints of zeros, as in POSIX; glibc means AI_V4MAPPED | AI_ADDRCONFIG by them";
constexpr std::string_view kNumericService =
    "the status says that it is the service that is not numeric; POSIX has EAI_NONAME for both";
constexpr std::string_view kIdn =
    "names beyond ASCII are IDNA names in UTF-8, without a flag and whatever the locale; AI_IDN is glibc's own";
constexpr std::string_view kProtocol = "a protocol number has eight bits, 16 at the most";
constexpr std::string_view kPort = "a port has 16 bits; glibc takes the lower ones of a larger number";
constexpr std::string_view kDecimal = "a port is a decimal number; glibc also takes what strtoul(3) skips";
constexpr std::string_view kEmptyService = "an empty service is neither a number nor a name";
constexpr std::string_view kCharacters =
    "names have letters, digits, '-', '_', '/' and '*', in any place; glibc refuses the answer for some of them";
constexpr std::string_view kNoHostName = "a name with another character is DNS_EBADNAME, also if the hosts file has it";
constexpr std::string_view kLastDot = "a last dot says that the name is complete, as those in the hosts file are";
constexpr std::string_view kIPv6Loopback = "the hosts file has IPv6 only; glibc makes 127.0.0.1 of ::1";
constexpr std::string_view kNoData =
    "RFC 2308 section 2.2: an answer without an address is NODATA, also behind an alias";
constexpr std::string_view kCircle = "aliases in a circle are a bad answer; they do not say that there is no such name";
constexpr std::string_view kFailure = "a failure does not say that the name has no address";
constexpr std::string_view kNoName = "an error of the server does not say that there is no such name";
constexpr std::string_view kAnyOrder = "RFC 1034 section 3.6: the order of records has no meaning";
constexpr std::string_view kTooLong = "a candidate that is too long does not exist, and others may";
constexpr std::string_view kNdots = "a negative number is no number of dots; glibc makes 15 of it";
constexpr std::string_view kServers = "glibc asks three servers at most";
constexpr std::string_view kOrder = "the policy table of RFC 6724 section 2.1; glibc has that of RFC 3484";
constexpr std::string_view kOrderOfMapped =
    "RFC 6724 section 3.2: a mapped address has the scope of the IPv4 address; glibc takes it for global";

constexpr std::string_view kRefusal =
    "a domain that the servers refuse does not end the search list, just as one that they fail at";
constexpr std::string_view kScopedHosts = "an address in the hosts file may have a scope, as a literal may";
constexpr std::string_view kFirstLine = "the canonical name is that of the name's first line, whatever its family";
constexpr std::string_view kEscapedDot =
    "RFC 1035 section 5.1: an escaped dot is part of its label; glibc refuses the answer";
constexpr std::string_view kLongLiteral = "a literal has 127 characters at most";
constexpr std::string_view kRoot = "the root is no host name, and is not asked for";
constexpr std::string_view kNoAaaa = "AAAA is not asked for with no-aaaa, so whether the name exists is not known";
constexpr std::string_view kNoTld = "the option no-tld-query is glibc's own, and is not known";
constexpr std::string_view kModules = "modules of nsswitch other than files and dns are passed over, and so is SUCCESS";

}  // namespace

const std::vector<Difference> &intended_differences() {
  static const std::vector<Difference> differences = {
      {"no hints on a machine with IPv4 only",
       "stream/6 192.0.2.9 0\ndgram/17 192.0.2.9 0\nraw/0 192.0.2.9 0\n"
       "stream/6 2001:db8:1::9 0\ndgram/17 2001:db8:1::9 0\nraw/0 2001:db8:1::9 0",
       kNoHints},
      {"numeric service is a name", "EAI_SERVICE", kNumericService},
      {"mapped addresses of several",
       "stream/6 ::ffff:192.0.2.204 0, canonical name several.test\nstream/6 ::ffff:192.0.2.205 0\nstream/6 "
       "::ffff:192.0.2.206 0",
       kNoDuplicates},
      {"IDN flag on a plain name", "EAI_BADFLAGS", kIdn},
      {"name in UTF-8 with the IDN flag", "EAI_BADFLAGS", kIdn},
      {"IPv4 literal for IPv6", "EAI_FAMILY", kFamily},
      {"IPv6 literal for IPv4", "EAI_FAMILY", kFamily},
      {"compatible IPv6 literal for IPv4", "EAI_FAMILY", kFamily},
      {"scope for IPv4", "EAI_FAMILY", kFamily},
      {"numeric host of the other family", "EAI_FAMILY", kFamily},
      {"numeric host of the other family for IPv6", "EAI_FAMILY", kFamily},
      {"addresses of the machine with IPv4 only and an IPv6 literal", "EAI_FAMILY", kFamily},
      {"addresses of the machine with IPv6 only and an IPv4 literal", "EAI_FAMILY", kFamily},
      {"addresses of the machine with IPv4 only and a name with IPv6 only", "EAI_NODATA", kNoData},
      {"raw with a negative protocol", "EAI_SOCKTYPE", kProtocol},
      {"raw with a protocol over sixteen bits", "EAI_SOCKTYPE", kProtocol},
      {"port over sixteen bits", "EAI_SERVICE", kPort},
      {"port over thirty-two bits", "EAI_SERVICE", kPort},
      {"port over sixteen bits for a numeric service", "EAI_SERVICE", kPort},
      {"port with a plus", "EAI_SERVICE", kDecimal},
      {"port with a leading blank", "EAI_SERVICE", kDecimal},
      {"empty service", "EAI_SERVICE", kEmptyService},
      {"empty service for a numeric one", "EAI_SERVICE", kEmptyService},
      {"empty service and no host", "EAI_SERVICE", kEmptyService},
      {"name with a leading dash", streams({"192.0.2.63"}), kCharacters},
      {"name with a slash", streams({"192.0.2.64"}), kCharacters},
      {"name with a star", streams({"192.0.2.65"}), kCharacters},
#if DNS_CARES_HAS_IDN
      {"name in UTF-8", streams({"192.0.2.69"}), kIdn},
#else
      {"hosts file with a name in UTF-8", "EAI_NONAME", kNoHostName},
#endif
      {"hosts file with a name with a plus", "EAI_NONAME", kNoHostName},
      {"localhost for IPv4", streams({"127.0.0.1"}), kNoDuplicates},
      {"localhost with a dot", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"localhost that the hosts file has elsewhere", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"localhost that the hosts file has for IPv4 only", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"localhost without a hosts file", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"localhost of a search domain", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"localhost with mapped addresses", streams({"::1", "::ffff:127.0.0.1"}), kNoDuplicates},
      {"name below localhost", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"name below localhost that the server knows", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"name below localhost of the hosts file", streams({"::1", "127.0.0.1"}), kLocalhost},
      {"invalid name that the server knows", "EAI_NONAME", kInvalid},
      {"onion name that the server knows", "EAI_NONAME", kOnion},
      {"several lines in the hosts file", streams({"192.0.2.204", "192.0.2.205", "192.0.2.206"}), kNoDuplicates},
      {"several lines in the hosts file with a canonical name",
       "stream/6 192.0.2.204 0, canonical name several.test\nstream/6 192.0.2.205 0\nstream/6 192.0.2.206 0",
       kNoDuplicates},
      {"several lines in the hosts file of all socktypes",
       "stream/6 192.0.2.204 80\ndgram/17 192.0.2.204 80\nraw/0 192.0.2.204 80\nstream/6 192.0.2.205 80\ndgram/17 "
       "192.0.2.205 80\nraw/0 192.0.2.205 80\nstream/6 192.0.2.206 80\ndgram/17 192.0.2.206 80\nraw/0 192.0.2.206 80",
       kNoDuplicates},
      {"hosts file with the same address twice", streams({"192.0.2.200"}), kNoDuplicates},
      {"hosts file is asked with a trailing dot", streams({"2001:db8:1::200", "192.0.2.200"}), kLastDot},
      {"hosts file has a trailing dot", streams({"192.0.2.200"}), kLastDot},
      {"hosts file with loopback for IPv6", "EAI_NONAME", kIPv6Loopback},
      {"alias of IPv4 only for IPv6", "EAI_NODATA", kNoData},
      {"alias of a name without an address", "EAI_NODATA", kNoData},
      {"alias of a name that the server cannot answer for", "EAI_NODATA", kNoData},
      {"alias of a name that the server refuses", "EAI_NODATA", kNoData},
      {"answer of another type", "EAI_NODATA", kNoData},
      {"answer of another owner", "EAI_NODATA", kNoData},
      {"alias of itself", "EAI_FAIL", kCircle},
      {"aliases in a circle", "EAI_FAIL", kCircle},
      {"server cannot read the query", "EAI_FAIL", kNoName},
      {"server says something rare", "EAI_AGAIN", kNoName},
      {"IPv6 fails and IPv4 has none", "EAI_AGAIN", kFailure},
      {"answer with the alias last", streams({"192.0.2.1"}), kAnyOrder},
      {"search list that makes a name too long", streams({"192.0.2.160"}), kTooLong},
      {"ndots negative", streams({"192.0.2.140"}), kNdots},
      {"server that is good in the fourth place", streams({"2001:db8:1::9", "192.0.2.9"}), kServers},
      {"addresses of the machine with IPv4 only and localhost", streams({"127.0.0.1"}), kNoDuplicates},
      {"order of a unique local address", streams({"198.51.100.1", "fd00:1::1"}), kOrder},
      {"order of a unique local address beside a global one", streams({"2001:db8:9::1", "fd00:1::1"}), kOrder},
      {"order of a foreign unique local address", streams({"198.51.100.1", "fd77::1"}), kOrder},
      {"order of 6to4", streams({"198.51.100.1", "2002:c633:6401::1"}), kOrder},
      {"order of everything",
       streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "192.0.2.1", "10.1.1.1", "198.51.100.1",
                "2002:c633:6401::1", "fd00:1::1", "169.254.1.1", "fe80::1"}),
       kOrder},
      {"order of everything for IPv6",
       streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "2002:c633:6401::1", "fd00:1::1", "fe80::1"}), kOrder},
      {"order of everything on IPv4",
       streams({"::1", "127.0.0.1", "10.1.1.1", "192.0.2.1", "198.51.100.1", "169.254.1.1", "fe80::1", "2001:db8:1::1",
                "2001:db8:9::1", "2002:c633:6401::1", "fd00:1::1"}),
       kOrder},
      {"order of everything on IPv6",
       streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "2002:c633:6401::1", "fd00:1::1", "fe80::1",
                "169.254.1.1", "10.1.1.1", "192.0.2.1", "198.51.100.1"}),
       kOrder},
      {"order of everything on loopback",
       streams({"::1", "127.0.0.1", "fe80::1", "2001:db8:1::1", "2001:db8:9::1", "169.254.1.1", "10.1.1.1", "192.0.2.1",
                "198.51.100.1", "2002:c633:6401::1", "fd00:1::1"}),
       kOrder},
      {"order of everything with many prefixes",
       streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "10.1.1.1", "192.0.2.1", "198.51.100.1",
                "2002:c633:6401::1", "fd00:1::1", "169.254.1.1", "fe80::1"}),
       kOrder},
      {"order of everything with mapped addresses",
       streams({"::1", "2001:db8:1::1", "2001:db8:9::1", "::ffff:127.0.0.1", "::ffff:192.0.2.1", "::ffff:198.51.100.1",
                "::ffff:10.1.1.1", "2002:c633:6401::1", "fd00:1::1", "::ffff:169.254.1.1", "fe80::1"}),
       kOrderOfMapped},
      {"order of everything with a canonical name",
       "stream/6 ::1 0, canonical name everything.order.test\n" +
           streams({"2001:db8:1::1", "2001:db8:9::1", "127.0.0.1", "192.0.2.1", "10.1.1.1", "198.51.100.1",
                    "2002:c633:6401::1", "fd00:1::1", "169.254.1.1", "fe80::1"}),
       kOrder},
      {"hosts file with a numerically scoped address", "stream/6 fe80::1%1 0", kScopedHosts},
      {"hosts file with a scoped address", "stream/6 fe80::1%1 0", kScopedHosts},
      {"hosts file with different canonical names for IPv6", "stream/6 2001:db8:1::200 0, canonical name four.test",
       kFirstLine},
      {"literal with many leading zeros", "EAI_NONAME", kLongLiteral},
      {"lone dot", "EAI_NONAME", kRoot},
      {"name with an escaped dot", "stream/6 192.0.2.66 0", kEscapedDot},
      {"nsswitch that goes on behind success", "stream/6 192.0.2.203 0", kModules},
      {"nsswitch with a module that is not there and must be", streams({"2001:db8:1::9", "192.0.2.9"}), kModules},
      {"option no-aaaa for IPv6 of no such name", "EAI_NODATA", kNoAaaa},
      {"option no-tld-query", streams({"2001:db8:1::20", "192.0.2.20"}), kNoTld},
      {"search list with a refusal", streams({"2001:db8:1::102", "192.0.2.102"}), kRefusal},
      {"search list with a refusal and nothing", "EAI_AGAIN", kRefusal},
  };
  return differences;
}

const Difference *find_difference(std::string_view about) {
  const auto &all = intended_differences();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Difference &one) { return one.about == about; });
  return found != all.end() ? &*found : nullptr;
}

}  // namespace dns_cares_test
