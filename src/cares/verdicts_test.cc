#include "cares/verdicts.h"

#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

constexpr std::uint16_t kId = 0x1234;

class TestQuestion final : public Question {
 public:
  TestQuestion(std::string_view of_name, RRType of_type, std::optional<std::uint16_t> with_id)
      : Question(of_name, of_type) {
    id = with_id;
  }
  void on_answer(Answer) noexcept override {}
};

using Message = std::vector<unsigned char>;

const ServerAddress kServer = {Address::v4({0x0100007f}), 5353};

// A name of plain labels as on the wire.
void append_name(Message &message, std::string_view name) {
  while (!name.empty()) {
    const std::string_view label = name.substr(0, name.find('.'));
    message.push_back(static_cast<unsigned char>(label.size()));
    message.insert(message.end(), label.begin(), label.end());
    name.remove_prefix(label.size() < name.size() ? label.size() + 1 : label.size());
  }
  message.push_back(0);
}

Message reply(std::string_view name, RRType type, unsigned rcode, std::uint16_t id = kId) {
  Message message = {static_cast<unsigned char>(id >> 8),
                     static_cast<unsigned char>(id),
                     0x81,
                     static_cast<unsigned char>(0x80 | rcode),
                     0,
                     1,
                     0,
                     0,
                     0,
                     0,
                     0,
                     0};
  append_name(message, name);
  const auto number = static_cast<unsigned>(type);
  for (const unsigned octet : {number >> 8, number & 0xff, 0U, 1U}) {
    message.push_back(static_cast<unsigned char>(octet));
  }
  return message;
}

class VerdictsTest : public testing::Test {
 protected:
  // In a block of just its size, so that a read past its end is seen.
  void note_octets(const Message &message, bool well_formed = true) {
    const auto block = std::make_unique<unsigned char[]>(message.size());
    std::copy(message.begin(), message.end(), block.get());
    RecordMessage parsed;
    if (well_formed) parsed.parse({block.get(), message.size()});
    verdicts_.note({block.get(), message.size()}, well_formed ? &parsed : nullptr, kServer);
  }
  void note(std::string_view name, unsigned rcode, RRType type = RRType::kA, std::uint16_t id = kId) {
    note_octets(reply(name, type, rcode, id));
  }
  std::optional<int> take(const std::string &name, RRType type = RRType::kA, std::optional<std::uint16_t> id = kId) {
    const auto verdict = verdicts_.take(TestQuestion(name, type, id));
    if (!verdict) return std::nullopt;
    EXPECT_EQ(verdict->server, kServer);
    return verdict->status;
  }

  Verdicts verdicts_;
};

TEST_F(VerdictsTest, NothingWasSaidAtFirst) {
  EXPECT_TRUE(verdicts_.empty());
  EXPECT_EQ(take("a.test"), std::nullopt);
}

TEST_F(VerdictsTest, WhatWasSaidIsTakenOutOnce) {
  note("a.test", ns_r_servfail);
  EXPECT_FALSE(verdicts_.empty());
  EXPECT_EQ(take("a.test"), DNS_ESERVFAIL);
  EXPECT_EQ(take("a.test"), std::nullopt);
  EXPECT_TRUE(verdicts_.empty());
}

TEST_F(VerdictsTest, OnlyCodesThatMakeCaresTryElsewhereAreNoted) {
  for (unsigned rcode = 0; rcode < 16; ++rcode) {
    note("a.test", rcode);
    std::optional<int> expected;
    if (rcode == ns_r_servfail) expected = DNS_ESERVFAIL;
    if (rcode == ns_r_notimpl) expected = DNS_ENOTIMP;
    if (rcode == ns_r_refused) expected = DNS_EREFUSED;
    EXPECT_EQ(take("a.test"), expected) << rcode;
  }
}

TEST_F(VerdictsTest, MalformedReplyIsNotedWhateverItsCode) {
  for (unsigned rcode = 0; rcode < 16; ++rcode) {
    note_octets(reply("a.test", RRType::kA, rcode), false);
    EXPECT_EQ(take("a.test"), DNS_EBADRESP) << rcode;
  }
}

TEST_F(VerdictsTest, ReplyWithAnotherCodeLeavesWhatWasNoted) {
  note("a.test", ns_r_refused);
  note("a.test", ns_r_noerror);
  EXPECT_EQ(take("a.test"), DNS_EREFUSED);
}

TEST_F(VerdictsTest, WhatWasSaidLastCounts) {
  note("a.test", ns_r_servfail);
  note("a.test", ns_r_refused);
  EXPECT_EQ(take("a.test"), DNS_EREFUSED);
  EXPECT_EQ(take("a.test"), std::nullopt);
}

TEST_F(VerdictsTest, EachQueryHasItsOwn) {
  note("a.test", ns_r_servfail, RRType::kA, 1);
  note("b.test", ns_r_refused, RRType::kA, 2);
  note("a.test", ns_r_notimpl, RRType::kAAAA, 3);
  EXPECT_EQ(take("a.test", RRType::kAAAA, 3), DNS_ENOTIMP);
  EXPECT_EQ(take("a.test", RRType::kA, 1), DNS_ESERVFAIL);
  EXPECT_EQ(take("b.test", RRType::kA, 2), DNS_EREFUSED);
  EXPECT_TRUE(verdicts_.empty());
}

TEST_F(VerdictsTest, WhatWasSaidToAnotherQuestionDoesNotCount) {
  for (const char *name : {"test", "a.a.test", "a", "b.test"}) {
    note("a.test", ns_r_servfail);
    EXPECT_EQ(take(name), std::nullopt) << name;
  }
  note("a.test", ns_r_servfail);
  EXPECT_EQ(take("a.test", RRType::kAAAA), std::nullopt);
}

// Only who knows a query's id can have answered it.
TEST_F(VerdictsTest, WhatWasSaidUnderAnotherIdDoesNotCount) {
  note("a.test", ns_r_servfail, RRType::kA, kId + 1);
  EXPECT_EQ(take("a.test"), std::nullopt);
  EXPECT_EQ(take("a.test", RRType::kA, std::nullopt), std::nullopt) << "not even asked";
}

TEST_F(VerdictsTest, CaseDoesNotMatter) {
  note("A.TeSt", ns_r_servfail);
  EXPECT_EQ(take("a.tEsT"), DNS_ESERVFAIL);
  note("a.test", ns_r_servfail);
  EXPECT_EQ(take("A.TEST"), DNS_ESERVFAIL);
}

TEST_F(VerdictsTest, OnlyLettersHaveACase) {
  note("a[.test", ns_r_servfail);
  EXPECT_EQ(take("a{.test"), std::nullopt);
  note("a[.test", ns_r_servfail);
  EXPECT_EQ(take("a[.test"), DNS_ESERVFAIL);
  note("a@.test", ns_r_servfail);
  EXPECT_EQ(take("a`.test"), std::nullopt);
}

TEST_F(VerdictsTest, EscapedDotIsPartOfItsLabel) {
  Message message = {kId >> 8, kId & 0xff, 0x81, 0x82, 0, 1, 0, 0, 0, 0, 0, 0};
  for (const char c : std::string_view("\3a.b\4test\0\0\1\0\1", 14)) message.push_back(static_cast<unsigned char>(c));
  note_octets(message);
  EXPECT_EQ(take("a.b.test"), std::nullopt);
  note_octets(message);
  EXPECT_EQ(take("a\\.b.test"), DNS_ESERVFAIL);
}

TEST_F(VerdictsTest, LongestNameHasAVerdictToo) {
  const std::string label(63, 'a');
  const std::string name = label + '.' + label + '.' + label + '.' + std::string(61, 'a');
  note(name, ns_r_refused);
  EXPECT_EQ(take(name), DNS_EREFUSED);
}

TEST_F(VerdictsTest, QuestionThatCannotBeOnTheWireHasNone) {
  note("a.test", ns_r_refused);
  EXPECT_EQ(take(std::string(64, 'a')), std::nullopt);
  EXPECT_EQ(take(std::string(1000, 'a')), std::nullopt);
  EXPECT_EQ(take("a..test"), std::nullopt);
}

TEST_F(VerdictsTest, ReplyThatIsCutShortIsIgnored) {
  const Message whole = reply("a.test", RRType::kA, ns_r_servfail);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    for (const bool well_formed : {true, false}) {
      note_octets(Message(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)), well_formed);
      EXPECT_TRUE(verdicts_.empty()) << size;
    }
  }
}

TEST_F(VerdictsTest, QuestionOfAnotherClassIsNotOurs) {
  Message message = reply("a.test", RRType::kA, ns_r_servfail);
  message.back() = 3;
  for (const bool well_formed : {true, false}) note_octets(message, well_formed);
  EXPECT_TRUE(verdicts_.empty());
}

TEST_F(VerdictsTest, LabelThatReachesPastTheEndIsIgnored) {
  for (const int length : {20, 63, 64, 0xc0, 0xff}) {
    Message message = reply("a.test", RRType::kA, ns_r_servfail);
    message[NS_HFIXEDSZ + 2] = static_cast<unsigned char>(length);
    for (const bool well_formed : {true, false}) note_octets(message, well_formed);
    EXPECT_TRUE(verdicts_.empty()) << length;
  }
}

TEST_F(VerdictsTest, ReplyWithoutAQuestionIsIgnored) {
  for (const bool well_formed : {true, false}) note_octets({0, 0, 0x81, 0x85, 0, 0, 0, 0, 0, 0, 0, 0}, well_formed);
  EXPECT_TRUE(verdicts_.empty());
}

// A server that makes up questions must not make us keep whatever it likes.
TEST_F(VerdictsTest, OneIsKeptForEachQuery) {
  for (int i = 0; i < 10; ++i) note(std::to_string(i) + ".test", ns_r_servfail);
  EXPECT_EQ(take("9.test"), DNS_ESERVFAIL);
  EXPECT_TRUE(verdicts_.empty());
}

TEST_F(VerdictsTest, ClearForgetsAll) {
  note("a.test", ns_r_servfail, RRType::kA, 1);
  note("b.test", ns_r_servfail, RRType::kA, 2);
  verdicts_.clear();
  EXPECT_TRUE(verdicts_.empty());
  EXPECT_EQ(take("a.test"), std::nullopt);
}

}  // namespace
}  // namespace dns_cares
