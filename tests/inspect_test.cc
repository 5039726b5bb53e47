// What the library tells of its work: counters, where a result came from, the trace.
#include <dns_cares/inspect.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string word(const char *text) { return text != nullptr ? text : "-"; }

// A result's info as its callback got it, with the texts kept.
struct Info {
  int returned = -1;
  dns_result_info info{};
  std::string server, name, extended_text;
};

class Inspect : public testing::Test {
 protected:
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(), change), DNS_OK);
  }
  dns_stats stats() {
    dns_stats stats{};
    stats.size = sizeof stats;
    EXPECT_EQ(dns_get_stats(loop_.get(), &stats), DNS_OK);
    return stats;
  }
  Info info() {
    Info result;
    result.info.size = sizeof result.info;
    result.returned = dns_get_result_info(loop_.get(), &result.info);
    result.server = word(result.info.server);
    result.name = word(result.info.name);
    result.extended_text = word(result.info.extended_text);
    return result;
  }
  // Looks the name up and asks where the result came from.
  Info resolve(const char *name, const Ask &ask = {}) {
    Info result;
    loop_.resolve(name, ask, [&](Lookup &) { result = info(); });
    loop_.run();
    EXPECT_EQ(result.returned, DNS_OK);
    return result;
  }
  void trace() {
    ASSERT_EQ(dns_set_trace(
                  loop_.get(),
                  [](const dns_trace_event *event, void *self) { static_cast<Inspect *>(self)->note(*event); }, this),
              DNS_OK);
  }
  void note(const dns_trace_event &event) {
    EXPECT_EQ(event.size, sizeof event);
    events_.push_back(event);
    steps_.push_back(text_of(event));
  }
  std::string text_of(const dns_trace_event &event) const {
    const std::string rrset = word(event.name) + (event.type == 28 ? " AAAA" : event.type == 1 ? " A" : "");
    const std::string status = std::string(" ") + dns_strerror(event.status);
    const std::string server = " " + (word(event.server) == server_.address() ? "server" : word(event.server));
    switch (event.step) {
      case DNS_TRACE_START:
        return "start " + rrset;
      case DNS_TRACE_CACHE:
        return "cache " + rrset + status + " " + dns_source_name(event.source);
      case DNS_TRACE_JOIN:
        return "join " + rrset;
      case DNS_TRACE_SEND:
        return "send " + rrset + server + " " + std::to_string(event.attempt);
      case DNS_TRACE_TRUNCATED:
        return "truncated " + rrset + server;
      case DNS_TRACE_ANSWER:
        return "answer " + rrset + status + server;
      case DNS_TRACE_NO_ADDRESS:
        return "no address " + rrset + status;
      case DNS_TRACE_END:
        return "end " + rrset + status + " " + dns_source_name(event.source);
      default:
        return "unknown step";
    }
  }

  Server server_;
  Loop loop_;
  std::vector<dns_trace_event> events_;
  std::vector<std::string> steps_;
};

// --- Where a result came from ---

TEST_F(Inspect, ResultOfAServerSaysWhoseItIsAndHowItCame) {
  server_.on("a.test", "A", answer({"192.0.2.1"}, 77).after(20ms));
  init();
  const Info got = resolve("a.test", {.family = AF_INET});
  EXPECT_EQ(got.info.source, DNS_SOURCE_SERVER);
  EXPECT_EQ(got.info.status, DNS_OK);
  EXPECT_EQ(got.server, server_.address());
  EXPECT_EQ(got.name, "a.test");
  EXPECT_EQ(got.info.ttl_s, 77u);
  EXPECT_EQ(got.info.queries, 1u);
  EXPECT_GE(got.info.round_trip, 0.019);
  EXPECT_GE(got.info.seconds, got.info.round_trip);
  EXPECT_LT(got.info.seconds, 10);
  EXPECT_EQ(got.info.extended_error, -1);
}

TEST_F(Inspect, BothRRsetsCountAndTheSmallerTtlIsTheResults) {
  server_.on("a.test", "A", answer({"192.0.2.1"}, 77));
  server_.on("a.test", "AAAA", answer({"2001:db8::1"}, 55));
  init();
  const Info got = resolve("a.test");
  EXPECT_EQ(got.info.ttl_s, 55u);
  EXPECT_EQ(got.info.queries, 2u);
}

TEST_F(Inspect, FurtherTriesCountAsQueries) {
  server_.on("a.test", "A", {drop(), answer({"192.0.2.1"})});
  init();
  const Info got = resolve("a.test", {.family = AF_INET});
  EXPECT_EQ(got.info.queries, 2u);
  EXPECT_LT(got.info.round_trip, got.info.seconds - 0.2);  // from the second try on
  EXPECT_EQ(stats().queries, 1u);
  EXPECT_EQ(stats().retries, 1u);
}

TEST_F(Inspect, ResultOfTheCacheHasItsTtlLeftAndNoServer) {
  server_.on("a.test", "A", answer({"192.0.2.1"}, 77));
  init();
  resolve("a.test", {.family = AF_INET});
  const Info got = resolve("a.test", {.family = AF_INET});
  EXPECT_EQ(got.info.source, DNS_SOURCE_CACHE);
  EXPECT_GT(got.info.ttl_s, 70u);
  EXPECT_LE(got.info.ttl_s, 77u);
  EXPECT_EQ(got.server, "-");
  EXPECT_EQ(got.name, "a.test");
  EXPECT_EQ(got.info.queries, 0u);
  EXPECT_EQ(got.info.round_trip, 0);
}

TEST_F(Inspect, LocalResultsAndErrorsOfTheArgumentsComeFromNoServer) {
  const TempFile hosts("192.0.2.7 h.test\n");
  init([&](dns_options &options) { options.hosts_file = hosts.path(); });
  EXPECT_EQ(resolve("192.0.2.1").info.source, DNS_SOURCE_LOCAL);
  EXPECT_EQ(resolve("localhost").info.source, DNS_SOURCE_LOCAL);
  EXPECT_EQ(resolve(nullptr, {.service = "80"}).info.source, DNS_SOURCE_LOCAL);
  EXPECT_EQ(resolve("h.test").info.source, DNS_SOURCE_HOSTS);
  EXPECT_EQ(resolve("a..test").info.source, DNS_SOURCE_NONE);
  EXPECT_EQ(resolve("x.invalid").info.source, DNS_SOURCE_NONE);
  EXPECT_EQ(resolve("x.invalid").name, "-");
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Inspect, NameOfTheResultIsTheCandidateThatGaveIt) {
  const TempFile resolv_conf("search one.test two.test\n");
  server_.on("a.one.test", "A", nxdomain());
  server_.on("a.two.test", "A", answer({"192.0.2.1"}));
  init([&](dns_options &options) { options.resolv_conf = resolv_conf.path(); });
  const Info got = resolve("a", {.family = AF_INET});
  EXPECT_EQ(got.name, "a.two.test");
  EXPECT_EQ(got.info.queries, 2u);
}

// RFC 2308 section 5.
TEST_F(Inspect, NegativeResultHasTheTtlOfItsSoa) {
  server_.on("a.test", "A", nxdomain(33));
  init();
  EXPECT_EQ(resolve("a.test", {.family = AF_INET}).info.ttl_s, 33u);
}

// RFC 8914 section 2, where it matters most: c-ares does not pass such a reply on.
TEST_F(Inspect, ExtendedErrorOfAServerThatFailsIsKept) {
  server_.on("a.test", "A", servfail().extended_error(22, "all of them are down"));
  init();
  const Info got = resolve("a.test", {.family = AF_INET});
  EXPECT_EQ(got.info.status, DNS_ESERVFAIL);
  EXPECT_EQ(got.info.extended_error, 22);
  EXPECT_EQ(got.extended_text, "all of them are down");
  EXPECT_EQ(got.server, server_.address());
}

TEST_F(Inspect, ExtendedErrorBesideAnAnswerIsKept) {
  server_.on("a.test", "A", answer({"192.0.2.1"}).extended_error(3));
  init();
  const Info got = resolve("a.test", {.family = AF_INET});
  EXPECT_EQ(got.info.status, DNS_OK);
  EXPECT_EQ(got.info.extended_error, 3);
  EXPECT_EQ(got.extended_text, "-");
}

TEST_F(Inspect, ResultOfTheDeadlineComesFromNowhere) {
  server_.on("a.test", "A", drop());
  init();
  const Info got = resolve("a.test", {.family = AF_INET, .deadline_ms = 50});
  EXPECT_EQ(got.info.status, DNS_ETIMEOUT);
  EXPECT_EQ(got.info.source, DNS_SOURCE_NONE);
  EXPECT_EQ(got.server, "-");
}

TEST_F(Inspect, InfoIsThereOnlyWithinACallback) {
  init();
  EXPECT_EQ(info().returned, DNS_ESYSTEM);
  resolve("192.0.2.1");
  EXPECT_EQ(info().returned, DNS_ESYSTEM);
  EXPECT_EQ(dns_get_result_info(loop_.get(), nullptr), DNS_EBADFLAGS);
  dns_result_info without_size{};
  EXPECT_EQ(dns_get_result_info(loop_.get(), &without_size), DNS_EBADFLAGS);
}

TEST_F(Inspect, InfoIsOfTheInnermostCallback) {
  server_.on("a.test", "A", answer({"192.0.2.1"}, 77));
  init();
  std::vector<int> sources;
  const char *outer_name = nullptr;
  loop_.resolve("a.test", {.family = AF_INET}, [&](Lookup &) {
    dns_result_info outer{};
    outer.size = sizeof outer;
    dns_get_result_info(loop_.get(), &outer);
    outer_name = outer.name;
    loop_.resolve("192.0.2.9", {}, [&](Lookup &) { sources.push_back(info().info.source); });
    EXPECT_TRUE(loop_.run_until([&] { return !sources.empty(); }));
    sources.push_back(info().info.source);
    EXPECT_STREQ(outer_name, "a.test");
  });
  loop_.run();
  EXPECT_THAT(sources, ElementsAre(DNS_SOURCE_LOCAL, DNS_SOURCE_SERVER));
}

TEST_F(Inspect, InfoIsThereWhileTheContextEnds) {
  server_.on("a.test", "A", drop());
  init();
  Info got;
  loop_.resolve("a.test", {}, [&](Lookup &) { got = info(); });
  loop_.turn();
  loop_.shut_down();
  // The context is no longer the loop's by then.
  EXPECT_EQ(got.returned, DNS_ESYSTEM);
}

// --- Counters ---

TEST_F(Inspect, LookupsAreCountedByStatusAndSource) {
  server_.on("a.test", "A", answer({"192.0.2.1"}));
  server_.on("none.test", "A", nxdomain());
  init();
  resolve("a.test", {.family = AF_INET});
  resolve("a.test", {.family = AF_INET});
  resolve("none.test", {.family = AF_INET});
  resolve("192.0.2.1");
  loop_.resolve("b.test").cancel();
  const dns_stats got = stats();
  EXPECT_EQ(got.lookups, 5u);
  EXPECT_EQ(got.cancelled, 1u);
  EXPECT_EQ(got.ended[DNS_OK], 3u);
  EXPECT_EQ(got.ended[DNS_ENOTFOUND], 1u);
  EXPECT_EQ(got.sources[DNS_SOURCE_SERVER], 2u);
  EXPECT_EQ(got.sources[DNS_SOURCE_CACHE], 1u);
  EXPECT_EQ(got.sources[DNS_SOURCE_LOCAL], 1u);
  EXPECT_EQ(got.queries, 2u);
  EXPECT_EQ(got.cache_hits, 1u);
  EXPECT_EQ(got.cache_misses, 2u);
  EXPECT_EQ(got.cache_entries, 2u);
  EXPECT_GT(got.cache_bytes, 0u);
  EXPECT_EQ(std::accumulate(std::begin(got.latencies), std::end(got.latencies), std::uint64_t{0}), 4u);
}

TEST_F(Inspect, WhatIsOnItsWayIsCounted) {
  server_.on("a.test", "A", drop());
  server_.on("a.test", "AAAA", drop());
  init();
  loop_.resolve("a.test");
  loop_.resolve("a.test");
  loop_.turn();
  dns_stats got = stats();
  EXPECT_EQ(got.outstanding, 2u);
  EXPECT_EQ(got.in_flight, 2u);
  EXPECT_EQ(got.coalesced, 2u);
  loop_.run();
  got = stats();
  EXPECT_EQ(got.outstanding, 0u);
  EXPECT_EQ(got.in_flight, 0u);
  EXPECT_EQ(got.timeouts, 2u);
  EXPECT_EQ(got.ended[DNS_ETIMEOUT], 2u);
}

TEST_F(Inspect, TruncatedAnswersAreCounted) {
  server_.on("a.test", "A", answer({"192.0.2.1"}).truncated());
  init();
  EXPECT_EQ(resolve("a.test", {.family = AF_INET}).info.queries, 2u);
  EXPECT_EQ(stats().truncations, 1u);
}

TEST_F(Inspect, LatencyIsCountedInItsPowerOfTwoOfMicroseconds) {
  server_.on("a.test", "A", answer({"192.0.2.1"}).after(40ms));
  init();
  const double seconds = resolve("a.test", {.family = AF_INET}).info.seconds;
  const dns_stats got = stats();
  const auto *const counted = std::find(std::begin(got.latencies), std::end(got.latencies), 1u);
  ASSERT_NE(counted, std::end(got.latencies));
  const auto n = counted - std::begin(got.latencies);
  EXPECT_GE(n, 16);  // more than 2^15 = 32,768 microseconds
  EXPECT_LE(std::size_t{1} << (n - 1), static_cast<std::size_t>(seconds * 1e6));
}

TEST_F(Inspect, StatsOfALoopWithoutAContextAreZero) {
  dns_stats got{};
  std::memset(&got, 0xff, sizeof got);
  got.size = sizeof got;
  EXPECT_EQ(dns_get_stats(loop_.get(), &got), DNS_OK);
  EXPECT_EQ(got.size, sizeof got);
  EXPECT_EQ(got.lookups, 0u);
  EXPECT_EQ(got.cache_bytes, 0u);
  EXPECT_EQ(dns_get_stats(loop_.get(), nullptr), DNS_EBADFLAGS);
}

// A program that was built with an older, shorter struct.
TEST_F(Inspect, NoMoreIsWrittenThanTheProgramHas) {
  init();
  resolve("192.0.2.1");
  dns_stats got{};
  std::memset(&got, 0xff, sizeof got);
  got.size = offsetof(dns_stats, ended);
  EXPECT_EQ(dns_get_stats(loop_.get(), &got), DNS_OK);
  EXPECT_EQ(got.lookups, 1u);
  EXPECT_EQ(got.ended[DNS_OK], ~std::uint64_t{0});
}

TEST(Versions, OfAllThatIsInUseAreTold) {
  dns_versions versions{};
  versions.size = sizeof versions;
  ASSERT_EQ(dns_get_versions(&versions), DNS_OK);
  for (const char *version : {versions.dns_cares, versions.cares, versions.libev}) {
    EXPECT_THAT(version, testing::ContainsRegex("^[0-9]+\\.[0-9]+"));
  }
  EXPECT_EQ(dns_get_versions(nullptr), DNS_EBADFLAGS);
  versions.size = 0;
  EXPECT_EQ(dns_get_versions(&versions), DNS_EBADFLAGS);
}

// --- The trace ---

TEST_F(Inspect, TraceTellsEachStepOfALookup) {
  server_.on("a.test", "A", answer({"192.0.2.1"}));
  init();
  trace();
  resolve("a.test", {.family = AF_INET});
  EXPECT_THAT(steps_, ElementsAre("start a.test", "send a.test A server 1", "answer a.test A success server",
                                  "end a.test success server"));
  steps_.clear();
  resolve("a.test", {.family = AF_INET});
  EXPECT_THAT(steps_, ElementsAre("start a.test", "cache a.test A success cache", "end a.test success cache"));
}

TEST_F(Inspect, TraceTellsOfFurtherTriesAndTcp) {
  server_.on("a.test", "A", {drop(), answer({"192.0.2.1"}).truncated(), answer({"192.0.2.1"})});
  init();
  trace();
  resolve("a.test", {.family = AF_INET});
  EXPECT_THAT(steps_, ElementsAre("start a.test", "send a.test A server 1", "send a.test A server 2",
                                  "truncated a.test A server", "send a.test A - 0", "answer a.test A success server",
                                  "end a.test success server"));
}

TEST_F(Inspect, TraceTellsOfTheSearchAndOfErrors) {
  const TempFile resolv_conf("search one.test\n");
  server_.on("a.one.test", "A", servfail().extended_error(23, "lame"));
  server_.on("a", "A", nxdomain());
  init([&](dns_options &options) { options.resolv_conf = resolv_conf.path(); });
  trace();
  resolve("a", {.family = AF_INET});
  ASSERT_GE(steps_.size(), 4u);
  EXPECT_EQ(steps_.front(), "start a");
  EXPECT_THAT(steps_, testing::Contains("answer a.one.test A server failure server"));
  EXPECT_THAT(steps_, testing::Contains("no address a.one.test server failure"));
  EXPECT_THAT(steps_, testing::Contains("answer a A name not found server"));
  EXPECT_THAT(steps_, testing::Contains("no address a name not found"));
  const auto of_error = std::find_if(events_.begin(), events_.end(),
                                     [](const dns_trace_event &event) { return event.extended_error == 23; });
  ASSERT_NE(of_error, events_.end());
  EXPECT_EQ(of_error->step, DNS_TRACE_ANSWER);
}

TEST_F(Inspect, StepsOfOneLookupShareItsMark) {
  server_.on("a.test", "A", answer({"192.0.2.1"}).after(20ms));
  init();
  trace();
  loop_.resolve("a.test", {.family = AF_INET});
  loop_.resolve("a.test", {.family = AF_INET});
  loop_.run();
  EXPECT_THAT(steps_, testing::Contains("join a.test A"));
  ASSERT_EQ(events_.front().step, DNS_TRACE_START);
  ASSERT_EQ(events_.back().step, DNS_TRACE_END);
  EXPECT_NE(events_.front().lookup, events_.back().lookup);
  EXPECT_EQ(std::count_if(events_.begin(), events_.end(),
                          [&](const dns_trace_event &event) { return event.lookup == events_.front().lookup; }),
            2);
}

TEST_F(Inspect, TraceEndsWhenItIsTakenOff) {
  init();
  trace();
  ASSERT_EQ(dns_set_trace(loop_.get(), nullptr, nullptr), DNS_OK);
  resolve("192.0.2.1");
  EXPECT_THAT(steps_, ElementsAre());
}

TEST(SourceName, EachSourceHasOne) {
  for (int source = DNS_SOURCE_NONE; source <= DNS_SOURCE_SERVER; ++source) {
    EXPECT_STRNE(dns_source_name(source), "unknown") << source;
  }
  EXPECT_STREQ(dns_source_name(DNS_SOURCE_SERVER + 1), "unknown");
  EXPECT_STREQ(dns_source_name(-1), "unknown");
}

}  // namespace
}  // namespace dns_cares_test
