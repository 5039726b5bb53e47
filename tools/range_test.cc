#include "range.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace dns_cares_tool {
namespace {

using testing::ElementsAre;

std::vector<std::string> addresses_of(const std::string &text) {
  std::vector<std::string> addresses;
  auto range = Range::of(text);
  while (range && !range->ended()) addresses.push_back(range->next());
  return addresses;
}

TEST(Range, HasAllItsAddressesWhateverBitsAreBehindThePrefix) {
  EXPECT_THAT(addresses_of("192.0.2.6/30"), ElementsAre("192.0.2.4", "192.0.2.5", "192.0.2.6", "192.0.2.7"));
  EXPECT_THAT(addresses_of("192.0.2.1/32"), ElementsAre("192.0.2.1"));
  EXPECT_THAT(addresses_of("2001:db8::ffff/127"), ElementsAre("2001:db8::fffe", "2001:db8::ffff"));
}

TEST(Range, CountsOverTheEndsOfOctetsAndOfTheAddresses) {
  const auto addresses = addresses_of("255.255.254.0/23");
  ASSERT_EQ(addresses.size(), 512u);
  EXPECT_EQ(addresses[256], "255.255.255.0");
  EXPECT_EQ(addresses.back(), "255.255.255.255");
  EXPECT_EQ(Range::of("0.0.0.0/0")->next(), "0.0.0.0");
  EXPECT_EQ(Range::of("::/0")->next(), "::");
}

TEST(Range, IsNothingElse) {
  for (const char *text :
       {"", "/", "192.0.2.1", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/+8", "192.0.2.0/08", "192.0.2/24",
        "192.0.2.0/24/1", "192.0.2.0/24 ", "::/129", "a.test/24", "192.0.2.0/4294967320"}) {
    EXPECT_FALSE(Range::of(text)) << text;
  }
}

TEST(ReverseName, IsWhereThePointersAre) {
  EXPECT_EQ(reverse_name("192.0.2.10"), "10.2.0.192.in-addr.arpa.");
  EXPECT_EQ(reverse_name("::ffff:192.0.2.10"), "10.2.0.192.in-addr.arpa.");
  const std::string link_local = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa.";
  EXPECT_EQ(reverse_name("fe80::1"), link_local);
  EXPECT_EQ(reverse_name("fe80::1%eth0"), link_local);
  for (const char *text : {"", "a.test", "127.1", "192.0.2.1%eth0", "192.0.2.0/24"}) {
    EXPECT_FALSE(reverse_name(text)) << text;
  }
}

}  // namespace
}  // namespace dns_cares_tool
