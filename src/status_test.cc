#include <gtest/gtest.h>
#include <netdb.h>

#include <climits>
#include <cstring>
#include <set>
#include <string>

#include "dns_cares/dns_cares.h"

namespace {

TEST(Status, NumbersArePartOfTheInterface) {
  EXPECT_EQ(DNS_OK, 0);
  EXPECT_EQ(DNS_ENOTFOUND, 1);
  EXPECT_EQ(DNS_ENODATA, 2);
  EXPECT_EQ(DNS_ETIMEOUT, 3);
  EXPECT_EQ(DNS_ESERVFAIL, 4);
  EXPECT_EQ(DNS_EREFUSED, 5);
  EXPECT_EQ(DNS_EFORMERR, 6);
  EXPECT_EQ(DNS_ENOTIMP, 7);
  EXPECT_EQ(DNS_EBADRESP, 8);
  EXPECT_EQ(DNS_ECONNREFUSED, 9);
  EXPECT_EQ(DNS_EBADNAME, 10);
  EXPECT_EQ(DNS_EBADFAMILY, 11);
  EXPECT_EQ(DNS_EBADFLAGS, 12);
  EXPECT_EQ(DNS_ESERVICE, 13);
  EXPECT_EQ(DNS_ESOCKTYPE, 14);
  EXPECT_EQ(DNS_ENOMEM, 15);
  EXPECT_EQ(DNS_ESHUTDOWN, 16);
  EXPECT_EQ(DNS_ESYSTEM, 17);
  EXPECT_EQ(DNS_ECONNECT, 18);
}

TEST(Status, EveryStatusHasATextOfItsOwn) {
  std::set<std::string> texts;
  for (int status = DNS_OK; status <= DNS_ECONNECT; ++status) {
    const char *text = dns_strerror(status);
    ASSERT_NE(text, nullptr) << status;
    EXPECT_GT(std::strlen(text), 0u) << status;
    EXPECT_STRNE(text, dns_strerror(-1)) << status;
    EXPECT_TRUE(texts.insert(text).second) << status << ": " << text;
  }
}

TEST(Status, UnknownStatusHasATextToo) {
  for (const int status : {-1, DNS_ECONNECT + 1, INT_MIN, INT_MAX}) {
    ASSERT_NE(dns_strerror(status), nullptr) << status;
    EXPECT_STREQ(dns_strerror(status), "unknown error") << status;
  }
}

TEST(Status, EveryStatusHasItsNearestCodeOfGetaddrinfo) {
  EXPECT_EQ(dns_status_to_eai(DNS_OK), 0);
  EXPECT_EQ(dns_status_to_eai(DNS_ENOTFOUND), EAI_NONAME);
  EXPECT_EQ(dns_status_to_eai(DNS_ENODATA), EAI_NODATA);
  EXPECT_EQ(dns_status_to_eai(DNS_ETIMEOUT), EAI_AGAIN);
  EXPECT_EQ(dns_status_to_eai(DNS_ESERVFAIL), EAI_AGAIN);
  EXPECT_EQ(dns_status_to_eai(DNS_EREFUSED), EAI_AGAIN);
  EXPECT_EQ(dns_status_to_eai(DNS_EFORMERR), EAI_FAIL);
  EXPECT_EQ(dns_status_to_eai(DNS_ENOTIMP), EAI_AGAIN);
  EXPECT_EQ(dns_status_to_eai(DNS_EBADRESP), EAI_FAIL);
  EXPECT_EQ(dns_status_to_eai(DNS_ECONNREFUSED), EAI_AGAIN);
  EXPECT_EQ(dns_status_to_eai(DNS_EBADNAME), EAI_NONAME);
  EXPECT_EQ(dns_status_to_eai(DNS_EBADFAMILY), EAI_FAMILY);
  EXPECT_EQ(dns_status_to_eai(DNS_EBADFLAGS), EAI_BADFLAGS);
  EXPECT_EQ(dns_status_to_eai(DNS_ESERVICE), EAI_SERVICE);
  EXPECT_EQ(dns_status_to_eai(DNS_ESOCKTYPE), EAI_SOCKTYPE);
  EXPECT_EQ(dns_status_to_eai(DNS_ENOMEM), EAI_MEMORY);
  EXPECT_EQ(dns_status_to_eai(DNS_ESHUTDOWN), EAI_CANCELED);
  EXPECT_EQ(dns_status_to_eai(DNS_ESYSTEM), EAI_SYSTEM);
  EXPECT_EQ(dns_status_to_eai(DNS_ECONNECT), EAI_SYSTEM);
}

TEST(Status, UnknownStatusIsEaiFail) {
  for (const int status : {-1, DNS_ECONNECT + 1, INT_MIN, INT_MAX}) {
    EXPECT_EQ(dns_status_to_eai(status), EAI_FAIL) << status;
  }
}

}  // namespace
