// Contexts, loops and their ends.
#include <dns_cares/dns_cares.h>
#include <dns_cares/evloop.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>
#include <cstring>
#include <string>

#include "failing_new.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using testing::ElementsAre;

TEST(Init, FillsInTheDocumentedDefaults) {
  dns_options options;
  std::memset(&options, 0xff, sizeof options);
  dns_options_init(&options);
  EXPECT_EQ(options.size, sizeof options);
  EXPECT_EQ(options.servers, nullptr);
  EXPECT_EQ(options.resolv_conf, nullptr);
  EXPECT_EQ(options.hosts_file, nullptr);
  EXPECT_EQ(options.timeout_ms, 2000u);
  EXPECT_EQ(options.tries, 3u);
  EXPECT_EQ(options.deadline_ms, 10000u);
  EXPECT_EQ(options.resolution_delay_ms, 50u);
  EXPECT_EQ(options.max_inflight, 0u);
  EXPECT_EQ(options.cache_bytes, 4u << 20);
  EXPECT_EQ(options.max_ttl_s, 86400u);
  EXPECT_EQ(options.max_negative_ttl_s, 900u);
  EXPECT_EQ(options.max_stale_s, 0u);
  dns_options_init(nullptr);
}

TEST(Init, SecondCallOnALiveContextIsAnError) {
  Loop loop;
  EXPECT_EQ(loop.init("127.0.0.1"), DNS_OK);
  EXPECT_EQ(loop.init("127.0.0.1"), DNS_ESYSTEM);
  loop.shut_down();
  EXPECT_EQ(loop.init("127.0.0.1"), DNS_OK);
}

TEST(Init, IsTooLateAfterTheFirstLookup) {
  Loop loop;
  Lookup &lookup = loop.resolve("127.0.0.1");
  EXPECT_EQ(loop.init("127.0.0.1"), DNS_ESYSTEM);
  loop.run();
  EXPECT_EQ(lookup.status(), DNS_OK);
}

TEST(Init, BadServersAreRefused) {
  Loop loop;
  for (const char *servers : {"", " , ", "nonsense", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "[::1", "::1]:53",
                              "127.0.0.1,,nonsense", "127.0.0.1 300.1.1.1"}) {
    EXPECT_EQ(loop.init(servers), DNS_EBADNAME) << servers;
  }
  EXPECT_EQ(loop.init("127.0.0.1:5353,[::1]:53 192.0.2.1 ::1"), DNS_OK);
}

TEST(Init, FileThatIsNamedAndCannotBeReadIsAnError) {
  Loop loop;
  EXPECT_EQ(loop.init("127.0.0.1", [](dns_options &options) { options.hosts_file = "/"; }), DNS_ESYSTEM);
  EXPECT_EQ(loop.init("127.0.0.1", [](dns_options &options) { options.resolv_conf = "/"; }), DNS_ESYSTEM);
  EXPECT_EQ(loop.init("127.0.0.1", [](dns_options &options) { options.hosts_file = "/nonexistent/hosts"; }), DNS_OK);
}

TEST(Init, StructOfAnotherVersionIsUnderstoodOrRefused) {
  struct {
    dns_options known;
    char later[16];
  } newer{};
  dns_options_init(&newer.known);
  newer.known.hosts_file = "";
  newer.known.size = sizeof newer;
  Loop loop;
  EXPECT_EQ(dns_init(loop.get(), &newer.known), DNS_OK) << "options it does not know are not set";
  loop.shut_down();
  newer.later[3] = 1;
  EXPECT_EQ(dns_init(loop.get(), &newer.known), DNS_EBADFLAGS);
  newer.known.size = 4;
  EXPECT_EQ(dns_init(loop.get(), &newer.known), DNS_EBADFLAGS);
}

TEST(Init, WithoutMemoryLeavesNoContextBehind) {
  Loop loop;
  int status = DNS_ENOMEM;
  for (std::size_t spared = 0; status == DNS_ENOMEM && spared < 2000; ++spared) {
    const FailingNew failing(spared);
    dns_options options;
    dns_options_init(&options);
    options.servers = "127.0.0.1";
    status = dns_init(loop.get(), &options);
  }
  EXPECT_EQ(status, DNS_OK) << "once the memory suffices";
}

TEST(LoopEnd, RunReturnsWhenNothingIsOutstanding) {
  Server server;
  server.on("a.test", "ANY", answer({"192.0.2.1"}));
  Loop loop;
  ASSERT_EQ(loop.init(server.address()), DNS_OK);
  const Stopwatch idle;
  loop.run();
  EXPECT_LT(idle.ms(), 1000) << "an idle context keeps nothing alive";
  loop.resolve("a.test");
  const Stopwatch busy;
  loop.run();
  EXPECT_LT(busy.ms(), 1000) << "nor does one whose lookups have ended";
}

TEST(LoopEnd, QueryOfACancelledLookupDoesNotKeepTheLoop) {
  Server server;
  server.silence();
  Loop loop;
  ASSERT_EQ(loop.init(server.address(), [](dns_options &options) { options.timeout_ms = 30000; }), DNS_OK);
  Lookup &lookup = loop.resolve("a.test", {.deadline_ms = 60000});
  loop.turn();
  ASSERT_TRUE(server.wait_for_queries(2, std::chrono::seconds(5)));
  lookup.cancel();
  const Stopwatch stopwatch;
  loop.run();
  EXPECT_LT(stopwatch.ms(), 1000);
}

TEST(LoopEnd, OtherWatchersKeepTheirLoop) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  loop.resolve("192.0.2.1");
  int fired = 0;
  evloop_timer *timer = evloop_timer_start(
      loop.get(), 0.05, 0, [](void *arg) { ++*static_cast<int *>(arg); }, &fired);
  loop.run();
  EXPECT_EQ(fired, 1) << "the loop's count of active watchers is right";
  evloop_timer_stop(timer);
}

TEST(LoopEnd, DestroyedLoopWithoutShutdownLeaksNothing) {
  Server server;
  server.silence();
  for (int i = 0; i < 3; ++i) {
    Loop loop;
    ASSERT_EQ(loop.init(server.address()), DNS_OK);
    std::vector<Lookup *> lookups;
    for (int n = 0; n < 100; ++n) lookups.push_back(&loop.resolve("n" + std::to_string(n) + ".test"));
    loop.turn();
    loop.destroy();
    for (const Lookup *lookup : lookups) EXPECT_EQ(lookup->status(), DNS_ESHUTDOWN);
  }
}

TEST(LoopEnd, LookupStartedWhileTheLoopIsDestroyedIsToldSoToo) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  Lookup *late = nullptr;
  loop.resolve("192.0.2.1", {}, [&](Lookup &) { late = &loop.resolve("192.0.2.2"); });
  loop.destroy();
  ASSERT_NE(late, nullptr);
  EXPECT_EQ(late->outcome().calls, 1);
  EXPECT_EQ(late->status(), DNS_ESHUTDOWN);
}

TEST(Shutdown, WithoutAContextDoesNothing) {
  Loop loop;
  loop.shut_down();
  loop.shut_down();
}

TEST(Shutdown, CallsBackInTheOrderOfStarting) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) loop.resolve("192.0.2.1", {}, [&order, i](Lookup &) { order.push_back(i); });
  loop.shut_down();
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(Shutdown, LookupStartedByItsCallbacksHasANewContext) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  Lookup *again = nullptr;
  loop.resolve("192.0.2.1", {}, [&](Lookup &self) {
    EXPECT_EQ(self.status(), DNS_ESHUTDOWN);
    again = &loop.resolve("192.0.2.2");
  });
  loop.shut_down();
  ASSERT_NE(again, nullptr);
  EXPECT_EQ(again->outcome().calls, 0);
  loop.run();
  EXPECT_EQ(again->status(), DNS_OK);
}

TEST(Shutdown, NestedInItsOwnCallbacksIsFine) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  std::vector<Lookup *> lookups;
  for (int i = 0; i < 4; ++i) lookups.push_back(&loop.resolve("192.0.2.1", {}, [&](Lookup &) { loop.shut_down(); }));
  loop.shut_down();
  for (const Lookup *lookup : lookups) EXPECT_EQ(lookup->outcome().calls, 1);
}

TEST(Shutdown, CancelFromItsCallbacksIsFinal) {
  Loop loop;
  ASSERT_EQ(loop.init("127.0.0.1"), DNS_OK);
  Lookup *second = nullptr;
  loop.resolve("192.0.2.1", {}, [&](Lookup &) { second->cancel(); });
  second = &loop.resolve("192.0.2.2");
  loop.shut_down();
  EXPECT_EQ(second->outcome().calls, 0);
}

TEST(Deadline, HoldsForEachLookupOnItsOwn) {
  Server server;
  server.silence();
  Loop loop;
  ASSERT_EQ(loop.init(server.address(),
                      [](dns_options &options) {
                        options.timeout_ms = 10000;
                        options.deadline_ms = 300;
                      }),
            DNS_OK);
  const Stopwatch stopwatch;
  double late_ms = 0;
  double soon_ms = 0;
  loop.resolve("late.test", {}, [&](Lookup &) { late_ms = stopwatch.ms(); });
  loop.resolve("soon.test", {.deadline_ms = 60}, [&](Lookup &) { soon_ms = stopwatch.ms(); });
  loop.run();
  EXPECT_GE(soon_ms, 58);
  EXPECT_LT(soon_ms, 200);
  EXPECT_GE(late_ms, 298);
  EXPECT_LT(late_ms, 500);
}

TEST(Deadline, CoversTheSearchListAndRetriesTogether) {
  const TempFile conf("search a.test b.test c.test d.test e.test\n");
  Server server;
  server.otherwise(nxdomain().after(std::chrono::milliseconds(40)));
  Loop loop;
  ASSERT_EQ(loop.init(server.address(), [&](dns_options &options) { options.resolv_conf = conf.path(); }), DNS_OK);
  const Stopwatch stopwatch;
  Lookup &lookup = loop.resolve("host", {.deadline_ms = 100});
  loop.run();
  EXPECT_EQ(lookup.status(), DNS_ETIMEOUT);
  EXPECT_LT(stopwatch.ms(), 400);
}

TEST(Deadline, DeliversTheFamilyThatIsThere) {
  Server server;
  server.on("a.test", "A", answer({"192.0.2.1"}));
  server.on("a.test", "AAAA", drop());
  Loop loop;
  ASSERT_EQ(loop.init(server.address()), DNS_OK);
  Lookup &lookup = loop.resolve("a.test", {.deadline_ms = 100});
  loop.run();
  EXPECT_THAT(lookup.addresses(), ElementsAre("192.0.2.1"));
}

TEST(Deadline, OverdueWhileTheLoopWasBusyAnAnswerThatIsThereCounts) {
  Server server;
  server.on("a.test", "A", answer({"192.0.2.1"}));
  Loop loop;
  ASSERT_EQ(loop.init(server.address()), DNS_OK);
  Lookup &lookup = loop.resolve("a.test", {.family = AF_INET, .deadline_ms = 50});
  loop.turn();
  ASSERT_TRUE(server.wait_for_queries(1, std::chrono::seconds(5)));
  const Stopwatch busy;  // A callback of the program's that holds the loop past the deadline.
  while (busy.ms() < 100) continue;
  loop.run();
  EXPECT_EQ(lookup.status(), DNS_OK);
}

TEST(NoMemory, EveryLookupIsCalledBackWhateverAllocationFails) {
  Server server;
  server.on("a.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
  bool failed = true;
  for (std::size_t spared = 0; failed && spared < 1000; ++spared) {
    Loop loop;
    ASSERT_EQ(loop.init(server.address(), [](dns_options &options) { options.deadline_ms = 3000; }), DNS_OK);
    int calls = 0;
    const auto on_result = [](int status, const addrinfo *ai, void *arg) {
      ++*static_cast<int *>(arg);
      EXPECT_TRUE(status == DNS_OK || status == DNS_ENOMEM) << dns_strerror(status);
      EXPECT_EQ(ai != nullptr, status == DNS_OK);
    };
    {
      const FailingNew failing(spared);
      dns_resolve_async(loop.get(), "a.test", "http", AF_UNSPEC, 0, 0, on_result, &calls);
      EXPECT_EQ(calls, 0);
      loop.run();
      failed = failing.failed();
    }
    loop.run();
    EXPECT_EQ(calls, 1) << spared;
  }
  EXPECT_FALSE(failed) << "at last all allocations have succeeded";
}

TEST(NoMemory, ReserveIsGivenBack) {
  Loop loop;
  for (int round = 0; round < 10; ++round) {
    std::vector<Lookup *> lookups;
    for (int i = 0; i < 200; ++i) lookups.push_back(&loop.resolve_async_without_memory(kLongerThanAnyBlockKept));
    loop.run();
    for (const Lookup *lookup : lookups) {
      EXPECT_EQ(lookup->status(), DNS_ENOMEM);
      EXPECT_FALSE(lookup->outcome().before_start_returned);
    }
  }
}

TEST(DefaultLoop, IsMeantByNull) {
  int calls = 0;
  const auto on_result = [](int status, const addrinfo *, void *arg) {
    EXPECT_EQ(status, DNS_OK);
    ++*static_cast<int *>(arg);
  };
  dns_resolve_async(nullptr, "192.0.2.1", nullptr, AF_UNSPEC, 0, 0, on_result, &calls);
  dns_resolve_async(evloop_get_default(), "192.0.2.1", nullptr, AF_UNSPEC, 0, 0, on_result, &calls);
  evloop_run(nullptr);
  EXPECT_EQ(calls, 2);
  dns_shutdown(nullptr);
}

}  // namespace
}  // namespace dns_cares_test
