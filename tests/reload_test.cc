// Changes of the configuration, and forks, while lookups go on.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <string>

#include "loop.h"

namespace dns_cares_test {
namespace {

using testing::ElementsAre;
using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr Ask kV4 = {.family = AF_INET};

class Reload : public testing::Test {
 protected:
  Reload() {
    first_.on("*", "A", answer({"192.0.2.1"}));
    second_.on("*", "A", answer({"192.0.2.2"}));
    write_conf("nameserver " + first_.address() + "\n");
    EXPECT_EQ(loop_.init("",
                         [this](dns_options &options) {
                           options.servers = nullptr;
                           options.resolv_conf = conf_.path();
                           options.hosts_file = hosts_.path();
                           options.timeout_ms = 5000;
                         }),
              DNS_OK);
  }

  void write_conf(const std::string &text) { std::ofstream(conf_.path()) << text; }
  // A new file in the place of the old one.
  static void rename_over(const char *path, const std::string &text) {
    const std::string next = std::string(path) + ".next";
    std::ofstream(next) << text;
    ASSERT_EQ(std::rename(next.c_str(), path), 0);
  }
  std::vector<std::string> resolve(const std::string &name) {
    Lookup &lookup = loop_.resolve(name, kV4);
    loop_.run();
    return lookup.addresses();
  }
  // Whether new names come to give this address within the two seconds that a change may take.
  bool soon_gives(const std::string &name, const std::string &address) {
    const Stopwatch stopwatch;
    for (int i = 0; stopwatch.ms() < 2000; ++i) {
      if (resolve(name.empty() ? "n" + std::to_string(i) + ".test" : name) == std::vector{address}) return true;
      usleep(20000);
    }
    return false;
  }

  Server first_;
  Server second_;
  TempFile conf_{""};
  TempFile hosts_{"192.0.2.9 here.test\n"};
  Loop loop_;
};

TEST_F(Reload, RewrittenResolvConfIsPickedUp) {
  EXPECT_THAT(resolve("a.test"), ElementsAre("192.0.2.1"));
  write_conf("nameserver " + second_.address() + "\n");
  EXPECT_TRUE(soon_gives("", "192.0.2.2"));
}

TEST_F(Reload, EmptiedResolvConfIsPickedUpAndSoIsTheRestoredOne) {
  const std::string conf = "nameserver " + first_.address() + "\n";
  EXPECT_THAT(resolve("a.test"), ElementsAre("192.0.2.1"));
  write_conf("");  // Then this machine's own server is asked, if it has one.
  const Stopwatch stopwatch;
  std::size_t asked = 0;
  do {
    usleep(20000);
    asked = first_.queries();
    loop_.resolve("n" + std::to_string(asked) + ".test", {.family = AF_INET, .deadline_ms = 50});
    loop_.run();
  } while (first_.queries() > asked && stopwatch.ms() < 5000);
  EXPECT_EQ(first_.queries(), asked);
  write_conf(conf);
  EXPECT_TRUE(soon_gives("", "192.0.2.1"));
}

TEST_F(Reload, ResolvConfRenamedOverIsPickedUp) {
  EXPECT_THAT(resolve("a.test"), ElementsAre("192.0.2.1"));
  rename_over(conf_.path(), "nameserver " + second_.address() + "\n");
  EXPECT_TRUE(soon_gives("", "192.0.2.2"));
}

TEST_F(Reload, ChangedHostsFileIsPickedUp) {
  EXPECT_THAT(resolve("here.test"), ElementsAre("192.0.2.9"));
  rename_over(hosts_.path(), "192.0.2.10 here.test\n");
  EXPECT_TRUE(soon_gives("here.test", "192.0.2.10"));
}

TEST_F(Reload, QueriesInFlightFinishWithTheOldServers) {
  first_.on("slow.test", "A", answer({"192.0.2.1"}).after(2500ms));
  Lookup &slow = loop_.resolve("slow.test", {.family = AF_INET, .deadline_ms = 8000});
  loop_.turn();
  ASSERT_TRUE(first_.wait_for_queries(1, 5s));
  write_conf("nameserver " + second_.address() + "\noptions timeout:5\n");
  int probes = 0;
  EXPECT_TRUE(loop_.run_until([&] {
    Lookup &probe = loop_.resolve("n" + std::to_string(++probes) + ".test", kV4);
    loop_.run_until([&] { return probe.done(); });
    return second_.queries() > 0;
  }));
  EXPECT_FALSE(slow.done());
  loop_.run();
  EXPECT_THAT(slow.addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Reload, NegativeAnswersAreForgottenWithTheOldConfiguration) {
  first_.on("new.test", "A", nxdomain());
  EXPECT_THAT(resolve("new.test"), ElementsAre());
  write_conf("nameserver " + second_.address() + "\n");
  EXPECT_TRUE(soon_gives("new.test", "192.0.2.2"));
}

TEST_F(Reload, UnreadableFileLeavesEverythingAsItWas) {
  EXPECT_THAT(resolve("a.test"), ElementsAre("192.0.2.1"));
  ASSERT_EQ(unlink(conf_.path()), 0);
  ASSERT_EQ(mkdir(conf_.path(), 0700), 0);
  usleep(1100000);
  EXPECT_THAT(resolve("b.test"), ElementsAre("192.0.2.1"));
  rmdir(conf_.path());
}

// Both sides of a fork have the sockets: were they to share them, each would take replies that are the other's.
TEST(Fork, LookupsInFlightAreAskedAgainByTheChildAndEachSideHasItsOwnReplies) {
  Server server;
  server.on("*", "ANY", answer({"192.0.2.1"}).after(200ms));
  Loop loop;
  ASSERT_EQ(loop.init(server.address(), [](dns_options &options) { options.timeout_ms = 3000; }), DNS_OK);
  std::vector<Lookup *> lookups;
  for (int i = 0; i < 20; ++i) lookups.push_back(&loop.resolve("n" + std::to_string(i) + ".test", kV4));
  loop.turn();
  ASSERT_TRUE(server.wait_for_queries(20, 5s));
  const auto all_resolved = [&] {
    loop.run();
    return std::all_of(lookups.begin(), lookups.end(), [](const Lookup *lookup) { return lookup->status() == DNS_OK; });
  };
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ev_loop_fork(loop.get());
    _exit(all_resolved() ? 0 : 1);
  }
  EXPECT_TRUE(all_resolved());
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(server.queries(), 40u) << "no reply of either side was lost to the other";
}

TEST(Coalescing, TenThousandLookupsOfOneNamePutTwoQueriesOnTheWire) {
  Server server;
  server.on("a.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}).after(50ms));
  Loop loop;
  ASSERT_EQ(loop.init(server.address(), [](dns_options &options) { options.timeout_ms = 5000; }), DNS_OK);
  std::vector<Lookup *> lookups;
  for (int i = 0; i < 10000; ++i) lookups.push_back(&loop.resolve("a.test"));
  loop.run();
  for (const Lookup *lookup : lookups) ASSERT_EQ(lookup->addresses().size(), 2u);
  EXPECT_EQ(server.queries(), 2u);
}

// RFC 8305 section 3. c-ares waits for AAAA through all its tries.
TEST(EarlyAnswer, DroppedAaaaHoldsUpIPv4ForNoLongerThanTheResolutionDelay) {
  Server server;
  server.on("a.test", "A", answer({"192.0.2.1"}));
  server.on("a.test", "AAAA", drop());
  Loop loop;
  ASSERT_EQ(loop.init(server.address(), [](dns_options &options) { options.resolution_delay_ms = 50; }), DNS_OK);
  Lookup &lookup = loop.resolve("a.test");
  const Stopwatch stopwatch;
  loop.run();
  EXPECT_THAT(lookup.addresses(), ElementsAre("192.0.2.1"));
  EXPECT_GE(stopwatch.ms(), 45);
  EXPECT_LT(stopwatch.ms(), 200) << "far from a try's timeout";
}

TEST(Cache, IsFlushedAndForgetsNamesByRequest) {
  Server server;
  server.on("*", "A", answer({"192.0.2.1"}, 3600));
  Loop loop;
  ASSERT_EQ(loop.init(server.address()), DNS_OK);
  const auto queries_for = [&](const char *name) {
    const auto before = server.queries();
    loop.resolve(name, kV4);
    loop.run();
    return server.queries() - before;
  };
  EXPECT_EQ(queries_for("a.test"), 1u);
  EXPECT_EQ(queries_for("A.TEST."), 0u);
  EXPECT_EQ(queries_for("b.test"), 1u);
  dns_cache_forget(loop.get(), "A.test");
  EXPECT_EQ(queries_for("a.test"), 1u);
  EXPECT_EQ(queries_for("b.test"), 0u);
  dns_cache_flush(loop.get());
  EXPECT_EQ(queries_for("b.test"), 1u);
  dns_cache_forget(loop.get(), nullptr);
  loop.shut_down();
  dns_cache_flush(loop.get());
}

}  // namespace
}  // namespace dns_cares_test
