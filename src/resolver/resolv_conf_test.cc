#include "resolver/resolv_conf.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dns_cares {
namespace {

using Words = std::vector<std::string>;

std::string text_of(const ServerAddress &server) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(server.address.family, server.address.octets.data(), text, sizeof text);
  std::string result = text;
  if (server.address.scope_id != 0) result += '%' + std::to_string(server.address.scope_id);
  return '[' + result + "]:" + std::to_string(server.port);
}

Words text_of(const std::vector<ServerAddress> &servers) {
  Words result;
  for (const ServerAddress &server : servers) result.push_back(text_of(server));
  return result;
}

Words servers_in(std::string_view conf) { return text_of(parse_resolv_conf(conf).servers); }
Words search_in(std::string_view conf) { return parse_resolv_conf(conf).search; }
unsigned ndots_in(std::string_view conf) { return parse_resolv_conf(conf).ndots; }

// What parse_servers makes of a list; nothing at all for a malformed one.
Words servers_of(std::string_view list) {
  const auto servers = parse_servers(list);
  if (!servers) return {};
  EXPECT_FALSE(servers->empty());
  return text_of(*servers);
}

TEST(ResolvConf, DefaultsAreThoseOfLibc) {
  const ResolvConf conf = parse_resolv_conf("");
  EXPECT_EQ(text_of(conf.servers), Words{"[127.0.0.1]:53"});
  EXPECT_TRUE(conf.search.empty());
  EXPECT_EQ(conf.ndots, 1u);
  EXPECT_FALSE(conf.rotate);
}

TEST(ResolvConf, OrdinaryFileIsRead) {
  const ResolvConf conf = parse_resolv_conf(
      "# made by hand\n"
      "nameserver 192.0.2.53\n"
      "nameserver 2001:db8::53\n"
      "search corp.example example\n"
      "options ndots:2 rotate timeout:1 edns0\n");
  EXPECT_EQ(text_of(conf.servers), (Words{"[192.0.2.53]:53", "[2001:db8::53]:53"}));
  EXPECT_EQ(conf.search, (Words{"corp.example", "example"}));
  EXPECT_EQ(conf.ndots, 2u);
  EXPECT_TRUE(conf.rotate);
}

TEST(ResolvConf, ServersAreKeptInTheirOrder) {
  EXPECT_EQ(servers_in("nameserver 192.0.2.3\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n"),
            (Words{"[192.0.2.3]:53", "[192.0.2.1]:53", "[192.0.2.2]:53"}));
}

TEST(ResolvConf, ServerMayHaveAScope) { EXPECT_EQ(servers_in("nameserver fe80::1%7\n"), Words{"[fe80::1%7]:53"}); }

TEST(ResolvConf, LocalHostServesWhenNoServerIsNamed) {
  EXPECT_EQ(servers_in("search example\n"), Words{"[127.0.0.1]:53"});
  EXPECT_EQ(servers_in("nameserver\nnameserver \nnameserver dns.example\nnameserver 256.0.0.1\n"),
            Words{"[127.0.0.1]:53"});
}

TEST(ResolvConf, BadServerIsSkippedAndTheRestIsRead) {
  EXPECT_EQ(servers_in("nameserver nonsense\nnameserver 192.0.2.1\n"), Words{"[192.0.2.1]:53"});
}

TEST(ResolvConf, LastOfSearchAndDomainWins) {
  EXPECT_EQ(search_in("domain a.example\nsearch b.example c.example\n"), (Words{"b.example", "c.example"}));
  EXPECT_EQ(search_in("search b.example c.example\ndomain a.example\n"), Words{"a.example"});
  EXPECT_EQ(search_in("search a.example b.example\nsearch c.example\n"), Words{"c.example"});
  EXPECT_EQ(search_in("domain a.example\ndomain b.example\n"), Words{"b.example"});
}

TEST(ResolvConf, DomainTakesOneName) { EXPECT_EQ(search_in("domain a.example b.example\n"), Words{"a.example"}); }

TEST(ResolvConf, SearchListWithoutNamesChangesNothing) {
  EXPECT_EQ(search_in("search a.example\nsearch\n"), Words{"a.example"});
}

TEST(ResolvConf, SearchListLosesLastDots) {
  EXPECT_EQ(search_in("search a.example. b.example\n"), (Words{"a.example", "b.example"}));
}

TEST(ResolvConf, SearchOfTheRootAddsNothing) {
  EXPECT_EQ(search_in("search .\n"), Words{});
  EXPECT_EQ(search_in("search a.example\nsearch .\n"), Words{});
  EXPECT_EQ(search_in("search . a.example\n"), Words{"a.example"});
}

TEST(ResolvConf, NamesThatCannotBeAskedForAreLeftOutOfTheSearchList) {
  EXPECT_EQ(search_in("search a..b " + std::string(64, 'x') + " a.example m\xc3\xbc.example\n"), Words{"a.example"});
}

TEST(ResolvConf, LongSearchListIsKeptWhole) {
  Words expected;
  std::string line = "search";
  for (int i = 0; i < 100; ++i) {
    expected.push_back("domain" + std::to_string(i) + ".example");
    line += ' ' + expected.back();
  }
  EXPECT_EQ(search_in(line), expected);
}

TEST(ResolvConf, NdotsIsAtMost15) {
  EXPECT_EQ(ndots_in("options ndots:0\n"), 0u);
  EXPECT_EQ(ndots_in("options ndots:15\n"), 15u);
  EXPECT_EQ(ndots_in("options ndots:16\n"), 15u);
  EXPECT_EQ(ndots_in("options ndots:4294967295\n"), 15u);
}

TEST(ResolvConf, NdotsWithoutANumberChangesNothing) {
  for (const char *conf : {"options ndots:\n", "options ndots:x\n", "options ndots:-1\n", "options ndots\n",
                           "options ndots 3\n", "options xndots:3\n"}) {
    EXPECT_EQ(ndots_in(conf), 1u) << conf;
  }
}

TEST(ResolvConf, LaterOptionsWinAndLinesAddUp) {
  const ResolvConf conf = parse_resolv_conf("options ndots:3 rotate\noptions ndots:2\n");
  EXPECT_EQ(conf.ndots, 2u);
  EXPECT_TRUE(conf.rotate);
}

TEST(ResolvConf, OnlyTheWordRotateRotates) {
  EXPECT_FALSE(parse_resolv_conf("options rotates no-rotate\n").rotate);
  EXPECT_FALSE(parse_resolv_conf("rotate yes\n").rotate);
  EXPECT_TRUE(parse_resolv_conf("options unknown rotate\n").rotate);
}

TEST(ResolvConf, CommentsAreLeftOut) {
  const ResolvConf conf = parse_resolv_conf(
      "#nameserver 192.0.2.1\n"
      ";nameserver 192.0.2.2\n"
      " # nameserver 192.0.2.3\n"
      "nameserver 192.0.2.4 # the fourth\n"
      "nameserver 192.0.2.5;the fifth\n"
      "search a.example ; b.example\n"
      "options rotate#ndots:3\n");
  EXPECT_EQ(text_of(conf.servers), (Words{"[192.0.2.4]:53", "[192.0.2.5]:53"}));
  EXPECT_EQ(conf.search, Words{"a.example"});
  EXPECT_TRUE(conf.rotate);
  EXPECT_EQ(conf.ndots, 1u);
}

TEST(ResolvConf, UnknownLinesAreSkipped) {
  const ResolvConf conf = parse_resolv_conf(
      "sortlist 192.0.2.0/24\n"
      "lookup file bind\n"
      "nameservers 192.0.2.1\n"
      "NAMESERVER 192.0.2.2\n"
      "\x01\xff\n"
      "nameserver 192.0.2.3\n");
  EXPECT_EQ(text_of(conf.servers), Words{"[192.0.2.3]:53"});
}

TEST(ResolvConf, TabsCarriageReturnsAndAMissingLastLineEndAreFine) {
  const ResolvConf conf =
      parse_resolv_conf("nameserver\t192.0.2.1\r\nsearch\ta.example\tb.example\r\noptions\tndots:4");
  EXPECT_EQ(text_of(conf.servers), Words{"[192.0.2.1]:53"});
  EXPECT_EQ(conf.search, (Words{"a.example", "b.example"}));
  EXPECT_EQ(conf.ndots, 4u);
}

TEST(ParseServers, AddressAloneHasPort53) {
  EXPECT_EQ(servers_of("192.0.2.1"), Words{"[192.0.2.1]:53"});
  EXPECT_EQ(servers_of("2001:db8::1"), Words{"[2001:db8::1]:53"});
  EXPECT_EQ(servers_of("::1"), Words{"[::1]:53"});
  EXPECT_EQ(servers_of("[::1]"), Words{"[::1]:53"});
  EXPECT_EQ(servers_of("[192.0.2.1]"), Words{"[192.0.2.1]:53"});
}

TEST(ParseServers, AddressMayHaveAPort) {
  EXPECT_EQ(servers_of("127.0.0.1:5353"), Words{"[127.0.0.1]:5353"});
  EXPECT_EQ(servers_of("[::1]:5353"), Words{"[::1]:5353"});
  EXPECT_EQ(servers_of("[127.0.0.1]:5353"), Words{"[127.0.0.1]:5353"});
  EXPECT_EQ(servers_of("127.0.0.1:1"), Words{"[127.0.0.1]:1"});
  EXPECT_EQ(servers_of("127.0.0.1:65535"), Words{"[127.0.0.1]:65535"});
}

TEST(ParseServers, AddressMayHaveAScope) {
  EXPECT_EQ(servers_of("fe80::1%7"), Words{"[fe80::1%7]:53"});
  EXPECT_EQ(servers_of("[fe80::1%7]:5353"), Words{"[fe80::1%7]:5353"});
}

// Without brackets the last group belongs to the address.
TEST(ParseServers, PortOfABareIPv6AddressIsPartOfTheAddress) {
  EXPECT_EQ(servers_of("2001:db8::1:53"), Words{"[2001:db8::1:53]:53"});
}

TEST(ParseServers, ListIsSeparatedByCommasOrBlanks) {
  const Words expected{"[127.0.0.1]:5353", "[::1]:53", "[192.0.2.1]:53"};
  EXPECT_EQ(servers_of("127.0.0.1:5353,[::1]:53,192.0.2.1"), expected);
  EXPECT_EQ(servers_of("127.0.0.1:5353,[::1]:53 192.0.2.1"), expected);
  EXPECT_EQ(servers_of(" ,127.0.0.1:5353 , [::1]:53,,\t192.0.2.1, "), expected);
}

TEST(ParseServers, SameServerIsAskedOnce) {
  EXPECT_EQ(servers_of("192.0.2.1,192.0.2.2,192.0.2.1:53"), (Words{"[192.0.2.1]:53", "[192.0.2.2]:53"}));
  EXPECT_EQ(servers_of("192.0.2.1,192.0.2.1:54"), (Words{"[192.0.2.1]:53", "[192.0.2.1]:54"}));
}

TEST(ParseServers, ListWithoutServersIsRefused) {
  for (const char *list : {"", " ", ",", " , ,"}) EXPECT_FALSE(parse_servers(list)) << '"' << list << '"';
}

TEST(ParseServers, OneMalformedServerSpoilsTheList) {
  for (const char *server : {"dns.example",
                             "dns.example:53",
                             "192.0.2.1:",
                             "192.0.2.1:0",
                             "192.0.2.1:65536",
                             "192.0.2.1:x",
                             "192.0.2.1:-1",
                             "192.0.2.1:53x",
                             "192.0.2.256",
                             ":53",
                             "[]",
                             "[]:53",
                             "[",
                             "[::1",
                             "::1]",
                             "[::1]53",
                             "[::1]:",
                             "[::1]:0",
                             "[::1]:65536",
                             "[::1]x:53",
                             "[[::1]]:53",
                             "[::1]:53:53",
                             "1:2:3",
                             "fe80::1%nosuchif",
                             "192.0.2.1#53",
                             "#"}) {
    EXPECT_FALSE(parse_servers(server)) << server;
    EXPECT_FALSE(parse_servers(std::string("192.0.2.7,") + server)) << server;
    EXPECT_FALSE(parse_servers(std::string(server) + " 192.0.2.7")) << server;
  }
}

}  // namespace
}  // namespace dns_cares
