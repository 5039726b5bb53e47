// Cases that the tests of other projects look at and no other file here does: docs/cases.md has them all.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "loop.h"
#include "sockets.h"

namespace dns_cares_test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr Ask kV4 = {.family = AF_INET};

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator begin("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin, {}));
}

class Cases : public testing::Test {
 protected:
  Lookup &resolve(const char *name, const Ask &ask = kV4) {
    Lookup &lookup = loop_.resolve(name, ask);
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1);
    return lookup;
  }
  // Another datagram than a good reply: only its header, with the id of the query and this code.
  static Reply bare_header(std::uint8_t rcode) {
    std::vector<std::uint8_t> octets(12);
    octets[2] = 0x81;
    octets[3] = static_cast<std::uint8_t>(0x80 | rcode);
    return garbage(octets).right_id();
  }

  Server server_;
  Server second_;
  Loop loop_;
};

class CaseOfACode : public Cases, public testing::WithParamInterface<int> {};

// Without its question it may be to another query: it counts for none, and the next server is asked in time.
TEST_P(CaseOfACode, InAHeaderAloneIsNoReply) {
  server_.otherwise(bare_header(static_cast<std::uint8_t>(GetParam())));
  second_.on("a.test", "A", answer({"192.0.2.1"}));
  second_.otherwise(drop());
  ASSERT_EQ(loop_.init(server_.address() + ',' + second_.address(),
                       [](dns_options &options) {
                         options.timeout_ms = 200;
                         options.tries = 2;
                       }),
            DNS_OK);
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_GE(server_.queries("a.test", "A"), 1U);
  EXPECT_EQ(resolve("b.test").status(), DNS_ETIMEOUT);
}

INSTANTIATE_TEST_SUITE_P(Rcodes, CaseOfACode, testing::Values(0, 1, 2, 3, 4, 5));

TEST_F(Cases, FormerrOfAServerThatKnowsEdnsIsItsAnswer) {
  server_.otherwise(formerr());
  ASSERT_EQ(loop_.init(server_.address()), DNS_OK);
  EXPECT_EQ(resolve("a.test").status(), DNS_EFORMERR);
}

TEST_F(Cases, RotationGoesOnPastASilentServer) {
  Server third;
  for (Server *server : {&server_, &third}) server->otherwise(hashed("10.0.0.0/8"));
  second_.silence();
  ASSERT_EQ(loop_.init(server_.address() + ',' + second_.address() + ',' + third.address(),
                       [](dns_options &options) { options.rotate = 1; }),
            DNS_OK);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(resolve(("a" + std::to_string(i) + ".test").c_str()).status(), DNS_OK);
  EXPECT_GE(server_.queries(), 1U);
  EXPECT_GE(third.queries(), 1U);
}

TEST_F(Cases, NoAaaaAndUseVcOfResolvConfGoTogether) {
  const TempFile conf("options no-aaaa use-vc\n");
  server_.otherwise(answer({"192.0.2.1", "2001:db8::1"}));
  ASSERT_EQ(loop_.init(server_.address(), [&](dns_options &options) { options.resolv_conf = conf.path(); }), DNS_OK);
  EXPECT_THAT(resolve("a.test", {}).addresses(), ElementsAre("192.0.2.1"));
  EXPECT_THAT(server_.seen(), Each(testing::AllOf(Field(&Seen::type, "A"), Field(&Seen::transport, Transport::kTcp))));
  EXPECT_EQ(server_.queries(), 1U);
}

TEST_F(Cases, CancelledBetweenTwoDomainsTheSearchIsOver) {
  const TempFile conf("search one.test two.test three.test\n");
  server_.otherwise(nxdomain());
  server_.on("a.two.test", "A", nxdomain().after(50ms));
  server_.on("later.test", "A", answer({"192.0.2.1"}).after(200ms));
  ASSERT_EQ(loop_.init(server_.address(), [&](dns_options &options) { options.resolv_conf = conf.path(); }), DNS_OK);
  Lookup &lookup = loop_.resolve("a", kV4);
  ASSERT_TRUE(loop_.run_until([&] { return server_.queries("a.two.test", "A") == 1; }));
  lookup.cancel();
  EXPECT_EQ(resolve("later.test").status(), DNS_OK);
  EXPECT_EQ(lookup.outcome().calls, 0);
  EXPECT_EQ(server_.queries("a.three.test", "A"), 0U);
  EXPECT_EQ(server_.queries("a", "A"), 0U);
}

TEST_F(Cases, TimeoutsLeaveNoSocketsBehind) {
  server_.silence();
  ASSERT_EQ(loop_.init(server_.address(),
                       [](dns_options &options) {
                         options.timeout_ms = 20;
                         options.tries = 2;
                         options.cache_bytes = 0;
                       }),
            DNS_OK);
  std::size_t most = 0;
  resolve("first.test");
  const std::size_t first = open_descriptors();
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(resolve(("a" + std::to_string(i) + ".test").c_str()).status(), DNS_ETIMEOUT);
    most = std::max(most, open_descriptors());
  }
  EXPECT_LE(most, first + 2);
}

TEST_F(Cases, LongestMessageByTcpCountsThoughTheConnectionEndsBehindIt) {
  // The header, the question for big.test, addresses of 16 octets each, and a record that makes it 65,535 octets.
  constexpr std::size_t kBegin = 12 + 10 + 4, kAddress = 16, kOpt = 11, kAddresses = 4000;
  constexpr std::size_t kRest = 65535 - kBegin - kAddresses * kAddress - kOpt;
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < kAddresses; ++i) {
    addresses.push_back("10.1." + std::to_string(i / 250) + '.' + std::to_string(i % 250));
  }
  std::vector<std::uint8_t> filler = {0xc0, 12, 0xff, 1, 0, 1, 0, 0, 0, 60};  // TYPE65281, class IN, 60 seconds
  filler.push_back(static_cast<std::uint8_t>((kRest - 12) >> 8));
  filler.push_back(static_cast<std::uint8_t>((kRest - 12) & 0xff));
  filler.resize(kRest);
  const Reply longest = answer(addresses).raw_records(filler);
  server_.on("big.test", "A", longest.close_tcp_after(2 + 65535));
  server_.on("cut.test", "A", longest.close_tcp_after(2 + 65534));
  ASSERT_EQ(loop_.init(server_.address()), DNS_OK);
  EXPECT_EQ(resolve("big.test").addresses().size(), kAddresses);
  EXPECT_NE(resolve("cut.test").status(), DNS_OK) << "it has every one of these octets";
}

TEST_F(Cases, HostAliasesOfTheEnvironmentAreNotRead) {
  const TempFile aliases("short other.test\n");
  server_.on("short", "A", answer({"192.0.2.1"}));
  server_.otherwise(nxdomain());
  setenv("HOSTALIASES", aliases.path(), 1);
  ASSERT_EQ(loop_.init(server_.address()), DNS_OK);
  EXPECT_THAT(resolve("short").addresses(), ElementsAre("192.0.2.1"));
  unsetenv("HOSTALIASES");
  EXPECT_EQ(server_.queries("other.test", "A"), 0U);
}

TEST_F(Cases, EachLookupStartedByACallbackHasAnAnswerOfItsOwn) {
  server_.otherwise(hashed("10.0.0.0/8"));
  ASSERT_EQ(loop_.init(server_.address()), DNS_OK);
  int left = 200;
  std::vector<std::string> seen;
  Lookup::Reaction next = [&](Lookup &lookup) {
    seen.insert(seen.end(), lookup.addresses().begin(), lookup.addresses().end());
    if (--left > 0) loop_.resolve("n" + std::to_string(left) + ".test", kV4, next);
  };
  loop_.resolve("first.test", kV4, next);
  loop_.run();
  ASSERT_EQ(seen.size(), 200U);
  EXPECT_EQ(seen[0], hashed_address("10.0.0.0/8", "first.test"));
  EXPECT_EQ(seen.back(), hashed_address("10.0.0.0/8", "n1.test"));
}

}  // namespace
}  // namespace dns_cares_test
