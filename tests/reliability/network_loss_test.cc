// The network goes away and comes back: before a lookup, while its query is out, over UDP and over TCP.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <set>
#include <string>

#include "loop.h"
#include "private_world.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr Ask kV4 = {.family = AF_INET};
// Over UDP what is lost is asked again. In a connection the kernel sends it again, at first after some 200 ms.
constexpr unsigned kUdpTimeoutMs = 100;
constexpr unsigned kTcpTimeoutMs = 800;
constexpr unsigned kDeadlineMs = 1000;
constexpr double kLateMs = kDeadlineMs + 1000;  // on a busy machine

// A lookup that no server could be asked for, or from which nothing came back.
const std::set<int> kUnreached = {DNS_ECONNREFUSED, DNS_ETIMEOUT};

std::optional<PrivateWorld> world;

struct Transport {
  const char *name;
  const char *address;  // of the server
  bool tcp;
};

void PrintTo(const Transport &transport, std::ostream *out) { *out << transport.name; }

class NetworkLoss : public testing::TestWithParam<Transport> {
 protected:
  NetworkLoss() : server_({.address = GetParam().address}) {
    server_.on("*", "A", answer({"192.0.2.1"}));
    server_.on("slow.test", "A", answer({"192.0.2.2"}).after(50ms));
    const int status = loop_.init(server_.address(), [](dns_options &options) {
      options.timeout_ms = GetParam().tcp ? kTcpTimeoutMs : kUdpTimeoutMs;
      options.tries = 3;
      options.deadline_ms = kDeadlineMs;
      options.tcp = GetParam().tcp ? 1 : 0;
    });
    EXPECT_EQ(status, DNS_OK);
  }
  ~NetworkLoss() override { world->bring_loopback_up(); }

  Lookup &resolve(const std::string &name) {
    const Stopwatch stopwatch;
    Lookup &lookup = loop_.resolve(name, kV4);
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1) << name;
    EXPECT_LT(stopwatch.ms(), kLateMs) << name;
    return lookup;
  }
  void wait_for_queries(std::uint64_t count) {
    ASSERT_TRUE(loop_.run_until([&] { return server_.queries() >= count; }));
  }

  Server server_;
  Loop loop_;
};

TEST_P(NetworkLoss, BeforeALookupIsToldAndTheNextOneWorksWhenItIsBack) {
  world->take_loopback_down();
  EXPECT_EQ(kUnreached.count(resolve("a.test").status()), 1U);
  EXPECT_EQ(kUnreached.count(resolve("b.test").status()), 1U);
  world->bring_loopback_up();
  EXPECT_EQ(resolve("a.test").status(), DNS_OK) << "nothing of it was kept";
}

TEST_P(NetworkLoss, AfterALookupIsToldAndTheNextOneWorksWhenItIsBack) {
  EXPECT_EQ(resolve("a.test").status(), DNS_OK);
  world->take_loopback_down();
  EXPECT_EQ(kUnreached.count(resolve("b.test").status()), 1U);
  EXPECT_EQ(resolve("a.test").status(), DNS_OK) << "from the cache";
  world->bring_loopback_up();
  EXPECT_EQ(resolve("b.test").status(), DNS_OK);
}

TEST_P(NetworkLoss, WithAQueryOutEndsTheLookupByItsDeadline) {
  const Stopwatch stopwatch;
  Lookup &lookup = loop_.resolve("slow.test", kV4);
  wait_for_queries(1);
  world->take_loopback_down();
  loop_.run();
  EXPECT_EQ(lookup.outcome().calls, 1);
  EXPECT_EQ(kUnreached.count(lookup.status()), 1U) << dns_strerror(lookup.status());
  EXPECT_LT(stopwatch.ms(), kLateMs);
  world->bring_loopback_up();
  EXPECT_EQ(resolve("next.test").status(), DNS_OK);
}

TEST_P(NetworkLoss, ThatIsShortLosesNoLookup) {
  Lookup &lookup = loop_.resolve("slow.test", kV4);
  wait_for_queries(1);
  world->take_loopback_down();
  loop_.run_until([stopwatch = Stopwatch()] { return stopwatch.ms() > 60; });
  world->bring_loopback_up();
  loop_.run();
  EXPECT_EQ(lookup.outcome().calls, 1);
  EXPECT_EQ(lookup.status(), DNS_OK);
}

TEST_P(NetworkLoss, ManyTimesOverLeavesNothingWaiting) {
  for (int i = 0; i < 20; ++i) {
    Lookup &lookup = loop_.resolve("slow.test", kV4);
    loop_.turn();
    world->take_loopback_down();
    loop_.turn();
    world->bring_loopback_up();
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1) << i;
  }
  EXPECT_EQ(resolve("next.test").status(), DNS_OK);
}

std::string transport_name(const testing::TestParamInfo<Transport> &info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(EveryTransport, NetworkLoss,
                         testing::Values(Transport{"Udp", "127.0.0.1", false}, Transport{"UdpOverIPv6", "::1", false},
                                         Transport{"Tcp", "127.0.0.1", true}),
                         transport_name);

}  // namespace
}  // namespace dns_cares_test

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  dns_cares_test::world.emplace();
  const int status = RUN_ALL_TESTS();
  dns_cares_test::world.reset();
  return status;
}
