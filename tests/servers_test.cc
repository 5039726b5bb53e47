// How the servers are asked: which of them, how often, by what, and what is made of their faults.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "loop.h"
#include "sockets.h"

namespace dns_cares_test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::Optional;
using namespace dns_testkit;
using namespace std::chrono_literals;

constexpr Ask kV4 = {.family = AF_INET};

class Servers : public testing::Test {
 protected:
  // As many servers as asked for, the first one asked first.
  Server &add_server() {
    servers_.push_back(std::make_unique<Server>());
    return *servers_.back();
  }
  void init(const std::string &first = "", const std::function<void(dns_options &)> &change = {}) {
    std::string list = first;
    for (const auto &server : servers_) list += (list.empty() ? "" : ",") + server->address();
    ASSERT_EQ(loop_.init(list, change), DNS_OK);
  }
  Lookup &resolve(const char *name, const Ask &ask = kV4) {
    Lookup &lookup = loop_.resolve(name, ask);
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1);
    return lookup;
  }

  std::vector<std::unique_ptr<Server>> servers_;
  Loop loop_;
};

TEST_F(Servers, QueriesAreRecursiveOnesWithEdnsAnd1232Octets) {
  Server &server = add_server();
  server.on("a.test", "A", answer({"192.0.2.1"}));
  init();
  resolve("a.test");
  ASSERT_EQ(server.seen().size(), 1u);
  EXPECT_THAT(server.seen()[0].edns_udp_size, Optional(1232));
}

// RFC 7873. Those of c-ares are 8 octets as long as the server has given none.
TEST_F(Servers, CookieGoesAlongWhereCaresHasCookies) {
  constexpr std::string_view kCookie("\0\012\0\010", 4);  // the option's code and length
  Server &server = add_server();
  server.on("a.test", "A", answer({"192.0.2.1"}));
  init();
  resolve("a.test");
  ASSERT_EQ(server.seen().size(), 1u);
  const std::string options = server.seen()[0].edns_options;
  if (cares_is_at_least(33)) {
    EXPECT_EQ(options.substr(0, 4), kCookie);
    EXPECT_EQ(options.size(), 12u);
  } else {
    EXPECT_EQ(options, "");
  }
}

TEST_F(Servers, DeadServerIsLeftForTheNext) {
  const ClosedPort dead;
  add_server().on("a.test", "A", answer({"192.0.2.1"}));
  init(dead.address());
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Servers, SilentServerIsLeftForTheNext) {
  add_server().silence();
  add_server().on("a.test", "A", answer({"192.0.2.1"}));
  init();
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_GE(servers_[0]->queries(), 1u);
}

class FailingServer : public Servers, public testing::WithParamInterface<std::pair<unsigned, int>> {};

TEST_P(FailingServer, IsLeftForTheNextAndNamedWhenAllFail) {
  const auto [code, status] = GetParam();
  add_server().otherwise(rcode(code));
  add_server().on("a.test", "A", answer({"192.0.2.1"}));
  servers_[1]->otherwise(rcode(code));
  init();
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_GE(servers_[0]->queries("a.test", "A"), 1u);
  EXPECT_EQ(resolve("b.test").status(), status);
  EXPECT_GE(servers_[1]->queries("b.test", "A"), 1u);
}

INSTANTIATE_TEST_SUITE_P(Rcodes, FailingServer,
                         testing::Values(std::pair(2U, int{DNS_ESERVFAIL}), std::pair(4U, int{DNS_ENOTIMP}),
                                         std::pair(5U, int{DNS_EREFUSED})));

TEST_F(Servers, WhatAServerSaidGoesBeforeAnothersSilence) {
  add_server().otherwise(servfail());
  add_server().silence();
  init("", [](dns_options &options) { options.tries = 1; });
  EXPECT_EQ(resolve("a.test").status(), DNS_ESERVFAIL);
}

TEST_F(Servers, LookupThatComesWhileAQueryIsDyingHasItAskedAgain) {
  Server &server = add_server();
  server.on("a.test", "A", {drop(), drop(), answer({"192.0.2.1"})});
  init("", [](dns_options &options) { options.tries = 2; });
  Lookup &first = loop_.resolve("a.test", kV4);
  ASSERT_TRUE(loop_.run_until([&] { return server.queries() == 2; })) << "its last try is out";
  Lookup &second = loop_.resolve("a.test", kV4);
  loop_.run();
  EXPECT_EQ(first.status(), DNS_ETIMEOUT);
  EXPECT_EQ(second.status(), DNS_OK);
  EXPECT_EQ(server.queries(), 3U);
}

TEST_F(Servers, NxdomainIsAnAnswerAndNoOtherServerIsAsked) {
  add_server().otherwise(nxdomain());
  add_server().on("a.test", "A", answer({"192.0.2.1"}));
  init();
  EXPECT_EQ(resolve("a.test").status(), DNS_ENOTFOUND);
  EXPECT_EQ(servers_[1]->queries(), 0u);
}

TEST_F(Servers, FortyServersAreAskedAtOnceWithASocketEach) {
  for (int i = 0; i < 39; ++i) add_server().silence();
  add_server().on("a.test", "A", answer({"192.0.2.1"}));
  // No answer but the last server's; each is left after the short timeout.
  init("", [](dns_options &options) {
    options.timeout_ms = 20;
    options.tries = 1;
    options.deadline_ms = 40000;  // c-ares 1.34 has patience of 250 ms with each.
  });
  std::vector<Lookup *> lookups;
  for (int i = 0; i < 20; ++i) lookups.push_back(&loop_.resolve("a.test", kV4));
  loop_.run();
  for (const Lookup *lookup : lookups) EXPECT_THAT(lookup->addresses(), ElementsAre("192.0.2.1"));
  for (const auto &server : servers_) EXPECT_GE(server->queries(), 1u);
}

// Each refused datagram closes the socket, and the next one gets the same number within the same dispatch.
TEST_F(Servers, SocketNumberReusedWithinOneDispatchIsStillWatched) {
  const ClosedPort first;
  const ClosedPort second;
  add_server().on("*.test", "A", answer({"192.0.2.1"}).after(20ms));
  init(first.address() + "," + second.address(), [](dns_options &options) { options.timeout_ms = 2000; });
  for (int round = 0; round < 20; ++round) {
    Lookup &a = loop_.resolve("a.test", kV4);
    Lookup &b = loop_.resolve("b.test", kV4);
    const Stopwatch stopwatch;
    loop_.run();
    EXPECT_EQ(a.status(), DNS_OK);
    EXPECT_EQ(b.status(), DNS_OK);
    EXPECT_LT(stopwatch.ms(), 1900) << "no reply was waited for in vain";
  }
}

TEST_F(Servers, TruncatedReplyIsAskedForAgainByTcp) {
  Server &server = add_server();
  server.on("big.test", "A", answer({"192.0.2.1"}).truncated());
  init();
  EXPECT_THAT(resolve("big.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server.tcp_queries(), 1u);
}

// RFC 2181 section 9: what is in such a reply does not matter, nor that it ends within a record.
TEST_F(Servers, TruncatedReplyThatEndsWithinARecordIsAskedForAgainByTcp) {
  Server &server = add_server();
  server.on("a.test", "A",
            {garbage({0,   0,   0x83, 0x80, 0, 1, 0, 2, 0,    0,  0, 0, 1, 'a', 4, 't',
                      'e', 's', 't',  0,    0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1,   0, 0})
                 .right_id(),
             answer({"192.0.2.1"})});
  init();
  EXPECT_THAT(resolve("a.test", kV4).addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server.queries(), 2u);
  EXPECT_EQ(server.tcp_queries(), 1u);
}

TEST_F(Servers, AnswerOf500AddressesComesWhole) {
  std::vector<std::string> addresses;
  for (int i = 0; i < 500; ++i) addresses.push_back("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  Server &server = add_server();
  server.on("many.test", "A", answer(addresses));
  init();
  EXPECT_EQ(resolve("many.test").addresses(), addresses);
  EXPECT_EQ(server.tcp_queries(), 1u);
}

TEST_F(Servers, TcpClosedHalfWayIsTriedAgain) {
  Server &server = add_server();
  const Reply whole = answer({"192.0.2.1"});
  server.on("big.test", "A", {whole.truncated(), whole.close_tcp_after(20), whole});
  init();
  EXPECT_THAT(resolve("big.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server.tcp_connections(), 2u);
}

TEST_F(Servers, TcpAlwaysClosedHalfWayIsAnErrorAtLast) {
  add_server().on("big.test", "A", {answer({"192.0.2.1"}).truncated(), answer({"192.0.2.1"}).close_tcp_after(20)});
  init();
  EXPECT_EQ(resolve("big.test").status(), DNS_ECONNREFUSED);
}

TEST_F(Servers, TruncatedReplyWithoutTcpAtTheServerIsAnError) {
  servers_.push_back(std::make_unique<Server>(ServerOptions{.tcp = false}));
  servers_.back()->on("big.test", "A", answer({"192.0.2.1"}).truncated());
  init();
  EXPECT_EQ(resolve("big.test").status(), DNS_ECONNREFUSED);
}

// c-ares 1.18 closes the server's UDP socket with its connection and has every query on it use up a try.
TEST_F(Servers, BrokenConnectionDisturbsNoOtherLookup) {
  Server &server = add_server();
  server.on("slow.test", "A", answer({"192.0.2.1"}).after(150ms));
  server.on("reset.test", "A", reset_tcp());
  init("", [](dns_options &options) {
    options.timeout_ms = 1000;
    options.tries = 1;
  });
  Lookup &slow = loop_.resolve("slow.test", kV4);
  Lookup &reset = loop_.resolve("reset.test", kV4);
  loop_.run();
  EXPECT_EQ(reset.status(), DNS_ECONNREFUSED);
  EXPECT_EQ(slow.status(), DNS_OK);
  EXPECT_EQ(server.queries("slow.test", "A"), 1u);
}

// c-ares 1.18 remembers for the whole channel at the first FORMERR that the server knows no EDNS, and fails the
// other queries that were on their way.
TEST_F(Servers, ServerThatKnowsNoEdnsIsAskedWithout) {
  Server &server = add_server();
  for (const char *name : {"a.test", "b.test", "c.test"}) {
    server.on(name, "A", {formerr().without_edns(), answer({"192.0.2.1"}).without_edns()});
  }
  init();
  std::vector<Lookup *> lookups;
  for (const char *name : {"a.test", "b.test", "c.test"}) lookups.push_back(&loop_.resolve(name, kV4));
  loop_.run();
  for (const Lookup *lookup : lookups) EXPECT_THAT(lookup->addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server.seen().back().edns_udp_size, std::nullopt);
}

// With EDNS switched off, c-ares 1.18 cut the replies to the other queries, which had asked with EDNS, at 512 octets.
TEST_F(Servers, LargeReplyIsTakenWholeThoughAnotherQuestionWasAskedWithoutEdns) {
  Server &server = add_server();
  std::vector<std::string> addresses;
  for (int i = 1; i <= 60; ++i) addresses.push_back("10.1.1." + std::to_string(i));
  server.on("large.test", "A", answer(addresses).after(50ms));
  server.on("old.test", "A", formerr().without_edns());
  init("", [](dns_options &options) { options.timeout_ms = 2000; });
  Lookup &large = loop_.resolve("large.test", kV4);
  Lookup &old = loop_.resolve("old.test", kV4);
  loop_.run();
  EXPECT_EQ(old.status(), DNS_EFORMERR);
  EXPECT_EQ(large.addresses(), addresses);
  EXPECT_EQ(server.queries("large.test", "A"), 1u);
}

TEST_F(Servers, RepliesThatAreNotToTheQueryAreIgnored) {
  Server &server = add_server();
  const Reply forged = answer({"203.0.113.66"});
  server.on("id.test", "A", {forged.wrong_id(), answer({"192.0.2.1"})});
  server.on("question.test", "A", {forged.wrong_question(), answer({"192.0.2.1"})});
  server.on("port.test", "A", {forged.from_other_port(), answer({"192.0.2.1"})});
  init();
  for (const char *name : {"id.test", "question.test", "port.test"}) {
    EXPECT_THAT(resolve(name).addresses(), ElementsAre("192.0.2.1")) << name;
    EXPECT_EQ(server.queries(name, "A"), 2u) << name << " is asked again after the timeout";
  }
}

TEST_F(Servers, DuplicatedReplyIsDeliveredOnce) {
  add_server().on("a.test", "A", answer({"192.0.2.1"}).twice());
  init();
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Servers, GarbageDoesNoHarm) {
  Server &server = add_server();
  const std::vector<std::vector<std::uint8_t>> garbage = {
      {}, {0}, {0, 0, 0x81}, std::vector<std::uint8_t>(12, 0xff), std::vector<std::uint8_t>(1200, 0xc0)};
  for (std::size_t i = 0; i < garbage.size(); ++i) {
    const std::string name = "g" + std::to_string(i) + ".test";
    server.on(name, "A", {dns_testkit::garbage(garbage[i]).right_id(), answer({"192.0.2.1"})});
  }
  init();
  for (std::size_t i = 0; i < garbage.size(); ++i) {
    const std::string name = "g" + std::to_string(i) + ".test";
    EXPECT_THAT(resolve(name.c_str()).addresses(), ElementsAre("192.0.2.1")) << name;
  }
}

// c-ares 1.34 closes the socket at a reply that it cannot take apart, and asks every other question on it anew.
TEST_F(Servers, MalformedReplyDisturbsNoOtherLookup) {
  Server &server = add_server();
  server.on("slow.test", "A", answer({"192.0.2.1"}).after(150ms));
  server.on("bad.test", "A", answer({"192.0.2.2"}).cut(36));
  init("", [](dns_options &options) {
    options.timeout_ms = 400;
    options.tries = 1;
  });
  Lookup &slow = loop_.resolve("slow.test", kV4);
  Lookup &bad = loop_.resolve("bad.test", kV4);
  loop_.run();
  EXPECT_EQ(bad.status(), DNS_EBADRESP);
  EXPECT_EQ(slow.status(), DNS_OK);
  EXPECT_EQ(server.queries("slow.test", "A"), 1u);
}

// A server that answers the first question by TCP with messages to another one, whole and without end, as fast as they
// are read.
class TcpFlood {
 public:
  ~TcpFlood() {
    stopped_ = true;
    shutdown(listener_.fd(), SHUT_RDWR);
    shutdown(connection_, SHUT_RDWR);
    thread_.join();
    if (connection_ >= 0) close(connection_);
  }
  std::string address() const { return "127.0.0.1:" + listener_.port(); }
  std::size_t octets_sent() const { return octets_; }

 private:
  void send_without_end() {
    connection_ = accept(listener_.fd(), nullptr, nullptr);
    char query[512];
    const ssize_t length = recv(connection_, query, sizeof query, 0);
    if (length <= 4) return;
    query[3] ^= 1;                                  // its id
    query[4] = static_cast<char>(query[4] | 0x80);  // it is a reply
    std::string many;
    while (many.size() < 65536) many.append(query, static_cast<std::size_t>(length));
    while (!stopped_ && send(connection_, many.data(), many.size(), MSG_NOSIGNAL) > 0) octets_ += many.size();
  }

  const Listener listener_{1};
  std::atomic<int> connection_ = -1;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> octets_ = 0;
  std::thread thread_{[this] { send_without_end(); }};
};

TEST_F(Servers, EndlessMessagesByTcpHoldNeitherTheLoopNorTheDeadline) {
  const TcpFlood flood;
  init(flood.address(), [](dns_options &options) {
    options.tcp = 1;
    options.timeout_ms = 60'000;
    options.deadline_ms = 300;
  });
  Lookup &lookup = loop_.resolve("a.test", kV4);
  const Stopwatch stopwatch;
  std::size_t turns = 0;
  while (!lookup.done() && stopwatch.ms() < 10'000) {
    ev_run(loop_.get(), EVRUN_ONCE);
    ++turns;
  }
  EXPECT_EQ(lookup.status(), DNS_ETIMEOUT);
  EXPECT_LT(stopwatch.ms(), 2'000);
  // Some of the octets may still be on their way.
  constexpr std::size_t kMostInATurn = 65536;
  EXPECT_GE(turns * kMostInATurn + (16U << 20), flood.octets_sent());
  EXPECT_GT(turns, 5u);
}

TEST_F(Servers, ConnectionThatIsNeverAcceptedIsLeftForTheNextServer) {
  const Listener full(0);
  const auto fillers = fill_queue(reinterpret_cast<const sockaddr *>(&full.address()), sizeof full.address());
  add_server().on("a.test", "A", answer({"192.0.2.1"}));
  init("127.0.0.1:" + full.port(), [](dns_options &options) { options.tcp = 1; });
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Servers, SilentServerThatSpeaksAgainIsAskedAtOnce) {
  Server &server = add_server();
  server.on("a.test", "A", answer({"192.0.2.1"}));
  init();
  server.silence();
  EXPECT_EQ(resolve("a.test").status(), DNS_ETIMEOUT);
  server.speak();
  const Stopwatch stopwatch;
  EXPECT_EQ(resolve("a.test").status(), DNS_OK);
  EXPECT_LT(stopwatch.ms(), 200);
}

// With its sockets gone, and those of its connections, as when its process ends and begins anew.
class RestartedServer : public Servers, public testing::WithParamInterface<bool> {
 protected:
  RestartedServer() {
    start();
    init(server_->address(), [](dns_options &options) { options.tcp = GetParam() ? 1 : 0; });
  }
  void start() {
    server_ = std::make_unique<Server>(ServerOptions{.port = port_});
    port_ = server_->port();
    server_->on("*", "A", answer({"192.0.2.1"}));
  }

  std::uint16_t port_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_P(RestartedServer, IsFoundAgain) {
  EXPECT_EQ(resolve("a.test").status(), DNS_OK);
  server_.reset();
  EXPECT_EQ(resolve("b.test").status(), DNS_ECONNREFUSED);
  start();
  EXPECT_EQ(resolve("c.test").status(), DNS_OK);
}

TEST_P(RestartedServer, AnswersWhatItWasAskedBefore) {
  server_->on("slow.test", "A", answer({"192.0.2.9"}).after(30s));
  Lookup &slow = loop_.resolve("slow.test", kV4);
  ASSERT_TRUE(loop_.run_until([this] { return server_->queries() > 0; }));
  server_.reset();
  start();
  loop_.run();
  EXPECT_THAT(slow.addresses(), ElementsAre("192.0.2.1"));
}

INSTANTIATE_TEST_SUITE_P(Restart, RestartedServer, testing::Bool(),
                         [](const auto &tcp) { return tcp.param ? "ByTcp" : "ByUdp"; });

TEST_F(Servers, ServerOverIPv6IsAsked) {
  try {
    servers_.push_back(std::make_unique<Server>(ServerOptions{.address = "::1"}));
  } catch (const std::system_error &) {
    GTEST_SKIP() << "no IPv6 on this machine";
  }
  servers_.back()->on("a.test", "A", answer({"192.0.2.1"}));
  init();
  EXPECT_THAT(resolve("a.test").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Servers, RotateSpreadsTheFirstTries) {
  const TempFile conf("options rotate\n");
  for (int i = 0; i < 2; ++i) add_server().on("*", "A", answer({"192.0.2.1"}));
  init("", [&](dns_options &options) { options.resolv_conf = conf.path(); });
  for (int i = 0; i < 40; ++i) loop_.resolve("n" + std::to_string(i) + ".test", kV4);
  loop_.run();
  EXPECT_GE(servers_[0]->queries(), 1u);
  EXPECT_GE(servers_[1]->queries(), 1u);
}

TEST_F(Servers, RotateIsAnOptionOfTheProgramToo) {
  for (int i = 0; i < 2; ++i) add_server().on("*", "A", answer({"192.0.2.1"}));
  init("", [](dns_options &options) { options.rotate = 1; });
  for (int i = 0; i < 40; ++i) loop_.resolve("n" + std::to_string(i) + ".test", kV4);
  loop_.run();
  EXPECT_GE(servers_[0]->queries(), 1u);
  EXPECT_GE(servers_[1]->queries(), 1u);
}

TEST_F(Servers, FirstServerIsPreferredWithoutRotate) {
  for (int i = 0; i < 2; ++i) add_server().on("*", "A", answer({"192.0.2.1"}));
  init();
  for (int i = 0; i < 40; ++i) loop_.resolve("n" + std::to_string(i) + ".test", kV4);
  loop_.run();
  EXPECT_EQ(servers_[0]->queries(), 40u);
  EXPECT_EQ(servers_[1]->queries(), 0u);
}

}  // namespace
}  // namespace dns_cares_test
