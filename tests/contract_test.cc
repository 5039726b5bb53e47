// The contract, over every way a lookup can end and everything its callback may do.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <string>

#include "failing_new.h"
#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace std::chrono_literals;

// Deadlines of the lookups beside the one that is looked at, which must end before them. A lookup that goes through all
// its tries takes as long as c-ares likes (1.34 gives a try 250 ms at least); the others then wait behind it.
constexpr unsigned kOthersMs = 250;
constexpr unsigned kOthersOfTriesMs = 1500;

// A way to end: what is asked of which servers, and the status.
struct Ending {
  const char *name;
  const char *hostname;
  Ask ask = {};
  int status;
  enum class Servers { kScripted, kClosedPort } servers = Servers::kScripted;
  bool without_memory = false;
  bool all_tries = false;
};

const Ending kEndings[] = {
    {"Literal", "192.0.2.1", {}, DNS_OK},
    {"LiteralOfTheOtherFamily", "192.0.2.1", {.family = AF_INET6}, DNS_EBADFAMILY},
    {"NullHostname", nullptr, {.service = "80"}, DNS_OK},
    {"Localhost", "localhost", {}, DNS_OK},
    {"HostsFile", "in-hosts.test", {}, DNS_OK},
    {"Answer", "answer.test", {}, DNS_OK},
    {"AnswerOverTcp", "big.test", {}, DNS_OK},
    {"Nxdomain", "nxdomain.test", {}, DNS_ENOTFOUND},
    {"Nodata", "nodata.test", {}, DNS_ENODATA},
    {"Servfail", "servfail.test", {}, DNS_ESERVFAIL},
    {"Refused", "refused.test", {}, DNS_EREFUSED},
    {"Notimp", "notimp.test", {}, DNS_ENOTIMP},
    {"Formerr", "formerr.test", {}, DNS_EFORMERR},
    {.name = "Timeout", .hostname = "dropped.test", .status = DNS_ETIMEOUT, .all_tries = true},
    {"Deadline", "dropped.test", {.deadline_ms = 40}, DNS_ETIMEOUT},
    {"IcmpRefused", "answer.test", {}, DNS_ECONNREFUSED, Ending::Servers::kClosedPort},
    {"TcpReset", "reset.test", {}, DNS_ECONNREFUSED},
    {"TcpClosed", "closed.test", {}, DNS_ECONNREFUSED},
    {.name = "MalformedReply", .hostname = "malformed.test", .status = DNS_EBADRESP, .all_tries = true},
    {"CnameCircle", "circle.test", {}, DNS_EBADRESP},
    {"NoMemory", kLongerThanAnyBlockKept, {}, DNS_ENOMEM, Ending::Servers::kScripted, true},
    {"BothNamesNull", nullptr, {}, DNS_EBADNAME},
    {"EmptyName", "", {}, DNS_EBADNAME},
    {"MalformedName", "a..test", {}, DNS_EBADNAME},
    {"NotNumeric", "answer.test", {.flags = AI_NUMERICHOST}, DNS_ENOTFOUND},
    {"UnknownFamily", "answer.test", {.family = AF_UNIX}, DNS_EBADFAMILY},
    {"UnknownFlag", "answer.test", {.flags = 1 << 30}, DNS_EBADFLAGS},
    {"UnknownService", "answer.test", {.service = "no-such-service"}, DNS_ESERVICE},
    {"UnknownSocktype", "answer.test", {.socktype = 77}, DNS_ESOCKTYPE},
};

void PrintTo(const Ending &ending, std::ostream *out) { *out << ending.name; }

class Bench;

// What the callback does.
struct Reaction {
  const char *name;
  void (*react)(Bench &bench, Lookup &self);
  // What becomes of the two lookups that were started beside it, when they have not ended before.
  enum class Others { kGoOn, kOneCancelled, kAllCancelled, kShutDown } others = Others::kGoOn;
};

// A loop, a scripted server, the lookup that is looked at, and two others beside it.
class Bench {
 public:
  explicit Bench(const Ending &ending)
      : ending_(ending), hosts_("192.0.2.7 in-hosts.test\n2001:db8::7 in-hosts.test\n") {
    script();
    const bool closed = ending.servers == Ending::Servers::kClosedPort;
    EXPECT_EQ(init(closed ? closed_port_.address() : server_.address()), DNS_OK);
  }

  int init(const std::string &servers) {
    servers_ = servers;
    return loop.init(servers, [this](dns_options &options) {
      options.hosts_file = hosts_.path();
      options.timeout_ms = ending_.all_tries ? 50 : 1000;
      options.tries = 2;
      options.max_inflight = ending_.all_tries ? 2 : 0;
      options.deadline_ms = 5000;
    });
  }
  int init_again() { return init(servers_); }

  // Before the others, so that an ending without a network comes first.
  Lookup &start(Lookup::Reaction reaction) {
    Lookup *lookup;
    if (ending_.without_memory) {
      // The lookup is made in the test; what the library allocates fails.
      lookup = &loop.resolve_async_without_memory(ending_.hostname, ending_.ask, std::move(reaction));
    } else {
      lookup = &loop.resolve(ending_.hostname, ending_.ask, std::move(reaction));
    }
    const Ask ask = {.deadline_ms = ending_.all_tries ? kOthersOfTriesMs : kOthersMs};
    first_other_ = &loop.resolve("dropped-other.test", ask);
    second_other_ = &loop.resolve("dropped-other.test", ask);
    return *lookup;
  }

  int status_of_others() const {
    return ending_.servers == Ending::Servers::kClosedPort ? DNS_ECONNREFUSED : DNS_ETIMEOUT;
  }
  Lookup &first_other() { return *first_other_; }
  Lookup &second_other() { return *second_other_; }

  Loop loop;

 private:
  void script() {
    using namespace dns_testkit;
    server_.on("answer.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
    server_.on("big.test", "ANY", answer({"192.0.2.2", "2001:db8::2"}).truncated());
    server_.on("nxdomain.test", "ANY", nxdomain());
    server_.on("nodata.test", "ANY", nodata());
    server_.on("servfail.test", "ANY", servfail());
    server_.on("refused.test", "ANY", refused());
    server_.on("notimp.test", "ANY", notimp());
    server_.on("formerr.test", "ANY", formerr());
    server_.on("reset.test", "ANY", reset_tcp());
    server_.on("closed.test", "ANY", close_tcp());
    // The header and the question of a good reply, and nothing behind them.
    server_.on("malformed.test", "ANY", answer({"192.0.2.3", "2001:db8::3"}).cut(36));
    server_.on("circle.test", "ANY", records({"circle.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME circle.test."}));
    server_.otherwise(drop());
  }

  const Ending &ending_;
  TempFile hosts_;
  dns_testkit::Server server_;
  dns_testkit::ClosedPort closed_port_;
  std::string servers_;
  Lookup *first_other_ = nullptr;
  Lookup *second_other_ = nullptr;
};

void PrintTo(const Reaction &reaction, std::ostream *out) { *out << reaction.name; }

using Others = Reaction::Others;

const Reaction kReactions[] = {
    {"DoesNothing", [](Bench &, Lookup &) {}},
    {"StartsAnother",
     [](Bench &bench, Lookup &) {
       Lookup &another = bench.loop.resolve("192.0.2.99");
       EXPECT_FALSE(another.done());
     }},
    {"CancelsItself", [](Bench &, Lookup &self) { self.cancel(); }},
    {"CancelsAnother", [](Bench &bench, Lookup &) { bench.first_other().cancel(); }, Others::kOneCancelled},
    {"CancelsAll",
     [](Bench &bench, Lookup &self) {
       self.cancel();
       bench.first_other().cancel();
       bench.second_other().cancel();
     },
     Others::kAllCancelled},
    {"ShutsDown", [](Bench &bench, Lookup &) { bench.loop.shut_down(); }, Others::kShutDown},
    {"ShutsDownAndStartsAgain",
     [](Bench &bench, Lookup &) {
       bench.loop.shut_down();
       EXPECT_EQ(bench.init_again(), DNS_OK);
       bench.loop.resolve("192.0.2.99");
     },
     Others::kShutDown},
    {"BreaksTheLoop", [](Bench &bench, Lookup &) { ev_break(bench.loop.get(), EVBREAK_ONE); }},
    {"RunsTheLoopNested",
     [](Bench &bench, Lookup &) {
       Lookup &another = bench.loop.resolve("192.0.2.98");
       bench.loop.run();
       EXPECT_TRUE(another.done());
     }},
};

class Contract : public testing::TestWithParam<std::tuple<Ending, Reaction>> {
 protected:
  const Ending &ending() const { return std::get<0>(GetParam()); }
  const Reaction &reaction() const { return std::get<1>(GetParam()); }
};

void expect_contract(const Lookup &lookup, int status) {
  const Outcome &outcome = lookup.outcome();
  EXPECT_EQ(outcome.calls, 1) << "exactly once";
  EXPECT_EQ(outcome.status, status) << dns_strerror(outcome.status);
  EXPECT_EQ(outcome.had_result, status == DNS_OK) << "a result if and only if DNS_OK";
  EXPECT_FALSE(outcome.before_start_returned) << "never inline";
  EXPECT_EQ(outcome.thread, std::this_thread::get_id()) << "on the loop's thread";
}

void expect_others(Bench &bench, Others others) {
  const auto expect = [](const Lookup &lookup, bool cancelled, int status) {
    if (cancelled) {
      EXPECT_EQ(lookup.outcome().calls, 0) << "cancel is final";
    } else {
      expect_contract(lookup, status);
    }
  };
  const int status = others == Others::kShutDown ? DNS_ESHUTDOWN : bench.status_of_others();
  expect(bench.first_other(), others == Others::kOneCancelled || others == Others::kAllCancelled, status);
  expect(bench.second_other(), others == Others::kAllCancelled, status);
}

TEST_P(Contract, HoldsHoweverALookupEndsAndWhateverItsCallbackDoes) {
  Bench bench(ending());
  const Stopwatch stopwatch;
  Lookup &lookup = bench.start([&](Lookup &self) { reaction().react(bench, self); });
  bench.loop.run();
  EXPECT_TRUE(lookup.done()) << "run() returns only when the lookup has ended, or was left by ev_break()";
  bench.loop.run();  // The rest, after ev_break().
  expect_contract(lookup, ending().status);
  expect_others(bench, reaction().others);
  EXPECT_LT(stopwatch.ms(), kOthersOfTriesMs + 2000) << "the deadline is absolute, the loop can end";
}

std::string ending_name(const testing::TestParamInfo<Ending> &info) { return info.param.name; }

std::string test_name(const testing::TestParamInfo<std::tuple<Ending, Reaction>> &info) {
  return std::string(std::get<0>(info.param).name) + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(EveryEnding, Contract,
                         testing::Combine(testing::ValuesIn(kEndings), testing::ValuesIn(kReactions)), test_name);

// The same endings with a cancel before they come: the callback never runs, and its arg may be freed.
class ContractOfCancel : public testing::TestWithParam<Ending> {};

TEST_P(ContractOfCancel, CancelledBeforeItsCallbackALookupNeverCalls) {
  Bench bench(GetParam());
  if (GetParam().without_memory) GTEST_SKIP() << "there is no handle";
  Lookup &lookup = bench.start({});
  lookup.cancel();
  bench.loop.run();
  EXPECT_EQ(lookup.outcome().calls, 0);
  expect_others(bench, Others::kGoOn);
}

TEST_P(ContractOfCancel, CancelledInALaterTurnALookupNeverCalls) {
  Bench bench(GetParam());
  if (GetParam().without_memory) GTEST_SKIP() << "there is no handle";
  Lookup &lookup = bench.start({});
  if (GetParam().status == DNS_ETIMEOUT) bench.loop.turn();  // The query is on the wire.
  if (!lookup.done()) lookup.cancel();
  bench.loop.run();
  EXPECT_EQ(lookup.outcome().calls, 0);
  expect_others(bench, Others::kGoOn);
}

TEST_P(ContractOfCancel, ShutDownBeforeItsCallbackALookupIsToldSo) {
  Bench bench(GetParam());
  Lookup &lookup = bench.start({});
  bench.loop.shut_down();
  expect_contract(lookup, DNS_ESHUTDOWN);
  expect_others(bench, Others::kShutDown);
  bench.loop.run();
  EXPECT_EQ(lookup.outcome().calls, 1);
}

TEST_P(ContractOfCancel, WithItsLoopDestroyedALookupIsToldSo) {
  Bench bench(GetParam());
  Lookup &lookup = bench.start({});
  bench.loop.turn();
  const bool before = lookup.done();
  bench.loop.destroy();
  expect_contract(lookup, before ? GetParam().status : DNS_ESHUTDOWN);
  expect_others(bench, Others::kShutDown);
}

INSTANTIATE_TEST_SUITE_P(EveryEnding, ContractOfCancel, testing::ValuesIn(kEndings), ending_name);

}  // namespace
}  // namespace dns_cares_test
