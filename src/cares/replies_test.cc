#include "cares/replies.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "../../tests/failing_new.h"
#include "dns_cares/dns_cares.h"
#include "dns_cares/records.h"
#include "records/answer.h"

namespace dns_cares {
namespace {

using Message = std::vector<unsigned char>;

const ServerAddress kServer = {Address::v4({htonl(0xc0000235)}), 53};

// To the question for the TXT record of a.test: that record, and an OPT record with an extended error.
Message reply(unsigned char flags = 0x81, unsigned char data_size = 4) {
  return {0,    7,  flags, 0x80, 0,   1, 0, 1, 0, 0,  0, 1,         1,  'a', 4,   't', 'e', 's', 't', 0,
          0,    16, 0,     1,                                                                                // question
          0xc0, 12, 0,     16,   0,   1, 0, 0, 0, 60, 0, data_size, 3,  'o', 'n', 'e',                       // TXT
          0,    0,  41,    4,    208, 0, 0, 0, 0, 0,  9, 0,         15, 0,   5,   0,   3,   'a', 'b', 'c'};  // OPT
}

// What is in a short form, and what it is exchanged for.
class ShortForm {
 public:
  explicit ShortForm(Octets octets) : octets_(octets.begin(), octets.end()) {
    EXPECT_EQ(ns_initparse(octets_.data(), static_cast<int>(octets_.size()), &handle_), 0);
  }
  unsigned count(ns_sect section) const { return ns_msg_count(handle_, section); }
  bool flag(ns_flag flag) const { return ns_msg_getflag(handle_, flag) != 0; }
  unsigned id() const { return ns_msg_id(handle_); }
  std::string question() { return record(ns_s_qd, 0) ? ns_rr_name(rr_) + std::to_string(ns_rr_type(rr_)) : ""; }
  int extended_error() {
    if (!record(ns_s_ar, 0)) return -1;
    const auto error = read_extended_error(std::span(ns_rr_rdata(rr_), static_cast<std::size_t>(ns_rr_rdlen(rr_))));
    return error ? error->code : -1;
  }
  // As from c-ares.
  Answer taken_from(Replies &replies) const {
#if DNS_CARES_HAS_DNSREC
    ares_dns_record_t *record = nullptr;
    EXPECT_EQ(ares_dns_parse(octets_.data(), octets_.size(), 0, &record), ARES_SUCCESS);
    Answer answer = replies.take(*record);
    ares_dns_record_destroy(record);
    return answer;
#else
    return replies.take(octets_);
#endif
  }

 private:
  bool record(ns_sect section, int index) { return ns_parserr(&handle_, section, index, &rr_) == 0; }
  Message octets_;
  ns_msg handle_;
  ns_rr rr_;
};

TEST(Replies, ShortFormHasHeaderQuestionTicketAndOpt) {
  Replies replies(Replies::Form::kWhole);
  ShortForm form(replies.keep(reply(), kServer));
  EXPECT_EQ(form.id(), 7u);
  EXPECT_FALSE(form.flag(ns_f_tc));
  EXPECT_EQ(form.question(), "a.test16");
  EXPECT_EQ(form.count(ns_s_an), 1u);
  EXPECT_EQ(form.count(ns_s_ns), 0u);
  EXPECT_EQ(form.count(ns_s_ar), 1u);
  EXPECT_EQ(form.extended_error(), 3);
}

TEST(Replies, TicketIsForTheReply) {
  Replies replies(Replies::Form::kWhole);
  const ShortForm first(replies.keep(reply(), kServer));
  const ShortForm second(replies.keep(reply(0x85), kServer));
  const Answer answer = first.taken_from(replies);
  EXPECT_EQ(answer.status, DNS_OK);
  EXPECT_EQ(answer.ttl, 60u);
  EXPECT_EQ(answer.origin.server, kServer);
  ASSERT_TRUE(answer.origin.error);
  EXPECT_EQ(answer.origin.error->code, 3);
  EXPECT_EQ(answer.origin.error->text, "abc");
  const Message whole = reply();
  ASSERT_TRUE(answer.rrset);
  EXPECT_EQ(Message(answer.rrset->whole().begin(), answer.rrset->whole().end()), whole);
  EXPECT_EQ(first.taken_from(replies).status, DNS_EBADRESP) << "taken already";
  EXPECT_EQ(second.taken_from(replies).status, DNS_OK);
}

TEST(Replies, WhatNobodyTookIsForgotten) {
  Replies replies(Replies::Form::kWhole);
  const ShortForm first(replies.keep(reply(), kServer));
  replies.clear();
  EXPECT_EQ(first.taken_from(replies).status, DNS_EBADRESP);
  const ShortForm second(replies.keep(reply(), kServer));
  EXPECT_EQ(first.taken_from(replies).status, DNS_EBADRESP);
  EXPECT_EQ(second.taken_from(replies).status, DNS_OK);
}

TEST(Replies, OneAfterTruncationSaysSo) {
  Replies replies(Replies::Form::kWholeAfterTruncation);
  const Answer answer = ShortForm(replies.keep(reply(), kServer)).taken_from(replies);
  EXPECT_EQ(make_answer(answer.rrset->whole(), DNS_TYPE_TXT, 60)->flags & DNS_ANSWER_TC, unsigned{DNS_ANSWER_TC});
}

TEST(Replies, OfAddressesThoseAreKept) {
  Replies replies(Replies::Form::kAddresses);
  Message v4 = reply();
  v4[21] = v4[27] = DNS_TYPE_A;
  const Answer answer = ShortForm(replies.keep(v4, kServer)).taken_from(replies);
  EXPECT_EQ(answer.status, DNS_OK);
  ASSERT_TRUE(answer.rrset);
  ASSERT_EQ(answer.rrset->addresses().size(), 1u);
  EXPECT_EQ(answer.rrset->addresses()[0], Address::v4({htonl(0x036f6e65)}));
  EXPECT_EQ(answer.origin.server, kServer);
}

TEST(Replies, WithoutMemoryForWhatItSaysTheAnswerSaysSo) {
  Replies replies(Replies::Form::kWhole);
  Octets form;
  const Message whole = reply();
  {
    const dns_cares_test::FailingNew no_memory;
    form = replies.keep(whole, kServer);
  }
  ASSERT_FALSE(form.empty());
  EXPECT_EQ(ShortForm(form).taken_from(replies).status, DNS_ENOMEM);
}

TEST(Replies, MalformedOneHasNoShortForm) {
  Replies replies(Replies::Form::kWhole);
  EXPECT_TRUE(replies.keep(reply(0x81, 3), kServer).empty());
  EXPECT_TRUE(replies.keep({}, kServer).empty());
}

// c-ares would read another question in the short form, whose header is another one.
TEST(Replies, OneWhoseQuestionGoesOnInTheHeaderIsMalformed) {
  const Message message = {0, 1, 0, 0x80, 0, 1, 0, 0, 0, 1, 0, 0, 1, 'a', 0xc0, 0, 0, 1, 0, 1};
  for (const auto form : {Replies::Form::kAddresses, Replies::Form::kWhole}) {
    Replies replies(form);
    EXPECT_TRUE(replies.keep(message, kServer).empty());
    EXPECT_TRUE(replies.pass_truncated(message).empty());
    EXPECT_TRUE(replies.pass_malformed(message).empty());
  }
}

TEST(Replies, MalformedOneThatIsPassedAnswersWithThat) {
  Replies replies(Replies::Form::kWhole);
  ShortForm(replies.keep(reply(), kServer));
  ShortForm form(replies.pass_malformed(reply(0x81, 3)));
  EXPECT_EQ(form.question(), "a.test16");
  EXPECT_EQ(form.taken_from(replies).status, DNS_EBADRESP);
  EXPECT_TRUE(replies.pass_malformed({}).empty());
}

TEST(Replies, OfATruncatedOneTheQuestionIsEnough) {
  Replies replies(Replies::Form::kWhole);
  Message cut = reply();
  cut.resize(30);
  ShortForm form(replies.pass_truncated(cut));
  EXPECT_TRUE(form.flag(ns_f_tc));
  EXPECT_EQ(form.question(), "a.test16");
  EXPECT_EQ(form.count(ns_s_an), 0u);
  EXPECT_EQ(form.count(ns_s_ar), 0u);
  EXPECT_EQ(ShortForm(replies.pass_truncated(reply())).extended_error(), 3)
      << "the OPT record is kept where it is there";
  cut.resize(20);
  EXPECT_TRUE(replies.pass_truncated(cut).empty());
}

TEST(Replies, FailureKeepsNoReply) {
  Replies replies(Replies::Form::kWhole);
  Message refused = reply();
  refused[3] = 0x85;
  const Answer answer = ShortForm(replies.keep(refused, kServer)).taken_from(replies);
  EXPECT_EQ(answer.status, DNS_EREFUSED);
  EXPECT_FALSE(answer.rrset);
}

TEST(ExtendedErrorOfAReply, IsTheFirstOfItsOptions) {
  const auto error = [](std::vector<unsigned char> options) { return read_extended_error(options); };
  EXPECT_EQ(error({}), nullptr);
  EXPECT_EQ(error({0, 10, 0, 1, 7}), nullptr) << "another option";
  EXPECT_EQ(error({0, 15, 0, 2, 0, 22})->code, 22);
  EXPECT_EQ(error({0, 10, 0, 1, 7, 0, 15, 0, 2, 0, 22, 0, 15, 0, 2, 0, 3})->code, 22);
  EXPECT_EQ(error({0, 15, 0, 3, 0, 22, 'a'})->text, "a");
  EXPECT_EQ(error({0, 15, 0, 1, 0}), nullptr) << "no code";
  EXPECT_EQ(error({0, 15, 0, 3, 0, 22}), nullptr) << "cut short";
  EXPECT_EQ(error({0, 15, 0}), nullptr) << "cut short";
}

}  // namespace
}  // namespace dns_cares
