#include "resolver/resolv_conf.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
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
  EXPECT_FALSE(conf.timeout_s);
  EXPECT_FALSE(conf.attempts);
  EXPECT_FALSE(conf.rotate);
  EXPECT_FALSE(conf.use_vc);
  EXPECT_FALSE(conf.edns0);
  EXPECT_FALSE(conf.no_aaaa);
  EXPECT_FALSE(conf.trust_ad);
  EXPECT_FALSE(conf.single_request);
  EXPECT_FALSE(conf.single_request_reopen);
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
  EXPECT_EQ(conf.timeout_s, 1u);
  EXPECT_TRUE(conf.rotate);
  EXPECT_TRUE(conf.edns0);
}

TEST(ResolvConf, ServersAreKeptInTheirOrder) {
  EXPECT_EQ(servers_in("nameserver 192.0.2.3\nnameserver 192.0.2.1\nnameserver 192.0.2.2\n"),
            (Words{"[192.0.2.3]:53", "[192.0.2.1]:53", "[192.0.2.2]:53"}));
}

TEST(ResolvConf, AnyNumberOfServersIsKept) {
  std::string conf;
  for (int i = 1; i <= 20; ++i) conf += "nameserver 192.0.2." + std::to_string(i) + '\n';
  EXPECT_EQ(servers_in(conf).size(), 20u);
}

TEST(ResolvConf, SameServerIsKeptOnce) {
  EXPECT_EQ(servers_in("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.1\n"),
            (Words{"[192.0.2.1]:53", "[192.0.2.2]:53"}));
}

TEST(ResolvConf, ServerMayHaveAScope) {
  const std::string loopback = std::to_string(if_nametoindex("lo"));
  EXPECT_EQ(servers_in("nameserver fe80::1%7\n"), Words{"[fe80::1%7]:53"});
  EXPECT_EQ(servers_in("nameserver fe80::1%lo\n"), Words{"[fe80::1%" + loopback + "]:53"});
  EXPECT_EQ(servers_in("nameserver [fe80::1%lo]:5353\n"), Words{"[fe80::1%" + loopback + "]:5353"});
}

// What configures networks writes the interface after addresses that need none, too.
TEST(ResolvConf, ScopeThatSaysNothingIsLeftOff) {
  EXPECT_EQ(servers_in("nameserver 2001:db8::1%lo\n"), Words{"[2001:db8::1]:53"});
  EXPECT_EQ(servers_in("nameserver fe80::1%nosuchif\n"), Words{"[fe80::1]:53"});
  EXPECT_EQ(servers_in("nameserver 127.0.0.2%lo\n"), Words{"[127.0.0.1]:53"});
}

TEST(ResolvConf, ServerMayHaveAPort) {
  EXPECT_EQ(servers_in("nameserver 127.0.0.1:5353\nnameserver [::1]:5353\nnameserver [::1]\n"),
            (Words{"[127.0.0.1]:5353", "[::1]:5353", "[::1]:53"}));
  EXPECT_EQ(servers_in("nameserver 127.0.0.2:0\nnameserver [::1]:x\nnameserver [::1\n"), Words{"[127.0.0.1]:53"});
}

TEST(ResolvConf, ServerMayBeAbbreviatedAsInLibc) {
  EXPECT_EQ(servers_in("nameserver 127.2\n"), Words{"[127.0.0.2]:53"});
}

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
  EXPECT_EQ(search_in("search a.example . .\n"), Words{"a.example"});
}

// Was left out, and "host" was asked for as "host.a.example" first.
TEST(ResolvConf, RootBeforeADomainKeepsItsPlace) {
  EXPECT_EQ(search_in("search . a.example\n"), (Words{".", "a.example"}));
  EXPECT_EQ(search_in("search a.example . b.example .\n"), (Words{"a.example", ".", "b.example"}));
}

TEST(ResolvConf, DomainMayStartWithADot) { EXPECT_EQ(search_in("search .a.example\n"), Words{"a.example"}); }

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

// "options rotate, timeout:1" is met in the wild, and libc takes it.
TEST(ResolvConf, FlagMayHaveCharactersAfterItAsInLibc) {
  EXPECT_TRUE(parse_resolv_conf("options rotate, timeout:1\n").rotate);
  EXPECT_TRUE(parse_resolv_conf("options rotates\n").rotate);
}

TEST(ResolvConf, OnlyTheOptionRotateRotates) {
  EXPECT_FALSE(parse_resolv_conf("options no-rotate\n").rotate);
  EXPECT_FALSE(parse_resolv_conf("options ROTATE rotat\n").rotate);
  EXPECT_FALSE(parse_resolv_conf("rotate yes\n").rotate);
  EXPECT_TRUE(parse_resolv_conf("options unknown rotate\n").rotate);
}

TEST(ResolvConf, EachFlagIsItsOwn) {
  const std::pair<const char *, bool ResolvConf::*> kFlags[] = {
      {"rotate", &ResolvConf::rotate},
      {"use-vc", &ResolvConf::use_vc},
      {"edns0", &ResolvConf::edns0},
      {"no-aaaa", &ResolvConf::no_aaaa},
      {"trust-ad", &ResolvConf::trust_ad},
      {"single-request", &ResolvConf::single_request},
      {"single-request-reopen", &ResolvConf::single_request_reopen},
  };
  for (const auto &[name, flag] : kFlags) {
    ResolvConf expected = parse_resolv_conf("");
    expected.*flag = true;
    EXPECT_EQ(parse_resolv_conf(std::string("options ") + name + '\n'), expected) << name;
  }
}

TEST(ResolvConf, TimeoutIsAtMost30SecondsAndAtLeastOne) {
  EXPECT_EQ(parse_resolv_conf("options timeout:7\n").timeout_s, 7u);
  EXPECT_EQ(parse_resolv_conf("options timeout:30\n").timeout_s, 30u);
  EXPECT_EQ(parse_resolv_conf("options timeout:31\n").timeout_s, 30u);
  EXPECT_EQ(parse_resolv_conf("options timeout:99999999999999999999\n").timeout_s, 30u);
  EXPECT_EQ(parse_resolv_conf("options timeout:0\n").timeout_s, 1u);
}

TEST(ResolvConf, AttemptsAreAtMost5AndAtLeastOne) {
  EXPECT_EQ(parse_resolv_conf("options attempts:3\n").attempts, 3u);
  EXPECT_EQ(parse_resolv_conf("options attempts:6\n").attempts, 5u);
  EXPECT_EQ(parse_resolv_conf("options attempts:0\n").attempts, 1u);
}

TEST(ResolvConf, TimeoutAndAttemptsWithoutANumberAreNotGiven) {
  for (const char *value : {"", "x", "-1", " ", " x"}) {
    const std::string text(value);
    EXPECT_FALSE(parse_resolv_conf("options timeout:" + text + '\n').timeout_s) << value;
    EXPECT_FALSE(parse_resolv_conf("options attempts:" + text + '\n').attempts) << value;
  }
}

TEST(ResolvConf, NumbersAreReadAsAtoiDoes) {
  EXPECT_EQ(ndots_in("options ndots: 3\n"), 3u);
  EXPECT_EQ(ndots_in("options ndots:+3\n"), 3u);
  EXPECT_EQ(ndots_in("options ndots:003\n"), 3u);
  EXPECT_EQ(ndots_in("options ndots:3,rotate\n"), 3u);
}

TEST(ResolvConf, CommentStartsInTheFirstColumn) {
  const ResolvConf conf = parse_resolv_conf(
      "#nameserver 192.0.2.1\n"
      ";nameserver 192.0.2.2\n"
      "# options rotate\n"
      "nameserver 192.0.2.3\n");
  EXPECT_EQ(text_of(conf.servers), Words{"[192.0.2.3]:53"});
  EXPECT_FALSE(conf.rotate);
}

// Comments were taken out of the middle of lines, which libc does not do.
TEST(ResolvConf, CommentMarkFurtherOnIsAnOrdinaryCharacter) {
  EXPECT_EQ(servers_in("nameserver 192.0.2.4 # the fourth\nnameserver 192.0.2.5;the fifth\n"), Words{"[192.0.2.4]:53"});
  EXPECT_EQ(search_in("search a.example ; b.example\n"), (Words{"a.example", "b.example"}));
  EXPECT_EQ(ndots_in("options rotate # ndots:3\n"), 3u);
  EXPECT_EQ(ndots_in("options rotate #ndots:3\n"), 1u);
}

TEST(ResolvConf, KeywordCountsAtTheStartOfItsLineOnly) {
  EXPECT_EQ(servers_in(" nameserver 192.0.2.1\n\tnameserver 192.0.2.2\n"), Words{"[127.0.0.1]:53"});
  EXPECT_EQ(search_in(" search a.example\n"), Words{});
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

TEST(ResolvConf, OverLongLinesAreReadWhole) {
  const std::string blanks(100000, ' ');
  const ResolvConf conf = parse_resolv_conf("nameserver" + blanks + "192.0.2.1\n#" + blanks + '\n' + "options " +
                                            std::string(100000, 'x') + " rotate\n");
  EXPECT_EQ(text_of(conf.servers), Words{"[192.0.2.1]:53"});
  EXPECT_TRUE(conf.rotate);
}

class ResolvConfEnvironmentTest : public testing::Test {
 protected:
  ResolvConf parse(std::string_view text) const { return parse_resolv_conf(text, environment_); }

  Environment environment_;
};

TEST_F(ResolvConfEnvironmentTest, DomainOfTheHostIsSearchedWhenNoOtherIsNamed) {
  environment_.host_name = "www.corp.example";
  EXPECT_EQ(parse("").search, Words{"corp.example"});
  EXPECT_EQ(parse("search\ndomain \n").search, Words{"corp.example"});
  EXPECT_EQ(parse("search a.example\n").search, Words{"a.example"});
  EXPECT_EQ(parse("domain a.example\n").search, Words{"a.example"});
}

TEST_F(ResolvConfEnvironmentTest, SearchListWithoutADomainThatCanBeAskedForGoesBeforeTheDomainOfTheHost) {
  environment_.host_name = "www.corp.example";
  EXPECT_EQ(parse("search .\n").search, Words{});
  EXPECT_EQ(parse("search a..b\n").search, Words{});
}

TEST_F(ResolvConfEnvironmentTest, HostWithoutADomainHasNone) {
  for (const char *name : {"", "www", "www.", ".", "www..corp.example"}) {
    environment_.host_name = name;
    const Words expected = name == std::string("www..corp.example") ? Words{"corp.example"} : Words{};
    EXPECT_EQ(parse("").search, expected) << name;
  }
}

TEST_F(ResolvConfEnvironmentTest, LocaldomainReplacesTheSearchList) {
  environment_ = {.host_name = "www.corp.example", .localdomain = "a.example\tb.example. ", .res_options = ""};
  EXPECT_EQ(parse("search c.example\n").search, (Words{"a.example", "b.example"}));
  EXPECT_EQ(parse("domain c.example\n").search, (Words{"a.example", "b.example"}));
  EXPECT_EQ(parse("").search, (Words{"a.example", "b.example"}));
}

TEST_F(ResolvConfEnvironmentTest, EmptyLocaldomainIsNoSearchList) {
  environment_ = {.host_name = "www.corp.example", .localdomain = "", .res_options = ""};
  EXPECT_EQ(parse("search c.example\n").search, Words{});
  EXPECT_EQ(parse("").search, Words{});
}

TEST_F(ResolvConfEnvironmentTest, LocaldomainEndsWithItsLine) {
  environment_.localdomain = "a.example\nb.example";
  EXPECT_EQ(parse("").search, Words{"a.example"});
}

TEST_F(ResolvConfEnvironmentTest, ResOptionsAmendTheFilesOptions) {
  environment_.res_options = " ndots:2\ttimeout:3 no-aaaa";
  const ResolvConf conf = parse("options ndots:5 attempts:4 rotate\n");
  EXPECT_EQ(conf.ndots, 2u);
  EXPECT_EQ(conf.timeout_s, 3u);
  EXPECT_EQ(conf.attempts, 4u);
  EXPECT_TRUE(conf.rotate);
  EXPECT_TRUE(conf.no_aaaa);
}

class ReadEnvironmentTest : public testing::Test {
 protected:
  ReadEnvironmentTest() : before_(read_environment()) {}
  ~ReadEnvironmentTest() override {
    set("LOCALDOMAIN", before_.localdomain);
    set("RES_OPTIONS", before_.res_options);
  }
  static void set(const char *name, const std::optional<std::string> &value) {
    if (value) {
      setenv(name, value->c_str(), 1);
    } else {
      unsetenv(name);
    }
  }

 private:
  const Environment before_;
};

TEST_F(ReadEnvironmentTest, VariablesAreRead) {
  set("LOCALDOMAIN", "a.example b.example");
  set("RES_OPTIONS", "ndots:2");
  EXPECT_EQ(read_environment().localdomain, "a.example b.example");
  EXPECT_EQ(read_environment().res_options, "ndots:2");
}

TEST_F(ReadEnvironmentTest, UnsetAndEmptyLocaldomainAreToldApart) {
  set("LOCALDOMAIN", "");
  EXPECT_EQ(read_environment().localdomain, "");
  set("LOCALDOMAIN", std::nullopt);
  EXPECT_EQ(read_environment().localdomain, std::nullopt);
  set("RES_OPTIONS", std::nullopt);
  EXPECT_EQ(read_environment().res_options, "");
}

TEST_F(ReadEnvironmentTest, HostNameIsTheSystems) {
  char name[256] = "";
  ASSERT_EQ(gethostname(name, sizeof name - 1), 0);
  EXPECT_EQ(read_environment().host_name, name);
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
                             "192.0.2",
                             "127.1:53",
                             "[127.1]",
                             "0x7f.0.0.1",
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
