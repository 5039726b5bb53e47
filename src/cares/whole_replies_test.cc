#include "cares/whole_replies.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cares/wire.h"
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

// What is in a short form, as c-ares before 1.28 sees it.
class ShortForm {
 public:
  explicit ShortForm(Octets octets) : octets_(octets.begin(), octets.end()) {
    EXPECT_EQ(ns_initparse(octets_.data(), static_cast<int>(octets_.size()), &handle_), 0);
  }
  unsigned count(ns_sect section) const { return ns_msg_count(handle_, section); }
  bool flag(ns_flag flag) const { return ns_msg_getflag(handle_, flag) != 0; }
  unsigned id() const { return ns_msg_id(handle_); }
  std::string question() { return record(ns_s_qd, 0) ? ns_rr_name(rr_) + std::to_string(ns_rr_type(rr_)) : ""; }
  std::uint32_t ticket() { return record(ns_s_an, 0) ? static_cast<std::uint32_t>(ns_get32(ns_rr_rdata(rr_))) : ~0U; }
  ExtendedError error() const { return read_extended_error(handle_); }

 private:
  bool record(ns_sect section, int index) { return ns_parserr(&handle_, section, index, &rr_) == 0; }
  Message octets_;
  ns_msg handle_;
  ns_rr rr_;
};

TEST(WholeReplies, ShortFormHasHeaderQuestionTicketAndOpt) {
  WholeReplies replies;
  ShortForm form(replies.keep(reply(), kServer, false));
  EXPECT_EQ(form.id(), 7u);
  EXPECT_FALSE(form.flag(ns_f_tc));
  EXPECT_EQ(form.question(), "a.test16");
  EXPECT_EQ(form.count(ns_s_an), 1u);
  EXPECT_EQ(form.count(ns_s_ns), 0u);
  EXPECT_EQ(form.count(ns_s_ar), 1u);
  EXPECT_EQ(form.error().code, 3);
}

TEST(WholeReplies, TicketIsForTheReply) {
  WholeReplies replies;
  const std::uint32_t first = ShortForm(replies.keep(reply(), kServer, false)).ticket();
  const std::uint32_t second = ShortForm(replies.keep(reply(0x85), kServer, false)).ticket();
  EXPECT_NE(first, second);
  const Answer answer = replies.take(first);
  EXPECT_EQ(answer.status, DNS_OK);
  EXPECT_EQ(answer.ttl, 60u);
  EXPECT_EQ(answer.origin.server, kServer);
  EXPECT_EQ(answer.origin.error.code, 3);
  EXPECT_EQ(answer.origin.error.text, "abc");
  const Message whole = reply();
  ASSERT_TRUE(answer.rrset);
  EXPECT_EQ(Message(answer.rrset->whole().begin(), answer.rrset->whole().end()), whole);
  EXPECT_EQ(replies.take(first).status, DNS_EBADRESP) << "taken already";
  EXPECT_EQ(replies.take(second).status, DNS_OK);
}

TEST(WholeReplies, WhatNobodyTookIsForgotten) {
  WholeReplies replies;
  const std::uint32_t first = ShortForm(replies.keep(reply(), kServer, false)).ticket();
  replies.clear();
  EXPECT_EQ(replies.take(first).status, DNS_EBADRESP);
  const std::uint32_t second = ShortForm(replies.keep(reply(), kServer, false)).ticket();
  EXPECT_NE(second, first);
  EXPECT_EQ(replies.take(first).status, DNS_EBADRESP);
  EXPECT_EQ(replies.take(second).status, DNS_OK);
  EXPECT_EQ(replies.take(second + 1).status, DNS_EBADRESP);
}

TEST(WholeReplies, OneAfterTruncationSaysSo) {
  WholeReplies replies;
  const std::uint32_t ticket = ShortForm(replies.keep(reply(), kServer, true)).ticket();
  const Answer answer = replies.take(ticket);
  EXPECT_EQ(make_answer(answer.rrset->whole(), DNS_TYPE_TXT, 60)->flags & DNS_ANSWER_TC, unsigned{DNS_ANSWER_TC});
}

TEST(WholeReplies, MalformedOneHasNoShortForm) {
  WholeReplies replies;
  EXPECT_TRUE(replies.keep(reply(0x81, 3), kServer, false).empty());
  EXPECT_TRUE(replies.keep({}, kServer, false).empty());
}

TEST(WholeReplies, OfATruncatedOneTheQuestionIsEnough) {
  WholeReplies replies;
  Message cut = reply();
  cut.resize(30);
  ShortForm form(replies.pass_truncated(cut));
  EXPECT_TRUE(form.flag(ns_f_tc));
  EXPECT_EQ(form.question(), "a.test16");
  EXPECT_EQ(form.count(ns_s_an), 0u);
  EXPECT_EQ(form.count(ns_s_ar), 0u);
  EXPECT_EQ(ShortForm(replies.pass_truncated(reply())).error().code, 3) << "the OPT record is kept where it is there";
  cut.resize(20);
  EXPECT_TRUE(replies.pass_truncated(cut).empty());
}

TEST(WholeReplies, FailureKeepsNoReply) {
  WholeReplies replies;
  Message refused = reply();
  refused[3] = 0x85;
  const Answer answer = replies.take(ShortForm(replies.keep(refused, kServer, false)).ticket());
  EXPECT_EQ(answer.status, DNS_EREFUSED);
  EXPECT_FALSE(answer.rrset);
}

}  // namespace
}  // namespace dns_cares
