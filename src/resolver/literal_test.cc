#include "resolver/literal.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netdb.h>

#include <cstring>
#include <string>

namespace dns_cares {
namespace {

std::string text_of(const Address &address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.family, address.octets.data(), text, sizeof text);
  return address.scope_id == 0 ? text : std::string(text) + '%' + std::to_string(address.scope_id);
}

// The address that parse_literal makes of `text`, the scope as a number, or "none".
std::string parsed(std::string_view text) {
  const auto address = parse_literal(text);
  return address ? text_of(*address) : "none";
}

// The same from the system's getaddrinfo(3).
std::string parsed_by_libc(const char *text) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo *list = nullptr;
  if (getaddrinfo(text, nullptr, &hints, &list) != 0) return "none";
  Address address{};
  if (list->ai_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, list->ai_addr, sizeof v4);
    address = Address::v4(v4.sin_addr);
  } else {
    sockaddr_in6 v6;
    std::memcpy(&v6, list->ai_addr, sizeof v6);
    address = Address::v6(v6.sin6_addr, v6.sin6_scope_id);
  }
  freeaddrinfo(list);
  return text_of(address);
}

std::string with_loopback_index(const char *address) {
  return std::string(address) + '%' + std::to_string(if_nametoindex("lo"));
}

TEST(Literal, DottedQuadIsAnIPv4Address) {
  const auto address = parse_literal("192.0.2.1");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->family, AF_INET);
  EXPECT_EQ(address->scope_id, 0u);
  const std::array<unsigned char, 16> octets{192, 0, 2, 1};
  EXPECT_EQ(address->octets, octets);
}

TEST(Literal, AbbreviatedIPv4IsReadAsInetAtonDoes) {
  EXPECT_EQ(parsed("127.1"), "127.0.0.1");
  EXPECT_EQ(parsed("10.1.515"), "10.1.2.3");
  EXPECT_EQ(parsed("10.66051"), "10.1.2.3");
  EXPECT_EQ(parsed("2130706433"), "127.0.0.1");
  EXPECT_EQ(parsed("0"), "0.0.0.0");
}

TEST(Literal, HexadecimalAndOctalIPv4IsReadAsInetAtonDoes) {
  EXPECT_EQ(parsed("0x7f000001"), "127.0.0.1");
  EXPECT_EQ(parsed("0X7F.1"), "127.0.0.1");
  EXPECT_EQ(parsed("017700000001"), "127.0.0.1");
  EXPECT_EQ(parsed("0300.0.02.01"), "192.0.2.1");
  EXPECT_EQ(parsed("0xc0.0.02.1"), "192.0.2.1");
}

TEST(Literal, IPv4PartThatDoesNotFitIsRefused) {
  EXPECT_EQ(parsed("256.0.0.1"), "none");
  EXPECT_EQ(parsed("1.2.3.256"), "none");
  EXPECT_EQ(parsed("1.2.65536"), "none");
  EXPECT_EQ(parsed("1.16777216"), "none");
  EXPECT_EQ(parsed("4294967296"), "none");
  EXPECT_EQ(parsed("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(parsed("1.2.65535"), "1.2.255.255");
  EXPECT_EQ(parsed("1.16777215"), "1.255.255.255");
  EXPECT_EQ(parsed("4294967295"), "255.255.255.255");
}

TEST(Literal, IPv4WithMissingOrSuperfluousPartsIsRefused) {
  for (const char *text : {"1.2.3.4.5", "1.2.3.4.", "1.2.3.", "1..2", ".1", ".", "1.2.3.4x", "09", "0xg", "-1", "+1"}) {
    EXPECT_EQ(parsed(text), "none") << text;
  }
}

// inet_aton(3) ignores what follows a blank: "127.0.0.1 evil.example" would pass for 127.0.0.1.
TEST(Literal, IPv4WithABlankIsRefused) {
  for (const char *blank : {" ", "\t", "\n", "\v", "\f", "\r"}) {
    EXPECT_EQ(parsed(std::string("127.0.0.1") + blank), "none");
    EXPECT_EQ(parsed(std::string("127.0.0.1") + blank + "x"), "none");
    EXPECT_EQ(parsed(blank + std::string("127.0.0.1")), "none");
    EXPECT_EQ(parsed(blank), "none");
  }
}

// The C functions underneath stop at a NUL, and a line of a damaged hosts file may hold one.
TEST(Literal, TextWithANulIsRefused) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(parsed("127.0.0.1\0x"sv), "none");
  EXPECT_EQ(parsed("127.0.0.1\0"sv), "none");
  EXPECT_EQ(parsed("::1\0x"sv), "none");
  EXPECT_EQ(parsed("fe80::1%lo\0x"sv), "none");
  EXPECT_EQ(parsed("\0"sv), "none");
}

TEST(Literal, TextNeedNotEndInANul) {
  const std::string_view text = "192.0.2.123";
  EXPECT_EQ(parsed(text.substr(0, 9)), "192.0.2.1");
  EXPECT_EQ(parsed(std::string_view("::1234").substr(0, 3)), "::1");
}

TEST(Literal, IPv6IsReadInEveryForm) {
  EXPECT_EQ(parsed("::"), "::");
  EXPECT_EQ(parsed("::1"), "::1");
  EXPECT_EQ(parsed("2001:DB8::A"), "2001:db8::a");
  EXPECT_EQ(parsed("2001:db8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(parsed("2001:0db8:0000:0000:0000:0000:0000:0001"), "2001:db8::1");
  EXPECT_EQ(parsed("64:ff9b::192.0.2.33"), "64:ff9b::c000:221");
}

TEST(Literal, MalformedIPv6IsRefused) {
  for (const char *text : {":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::g", "[::1]",
                           "::1 ", " ::1", "::1.2.3", "::256.0.0.1", "::1/128", "1:2:3:4:5:6:7:"}) {
    EXPECT_EQ(parsed(text), "none") << text;
  }
}

TEST(Literal, MappedIPv4StaysIPv6) {
  const auto address = parse_literal("::ffff:192.0.2.1");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->family, AF_INET6);
  EXPECT_EQ(*address, Address::v4_mapped(*parse_literal("192.0.2.1")));
}

TEST(Literal, ScopeOfALinkLocalAddressMayBeAnInterfaceName) {
  EXPECT_EQ(parsed("fe80::1%lo"), with_loopback_index("fe80::1"));
  EXPECT_EQ(parsed("ff02::1%lo"), with_loopback_index("ff02::1"));
}

// Was refused, though an address of interface scope needs its interface even more (RFC 4291 section 2.7).
TEST(Literal, ScopeOfAnInterfaceLocalAddressMayBeAnInterfaceName) {
  EXPECT_EQ(parsed("ff01::1%lo"), with_loopback_index("ff01::1"));
}

TEST(Literal, ScopeMayBeANumber) {
  EXPECT_EQ(parsed("fe80::1%7"), "fe80::1%7");
  EXPECT_EQ(parsed("fe80::1%4294967295"), "fe80::1%4294967295");
  EXPECT_EQ(parsed("2001:db8::1%7"), "2001:db8::1%7");
  EXPECT_EQ(parsed("fe80::1%0"), "fe80::1");
}

TEST(Literal, ScopeIsPartOfTheAddress) {
  EXPECT_EQ(parse_literal("fe80::1%7"), parse_literal("fe80:0::1%7"));
  EXPECT_NE(parse_literal("fe80::1%7"), parse_literal("fe80::1%8"));
}

TEST(Literal, ScopeThatNamesNothingIsRefused) {
  for (const char *text :
       {"fe80::1%", "fe80::1%nosuchif", "fe80::1%4294967296", "fe80::1%-1", "fe80::1%+1", "fe80::1%0x1", "fe80::1%7x",
        "fe80::1%lo%lo", "%lo", "%1", "fe80::1% 1", "fe80::1%a-name-longer-than-any-interface-has"}) {
    EXPECT_EQ(parsed(text), "none") << text;
  }
}

TEST(Literal, InterfaceNameIsRefusedForAnAddressOfWiderScope) {
  EXPECT_EQ(parsed("2001:db8::1%lo"), "none");
  EXPECT_EQ(parsed("::1%lo"), "none");
  EXPECT_EQ(parsed("ff05::1%lo"), "none");
}

TEST(Literal, IPv4HasNoScope) {
  EXPECT_EQ(parsed("127.0.0.1%lo"), "none");
  EXPECT_EQ(parsed("127.0.0.1%1"), "none");
}

TEST(Literal, HostNamesAreNotLiterals) {
  for (const char *text : {"", "localhost", "a", "example.com", "1.example", "0x", "abcd", "a.b.c.d", "xn--p1ai", "1-2",
                           "\xc3\xa9", "\xd9\xa1"}) {
    EXPECT_EQ(parsed(text), "none") << text;
  }
}

// inet_aton would read leading zeros without end.
TEST(Literal, OverLongTextIsRefused) {
  EXPECT_EQ(parsed(std::string(126, '0') + '7'), "0.0.0.7");
  EXPECT_EQ(parsed(std::string(127, '0') + '7'), "none");
  EXPECT_EQ(parsed("::1%" + std::string(122, '0') + '7'), "::1%7");
  EXPECT_EQ(parsed("::1%" + std::string(123, '0') + '7'), "none");
  EXPECT_EQ(parsed(std::string(100000, '1')), "none");
}

TEST(Literal, AgreesWithGetaddrinfo) {
  const char *const kTexts[] = {
      // IPv4
      "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f.1", "0X7F000001", "017700000001", "0177.0.0.1", "0", "00",
      "255.255.255.255", "256.1.1.1", "1.2.3.256", "1.2.65536", "4294967295", "4294967296", "1.2.3.4.5", "1.2.3.4.",
      "1.2.3.", ".1", "1..2", "09", "08.1", "0x", "1.0x", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4 x", "1.2.3.4\n", "1.2.3.4x",
      "-1", "+1", "1e3",
      // IPv6
      "::", "::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "2001:DB8::0001", "::ffff:1.2.3.4", "::1.2.3.4",
      ":::", "1::2::3", "1:2:3:4:5:6:7", "::12345", "[::1]", "::1 ", "::1.2.3", "::01.2.3.4",
      // Scopes
      "fe80::1%lo", "ff02::1%lo", "ff01::1%lo", "2001:db8::1%lo", "::1%1", "::1%lo", "fe80::1%1", "fe80::1%01",
      "fe80::1%0", "fe80::1%", "fe80::1%nosuchif", "fe80::1%4294967295", "fe80::1%4294967296", "fe80::1%1x",
      "fe80::1%-1", "fe80::1%lo%lo", "127.0.0.1%1", "%lo", "::ffff:1.2.3.4%1",
      // Neither
      "", "localhost", "example.com", "a.b"};
  for (const char *text : kTexts) EXPECT_EQ(parsed(text), parsed_by_libc(text)) << '"' << text << '"';
}

}  // namespace
}  // namespace dns_cares
