// From a reply on the wire to an answer.
#include "records/answer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "records/message.h"

namespace dns_cares {
namespace {

using namespace std::string_literals;

std::string number(unsigned value) { return {static_cast<char>(value >> 8), static_cast<char>(value)}; }

std::string wire(const std::string &name) {
  const WireName result = to_wire_name(name);
  return {result.octets().begin(), result.octets().end()};
}

// A reply, put together record by record.
class Reply {
 public:
  explicit Reply(const std::string &name, unsigned type = DNS_TYPE_MX, unsigned flags = 0x8180)
      : flags_(flags), records_(wire(name) + number(type) + number(1)) {}

  Reply &answer(const std::string &owner, unsigned type, unsigned ttl, const std::string &data) {
    return add(0, wire(owner), type, 1, ttl, data);
  }
  Reply &soa(const std::string &owner, unsigned ttl, unsigned minimum) {
    return add(1, wire(owner), DNS_TYPE_SOA, 1, ttl,
               wire("ns.test") + wire("admin.test") + std::string(16, '\0') + number(minimum >> 16) + number(minimum));
  }
  Reply &additional(const std::string &owner, unsigned type, unsigned rrclass, unsigned ttl, const std::string &data) {
    return add(2, wire(owner), type, rrclass, ttl, data);
  }
  Reply &add(int section, const std::string &owner, unsigned type, unsigned rrclass, unsigned ttl,
             const std::string &data) {
    ++counts_[section];
    records_ += owner + number(type) + number(rrclass) + number(ttl >> 16) + number(ttl) +
                number(static_cast<unsigned>(data.size())) + data;
    return *this;
  }

  std::vector<unsigned char> message() const {
    const std::string all = number(1) + number(flags_) + number(1) + number(counts_[0]) + number(counts_[1]) +
                            number(counts_[2]) + records_;
    return {all.begin(), all.end()};
  }

 private:
  unsigned flags_;
  unsigned counts_[3] = {};
  std::string records_;
};

std::string mx(unsigned preference, const std::string &exchange) { return number(preference) + wire(exchange); }

// "status ttl end-of-chain", or "malformed".
std::string summary_of(const std::vector<unsigned char> &octets) {
  RecordMessage message;
  ReplySummary summary;
  if (!message.parse(octets) || !summarize(message, summary)) return "malformed";
  char name[DNS_NAME_SIZE];
  TextOut out(name, sizeof name);
  print_name(message.name_at(summary.canonical_name), out);
  out.finish();
  return std::string(dns_strerror(summary.status)) + ' ' + std::to_string(summary.ttl) + ' ' + name;
}
std::string summary_of(const Reply &reply) { return summary_of(reply.message()); }

std::string summary(int status, unsigned ttl, const char *name) {
  return std::string(dns_strerror(status)) + ' ' + std::to_string(ttl) + ' ' + name;
}

std::vector<std::string> printed(const dns_record *record) {
  std::vector<std::string> all;
  for (; record != nullptr; record = record->next) {
    char text[4096];
    dns_record_print(record, text, sizeof text);
    all.emplace_back(text);
  }
  return all;
}

using Texts = std::vector<std::string>;

TEST(ReplySummary, HasTheSmallestTtlOfTheRrset) {
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 15, 300, mx(1, "m.test")).answer("A.TEST", 15, 60, mx(2, "n"))),
            summary(DNS_OK, 60, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 15, 0x80000000, mx(1, "m"))), summary(DNS_OK, 0, "a.test."));
}

TEST(ReplySummary, FollowsTheChainInWhicheverOrder) {
  EXPECT_EQ(summary_of(Reply("a.test")
                           .answer("c.test", 15, 300, mx(1, "m"))
                           .answer("b.test", 5, 50, wire("c.test"))
                           .answer("a.test", 5, 100, wire("b.test"))
                           .answer("other.test", 15, 1, mx(1, "m"))),
            summary(DNS_OK, 50, "c.test."));
}

TEST(ReplySummary, OfACnameOrOfEverythingFollowsNone) {
  EXPECT_EQ(summary_of(Reply("a.test", DNS_TYPE_CNAME).answer("a.test", 5, 70, wire("b.test"))),
            summary(DNS_OK, 70, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test", DNS_TYPE_ANY).answer("a.test", 5, 70, wire("b.test"))),
            summary(DNS_OK, 70, "a.test."));
}

TEST(ReplySummary, TakesTheTtlOfADenialFromTheSoa) {
  EXPECT_EQ(summary_of(Reply("a.test").soa("test", 600, 60)), summary(DNS_ENODATA, 60, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test").soa("test", 30, 60)), summary(DNS_ENODATA, 30, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test").soa("b.test", 600, 60)), summary(DNS_ENODATA, 0, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test")), summary(DNS_ENODATA, 0, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test", 15, 0x8183).soa(".", 600, 60)), summary(DNS_ENOTFOUND, 60, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 5, 20, wire("b.test")).soa("test", 600, 60)),
            summary(DNS_ENODATA, 20, "b.test."));
}

TEST(ReplySummary, SaysWhatTheServerSaid) {
  EXPECT_EQ(summary_of(Reply("a.test", 15, 0x8182)), summary(DNS_ESERVFAIL, 0, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test", 15, 0x8185)), summary(DNS_EREFUSED, 0, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test", 15, 0x8181)), summary(DNS_EFORMERR, 0, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test", 15, 0x8184)), summary(DNS_ENOTIMP, 0, "a.test."));
  EXPECT_EQ(summary_of(Reply("a.test").additional(".", 41, 1232, 0x01000000, "")), summary(DNS_ESERVFAIL, 0, "a.test."))
      << "BADVERS: 16";
}

TEST(ReplySummary, CircleOfCnamesIsMalformed) {
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 5, 1, wire("b.test")).answer("b.test", 5, 1, wire("a.test"))),
            "malformed");
}

TEST(RecordMessage, IsMalformedWhereARecordIs) {
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 15, 1, "\0"s)), "malformed");
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 15, 1, mx(1, "m") + "more")), "malformed");
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 1, 1, "\1\2\3")), "malformed");
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 16, 1, "")), "malformed") << "no string at all";
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 65, 1, "\0\1\0\0\3\0\0\0\1\0\0"s)), "malformed")
      << "keys that do not go up";
  EXPECT_EQ(summary_of(Reply("a.test").add(0, wire("a.test"), 15, 3, 1, mx(1, "m"))), "malformed") << "another class";
}

TEST(RecordMessage, IsMalformedWhereItGoesOnBehindItsRecords) {
  auto octets = Reply("a.test").answer("a.test", 15, 1, mx(1, "m")).message();
  octets.push_back(0);
  EXPECT_EQ(summary_of(octets), "malformed");
}

// What nobody knows is in it, in which class ever.
TEST(RecordMessage, TakesWhateverIsInTheAdditionalSection) {
  EXPECT_EQ(summary_of(Reply("a.test").answer("a.test", 15, 9, mx(1, "m")).additional("k.test", 250, 255, 0, "sig")),
            summary(DNS_OK, 9, "a.test."));
}

const Reply kWhole = Reply("A.test", DNS_TYPE_MX, 0x85a0)
                         .answer("A.test", 5, 100, wire("b.test"))
                         .answer("b.test", 15, 60, mx(10, "m.test"))
                         .answer("b.test", 15, 60, number(20) + "\1n\xc0\x0e")  // compressed: n.test
                         .soa("test", 600, 5)
                         .additional("m.test", 1, 1, 30, "\300\0\2\1"s)
                         .additional(".", 41, 1232, 0, "");

TEST(Answer, HasAllSectionsOfTheReply) {
  const AnswerBlock answer = make_answer(kWhole.message(), 15, 60);
  ASSERT_NE(answer, nullptr);
  EXPECT_STREQ(answer->name, "A.test.");
  EXPECT_STREQ(answer->canonical_name, "b.test.");
  EXPECT_EQ(answer->type, 15);
  EXPECT_EQ(answer->rcode, 0);
  EXPECT_EQ(answer->flags, unsigned{DNS_ANSWER_AA | DNS_ANSWER_RD | DNS_ANSWER_RA | DNS_ANSWER_AD});
  EXPECT_EQ(answer->ttl, 60u);
  EXPECT_EQ(printed(answer->answers), (Texts{"A.test.\t100\tIN\tCNAME\tb.test.", "b.test.\t60\tIN\tMX\t10 m.test.",
                                             "b.test.\t60\tIN\tMX\t20 n.test."}));
  EXPECT_EQ(printed(answer->authority), Texts{"test.\t600\tIN\tSOA\tns.test. admin.test. 0 0 0 0 5"});
  EXPECT_EQ(printed(answer->additional), Texts{"m.test.\t30\tIN\tA\t192.0.2.1"});
}

TEST(Answer, TtlsCountDownWithItsOwn) {
  const AnswerBlock answer = make_answer(kWhole.message(), 15, 20);
  EXPECT_EQ(answer->ttl, 20u);
  EXPECT_EQ(printed(answer->answers), (Texts{"A.test.\t60\tIN\tCNAME\tb.test.", "b.test.\t20\tIN\tMX\t10 m.test.",
                                             "b.test.\t20\tIN\tMX\t20 n.test."}));
  EXPECT_EQ(answer->additional->ttl, 0u) << "and not below";
}

TEST(Answer, CopyOutlivesIt) {
  AnswerBlock answer = make_answer(kWhole.message(), 15, 60);
  dns_answer *const copy = dns_answer_dup(answer.get());
  const auto records = printed(answer->answers);
  answer.reset();
  dns_answer *const second = dns_answer_dup(copy);
  EXPECT_STREQ(copy->name, "A.test.");
  EXPECT_STREQ(copy->canonical_name, "b.test.");
  EXPECT_EQ(printed(copy->answers), records);
  dns_answer_free(copy);
  EXPECT_EQ(printed(second->answers), records);
  EXPECT_EQ(printed(second->authority).size(), 1u);
  EXPECT_EQ(printed(second->additional).size(), 1u);
  dns_answer_free(second);
  EXPECT_EQ(dns_answer_dup(nullptr), nullptr);
  dns_answer_free(nullptr);
}

TEST(Answer, MayBeMadeWithoutAsking) {
  const AnswerBlock denial = make_own_answer("a.test", DNS_TYPE_TXT, 3, {});
  EXPECT_STREQ(denial->name, "a.test.");
  EXPECT_STREQ(denial->canonical_name, "a.test.");
  EXPECT_EQ(denial->type, 16);
  EXPECT_EQ(denial->rcode, 3);
  EXPECT_EQ(denial->flags, 0u);
  EXPECT_EQ(denial->ttl, 0u);
  EXPECT_EQ(denial->answers, nullptr);
  EXPECT_EQ(denial->authority, nullptr);
  const unsigned char address[] = {192, 0, 2, 1};
  EXPECT_EQ(printed(make_own_answer("a.test", DNS_TYPE_A, 0, address)->answers), Texts{"a.test.\t0\tIN\tA\t192.0.2.1"});
}

// Each is in memory of its own, so that the sanitizers find what is read beyond it.
void take_apart(std::vector<unsigned char> octets) {
  octets.shrink_to_fit();
  const AnswerBlock answer = make_answer(octets, 15, 60);
  if (answer == nullptr) return;
  for (const dns_record *section : {answer->answers, answer->authority, answer->additional}) printed(section);
  dns_answer_free(dns_answer_dup(answer.get()));
}

TEST(Answer, IsNoneOfAReplyThatIsCutAnywhere) {
  const auto whole = kWhole.message();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<unsigned char> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(make_answer(cut, 15, 60), nullptr) << size << " octets";
  }
}

TEST(Answer, AnyOctetOfTheReplyMayBeAnyOther) {
  const auto whole = kWhole.message();
  for (std::size_t place = 0; place < whole.size(); ++place) {
    for (unsigned bit = 1; bit < 256; bit <<= 1) {
      auto changed = whole;
      changed[place] = static_cast<unsigned char>(changed[place] ^ bit);
      take_apart(std::move(changed));
    }
    for (const int value : {0x00, 0xff}) {
      auto changed = whole;
      changed[place] = static_cast<unsigned char>(value);
      take_apart(std::move(changed));
    }
  }
}

}  // namespace
}  // namespace dns_cares
