// The cache, on a clock that the test moves.
#include "resolver/cache.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <optional>

#include <string>
#include <vector>

#include "../../tests/failing_new.h"
#include "dns_cares/dns_cares.h"

namespace dns_cares {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

Answer positive(std::uint32_t ttl, int addresses = 1) {
  std::vector<Address> all;
  for (int i = 0; i < addresses; ++i) all.push_back(Address::v4({htonl(0xc0000200U + static_cast<unsigned>(i))}));
  return {DNS_OK, RRset::make(all, "end.test"), ttl, {}};
}

Answer negative(int status, std::uint32_t ttl) { return {status, {}, ttl, {}}; }

class CacheTest : public testing::Test {
 protected:
  static constexpr Cache::Limits kLimits = {kMiB, 86400, 900, 0};

  Cache &cache() {
    if (!cache_) cache_.emplace(limits_);
    return *cache_;
  }
  void advance(double seconds) { now_ += seconds; }
  void store(const std::string &name, const Answer &answer, RRType type = RRType::kA) {
    cache().store(NameKey(name), type, answer, now_);
  }
  // "none", "stale", or the status.
  std::string find(const std::string &name, RRType type = RRType::kA) {
    const Cache::Entry *entry = cache().find(NameKey(name), type, now_);
    if (entry == nullptr) return "none";
    return entry->fresh(now_) ? dns_strerror(entry->found(now_).status) : "stale";
  }

  const std::string ok_ = dns_strerror(DNS_OK);
  Cache::Limits limits_ = kLimits;
  double now_ = 1000;

 private:
  std::optional<Cache> cache_;
};

TEST_F(CacheTest, AnswerIsKeptForItsTtl) {
  store("a.test", positive(60));
  advance(59.9);
  EXPECT_EQ(find("a.test"), ok_);
  advance(0.2);
  EXPECT_EQ(find("a.test"), "none");
  EXPECT_EQ(cache().entries(), 0u);
}

TEST_F(CacheTest, EntryHasTheWholeAnswer) {
  store("a.test", positive(60, 3));
  const Cache::Entry *entry = cache().find(NameKey("a.test"), RRType::kA, now_);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->found(now_).addresses().size(), 3u);
  EXPECT_EQ(entry->found(now_).addresses()[2], positive(60, 3).rrset->addresses()[2]);
  EXPECT_EQ(entry->found(now_).rrset->canonical_name(), "end.test");
  advance(10.5);
  EXPECT_EQ(entry->ttl(now_), 50u);
}

TEST_F(CacheTest, TypesAreApart) {
  store("a.test", positive(60), RRType::kA);
  EXPECT_EQ(find("a.test", RRType::kAAAA), "none");
}

TEST_F(CacheTest, TtlIsCappedByMaxTtl) {
  limits_.max_ttl_s = 100;
  store("a.test", positive(1000000));
  advance(99);
  EXPECT_EQ(find("a.test"), ok_);
  advance(2);
  EXPECT_EQ(find("a.test"), "none");
}

TEST_F(CacheTest, TtlOfZeroIsNeverKept) {
  store("a.test", positive(0));
  EXPECT_EQ(find("a.test"), "none");
}

TEST_F(CacheTest, Rfc2308Section5NxdomainIsForAllTypes) {
  store("a.test", negative(DNS_ENOTFOUND, 60), RRType::kA);
  EXPECT_EQ(find("a.test", RRType::kA), dns_strerror(DNS_ENOTFOUND));
  EXPECT_EQ(find("a.test", RRType::kAAAA), dns_strerror(DNS_ENOTFOUND));
  advance(61);
  EXPECT_EQ(find("a.test", RRType::kAAAA), "none");
}

TEST_F(CacheTest, Rfc2308Section5NodataIsForItsTypeAlone) {
  store("a.test", negative(DNS_ENODATA, 60), RRType::kAAAA);
  EXPECT_EQ(find("a.test", RRType::kAAAA), dns_strerror(DNS_ENODATA));
  EXPECT_EQ(find("a.test", RRType::kA), "none");
}

TEST_F(CacheTest, Rfc2308Section5WithoutASoaNothingIsKept) {
  store("a.test", negative(DNS_ENOTFOUND, 0));
  store("b.test", negative(DNS_ENODATA, 0));
  EXPECT_EQ(cache().entries(), 0u);
}

TEST_F(CacheTest, NegativeTtlIsCapped) {
  limits_.max_negative_ttl_s = 10;
  store("a.test", negative(DNS_ENODATA, 3600));
  advance(11);
  EXPECT_EQ(find("a.test"), "none");
}

TEST_F(CacheTest, NameThatComesToBeIsNoLongerDenied) {
  store("a.test", negative(DNS_ENOTFOUND, 600), RRType::kAAAA);
  store("a.test", positive(60), RRType::kA);
  EXPECT_EQ(find("a.test", RRType::kA), ok_);
  EXPECT_EQ(find("a.test", RRType::kAAAA), "none");
}

TEST_F(CacheTest, Rfc9520FailureOfAServerIsKeptForASecond) {
  for (const int status : {DNS_ESERVFAIL, DNS_EREFUSED, DNS_EFORMERR, DNS_ENOTIMP, DNS_EBADRESP}) {
    store("a.test", negative(status, 0));
    EXPECT_EQ(find("a.test"), dns_strerror(status));
    advance(1.1);
    EXPECT_EQ(find("a.test"), "none");
  }
}

TEST_F(CacheTest, SilenceOfTheServersIsNotKept) {
  for (const int status : {DNS_ETIMEOUT, DNS_ECONNREFUSED, DNS_ENOMEM, DNS_ESYSTEM}) {
    store("a.test", negative(status, 0));
    EXPECT_EQ(find("a.test"), "none") << status;
  }
}

TEST_F(CacheTest, Rfc8767ExpiredDataAreStaleAndThenGone) {
  limits_.max_stale_s = 100;
  store("a.test", positive(60));
  store("b.test", negative(DNS_ENODATA, 60));
  advance(61);
  EXPECT_EQ(find("a.test"), "stale");
  EXPECT_EQ(find("b.test"), "none") << "only data may serve when stale";
  advance(100);
  EXPECT_EQ(find("a.test"), "none");
}

TEST_F(CacheTest, Rfc8767Section5StaleDataServeForHalfAMinuteOnceTheServersHaveFailed) {
  limits_.max_stale_s = 1000;
  store("a.test", positive(60));
  advance(61);
  store("a.test", negative(DNS_ESERVFAIL, 0));
  EXPECT_EQ(find("a.test"), "stale") << "a failure does not take their place";
  ASSERT_NE(cache().serve_stale(NameKey("a.test"), RRType::kA, now_), nullptr);
  EXPECT_EQ(find("a.test"), ok_);
  EXPECT_EQ(cache().find(NameKey("a.test"), RRType::kA, now_)->ttl(now_), 30u);
  advance(31);
  EXPECT_EQ(find("a.test"), "stale");
}

TEST_F(CacheTest, Rfc8767DataAreNeverServedPastTheLimit) {
  limits_.max_stale_s = 10;
  store("a.test", positive(60));
  advance(65);
  ASSERT_NE(cache().serve_stale(NameKey("a.test"), RRType::kA, now_), nullptr);
  advance(6);
  EXPECT_EQ(find("a.test"), "none");
  EXPECT_EQ(cache().serve_stale(NameKey("a.test"), RRType::kA, now_), nullptr);
}

TEST_F(CacheTest, WithoutMaxStaleNothingServesStale) {
  store("a.test", positive(60));
  advance(61);
  EXPECT_EQ(cache().serve_stale(NameKey("a.test"), RRType::kA, now_), nullptr);
}

TEST_F(CacheTest, PopularEntryIsDueInTheLastTenthOfItsTime) {
  store("a.test", positive(100));
  for (int i = 0; i < 3; ++i) find("a.test");
  advance(89);
  EXPECT_FALSE(cache().find(NameKey("a.test"), RRType::kA, now_)->due_for_prefetch(now_));
  advance(2);
  EXPECT_TRUE(cache().find(NameKey("a.test"), RRType::kA, now_)->due_for_prefetch(now_));
}

TEST_F(CacheTest, EntryThatNobodyUsesIsNotDue) {
  store("a.test", positive(100));
  advance(95);
  EXPECT_FALSE(cache().find(NameKey("a.test"), RRType::kA, now_)->due_for_prefetch(now_));
}

TEST_F(CacheTest, StaysWithinItsBoundAndDropsTheLeastRecentlyUsed) {
  limits_.bytes = 64 << 10;
  store("popular.test", positive(3600));
  for (int i = 0; i < 10000; ++i) {
    store("n" + std::to_string(i) + ".test", positive(3600, 4));
    EXPECT_EQ(find("popular.test"), ok_);
    ASSERT_LE(cache().bytes(), limits_.bytes);
  }
  EXPECT_EQ(find("n0.test"), "none");
  EXPECT_EQ(find("n9999.test"), ok_);
  EXPECT_GT(cache().entries(), 100u);
}

// What is counted is what there is, also while the hash table grows; the few octets more are of the newest entry, which
// is made before others go for it.
TEST_F(CacheTest, HundredThousandNamesNeverTakeMoreThanTheBound) {
  limits_.bytes = kMiB;
  cache();
  const dns_cares_test::CountingNew counting;
  for (int i = 0; i < 100000; ++i) {
    store("n" + std::to_string(i) + ".bulk.test", positive(3600));
    ASSERT_LE(cache().bytes(), kMiB);
  }
  EXPECT_GT(cache().bytes(), kMiB / 10 * 9) << "it is full";
  EXPECT_LE(counting.most_octets(), kMiB + 1024);
  EXPECT_GT(counting.most_octets(), kMiB / 10 * 8);
}

TEST_F(CacheTest, EntryCostsAtMost200OctetsBesideNameAndData) {
  const int entries = 1000;
  for (int i = 0; i < entries; ++i) store("n" + std::to_string(1000 + i) + ".test", positive(3600));
  const std::size_t data = std::string("n1000.test").size() + std::string("end.test").size() + sizeof(Address);
  EXPECT_LE(cache().bytes() / entries, 200 + data);
}

TEST_F(CacheTest, BoundOfZeroKeepsNothing) {
  limits_.bytes = 0;
  store("a.test", positive(60));
  EXPECT_EQ(find("a.test"), "none");
}

TEST_F(CacheTest, ForgetsANameAndAllOfIt) {
  store("a.test", positive(60), RRType::kA);
  store("a.test", positive(60), RRType::kAAAA);
  store("b.test", negative(DNS_ENOTFOUND, 60));
  cache().forget(NameKey("a.test"));
  EXPECT_EQ(find("a.test"), "none");
  EXPECT_EQ(find("a.test", RRType::kAAAA), "none");
  EXPECT_EQ(find("b.test"), dns_strerror(DNS_ENOTFOUND));
  cache().forget(NameKey("b.test"));
  EXPECT_EQ(cache().entries(), 0u);
}

TEST_F(CacheTest, WholeRepliesAreApartFromAddresses) {
  const RRType whole = whole_reply_for(1);
  store("a.test", positive(60));
  EXPECT_EQ(find("a.test", whole), "none");
  store("a.test", negative(DNS_ENODATA, 60), whole);
  EXPECT_EQ(find("a.test"), ok_);
  EXPECT_EQ(find("a.test", whole), dns_strerror(DNS_ENODATA));
  cache().forget(NameKey("a.test"));
  EXPECT_EQ(find("a.test"), "none");
  EXPECT_EQ(find("a.test", whole), "none");
}

TEST_F(CacheTest, ReplyThatDeniesANameIsForThoseAloneWhoWantWholeOnes) {
  const unsigned char reply[] = {0, 0, 0, 0};
  store("a.test", {DNS_ENOTFOUND, RRset::make_whole(reply, 0), 60, {}}, whole_reply_for(15));
  const Cache::Entry *entry = cache().find(NameKey("a.test"), RRType::kA, now_);
  ASSERT_NE(entry, nullptr);
  EXPECT_FALSE(entry->found(now_).rrset);
  EXPECT_EQ(entry, cache().find(NameKey("a.test"), whole_reply_for(16), now_));
  EXPECT_EQ(entry->found_whole(now_).rrset->whole().size(), 4u);
}

TEST_F(CacheTest, FlushesEverythingOrWhatIsNegative) {
  store("a.test", positive(60));
  store("b.test", negative(DNS_ENOTFOUND, 60));
  cache().flush_negative();
  EXPECT_EQ(find("a.test"), ok_);
  EXPECT_EQ(find("b.test"), "none");
  cache().flush();
  EXPECT_EQ(cache().entries(), 0u);
  EXPECT_EQ(find("a.test"), "none");
}

TEST_F(CacheTest, WithoutMemoryNothingIsKeptAndNothingLost) {
  store("a.test", positive(60));
  bool failed = true;
  for (std::size_t spared = 0; failed && spared < 10; ++spared) {
    const Answer answer = positive(60);
    const dns_cares_test::FailingNew failing(spared);
    cache().store(NameKey("b.test"), RRType::kA, answer, now_);
    failed = failing.failed();
  }
  EXPECT_EQ(find("a.test"), ok_);
  EXPECT_EQ(find("b.test"), ok_);
}

TEST_F(CacheTest, FindAllocatesNothing) {
  store("a-name-that-is-too-long-for-a-short-string.test", positive(60));
  const dns_cares_test::FailingNew failing;
  EXPECT_NE(cache().find(NameKey("a-name-that-is-too-long-for-a-short-string.test"), RRType::kA, now_), nullptr);
  EXPECT_FALSE(failing.failed());
}

}  // namespace
}  // namespace dns_cares
