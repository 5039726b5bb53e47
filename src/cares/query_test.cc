#include "cares/query.h"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "records/message.h"

namespace dns_cares {
namespace {

class TestQuestion final : public Question {
 public:
  using Question::Question;
  void on_answer(Answer) noexcept override {}
};

TEST(QueryIds, NoTwoAreTheSame) {
  QueryIds ids;
  std::set<std::uint16_t> taken;
  for (int i = 0; i < 60000; ++i) {
    const auto id = ids.draw();
    ASSERT_TRUE(id);
    EXPECT_TRUE(taken.insert(*id).second) << *id;
  }
  EXPECT_FALSE(ids.draw()) << "hardly one is left";
  ids.give_back(*taken.begin());
  EXPECT_TRUE(ids.draw());
}

TEST(QueryIds, KnowsWhichAreTaken) {
  QueryIds ids;
  const std::uint16_t drawn = *ids.draw();
  const auto other = static_cast<std::uint16_t>(drawn + 1);
  EXPECT_TRUE(ids.is_taken(drawn));
  EXPECT_FALSE(ids.is_taken(other));
  ids.take(other);
  ids.give_back(drawn);
  EXPECT_FALSE(ids.is_taken(drawn));
  EXPECT_TRUE(ids.is_taken(other));
}

TEST(QueryIds, OneThatWasGivenBackMayComeAgain) {
  QueryIds ids;
  for (int i = 0; i < 200000; ++i) {
    const auto id = ids.draw();
    ASSERT_TRUE(id);
    ids.give_back(*id);
  }
}

// Each bit of half of them, within what chance does once in a billion times.
TEST(QueryIds, AreRandom) {
  constexpr int kMany = 20000;
  QueryIds ids;
  int ones[16] = {};
  for (int i = 0; i < kMany; ++i) {
    const std::uint16_t id = *ids.draw();
    ids.give_back(id);
    for (int bit = 0; bit < 16; ++bit) ones[bit] += id >> bit & 1;
  }
  for (const int count : ones) {
    EXPECT_GT(count, kMany / 2 - 450);
    EXPECT_LT(count, kMany / 2 + 450);
  }
}

TEST(QueryMessage, AsksWithRecursionAndEdns) {
  const TestQuestion question("a\\.b.test", RRType::kAAAA);
  const QueryMessage query(question, 0x1234, 1232);
  ns_msg message;
  ASSERT_EQ(ns_initparse(query.octets().data(), static_cast<int>(query.octets().size()), &message), 0);
  EXPECT_EQ(ns_msg_id(message), 0x1234);
  EXPECT_EQ(ns_msg_getflag(message, ns_f_rd), 1);
  EXPECT_EQ(ns_msg_getflag(message, ns_f_qr), 0);
  ns_rr rr;
  ASSERT_EQ(ns_parserr(&message, ns_s_qd, 0, &rr), 0);
  EXPECT_STREQ(ns_rr_name(rr), "a\\.b.test");
  EXPECT_EQ(ns_rr_type(rr), ns_t_aaaa);
  EXPECT_EQ(ns_rr_class(rr), ns_c_in);
  ASSERT_EQ(ns_parserr(&message, ns_s_ar, 0, &rr), 0);
  EXPECT_EQ(ns_rr_type(rr), ns_t_opt);
  EXPECT_EQ(ns_rr_class(rr), 1232);
  EXPECT_EQ(ns_rr_ttl(rr), 0u);
}

TEST(QueryMessage, AsksWithoutEdnsToo) {
  const QueryMessage query(TestQuestion("a.test", RRType::kA), 1, 0);
  RecordMessage message;
  ASSERT_TRUE(message.parse(query.octets()));
  EXPECT_TRUE(message.opt().empty());
}

TEST(QueryMessage, AsksForTheRoot) {
  const QueryMessage query(TestQuestion(".", whole_reply_for(2)), 1, 0);
  RecordMessage message;
  ASSERT_TRUE(message.parse(query.octets()));
  EXPECT_TRUE(message.name_at(message.name()).is_root());
  EXPECT_EQ(message.type(), 2);
}

TEST(QueryMessage, LongestNameFits) {
  const std::string label(63, 'x');
  const std::string name = label + '.' + label + '.' + label + '.' + std::string(61, 'y');
  const QueryMessage query(TestQuestion(name, whole_reply_for(16)), 1, 1232);
  RecordMessage message;
  ASSERT_TRUE(message.parse(query.octets()));
  EXPECT_EQ(message.type(), 16);
  EXPECT_EQ(query.octets().size(), 12u + 255 + 4 + 11);
}

}  // namespace
}  // namespace dns_cares
