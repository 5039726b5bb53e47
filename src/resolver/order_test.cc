#include "resolver/order.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../../tests/failing_new.h"
#include "resolver/literal.h"

namespace dns_cares {
namespace {

Address address(const std::string &text) {
  const auto parsed = parse_literal(text);
  if (!parsed) throw std::invalid_argument(text);
  return *parsed;
}

// A source address; in the tests, IPv6 ones have their usual 64 bits of prefix.
Source source(const std::string &text, unsigned prefix_length = 0) {
  Source result{address(text)};
  if (prefix_length == 0) prefix_length = result.address.family == AF_INET6 ? 64 : 24;
  result.prefix_length = prefix_length;
  return result;
}
Source deprecated(const std::string &text) {
  Source result = source(text);
  result.deprecated = true;
  return result;
}
Source home(const std::string &text) {
  Source result = source(text);
  result.home = true;
  return result;
}

// Without a source, it cannot be reached.
Destination to(const std::string &text, std::optional<Source> from = std::nullopt) { return {address(text), from}; }
Destination to(const std::string &text, const std::string &from) { return to(text, source(from)); }

void expect_order(const std::vector<Destination> &destinations, const std::vector<std::size_t> &order) {
  EXPECT_EQ(order_of(destinations), order);
}

// The first is preferred, wherever the two stand.
void expect_preferred(const Destination &first, const Destination &second) {
  expect_order({first, second}, {0, 1});
  expect_order({second, first}, {1, 0});
  EXPECT_TRUE(is_preferred(first, second));
  EXPECT_FALSE(is_preferred(second, first));
}
void expect_equal(const Destination &first, const Destination &second) {
  expect_order({first, second}, {0, 1});
  expect_order({second, first}, {0, 1});
  EXPECT_FALSE(is_preferred(first, second));
  EXPECT_FALSE(is_preferred(second, first));
}

// --- The examples of RFC 6724 section 10.2, in its order ---

TEST(Rfc6724Section10_2, PreferMatchingScopeOfIpv6) {
  expect_preferred(to("2001:db8:1::1", "2001:db8:1::2"), to("198.51.100.121", "169.254.13.78"));
}

TEST(Rfc6724Section10_2, PreferMatchingScopeOfIpv4) {
  expect_preferred(to("198.51.100.121", "198.51.100.117"), to("2001:db8:1::1", "fe80::1"));
}

TEST(Rfc6724Section10_2, PreferHigherPrecedence) {
  expect_preferred(to("2001:db8:1::1", "2001:db8:1::2"), to("10.1.2.3", "10.1.2.4"));
}

TEST(Rfc6724Section10_2, PreferSmallerScope) {
  expect_preferred(to("fe80::1", "fe80::2"), to("2001:db8:1::1", "2001:db8:1::2"));
}

TEST(Rfc6724Section10_2, PreferHomeAddress) {
  expect_preferred(to("2001:db8:1::1", home("2001:db8:3::1")), to("fe80::1", "fe80::2"));
}

TEST(Rfc6724Section10_2, AvoidDeprecatedAddresses) {
  expect_preferred(to("fe80::1", "fe80::2"), to("2001:db8:1::1", deprecated("2001:db8:1::2")));
}

TEST(Rfc6724Section10_2, LongestMatchingPrefix) {
  expect_preferred(to("2001:db8:1::1", "2001:db8:1::2"), to("2001:db8:3ffe::1", "2001:db8:3f44::2"));
}

TEST(Rfc6724Section10_2, PreferMatchingLabel) {
  expect_preferred(to("2002:c633:6401::1", "2002:c633:6401::2"), to("2001:db8:1::1", "2002:c633:6401::2"));
}

TEST(Rfc6724Section10_2, PreferHigherPrecedenceThan6to4) {
  expect_preferred(to("2001:db8:1::1", "2001:db8:1::2"), to("2002:c633:6401::1", "2002:c633:6401::2"));
}

// --- Each rule alone ---

TEST(OrderRule1, WhatCannotBeReachedComesLast) {
  expect_preferred(to("192.0.2.1", "192.0.2.2"), to("2001:db8::1"));
  expect_preferred(to("2001:db8::1", "fe80::1"), to("::1"));
}

TEST(OrderRule1, WithoutAnySourceTheDestinationsAloneDecide) {
  expect_preferred(to("2001:db8::1"), to("192.0.2.1"));  // rule 6
  expect_preferred(to("fe80::1"), to("2001:db8::1"));    // rule 8
  expect_equal(to("2001:db8::1"), to("2001:db8::2"));
}

TEST(OrderRule2, MatchingScopeGoesBeforePrecedence) {
  expect_preferred(to("192.0.2.1", "192.0.2.2"), to("2001:db8::1", "fe80::1"));
  expect_preferred(to("ff02::1", "fe80::1"), to("ff05::1", "fe80::1"));
  expect_preferred(to("fec0::1", "fec0::2"), to("2001:db8::1", "fec0::2"));
}

TEST(OrderRule3, DeprecatedSourceGoesBehindLowerPrecedence) {
  expect_preferred(to("192.0.2.1", "192.0.2.2"), to("2001:db8::1", deprecated("2001:db8::2")));
  expect_preferred(to("2001:db8::1", "2001:db8::2"), to("2001:db8::3", deprecated("2001:db8::4")));
}

TEST(OrderRule4, HomeAddressGoesBeforeCareOfAddress) {
  expect_preferred(to("2001:db8::1", home("2001:db8::2")), to("2001:db8::1", "2001:db8::2"));
}

TEST(OrderRule5, MatchingLabelGoesBeforePrecedence) {
  expect_preferred(to("192.0.2.1", "192.0.2.2"), to("2001:db8::1", "fd00::1"));
  expect_preferred(to("fd00::1", "fd00::2"), to("2001:db8::1", "fd00::2"));
  expect_preferred(to("2001:db8::1", "2001:db8::2"), to("2001::1", "2001:db8::2"));
}

TEST(OrderRule6, PrecedencesAreThoseOfTheDefaultPolicyTable) {
  const Destination by_precedence[] = {
      to("2001:db8::1", "2001:db8::2"),    // 40
      to("192.0.2.1", "198.51.100.1"),     // 35
      to("2002::1", "2002::2"),            // 30
      to("2001::1", "2001::2"),            // 5
      to("fd00::1", "fd00::2"),            // 3
      to("3ffe::1", "3ffe::2"),            // 1
      to("::192.0.2.1", "::198.51.100.1")  // 1
  };
  for (std::size_t i = 0; i + 2 < std::size(by_precedence); ++i) {
    expect_preferred(by_precedence[i], by_precedence[i + 1]);
  }
  expect_preferred(to("fd00::1", "fd00::2"), to("fec0::1", "fec0::2"));
  // 50, though its scope is that of the link.
  expect_preferred(to("::1", "::1"), to("fe80::1", "fe80::2"));
  expect_preferred(to("::1", "::1"), to("127.0.0.1", "127.0.0.1"));
}

TEST(OrderRule8, SmallerScopeGoesFirst) {
  expect_preferred(to("fe80::1", "fe80::2"), to("2001:db8::1", "2001:db8::2"));
  expect_preferred(to("ff02::1"), to("ff05::1"));
  expect_preferred(to("ff05::1"), to("ff08::1"));
  expect_preferred(to("ff08::1"), to("2001:db8::1"));
}

// RFC 6724 section 3.2
TEST(OrderRule8, ScopesOfIpv4) {
  expect_preferred(to("169.254.1.1"), to("192.0.2.1"));
  expect_preferred(to("127.0.0.1"), to("10.0.0.1"));
  expect_equal(to("169.254.1.1"), to("127.0.0.1"));
  for (const char *global : {"10.0.0.1", "172.16.0.1", "192.168.0.1", "169.253.0.1", "128.0.0.1"}) {
    expect_equal(to(global), to("192.0.2.1"));
  }
}

TEST(OrderRule9, LongestMatchingPrefixGoesFirst) {
  expect_preferred(to("2001:db8:0:1::1", "2001:db8::2"), to("2001:db8:1::1", "2001:db8::2"));
  expect_preferred(to("2001:db8::1", source("2001:db8::2", 128)), to("2001:db8::ffff", source("2001:db8::2", 128)));
}

// RFC 6724 section 2.2: what lies behind the prefix of the source is an interface identifier.
TEST(OrderRule9, PrefixIsComparedUpToThatOfTheSource) {
  expect_equal(to("2001:db8::ffff", "2001:db8::2"), to("2001:db8::3", "2001:db8::2"));
  expect_equal(to("2001:db8:0:1::1", source("2001:db8::2", 48)), to("2001:db8:0:2::1", source("2001:db8::2", 48)));
}

TEST(OrderRule9, Ipv4CountsOnlyWithinTheNetworkOfTheSource) {
  expect_preferred(to("192.0.2.9", source("192.0.2.1", 24)), to("192.0.3.1", source("192.0.2.1", 24)));
  expect_preferred(to("192.0.2.2", source("192.0.2.1", 24)), to("192.0.2.9", source("192.0.2.1", 24)));
  // Outside, a source of 10.0.0.0/8 says nothing about 23.0.0.0/8 and 54.0.0.0/8.
  expect_equal(to("54.83.193.112", source("10.2.3.4", 16)), to("23.23.172.185", source("10.2.3.4", 16)));
  expect_equal(to("10.3.0.1", source("10.2.3.4", 16)), to("10.128.0.1", source("10.2.3.4", 16)));
}

TEST(OrderRule9, WithoutAKnownNetworkOnlyTheMachinesOwnIpv4AddressMatches) {
  const auto from = [](const char *text) { return source(text, Source::kWholeAddress); };
  expect_preferred(to("192.0.2.2", from("192.0.2.2")), to("192.0.2.3", from("192.0.2.2")));
  expect_equal(to("192.0.2.3", from("192.0.2.2")), to("192.0.2.128", from("192.0.2.2")));
}

TEST(OrderRule9, MappedIpv4IsComparedAsIpv6) {
  const auto from = [](unsigned bits) { return source("::ffff:10.2.3.4", 96 + bits); };
  expect_preferred(to("::ffff:10.3.0.1", from(16)), to("::ffff:192.0.2.1", from(16)));
  expect_equal(to("::ffff:10.2.0.1", from(16)), to("::ffff:10.2.3.5", from(16)));
}

TEST(OrderRule10, OrderIsKeptOtherwise) {
  std::vector<Destination> destinations;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < 200; ++i) {
    destinations.push_back(to("2001:db8::" + std::to_string(i), "2001:db8::1"));
    order.push_back(i);
  }
  expect_order(destinations, order);
}

TEST(OrderRule10, EachClassKeepsItsOrder) {
  expect_order({to("192.0.2.9", "198.51.100.1"), to("2001:db8::9", "2001:db8::1"), to("192.0.2.7"),
                to("192.0.2.8", "198.51.100.1"), to("2001:db8::8", "2001:db8::1"), to("192.0.2.6")},
               {1, 4, 0, 3, 2, 5});
}

// --- The comparison ---

class RandomDestinations {
 public:
  Destination make() {
    Destination result{make_address(), std::nullopt};
    if (pick(4) == 0) return result;
    Source from{make_address()};
    while (from.address.family != result.address.family) from.address = make_address();
    from.prefix_length = pick(129);
    from.deprecated = pick(3) == 0;
    from.home = pick(5) == 0;
    result.source = from;
    return result;
  }
  unsigned pick(unsigned below) { return std::uniform_int_distribution<unsigned>(0, below - 1)(random_); }

 private:
  // Few enough that all kinds of ties occur.
  Address make_address() {
    static const char *const kAddresses[] = {
        "::1",      "::",        "::192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.77", "::ffff:127.0.0.1",
        "2001::1",  "2002::1",   "2001:db8::1", "2001:db8::ff",     "2001:db8:1::1",     "3ffe::1",
        "fe80::1",  "fe80::2",   "fec0::1",     "fd00::1",          "ff02::1",           "ff05::1",
        "ff0e::1",  "0.0.0.0",   "127.0.0.1",   "127.0.0.9",        "169.254.1.1",       "10.0.0.1",
        "10.0.0.9", "192.0.2.1", "192.0.2.77",  "192.168.1.1",      "224.0.0.1"};
    return address(kAddresses[pick(static_cast<unsigned>(std::size(kAddresses)))]);
  }

  std::mt19937 random_{6724};  // NOLINT: the same in each run
};

TEST(OrderComparison, IsAStrictWeakOrder) {
  RandomDestinations random;
  std::vector<Destination> all;
  for (int i = 0; i < 160; ++i) all.push_back(random.make());
  std::vector<std::vector<bool>> less(all.size(), std::vector<bool>(all.size()));
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = 0; b < all.size(); ++b) less[a][b] = is_preferred(all[a], all[b]);
  }
  int violations = 0;
  for (std::size_t a = 0; a < all.size(); ++a) {
    violations += less[a][a];
    for (std::size_t b = 0; b < all.size(); ++b) {
      violations += less[a][b] && less[b][a];
      const bool equal_ab = !less[a][b] && !less[b][a];
      for (std::size_t c = 0; c < all.size(); ++c) {
        violations += less[a][b] && less[b][c] && !less[a][c];
        violations += equal_ab && !less[b][c] && !less[c][b] && (less[a][c] || less[c][a]);
      }
    }
  }
  EXPECT_EQ(violations, 0);
}

TEST(OrderComparison, SortsRandomListsStably) {
  RandomDestinations random;
  for (int round = 0; round < 300; ++round) {
    std::vector<Destination> list(random.pick(40));
    for (Destination &each : list) each = random.make();
    const std::vector<std::size_t> order = order_of(list);
    ASSERT_EQ(order.size(), list.size());
    for (std::size_t i = 1; i < order.size(); ++i) {
      const bool forward = is_preferred(list[order[i - 1]], list[order[i]]);
      const bool tie = !forward && !is_preferred(list[order[i]], list[order[i - 1]]);
      EXPECT_TRUE(forward || (tie && order[i - 1] < order[i])) << "round " << round << ", place " << i;
    }
  }
}

// --- order_addresses() ---

class FakeFinder final : public SourceFinder {
 public:
  std::optional<Source> source_for(const Address &destination, double now) noexcept override {
    ++asked;
    last_now = now;
    for (const auto &[known, from] : sources) {
      if (known == destination) return from;
    }
    return std::nullopt;
  }
  bool has_address(int, double) noexcept override { return true; }

  std::vector<std::pair<Address, Source>> sources;
  int asked = 0;
  double last_now = 0;
};

std::vector<Address> addresses(std::initializer_list<const char *> texts) {
  std::vector<Address> result;
  for (const char *text : texts) result.push_back(address(text));
  return result;
}

TEST(OrderAddresses, AsksForTheSourceOfEach) {
  FakeFinder finder;
  finder.sources = {{address("192.0.2.1"), source("192.0.2.9")}, {address("198.51.100.1"), source("192.0.2.9")}};
  std::vector<Address> list = addresses({"2001:db8::1", "198.51.100.1", "192.0.2.1"});
  order_addresses(list, finder, 7.5);
  EXPECT_EQ(list, addresses({"192.0.2.1", "198.51.100.1", "2001:db8::1"}));
  EXPECT_EQ(finder.asked, 3);
  EXPECT_EQ(finder.last_now, 7.5);
}

TEST(OrderAddresses, OneOrNoneCostsNothing) {
  FakeFinder finder;
  std::vector<Address> none;
  order_addresses(none, finder, 0);
  std::vector<Address> one = addresses({"192.0.2.1"});
  order_addresses(one, finder, 0);
  EXPECT_EQ(finder.asked, 0);
  EXPECT_EQ(one, addresses({"192.0.2.1"}));
}

TEST(OrderAddresses, FewTakeNoMemory) {
  FakeFinder finder;
  std::vector<Address> list;
  for (int i = 0; i < 8; ++i) list.push_back(address("192.0.2." + std::to_string(i)));
  for (int i = 0; i < 8; ++i) list.push_back(address("2001:db8::" + std::to_string(i)));
  {
    const dns_cares_test::FailingNew no_memory;
    EXPECT_NO_THROW(order_addresses(list, finder, 0));
  }
  EXPECT_EQ(list.front(), address("2001:db8::"));
  EXPECT_EQ(list.back(), address("192.0.2.7"));
}

TEST(OrderAddresses, LackOfMemoryLeavesManyAsTheyWere) {
  FakeFinder finder;
  std::vector<Address> list;
  for (int i = 0; i < 50; ++i) list.push_back(address(i % 2 == 0 ? "192.0.2.1" : "2001:db8::1"));
  const std::vector<Address> before = list;
  bool threw = false;
  {
    const dns_cares_test::FailingNew no_memory;
    try {
      order_addresses(list, finder, 0);
    } catch (const std::bad_alloc &) {
      threw = true;
    }
  }
  EXPECT_TRUE(threw);
  EXPECT_EQ(list, before);
  order_addresses(list, finder, 0);
  EXPECT_EQ(list[24], address("2001:db8::1"));
  EXPECT_EQ(list[25], address("192.0.2.1"));
}

}  // namespace
}  // namespace dns_cares
