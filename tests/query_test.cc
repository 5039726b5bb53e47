// Records of every type: dns_query().
#include <dns_cares/inspect.h>
#include <dns_cares/records.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "loop.h"

namespace dns_cares_test {
namespace {

using namespace dns_testkit;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> printed(const dns_record *record) {
  std::vector<std::string> all;
  for (; record != nullptr; record = record->next) {
    std::string text(static_cast<std::size_t>(dns_record_print(record, nullptr, 0)), '\0');
    dns_record_print(record, text.data(), text.size() + 1);
    std::replace(text.begin(), text.end(), '\t', ' ');
    all.push_back(text);
  }
  return all;
}

// A query, and how it ended.
struct Query {
  int calls = 0;
  int status = -1;
  bool started = false;
  bool before_start_returned = false;
  bool had_answer = false;
  std::string name, canonical_name;
  int type = 0;
  unsigned rcode = 0;
  unsigned flags = 0;
  unsigned ttl = 0;
  std::vector<std::string> answers, authority, additional;
  dns_result_info info{};
  std::string server;
  std::string extended_text;
  dns_request *request = nullptr;
  struct ev_loop *loop = nullptr;
  std::function<void(Query &)> reaction;

  static void on_answer(int status, const dns_answer *answer, void *arg) {
    auto &self = *static_cast<Query *>(arg);
    ++self.calls;
    self.status = status;
    self.before_start_returned = !self.started;
    self.had_answer = answer != nullptr;
    self.info.size = sizeof self.info;
    const bool is_told = dns_get_result_info(self.loop, &self.info) == DNS_OK;
    EXPECT_EQ(is_told, status != DNS_ESHUTDOWN) << "the context is no longer the loop's";
    if (self.info.server != nullptr) self.server = self.info.server;
    if (self.info.extended_text != nullptr) self.extended_text = self.info.extended_text;
    if (answer != nullptr) self.note(*answer);
    if (self.reaction) self.reaction(self);
  }
  void note(const dns_answer &answer) {
    name = answer.name;
    canonical_name = answer.canonical_name;
    type = answer.type;
    rcode = answer.rcode;
    flags = answer.flags;
    ttl = answer.ttl;
    answers = printed(answer.answers);
    authority = printed(answer.authority);
    additional = printed(answer.additional);
  }
};

class QueryTest : public testing::Test {
 protected:
  QueryTest() {
    server_.on("a.test", "MX",
               records({"@ 60 IN MX 10 m1.test.", "@ 60 IN MX 20 m2.test."})
                   .authority({"test. 300 IN NS ns.test."})
                   .additional({"m1.test. 30 IN A 192.0.2.1"}));
    server_.on("none.test", "ANY", nxdomain());
    server_.on("empty.test", "ANY", nodata());
  }
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(), change), DNS_OK);
  }
  Query &start(const char *name, int type, unsigned flags = 0, unsigned deadline_ms = 0,
               std::function<void(Query &)> reaction = {}) {
    Query &query = queries_.emplace_back();
    query.loop = loop_.get();
    query.reaction = std::move(reaction);
    query.request = dns_query(loop_.get(), name, type, flags, deadline_ms, Query::on_answer, &query);
    EXPECT_NE(query.request, nullptr);
    query.started = true;
    return query;
  }
  Query &query(const char *name, int type, unsigned flags = 0, unsigned deadline_ms = 0) {
    Query &query = start(name, type, flags, deadline_ms);
    loop_.run();
    EXPECT_EQ(query.calls, 1);
    EXPECT_FALSE(query.before_start_returned);
    return query;
  }
  dns_stats stats() {
    dns_stats stats{};
    stats.size = sizeof stats;
    EXPECT_EQ(dns_get_stats(loop_.get(), &stats), DNS_OK);
    return stats;
  }

  Server server_;
  Loop loop_;
  std::deque<Query> queries_;
};

TEST_F(QueryTest, GivesTheWholeReply) {
  init();
  const Query &mx = query("A.test", DNS_TYPE_MX);
  EXPECT_EQ(mx.status, DNS_OK);
  EXPECT_EQ(mx.name, "a.test.");
  EXPECT_EQ(mx.canonical_name, "a.test.");
  EXPECT_EQ(mx.type, DNS_TYPE_MX);
  EXPECT_EQ(mx.rcode, 0u);
  EXPECT_EQ(mx.flags, unsigned{DNS_ANSWER_RD | DNS_ANSWER_RA});
  EXPECT_EQ(mx.ttl, 60u);
  EXPECT_THAT(mx.answers, ElementsAre("a.test. 60 IN MX 10 m1.test.", "a.test. 60 IN MX 20 m2.test."));
  EXPECT_THAT(mx.authority, ElementsAre("test. 300 IN NS ns.test."));
  EXPECT_THAT(mx.additional, ElementsAre("m1.test. 30 IN A 192.0.2.1"));
  EXPECT_EQ(mx.info.source, DNS_SOURCE_SERVER);
  EXPECT_EQ(mx.info.queries, 1u);
  EXPECT_EQ(mx.server, server_.address());
  EXPECT_EQ(mx.info.ttl_s, 60u);
}

TEST_F(QueryTest, TakesTheNameAsAbsolute) {
  const TempFile resolv_conf("search test\n");
  server_.on("a", "ANY", nxdomain());
  init([&](dns_options &options) { options.resolv_conf = resolv_conf.path(); });
  EXPECT_EQ(query("a", DNS_TYPE_MX).status, DNS_ENOTFOUND);
  EXPECT_EQ(query("a.test.", DNS_TYPE_MX).status, DNS_OK);
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(QueryTest, AppliesTheSearchListWhenAskedTo) {
  const TempFile resolv_conf("search none.example test\n");
  server_.otherwise(nxdomain());
  init([&](dns_options &options) { options.resolv_conf = resolv_conf.path(); });
  const Query &mx = query("a", DNS_TYPE_MX, DNS_QUERY_SEARCH);
  EXPECT_EQ(mx.status, DNS_OK);
  EXPECT_EQ(mx.name, "a.test.");
  EXPECT_STREQ(query("a", DNS_TYPE_MX, DNS_QUERY_SEARCH).name.c_str(), "a.test.") << "from the cache";
  const Query &none = query("b", DNS_TYPE_MX, DNS_QUERY_SEARCH);
  EXPECT_EQ(none.status, DNS_ENOTFOUND);
  EXPECT_TRUE(none.had_answer);
}

TEST_F(QueryTest, FollowsCnames) {
  server_.on("alias.test", "TXT", records({"@ 90 IN CNAME b.test.", "b.test. 40 IN TXT \"text\""}));
  init();
  const Query &txt = query("alias.test", DNS_TYPE_TXT);
  EXPECT_EQ(txt.status, DNS_OK);
  EXPECT_EQ(txt.canonical_name, "b.test.");
  EXPECT_EQ(txt.ttl, 40u);
  EXPECT_THAT(txt.answers, ElementsAre("alias.test. 90 IN CNAME b.test.", "b.test. 40 IN TXT \"text\""));
}

TEST_F(QueryTest, AsksForTheRootToo) {
  server_.on(".", "NS", records({"@ 60 IN NS ns.test."}));
  init();
  EXPECT_THAT(query(".", DNS_TYPE_NS).answers, ElementsAre(". 60 IN NS ns.test."));
}

TEST_F(QueryTest, AsksForAnyType) {
  server_.on("a.test", "TYPE65280", records({"@ 60 IN TYPE65280 \\# 4 0a000001"}));
  server_.on("a.test", "ANY", records({"@ 60 IN TXT \"one\"", "@ 50 IN A 192.0.2.1"}));
  init();
  EXPECT_THAT(query("a.test", 65280).answers, ElementsAre("a.test. 60 IN TYPE65280 \\# 4 0a000001"));
  const Query &any = query("a.test", DNS_TYPE_ANY);
  EXPECT_EQ(any.status, DNS_OK);
  EXPECT_EQ(any.ttl, 50u);
  EXPECT_THAT(any.answers, SizeIs(2));
}

TEST_F(QueryTest, IsNotAskedForWhatIsNoTypeOfRecords) {
  init();
  for (const int type : {-1, 0, 41, 128, 250, 252, 254, 65536}) {
    EXPECT_EQ(query("a.test", type).status, DNS_EBADFLAGS) << type;
  }
  EXPECT_EQ(query("a.test", DNS_TYPE_MX, 0x8000).status, DNS_EBADFLAGS);
  EXPECT_EQ(query("a..test", DNS_TYPE_MX).status, DNS_EBADNAME);
  EXPECT_EQ(query("", DNS_TYPE_MX).status, DNS_EBADNAME);
  EXPECT_EQ(query(nullptr, DNS_TYPE_MX).status, DNS_EBADNAME);
  EXPECT_EQ(server_.queries(), 0u);
  EXPECT_EQ(dns_query(loop_.get(), "a.test", DNS_TYPE_MX, 0, 0, nullptr, nullptr), nullptr);
}

TEST_F(QueryTest, SaysWhatNoServerIsToHearOf) {
  init();
  EXPECT_THAT(query("localhost", DNS_TYPE_A).answers, ElementsAre("localhost. 0 IN A 127.0.0.1"));
  EXPECT_THAT(query("x.localhost.", DNS_TYPE_AAAA).answers, ElementsAre("x.localhost. 0 IN AAAA ::1"));
  const Query &mx = query("localhost", DNS_TYPE_MX);
  EXPECT_EQ(mx.status, DNS_ENODATA);
  EXPECT_TRUE(mx.had_answer);
  EXPECT_EQ(mx.info.source, DNS_SOURCE_LOCAL);
  const Query &invalid = query("a.invalid", DNS_TYPE_MX);
  EXPECT_EQ(invalid.status, DNS_ENOTFOUND);
  EXPECT_EQ(invalid.rcode, 3u);
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(QueryTest, IsAnsweredFromTheCacheWithTtlsThatCountDown) {
  server_.on("a.test", "MX", records({"@ 60 IN MX 10 m1.test.", "@ 70 IN MX 20 m2.test."}).after(10ms));
  init();
  query("a.test", DNS_TYPE_MX);
  loop_.run_until([stopwatch = Stopwatch()] { return stopwatch.ms() > 1100; });
  const Query &again = query("A.TEST.", DNS_TYPE_MX);
  EXPECT_EQ(again.status, DNS_OK);
  EXPECT_EQ(again.info.source, DNS_SOURCE_CACHE);
  ASSERT_LT(again.ttl, 60u);
  EXPECT_THAT(again.answers, ElementsAre("a.test. " + std::to_string(again.ttl) + " IN MX 10 m1.test.",
                                         "a.test. " + std::to_string(again.ttl + 10) + " IN MX 20 m2.test."));
  EXPECT_EQ(server_.queries(), 1u);
  EXPECT_EQ(stats().cache_hits, 1u);
}

TEST_F(QueryTest, IsAnotherForEachType) {
  server_.on("a.test", "TXT", records({"@ 60 IN TXT \"one\""}));
  init();
  query("a.test", DNS_TYPE_MX);
  EXPECT_EQ(query("a.test", DNS_TYPE_TXT).status, DNS_OK);
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(QueryTest, SharesOneThatIsOnItsWay) {
  init();
  for (int i = 0; i < 10; ++i) start("a.test", DNS_TYPE_MX);
  loop_.run();
  for (const Query &query : queries_) EXPECT_THAT(query.answers, SizeIs(2));
  EXPECT_EQ(server_.queries(), 1u);
  EXPECT_EQ(stats().coalesced, 9u);
  EXPECT_EQ(stats().lookups, 10u);
}

TEST_F(QueryTest, WaitsForItsTurn) {
  server_.on("*.test", "TXT", records({"@ 60 IN TXT \"one\""}).after(5ms));
  init([](dns_options &options) { options.max_inflight = 2; });
  for (int i = 0; i < 20; ++i) start((std::to_string(i) + ".test").c_str(), DNS_TYPE_TXT);
  std::uint64_t most = 0;
  while (stats().outstanding > 0) {
    loop_.turn();
    most = std::max(most, stats().in_flight);
  }
  for (const Query &query : queries_) EXPECT_EQ(query.status, DNS_OK);
  EXPECT_EQ(most, 2u);
}

TEST_F(QueryTest, OfAddressesIsWholeAndApartFromLookups) {
  server_.on("b.test", "A", records({"@ 90 IN CNAME c.test.", "c.test. 60 IN A 192.0.2.1"}));
  init();
  const Lookup &lookup = loop_.resolve("b.test", {.family = AF_INET});
  loop_.run();
  EXPECT_EQ(lookup.status(), DNS_OK);
  const Query &a = query("b.test", DNS_TYPE_A);
  EXPECT_THAT(a.answers, ElementsAre("b.test. 90 IN CNAME c.test.", "c.test. 60 IN A 192.0.2.1"));
  EXPECT_EQ(a.info.source, DNS_SOURCE_SERVER);
  const Lookup &again = loop_.resolve("b.test", {.family = AF_INET});
  loop_.run();
  EXPECT_THAT(again.addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(QueryTest, GivesTheReplyThatDeniesTheNameOrTheType) {
  init();
  for (int round = 0; round < 2; ++round) {  // the second one from the cache
    const Query &none = query("none.test", DNS_TYPE_MX);
    EXPECT_EQ(none.status, DNS_ENOTFOUND);
    EXPECT_EQ(none.rcode, 3u);
    EXPECT_THAT(none.authority, SizeIs(1));
    EXPECT_THAT(none.answers, IsEmpty());
    const Query &empty = query("empty.test", DNS_TYPE_MX);
    EXPECT_EQ(empty.status, DNS_ENODATA);
    EXPECT_EQ(empty.rcode, 0u);
    EXPECT_EQ(empty.ttl, kDefaultTtl);
    EXPECT_THAT(empty.authority, SizeIs(1));
  }
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(QueryTest, NameThatDoesNotExistHasNoOtherTypeEither) {
  init();
  query("none.test", DNS_TYPE_MX);
  const Query &txt = query("none.test", DNS_TYPE_TXT);
  EXPECT_EQ(txt.status, DNS_ENOTFOUND);
  EXPECT_EQ(txt.type, DNS_TYPE_TXT);
  EXPECT_THAT(txt.authority, SizeIs(1));
  const Lookup &lookup = loop_.resolve("none.test");
  loop_.run();
  EXPECT_EQ(lookup.status(), DNS_ENOTFOUND);
  EXPECT_EQ(server_.queries(), 1u);
}

TEST_F(QueryTest, NameThatIsKnownFromALookupNotToExistHasAnAnswerWithoutRecords) {
  init();
  loop_.resolve("none.test", {.family = AF_INET});
  loop_.run();
  const Query &mx = query("none.test", DNS_TYPE_MX);
  EXPECT_EQ(mx.status, DNS_ENOTFOUND);
  ASSERT_TRUE(mx.had_answer);
  EXPECT_EQ(mx.rcode, 3u);
  EXPECT_EQ(mx.name, "none.test.");
  EXPECT_THAT(mx.authority, IsEmpty());
  EXPECT_EQ(server_.queries(), 1u);
}

TEST_F(QueryTest, IsForgottenWithItsName) {
  init();
  query("a.test", DNS_TYPE_MX);
  dns_cache_forget(loop_.get(), "a.test");
  EXPECT_EQ(query("a.test", DNS_TYPE_MX).info.source, DNS_SOURCE_SERVER);
}

TEST_F(QueryTest, FailuresHaveNoAnswer) {
  server_.on("servfail.test", "ANY", servfail().extended_error(22, "no authority"));
  server_.on("refused.test", "ANY", refused());
  server_.on("notimp.test", "ANY", notimp());
  server_.on("formerr.test", "ANY", formerr());
  server_.on("badkey.test", "ANY", rcode(17));
  init();
  EXPECT_EQ(query("servfail.test", DNS_TYPE_MX).status, DNS_ESERVFAIL);
  EXPECT_EQ(queries_.back().info.extended_error, 22);
  EXPECT_EQ(queries_.back().extended_text, "no authority");
  EXPECT_EQ(query("refused.test", DNS_TYPE_MX).status, DNS_EREFUSED);
  EXPECT_EQ(query("notimp.test", DNS_TYPE_MX).status, DNS_ENOTIMP);
  EXPECT_EQ(query("formerr.test", DNS_TYPE_MX).status, DNS_EFORMERR);
  EXPECT_EQ(query("badkey.test", DNS_TYPE_MX).status, DNS_ESERVFAIL);
  for (const Query &query : queries_) EXPECT_FALSE(query.had_answer);
}

TEST_F(QueryTest, TellsTheExtendedErrorOfAReply) {
  server_.on("a.test", "TXT", records({"@ 60 IN TXT \"one\""}).extended_error(3, "stale"));
  init();
  const Query &txt = query("a.test", DNS_TYPE_TXT);
  EXPECT_EQ(txt.status, DNS_OK);
  EXPECT_EQ(txt.info.extended_error, 3);
  EXPECT_EQ(txt.extended_text, "stale");
  EXPECT_THAT(txt.additional, IsEmpty()) << "the OPT record is none";
}

TEST_F(QueryTest, ComesByTcpWhenItDoesNotFitADatagram) {
  std::vector<std::string> many;
  for (int i = 0; i < 30; ++i) many.push_back("@ 60 IN TXT \"" + std::to_string(i) + std::string(200, 'x') + "\"");
  server_.on("big.test", "TXT", records(many));
  server_.on("cut.test", "MX", {records({"@ 60 IN MX 1 m.test."}).truncated(), records({"@ 60 IN MX 1 m.test."})});
  init();
  const Query &big = query("big.test", DNS_TYPE_TXT);
  EXPECT_EQ(big.status, DNS_OK);
  EXPECT_THAT(big.answers, SizeIs(30));
  EXPECT_TRUE(big.flags & DNS_ANSWER_TC);
  EXPECT_TRUE(query("cut.test", DNS_TYPE_MX).flags & DNS_ANSWER_TC);
  EXPECT_TRUE(query("cut.test", DNS_TYPE_MX).flags & DNS_ANSWER_TC) << "from the cache";
  EXPECT_EQ(server_.tcp_queries(), 2u);
  EXPECT_EQ(stats().truncations, 2u);
}

TEST_F(QueryTest, ReplyAfterReplyOverOneConnection) {
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back("@ 60 IN TXT \"" + std::to_string(i) + std::string(200, 'x') + "\"");
  server_.on("*.test", "TXT", records(many));
  init([](dns_options &options) { options.timeout_ms = options.deadline_ms = 60'000; });
  for (int i = 0; i < 100; ++i) start((std::to_string(i) + ".test").c_str(), DNS_TYPE_TXT);
  loop_.run();
  for (int i = 0; i < 100; ++i) {
    ASSERT_THAT(queries_[static_cast<std::size_t>(i)].answers, SizeIs(20));
    EXPECT_EQ(queries_[static_cast<std::size_t>(i)].answers[0].substr(0, 9),
              (std::to_string(i) + ".test. 60").substr(0, 9));
  }
}

// Both as c-ares's releases see them: none of these can be taken apart by all of them.
TEST_F(QueryTest, GivesTextsThatAreNotAscii) {
  server_.on("a.test", "NAPTR", records({"@ 60 IN NAPTR 1 2 \"u\" \"\\195\\188\" \"!^.*$!\\195\\164!\" ."}));
  server_.on("a.test", "HINFO", records({"@ 60 IN HINFO \"\\000\" \"\\255\""}));
  init();
  EXPECT_THAT(query("a.test", DNS_TYPE_NAPTR).answers,
              ElementsAre("a.test. 60 IN NAPTR 1 2 \"u\" \"\\195\\188\" \"!^.*$!\\195\\164!\" ."));
  EXPECT_THAT(query("a.test", DNS_TYPE_HINFO).answers, ElementsAre("a.test. 60 IN HINFO \"\\000\" \"\\255\""));
}

TEST_F(QueryTest, MalformedReplyIsNoAnswer) {
  // A reply to the query for a.test, of which the MX record has one octet of data.
  const auto malformed = garbage({0, 0, 0x81, 0x80, 0, 1,    0,  1, 0,  0, 0, 0, 1, 'a', 4,  't', 'e', 's', 't',
                                  0, 0, 15,   0,    1, 0xc0, 12, 0, 15, 0, 1, 0, 0, 0,   60, 0,   1,   0})
                             .right_id();
  server_.on("a.test", "MX", malformed);
  init();
  const Query &mx = query("a.test", DNS_TYPE_MX);
  EXPECT_EQ(mx.status, DNS_EBADRESP);
  EXPECT_FALSE(mx.had_answer);
}

TEST_F(QueryTest, MalformedReplyOverTcpIsNoAnswer) {
  const auto malformed = garbage({0, 0, 0x81, 0x80, 0, 1,    0,  1, 0,  0, 0, 0, 1, 'a', 4,  't', 'e', 's', 't',
                                  0, 0, 15,   0,    1, 0xc0, 12, 0, 15, 0, 1, 0, 0, 0,   60, 0,   1,   0})
                             .right_id();
  server_.on("a.test", "MX", {records({"@ 60 IN MX 1 m.test."}).truncated(), malformed});
  init();
  EXPECT_EQ(query("a.test", DNS_TYPE_MX).status, DNS_EBADRESP);
}

TEST_F(QueryTest, CircleOfCnamesIsNoAnswer) {
  server_.on("a.test", "TXT", records({"@ 60 IN CNAME b.test.", "b.test. 60 IN CNAME a.test."}));
  init();
  EXPECT_EQ(query("a.test", DNS_TYPE_TXT).status, DNS_EBADRESP);
}

TEST_F(QueryTest, ForgedReplyDoesNotEndIt) {
  server_.on("a.test", "MX", records({"@ 60 IN MX 10 m1.test."}).after(30ms));
  server_.on("a.test", "TXT", {records({"@ 60 IN TXT \"forged\""}).wrong_id(), records({"@ 60 IN TXT \"right\""})});
  server_.on("b.test", "TXT",
             {records({"@ 60 IN TXT \"forged\""}).wrong_question(), records({"@ 60 IN TXT \"right\""})});
  init();
  EXPECT_THAT(query("a.test", DNS_TYPE_TXT).answers, ElementsAre("a.test. 60 IN TXT \"right\""));
  EXPECT_THAT(query("b.test", DNS_TYPE_TXT).answers, ElementsAre("b.test. 60 IN TXT \"right\""));
}

TEST_F(QueryTest, EndsByItsDeadline) {
  server_.on("slow.test", "ANY", drop());
  init([](dns_options &options) { options.timeout_ms = 5000; });
  const Stopwatch stopwatch;
  const Query &slow = query("slow.test", DNS_TYPE_MX, 0, 50);
  EXPECT_EQ(slow.status, DNS_ETIMEOUT);
  EXPECT_FALSE(slow.had_answer);
  EXPECT_LT(stopwatch.ms(), 4000);
}

TEST_F(QueryTest, CancelIsFinal) {
  init();
  Query &never = start("a.test", DNS_TYPE_MX);
  Query &other = start("a.test", DNS_TYPE_MX);
  dns_cancel(never.request);
  loop_.run();
  EXPECT_EQ(never.calls, 0);
  EXPECT_EQ(other.status, DNS_OK);
  EXPECT_EQ(stats().cancelled, 1u);
}

TEST_F(QueryTest, CallbackMayStartCancelAndShutDown) {
  init();
  Query &victim = start("victim.test", DNS_TYPE_MX);
  start("a.test", DNS_TYPE_MX, 0, 0, [&](Query &self) {
    dns_cancel(self.request);  // Its own callback runs: nothing happens.
    dns_cancel(victim.request);
    start("a.test", DNS_TYPE_MX, 0, 0, [&](Query &) { loop_.shut_down(); });
  });
  loop_.run();
  EXPECT_EQ(victim.calls, 0);
  EXPECT_EQ(queries_[1].calls, 1);
  EXPECT_EQ(queries_[2].status, DNS_OK);
  EXPECT_FALSE(queries_[2].before_start_returned);
}

TEST_F(QueryTest, ShutdownEndsIt) {
  server_.on("slow.test", "ANY", drop());
  init();
  const Query &slow = start("slow.test", DNS_TYPE_MX);
  loop_.turn();
  loop_.shut_down();
  EXPECT_EQ(slow.calls, 1);
  EXPECT_EQ(slow.status, DNS_ESHUTDOWN);
  EXPECT_FALSE(slow.had_answer);
}

TEST_F(QueryTest, StaleAnswersServeWhenTheServersDoNot) {
  server_.on("a.test", "TXT", {records({"@ 1 IN TXT \"one\""}), servfail()});
  init([](dns_options &options) { options.max_stale_s = 60; });
  query("a.test", DNS_TYPE_TXT);
  loop_.run_until([stopwatch = Stopwatch()] { return stopwatch.ms() > 1100; });
  const Query &stale = query("a.test", DNS_TYPE_TXT);
  EXPECT_EQ(stale.status, DNS_OK);
  EXPECT_EQ(stale.info.source, DNS_SOURCE_STALE);
  EXPECT_THAT(stale.answers, SizeIs(1));
}

TEST_F(QueryTest, AnswerMayBeKept) {
  init();
  dns_answer *kept = nullptr;
  dns_query(
      loop_.get(), "a.test", DNS_TYPE_MX, 0, 0,
      [](int, const dns_answer *answer, void *arg) { *static_cast<dns_answer **>(arg) = dns_answer_dup(answer); },
      &kept);
  loop_.run();
  loop_.destroy();
  ASSERT_NE(kept, nullptr);
  dns_mx mx;
  ASSERT_EQ(dns_record_mx(kept->answers, &mx), DNS_OK);
  EXPECT_STREQ(mx.exchange, "m1.test.");
  dns_answer_free(kept);
}

}  // namespace
}  // namespace dns_cares_test
