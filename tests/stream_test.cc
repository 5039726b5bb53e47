// A result in parts (RFC 8305 section 3): dns_resolve_stream().
#include <dns_cares/inspect.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using testing::ElementsAre;

// In whichever order, for that depends on the machine's own addresses (RFC 6724).
const auto kBoth = testing::AnyOf("2001:db8::1 192.0.2.1 end", "192.0.2.1 2001:db8::1 end");

class Stream : public testing::Test {
 protected:
  Stream() {
    server_.on("both.test", "A", answer({"192.0.2.1"}));
    server_.on("both.test", "AAAA", answer({"2001:db8::1"}));
  }
  void init(unsigned resolution_delay_ms = 50) {
    ASSERT_EQ(
        loop_.init(server_.address(), [=](dns_options &options) { options.resolution_delay_ms = resolution_delay_ms; }),
        DNS_OK);
  }
  dns_request *start(const char *name, const Ask &ask = {}) {
    addrinfo hints{};
    hints.ai_family = ask.family;
    hints.ai_socktype = ask.socktype;
    hints.ai_flags = ask.flags;
    request_ = dns_resolve_stream(loop_.get(), name, ask.service, &hints, ask.deadline_ms, on_part, this);
    EXPECT_NE(request_, nullptr);
    return request_;
  }
  // The calls as text: "192.0.2.1 ...", with dots where more follow.
  const std::vector<std::string> &resolve(const char *name, const Ask &ask = {}) {
    start(name, ask);
    loop_.run();
    return calls_;
  }
  static void on_part(int status, const addrinfo *ai, int more, void *arg) {
    auto &self = *static_cast<Stream *>(arg);
    EXPECT_EQ(ai != nullptr, status == DNS_OK);
    std::string text = status == DNS_OK ? "" : std::string(dns_strerror(status)) + ' ';
    for (; ai != nullptr; ai = ai->ai_next) text += address_text(*ai) + ' ';
    self.calls_.push_back(text + (more != 0 ? "..." : "end"));
    EXPECT_TRUE(more == 0 || more == 1);
    self.called_at_ms_.push_back(self.stopwatch_.ms());
    if (self.reaction_) self.reaction_();
  }

  Server server_;
  Loop loop_;
  Stopwatch stopwatch_;
  dns_request *request_ = nullptr;
  std::vector<std::string> calls_;
  std::vector<double> called_at_ms_;
  std::function<void()> reaction_;
};

TEST_F(Stream, WhatIsThereTogetherIsGivenTogether) {
  init();
  EXPECT_THAT(resolve("192.0.2.7"), ElementsAre("192.0.2.7 end"));
  calls_.clear();
  loop_.resolve("both.test");  // into the cache
  loop_.run();
  EXPECT_THAT(resolve("both.test"), ElementsAre(kBoth));
}

TEST_F(Stream, Ipv6AddressesAreGivenAsSoonAsTheyHaveCome) {
  server_.on("both.test", "A", answer({"192.0.2.1"}).after(150ms));
  init();
  EXPECT_THAT(resolve("both.test"), ElementsAre("2001:db8::1 ...", "192.0.2.1 end"));
  EXPECT_GE(called_at_ms_[1] - called_at_ms_[0], 50);
}

TEST_F(Stream, Ipv4AddressesWaitForTheResolutionDelay) {
  server_.on("both.test", "AAAA", answer({"2001:db8::1"}).after(150ms));
  init(40);
  EXPECT_THAT(resolve("both.test"), ElementsAre("192.0.2.1 ...", "2001:db8::1 end"));
  EXPECT_GE(called_at_ms_[0], 39);
  EXPECT_GE(called_at_ms_[1], 149);
}

TEST_F(Stream, WithoutAResolutionDelayIpv4AddressesDoNotWait) {
  server_.on("both.test", "AAAA", answer({"2001:db8::1"}).after(100ms));
  init(0);
  EXPECT_THAT(resolve("both.test"), ElementsAre("192.0.2.1 ...", "2001:db8::1 end"));
}

TEST_F(Stream, LastCallSaysWhyThereIsNoMore) {
  server_.on("v6.test", "A", nodata().after(150ms));
  server_.on("v6.test", "AAAA", answer({"2001:db8::1"}));
  init();
  EXPECT_THAT(resolve("v6.test"), ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ENODATA)) + " end"));
}

TEST_F(Stream, FailureOfOneFamilyDoesNotTakeTheOthersAddressesBack) {
  server_.on("v6.test", "A", servfail().after(150ms));
  server_.on("v6.test", "AAAA", answer({"2001:db8::1"}));
  init();
  EXPECT_THAT(resolve("v6.test"), ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ESERVFAIL)) + " end"));
}

TEST_F(Stream, DeadlineEndsTheWaitForTheRest) {
  server_.on("both.test", "A", drop());
  init();
  EXPECT_THAT(resolve("both.test", {.deadline_ms = 120}),
              ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ETIMEOUT)) + " end"));
  EXPECT_GE(called_at_ms_[1], 119);
}

TEST_F(Stream, LookupThatFailsMakesOneCall) {
  server_.on("none.test", "A", nxdomain());
  server_.on("none.test", "AAAA", nxdomain());
  init();
  EXPECT_THAT(resolve("none.test"), ElementsAre(std::string(dns_strerror(DNS_ENOTFOUND)) + " end"));
  calls_.clear();
  EXPECT_THAT(resolve("a..test"), ElementsAre(std::string(dns_strerror(DNS_EBADNAME)) + " end"));
}

TEST_F(Stream, OneFamilyIsGivenInOneCall) {
  init();
  EXPECT_THAT(resolve("both.test", {.family = AF_INET}), ElementsAre("192.0.2.1 end"));
  calls_.clear();
  EXPECT_THAT(resolve("both.test", {.family = AF_INET6}), ElementsAre("2001:db8::1 end"));
  calls_.clear();
  // That there is no IPv6 address is known only when both have come.
  EXPECT_THAT(resolve("both.test", {.family = AF_INET6, .flags = AI_V4MAPPED}), ElementsAre("2001:db8::1 end"));
}

TEST_F(Stream, SearchGoesOnOnlyBehindACandidateWithoutAddresses) {
  const TempFile resolv_conf("search one.test two.test\n");
  server_.on("a.one.test", "ANY", nxdomain());
  server_.on("a.two.test", "AAAA", answer({"2001:db8::1"}));
  server_.on("a.two.test", "A", nxdomain().after(150ms));
  ASSERT_EQ(loop_.init(server_.address(),
                       [&](dns_options &options) {
                         options.resolv_conf = resolv_conf.path();
                         options.resolution_delay_ms = 50;
                       }),
            DNS_OK);
  EXPECT_THAT(resolve("a"), ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ENOTFOUND)) + " end"));
  EXPECT_EQ(server_.queries("a", "A"), 0u);
}

TEST_F(Stream, CancelledBetweenItsCallsItMakesNoMore) {
  server_.on("both.test", "A", answer({"192.0.2.1"}).after(100ms));
  init();
  start("both.test");
  ASSERT_TRUE(loop_.run_until([&] { return !calls_.empty(); }));
  dns_cancel(request_);
  loop_.run();
  EXPECT_THAT(calls_, ElementsAre("2001:db8::1 ..."));
}

TEST_F(Stream, CancelledWithinACallItMakesNoMore) {
  server_.on("both.test", "A", answer({"192.0.2.1"}).after(100ms));
  init();
  reaction_ = [&] { dns_cancel(request_); };
  EXPECT_THAT(resolve("both.test"), ElementsAre("2001:db8::1 ..."));
}

TEST_F(Stream, CancelledWithinItsLastCallNothingHappens) {
  init();
  reaction_ = [&] { dns_cancel(request_); };
  EXPECT_THAT(resolve("192.0.2.7"), ElementsAre("192.0.2.7 end"));
}

TEST_F(Stream, ContextThatEndsWithinACallGivesTheLastOne) {
  server_.on("both.test", "A", answer({"192.0.2.1"}).after(100ms));
  init();
  reaction_ = [&] { loop_.shut_down(); };
  EXPECT_THAT(resolve("both.test"), ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ESHUTDOWN)) + " end"));
}

TEST_F(Stream, LoopRunWithinACallGivesTheNextOneThere) {
  server_.on("both.test", "A", answer({"192.0.2.1"}).after(100ms));
  init();
  reaction_ = [&] {
    if (calls_.size() > 1) return;
    EXPECT_TRUE(loop_.run_until([&] { return calls_.size() == 2; }));
  };
  EXPECT_THAT(resolve("both.test"), ElementsAre("2001:db8::1 ...", "192.0.2.1 end"));
}

// The delay is over, and both families' answers have come, before the loop gets to look.
TEST_F(Stream, RestThatHasComeMeanwhileIsGivenWithTheFirstPart) {
  server_.on("both.test", "AAAA", answer({"2001:db8::1"}).after(20ms));
  init(5);
  start("both.test");
  loop_.turn();
  ASSERT_TRUE(server_.wait_for_queries(2, 5s));
  std::this_thread::sleep_for(100ms);
  loop_.run();
  EXPECT_THAT(calls_, ElementsAre(kBoth));
}

TEST_F(Stream, EachPartTellsWhereItCameFrom) {
  server_.on("both.test", "AAAA", answer({"2001:db8::1"}, 60));
  server_.on("both.test", "A", answer({"192.0.2.1"}, 30).after(100ms));
  init();
  std::vector<unsigned> ttls;
  std::vector<std::string> names;
  reaction_ = [&] {
    dns_result_info info{};
    info.size = sizeof info;
    ASSERT_EQ(dns_get_result_info(loop_.get(), &info), DNS_OK);
    EXPECT_EQ(info.source, DNS_SOURCE_SERVER);
    EXPECT_EQ(info.status, DNS_OK);
    EXPECT_EQ(info.server, server_.address());
    ttls.push_back(info.ttl_s);
    names.emplace_back(info.name);
  };
  resolve("both.test");
  EXPECT_THAT(ttls, ElementsAre(60u, 30u));
  EXPECT_THAT(names, ElementsAre("both.test", "both.test"));
}

TEST_F(Stream, LoopThatIsDestroyedEndsIt) {
  server_.on("both.test", "A", drop());
  init();
  start("both.test");
  ASSERT_TRUE(loop_.run_until([&] { return !calls_.empty(); }));
  loop_.destroy();
  EXPECT_THAT(calls_, ElementsAre("2001:db8::1 ...", std::string(dns_strerror(DNS_ESHUTDOWN)) + " end"));
}

TEST_F(Stream, WithoutACallbackNothingStarts) {
  EXPECT_EQ(dns_resolve_stream(loop_.get(), "both.test", nullptr, nullptr, 0, nullptr, nullptr), nullptr);
}

}  // namespace
}  // namespace dns_cares_test
