#include "resolver/reverse.h"

#include <gtest/gtest.h>

#include "resolver/literal.h"

namespace dns_cares {
namespace {

std::string reverse_of(const char *literal) { return reverse_name(*parse_literal(literal)); }
std::string text_of(const char *literal, bool numeric_scope = false) {
  return numeric_text(*parse_literal(literal), numeric_scope);
}

TEST(ReverseName, IPv4AddressHasItsOctetsFromTheLastToTheFirst) {
  EXPECT_EQ(reverse_of("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  EXPECT_EQ(reverse_of("255.254.0.10"), "10.0.254.255.in-addr.arpa");
}

// The example of RFC 3596 section 2.5.
TEST(ReverseName, IPv6AddressHasItsNibblesFromTheLastToTheFirst) {
  EXPECT_EQ(reverse_of("4321:0:1:2:3:4:567:89ab"),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

TEST(ReverseName, MappedAddressIsTheIPv4Address) {
  EXPECT_EQ(reverse_of("::ffff:192.0.2.1"), "1.2.0.192.in-addr.arpa");
}

TEST(NumericText, AddressIsInItsShortestForm) {
  EXPECT_EQ(text_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(text_of("2001:0db8:0:0:0:0:0:1"), "2001:db8::1");
  EXPECT_EQ(text_of("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
}

TEST(NumericText, ScopeOfALinkIsItsInterface) {
  EXPECT_EQ(text_of("fe80::1%1"), "fe80::1%lo");
  EXPECT_EQ(text_of("ff02::1%1"), "ff02::1%lo");
  EXPECT_EQ(text_of("fe80::1%1", true), "fe80::1%1");
}

TEST(NumericText, OtherScopesAndThoseWithoutAnInterfaceAreNumbers) {
  EXPECT_EQ(text_of("2001:db8::1%1"), "2001:db8::1%1");
  EXPECT_EQ(text_of("ff01::1%1"), "ff01::1%1");
  EXPECT_EQ(text_of("fe80::1%99999"), "fe80::1%99999");
}

}  // namespace
}  // namespace dns_cares
