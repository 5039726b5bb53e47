// From the name of a service to its endpoints: dns_resolve_service().
#include <dns_cares/service.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr const char *kService = "_sip._tcp.example.test";

// A search for a service, and its callback as the test saw it.
struct Search {
  int calls = 0;
  int status = -1;
  std::vector<std::string> endpoints;  // "host:port address address", or the status for addresses
  std::vector<unsigned> priorities;
  bool started = false;
  dns_service_search *handle = nullptr;
  std::function<void(Search &)> reaction;

  void cancel() const { dns_resolve_service_cancel(handle); }
};

std::string text_of(const dns_endpoint &endpoint) {
  std::string text = endpoint.host + (':' + std::to_string(endpoint.port));
  EXPECT_EQ(endpoint.addresses != nullptr, endpoint.status == DNS_OK);
  if (endpoint.status != DNS_OK) return text + ' ' + dns_strerror(endpoint.status);
  for (const addrinfo *entry = endpoint.addresses; entry != nullptr; entry = entry->ai_next) {
    EXPECT_EQ(entry_text(*entry).substr(0, 6), "stream");
    text += ' ' + address_text(*entry);
  }
  return text;
}

void on_found(int status, const dns_endpoint *endpoints, void *arg) {
  auto &search = *static_cast<Search *>(arg);
  EXPECT_TRUE(search.started) << "never inline";
  EXPECT_EQ(endpoints != nullptr, status == DNS_OK);
  ++search.calls;
  search.status = status;
  for (; endpoints != nullptr; endpoints = endpoints->next) {
    search.endpoints.push_back(text_of(*endpoints));
    dns_srv srv;
    dns_svcb svcb;
    if (endpoints->record == nullptr) continue;
    if (dns_record_srv(endpoints->record, &srv) == DNS_OK) search.priorities.push_back(srv.priority);
    if (dns_record_https(endpoints->record, &svcb) == DNS_OK) search.priorities.push_back(svcb.priority);
  }
  if (search.reaction) search.reaction(search);
}

class Service : public testing::Test {
 protected:
  Service() {
    for (int i = 1; i <= 4; ++i) {
      const std::string number = std::to_string(i);
      server_.on("h" + number + ".test", "A", answer({"192.0.2." + number}));
    }
    server_.on("*", "AAAA", nodata());
  }
  void init() {
    ASSERT_EQ(loop_.init(server_.address(), [](dns_options &options) { options.timeout_ms = 5000; }), DNS_OK);
  }
  void on_srv(const std::vector<std::string> &data) { server_.on(kService, "SRV", records(with("SRV", data))); }
  void on_https(const char *name, const std::vector<std::string> &data) {
    server_.on(name, "HTTPS", records(with("HTTPS", data)));
  }
  Search &start(const char *name, int type = DNS_TYPE_SRV, unsigned deadline_ms = 0,
                std::function<void(Search &)> reaction = {}) {
    Search &search = searches_.emplace_back();
    search.reaction = std::move(reaction);
    search.handle = dns_resolve_service(loop_.get(), name, type, 443, nullptr, deadline_ms, on_found, &search);
    EXPECT_NE(search.handle, nullptr);
    search.started = true;
    return search;
  }
  Search &ended(Search &search) {
    loop_.run();
    EXPECT_EQ(search.calls, 1);
    return search;
  }
  Search &find(const char *name = kService, int type = DNS_TYPE_SRV, unsigned deadline_ms = 0) {
    return ended(start(name, type, deadline_ms));
  }

  Server server_;
  Loop loop_;

 private:
  static std::vector<std::string> with(const std::string &type, const std::vector<std::string> &data) {
    std::vector<std::string> all;
    for (const std::string &one : data) all.push_back("@ 60 IN " + type + ' ' + one);
    return all;
  }

  std::deque<Search> searches_;
};

TEST_F(Service, EndpointsComeByPriorityWithTheirAddresses) {
  on_srv({"20 0 5062 h2.test.", "10 0 5061 h1.test.", "30 0 5063 h3.test."});
  init();
  const Search &search = find();
  EXPECT_EQ(search.status, DNS_OK);
  EXPECT_THAT(search.endpoints,
              ElementsAre("h1.test:5061 192.0.2.1", "h2.test:5062 192.0.2.2", "h3.test:5063 192.0.2.3"));
  EXPECT_THAT(search.priorities, ElementsAre(10, 20, 30));
}

// RFC 2782: statistically; the exact shares are those of srv_order_test.cc. That one of two thirds is first in fewer
// than 30 of 100 draws happens less than once in 10^14.
TEST_F(Service, WeightSaysHowOftenAnEndpointGoesFirst) {
  on_srv({"1 10 1 h1.test.", "1 20 2 h2.test."});
  init();
  std::map<std::string, int> firsts;
  for (int n = 0; n < 100; ++n) ++firsts[find().endpoints.at(0)];
  EXPECT_EQ(firsts.size(), 2u);
  EXPECT_GT(firsts["h2.test:2 192.0.2.2"], 30);
  EXPECT_EQ(server_.queries(kService, "SRV"), 1u) << "the rest is from the cache";
}

TEST_F(Service, HostWithoutAddressesIsToldAmongTheOthers) {
  on_srv({"1 0 1 none.test.", "2 0 2 h2.test."});
  server_.on("none.test", "ANY", nxdomain());
  init();
  EXPECT_THAT(find().endpoints,
              ElementsAre("none.test:1 " + std::string(dns_strerror(DNS_ENOTFOUND)), "h2.test:2 192.0.2.2"));
}

TEST_F(Service, WhereNoHostHasAnAddressTheFirstOneSaysWhy) {
  on_srv({"1 0 1 broken.test.", "2 0 2 none.test."});
  server_.on("none.test", "ANY", nxdomain());
  server_.on("broken.test", "ANY", servfail());
  init();
  EXPECT_EQ(find().status, DNS_ESERVFAIL);
}

TEST_F(Service, TargetOfTheRootSaysThatTheServiceIsNotOffered) {
  on_srv({"0 0 0 ."});
  init();
  EXPECT_EQ(find().status, DNS_ENODATA);
  EXPECT_EQ(server_.queries(), 1u);
}

TEST_F(Service, LookupThatFailsSaysWhy) {
  server_.on("_none._tcp.test", "SRV", nxdomain());
  server_.on("_nodata._tcp.test", "SRV", nodata());
  server_.on("_broken._tcp.test", "SRV", servfail());
  server_.on("_silent._tcp.test", "SRV", drop());
  init();
  EXPECT_EQ(find("_none._tcp.test").status, DNS_ENOTFOUND);
  EXPECT_EQ(find("_nodata._tcp.test").status, DNS_ENODATA);
  EXPECT_EQ(find("_broken._tcp.test").status, DNS_ESERVFAIL);
  EXPECT_EQ(find("_silent._tcp.test", DNS_TYPE_SRV, 50).status, DNS_ETIMEOUT);
  EXPECT_EQ(find("a..test").status, DNS_EBADNAME);
  EXPECT_EQ(find(kService, DNS_TYPE_MX).status, DNS_EBADFLAGS);
  EXPECT_EQ(dns_resolve_service(loop_.get(), kService, DNS_TYPE_SRV, 0, nullptr, 0, nullptr, nullptr), nullptr);
  dns_resolve_service_cancel(nullptr);
}

TEST_F(Service, DeadlineHasTheLookupsOfTheHostsInIt) {
  on_srv({"1 0 1 h1.test.", "2 0 2 silent.test."});
  server_.on("silent.test", "A", drop());
  init();
  const Stopwatch stopwatch;
  const Search &search = find(kService, DNS_TYPE_SRV, 1000);
  EXPECT_THAT(search.endpoints,
              ElementsAre("h1.test:1 192.0.2.1", "silent.test:2 " + std::string(dns_strerror(DNS_ETIMEOUT))));
  EXPECT_GE(stopwatch.ms(), 998);
  EXPECT_LT(stopwatch.ms(), 4000) << "far from a try's timeout";
}

TEST_F(Service, OfVeryManyEndpointsSixtyFourAreLookedUp) {
  std::vector<std::string> data;
  for (int i = 0; i < 100; ++i) data.push_back("1 0 " + std::to_string(i + 1) + " h1.test.");
  on_srv(data);
  init();
  EXPECT_EQ(find().endpoints.size(), 64u);
}

TEST_F(Service, HttpsRecordsComeByPriorityWithTheirPorts) {
  on_https("svc.test", {"2 h2.test. alpn=h2 port=8443", "1 . alpn=h2"});
  server_.on("svc.test", "A", answer({"192.0.2.9"}));
  init();
  const Search &search = find("svc.test", DNS_TYPE_HTTPS);
  EXPECT_THAT(search.endpoints, ElementsAre("svc.test:443 192.0.2.9", "h2.test:8443 192.0.2.2"));
  EXPECT_THAT(search.priorities, ElementsAre(1, 2));
}

TEST_F(Service, HttpsRecordsOfOnePriorityComeInARandomOrder) {
  on_https("svc.test", {"1 h1.test.", "1 h2.test.", "1 h3.test."});
  init();
  std::set<std::string> firsts;
  for (int n = 0; n < 100; ++n) firsts.insert(find("svc.test", DNS_TYPE_HTTPS).endpoints.at(0));
  EXPECT_EQ(firsts.size(), 3u);
}

// RFC 9460 section 3: with the end of the aliases behind them.
TEST_F(Service, AliasesAreFollowedToTheirRecords) {
  on_https("svc.test", {"0 alias.test."});
  on_https("alias.test", {"0 h4.test."});
  on_https("h4.test", {"1 h1.test. port=8443"});
  init();
  EXPECT_THAT(find("svc.test", DNS_TYPE_HTTPS).endpoints,
              ElementsAre("h1.test:8443 192.0.2.1", "h4.test:443 192.0.2.4"));
}

TEST_F(Service, EndOfAliasesWithoutRecordsIsAnEndpointAllTheSame) {
  on_https("svc.test", {"0 h4.test."});
  server_.on("h4.test", "HTTPS", nodata());
  on_https("other.test", {"0 h3.test."});
  server_.on("h3.test", "HTTPS", servfail());
  init();
  EXPECT_THAT(find("svc.test", DNS_TYPE_HTTPS).endpoints, ElementsAre("h4.test:443 192.0.2.4"));
  EXPECT_THAT(find("other.test", DNS_TYPE_HTTPS).endpoints, ElementsAre("h3.test:443 192.0.2.3"));
}

TEST_F(Service, AliasesInACircleEnd) {
  on_https("a.test", {"0 b.test."});
  on_https("b.test", {"0 a.test."});
  on_https("gone.test", {"0 ."});
  init();
  EXPECT_EQ(find("a.test", DNS_TYPE_HTTPS).status, DNS_EBADRESP);
  EXPECT_EQ(find("gone.test", DNS_TYPE_HTTPS).status, DNS_ENODATA);
}

TEST_F(Service, CancelledAtAnyStageItNeverCalls) {
  on_srv({"1 0 1 h1.test.", "2 0 2 silent.test."});
  server_.on("silent.test", "A", drop());
  init();
  const Search &at_once = start(kService);
  at_once.cancel();
  const Search &later = start(kService);
  ASSERT_TRUE(loop_.run_until([&] { return server_.queries("silent.test", "A") == 1; }));
  later.cancel();
  loop_.run();
  EXPECT_EQ(at_once.calls + later.calls, 0);
}

TEST_F(Service, AnythingGoesInItsCallback) {
  on_srv({"1 0 1 h1.test."});
  server_.on("_silent._tcp.test", "SRV", drop());
  init();
  EXPECT_EQ(ended(start(kService, DNS_TYPE_SRV, 0, [](Search &self) { self.cancel(); })).status, DNS_OK);
  const Search *nested = nullptr;
  ended(start(kService, DNS_TYPE_SRV, 0, [&](Search &) {
    nested = &start(kService);
    loop_.run();
  }));
  EXPECT_EQ(nested->calls, 1);
  const Search &other = start("_silent._tcp.test");
  ended(start(kService, DNS_TYPE_SRV, 0, [&](Search &) { loop_.shut_down(); }));
  EXPECT_EQ(other.status, DNS_ESHUTDOWN);
}

TEST_F(Service, ShutdownAndTheEndOfTheLoopEndItAtAnyStage) {
  on_srv({"1 0 1 silent1.test.", "2 0 2 silent2.test."});
  server_.otherwise(drop());
  init();
  const Search &at_once = start(kService);
  loop_.shut_down();
  EXPECT_EQ(at_once.status, DNS_ESHUTDOWN);
  init();
  const Search &later = start(kService);
  ASSERT_TRUE(loop_.run_until([&] { return server_.queries("silent2.test", "A") == 1; }));
  loop_.destroy();
  EXPECT_EQ(later.calls, 1);
  EXPECT_EQ(later.status, DNS_ESHUTDOWN);
}

// A reply that there was no memory for counts as lost.
TEST_F(Service, WithoutMemoryItCallsBackAllTheSame) {
  constexpr unsigned kSoonMs = 300;
  on_srv({"1 0 1 h1.test.", "2 0 2 h2.test."});
  init();
  expect_one_call_with_ever_more_memory(loop_, [&](std::vector<int> *statuses) {
    const auto on_found = [](int status, const dns_endpoint *, void *arg) {
      static_cast<std::vector<int> *>(arg)->push_back(status);
    };
    return dns_resolve_service(loop_.get(), kService, DNS_TYPE_SRV, 0, nullptr, kSoonMs, on_found, statuses) != nullptr;
  });
}

}  // namespace
}  // namespace dns_cares_test
