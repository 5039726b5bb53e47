#include "answers.h"

#include <gtest/gtest.h>

#include <vector>

#include "slot_queue.h"

namespace dns_cares_tool {
namespace {

class AnswersTest : public testing::Test {
 protected:
  // The status of a line of which the types ended like this, in either order. None with DNS_OK: the library alone makes
  // answers.
  int status_of(int first, int second) {
    const int status = taken(first, second);
    EXPECT_EQ(taken(second, first), status);
    return status;
  }

  dns_result_info info_of(unsigned ttl, int source, const char *server, int extended_error = -1) {
    dns_result_info info{};
    info.ttl_s = ttl;
    info.source = source;
    info.server = server;
    info.queries = 1;
    info.extended_error = extended_error;
    return info;
  }

  Slot slot_;

 private:
  int taken(int first, int second) {
    Answers answers(slot_, {DNS_TYPE_MX, DNS_TYPE_TXT});
    EXPECT_FALSE(answers.take(answers.parts()[1], second, nullptr, nullptr));
    EXPECT_TRUE(answers.take(answers.parts()[0], first, nullptr, nullptr));
    return answers.status();
  }
};

TEST_F(AnswersTest, SayThatTheNameExistsIfOneDoes) {
  EXPECT_EQ(status_of(DNS_ENODATA, DNS_ENODATA), DNS_ENODATA);
  EXPECT_EQ(status_of(DNS_ENOTFOUND, DNS_ENODATA), DNS_ENODATA);
  EXPECT_EQ(status_of(DNS_ENOTFOUND, DNS_ENOTFOUND), DNS_ENOTFOUND);
}

TEST_F(AnswersTest, AreWhatWentWrongWhereAnythingDid) {
  EXPECT_EQ(status_of(DNS_ENODATA, DNS_ETIMEOUT), DNS_ETIMEOUT);
  EXPECT_EQ(status_of(DNS_ENOTFOUND, DNS_ESERVFAIL), DNS_ESERVFAIL);
}

TEST_F(AnswersTest, AreToldOfTogether) {
  Answers answers(slot_, {DNS_TYPE_MX, DNS_TYPE_TXT, DNS_TYPE_A});
  EXPECT_EQ(answers.info(), nullptr);
  const dns_result_info infos[] = {info_of(300, DNS_SOURCE_SERVER, "192.0.2.1:53", 15),
                                   info_of(60, DNS_SOURCE_CACHE, nullptr),
                                   info_of(90, DNS_SOURCE_SERVER, "192.0.2.2:53")};
  for (std::size_t i = 0; i < 3; ++i) answers.take(answers.parts()[i], DNS_ENODATA, nullptr, &infos[i]);
  const dns_result_info *info = answers.info();
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->ttl_s, 60u);
  EXPECT_EQ(info->queries, 3u);
  EXPECT_EQ(info->source, DNS_SOURCE_SERVER);
  EXPECT_STREQ(info->server, "192.0.2.2:53");
  EXPECT_EQ(info->extended_error, 15);
  EXPECT_EQ(info->extended_text, nullptr);
}

}  // namespace
}  // namespace dns_cares_tool
