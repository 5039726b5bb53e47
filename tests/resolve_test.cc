// What a lookup gives, for each thing that may be asked. The order of addresses follows the machine's own (RFC 6724)
// and is tested elsewhere.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "loop.h"

namespace dns_cares_test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using namespace dns_testkit;

class Resolve : public testing::Test {
 protected:
  Lookup &ended(Lookup &lookup) {
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1);
    return lookup;
  }
  Lookup &resolve(const char *name, const Ask &ask = {}) {
    if (!initialised_) init();
    return ended(loop_.resolve(name, ask));
  }
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(), change), DNS_OK);
    initialised_ = true;
  }

  Server server_;
  Loop loop_;
  bool initialised_ = false;
};

TEST_F(Resolve, BothFamiliesAreMergedIntoOneResult) {
  server_.on("a.test", "ANY", answer({"192.0.2.1", "192.0.2.2", "2001:db8::1"}));
  EXPECT_THAT(resolve("a.test").addresses(), UnorderedElementsAre("2001:db8::1", "192.0.2.1", "192.0.2.2"));
  EXPECT_EQ(server_.queries("a.test", "A"), 1u);
  EXPECT_EQ(server_.queries("a.test", "AAAA"), 1u);
}

TEST_F(Resolve, OneFamilyAsksForItsTypeOnly) {
  server_.on("a.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
  EXPECT_THAT(resolve("a.test", {.family = AF_INET}).addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server_.queries("a.test", "AAAA"), 0u);
  EXPECT_THAT(resolve("a.test", {.family = AF_INET6}).addresses(), ElementsAre("2001:db8::1"));
  EXPECT_EQ(server_.queries("a.test", "A"), 1u);
}

TEST_F(Resolve, FamilyWithoutAddressesDoesNotSpoilTheOther) {
  server_.on("v4.test", "A", answer({"192.0.2.1"}));
  server_.on("v4.test", "AAAA", servfail());
  EXPECT_THAT(resolve("v4.test").addresses(), ElementsAre("192.0.2.1"));
  server_.on("v6.test", "AAAA", answer({"2001:db8::1"}));
  server_.on("v6.test", "A", nodata());
  EXPECT_THAT(resolve("v6.test").addresses(), ElementsAre("2001:db8::1"));
}

TEST_F(Resolve, CnameChainIsFollowedAndItsEndIsTheCanonicalName) {
  server_.on(
      "www.test", "A",
      records({"www.test. 60 IN CNAME cdn.test.", "cdn.test. 60 IN CNAME edge.test.", "edge.test. 60 IN A 192.0.2.1"}));
  const Lookup &lookup = resolve("www.test", {.family = AF_INET, .flags = AI_CANONNAME});
  EXPECT_THAT(lookup.addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(lookup.outcome().canonical_name, "edge.test");
}

TEST_F(Resolve, CanonicalNameIsGivenOnlyWhenAskedFor) {
  server_.on("a.test", "A", answer({"192.0.2.1"}));
  EXPECT_EQ(resolve("a.test", {.family = AF_INET}).outcome().canonical_name, "");
  EXPECT_EQ(resolve("a.test", {.family = AF_INET, .flags = AI_CANONNAME}).outcome().canonical_name, "a.test");
  EXPECT_EQ(resolve("192.0.2.1", {.flags = AI_CANONNAME}).outcome().canonical_name, "192.0.2.1");
}

TEST_F(Resolve, SocktypeZeroGivesOneEntryForEachKind) {
  EXPECT_THAT(resolve("192.0.2.1", {.service = "80", .socktype = 0}).outcome().entries,
              ElementsAre("stream/6 192.0.2.1 80", "dgram/17 192.0.2.1 80", "raw/0 192.0.2.1 80"));
}

TEST_F(Resolve, ServiceByNameGivesThePortOfEachProtocolThatHasIt) {
  EXPECT_THAT(resolve("192.0.2.1", {.service = "domain", .socktype = 0}).outcome().entries,
              ElementsAre("stream/6 192.0.2.1 53", "dgram/17 192.0.2.1 53"));
  EXPECT_THAT(resolve("192.0.2.1", {.service = "tftp", .socktype = 0}).outcome().entries,
              ElementsAre("dgram/17 192.0.2.1 69"));
  EXPECT_EQ(resolve("192.0.2.1", {.service = "tftp", .socktype = SOCK_STREAM}).status(), DNS_ESERVICE);
}

TEST_F(Resolve, ProtocolChoosesItsSocktype) {
  EXPECT_THAT(resolve("192.0.2.1", {.service = "80", .socktype = 0, .protocol = IPPROTO_UDP}).outcome().entries,
              ElementsAre("dgram/17 192.0.2.1 80"));
  EXPECT_EQ(resolve("192.0.2.1", {.socktype = SOCK_STREAM, .protocol = IPPROTO_UDP}).status(), DNS_ESOCKTYPE);
}

TEST_F(Resolve, NumericServiceIsRequiredWhenSaidSo) {
  EXPECT_EQ(resolve("192.0.2.1", {.service = "http", .flags = AI_NUMERICSERV}).status(), DNS_ESERVICE);
  EXPECT_EQ(resolve("192.0.2.1", {.service = "80", .flags = AI_NUMERICSERV}).status(), DNS_OK);
}

TEST_F(Resolve, NullHostnameIsLoopbackOrTheWildcardAddress) {
  EXPECT_THAT(resolve(nullptr, {.service = "80"}).outcome().entries,
              ElementsAre("stream/6 ::1 80", "stream/6 127.0.0.1 80"));
  EXPECT_THAT(resolve(nullptr, {.service = "80", .family = AF_INET, .flags = AI_PASSIVE}).outcome().entries,
              ElementsAre("stream/6 0.0.0.0 80"));
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Resolve, LiteralsNeverReachTheServers) {
  for (const auto &[literal, address] :
       std::initializer_list<std::pair<const char *, const char *>>{{"192.0.2.1", "192.0.2.1"},
                                                                    {"127.1", "127.0.0.1"},
                                                                    {"0x7f000001", "127.0.0.1"},
                                                                    {"010.0.0.1", "8.0.0.1"},
                                                                    {"2001:db8::1", "2001:db8::1"},
                                                                    {"fe80::1%lo", "fe80::1%1"}}) {
    EXPECT_THAT(resolve(literal).addresses(), ElementsAre(address)) << literal;
  }
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Resolve, LocalhostNamesNeverReachTheServers) {
  for (const char *name : {"localhost", "LOCALHOST", "localhost.", "foo.localhost", "a.b.localhost."}) {
    EXPECT_THAT(resolve(name).addresses(), ElementsAre("::1", "127.0.0.1")) << name;
  }
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Resolve, HostsFileGoesBeforeTheServers) {
  const TempFile hosts("192.0.2.9 a.test alias.test\n2001:db8::9 a.test\n");
  init([&](dns_options &options) { options.hosts_file = hosts.path(); });
  server_.on("a.test", "ANY", answer({"192.0.2.1"}));
  EXPECT_THAT(resolve("a.test").addresses(), UnorderedElementsAre("2001:db8::9", "192.0.2.9"));
  EXPECT_THAT(resolve("ALIAS.test.").addresses(), ElementsAre("192.0.2.9"));
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Resolve, NameInTheHostsFileForTheOtherFamilyOnlyIsAskedFor) {
  const TempFile hosts("192.0.2.9 a.test\n");
  init([&](dns_options &options) { options.hosts_file = hosts.path(); });
  server_.on("a.test", "AAAA", answer({"2001:db8::1"}));
  EXPECT_THAT(resolve("a.test", {.family = AF_INET6}).addresses(), ElementsAre("2001:db8::1"));
}

class ResolveWithSearchList : public Resolve {
 protected:
  void SetUp() override {
    init([this](dns_options &options) { options.resolv_conf = conf_.path(); });
    server_.otherwise(nxdomain());
  }
  TempFile conf_{"search one.test two.test\noptions ndots:1\n"};
};

TEST_F(ResolveWithSearchList, DomainsAreTriedInOrder) {
  server_.on("host.two.test", "A", answer({"192.0.2.2"}));
  EXPECT_THAT(resolve("host").addresses(), ElementsAre("192.0.2.2"));
  EXPECT_EQ(server_.queries("host.one.test", "A"), 1u);
  EXPECT_EQ(server_.queries("host", "A"), 0u);
}

TEST_F(ResolveWithSearchList, NameWithADotIsAskedAsItIsFirst) {
  server_.on("a.b", "A", answer({"192.0.2.1"}));
  EXPECT_THAT(resolve("a.b").addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(ResolveWithSearchList, LastDotKeepsTheSearchListAway) {
  EXPECT_EQ(resolve("host.").status(), DNS_ENOTFOUND);
  EXPECT_EQ(server_.queries("host", "A"), 1u);
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(ResolveWithSearchList, NodataSomewhereIsWhatIsReported) {
  server_.on("host.one.test", "ANY", nodata());
  EXPECT_EQ(resolve("host").status(), DNS_ENODATA);
  EXPECT_EQ(server_.queries("host", "A"), 1u);
}

TEST_F(ResolveWithSearchList, ServfailAtOneDomainGoesOnToTheNext) {
  server_.on("host.one.test", "ANY", servfail());
  server_.on("host.two.test", "A", answer({"192.0.2.2"}));
  EXPECT_THAT(resolve("host").addresses(), ElementsAre("192.0.2.2"));
}

TEST_F(ResolveWithSearchList, BothFamiliesComeFromOneDomain) {
  server_.on("host.one.test", "A", answer({"192.0.2.1"}));
  server_.on("host.one.test", "AAAA", nodata());
  server_.on("host.two.test", "AAAA", answer({"2001:db8::2"}));
  EXPECT_THAT(resolve("host").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(Resolve, NameThatCannotBeAskedForIsRefused) {
  const std::string label_64(64, 'a');
  std::string too_long;
  for (int i = 0; i < 128; ++i) too_long += "a.";
  for (const char *name : {"", "a..b", ".a", "a b", "caf\xe9.test", label_64.c_str(), too_long.c_str()}) {
    EXPECT_EQ(resolve(name).status(), DNS_EBADNAME) << name;
  }
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Resolve, OnionNamesNeverReachTheServers) {
  EXPECT_EQ(resolve("abcdef.onion").status(), DNS_ENOTFOUND);
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(Resolve, MappedAddressesStandInForIPv6WhenAskedFor) {
  server_.on("v4.test", "A", answer({"192.0.2.1"}));
  server_.on("v4.test", "AAAA", nodata());
  server_.on("both.test", "ANY", answer({"192.0.2.1", "2001:db8::1"}));
  EXPECT_THAT(resolve("v4.test", {.family = AF_INET6, .flags = AI_V4MAPPED}).addresses(),
              ElementsAre("::ffff:192.0.2.1"));
  EXPECT_THAT(resolve("both.test", {.family = AF_INET6, .flags = AI_V4MAPPED}).addresses(), ElementsAre("2001:db8::1"));
  EXPECT_THAT(resolve("both.test", {.family = AF_INET6, .flags = AI_V4MAPPED | AI_ALL}).addresses(),
              UnorderedElementsAre("2001:db8::1", "::ffff:192.0.2.1"));
}

TEST_F(Resolve, ResultIsKeptByADuplicate) {
  init();
  struct Kept {
    addrinfo *list = nullptr;
  } kept;
  dns_resolve_async(
      loop_.get(), "192.0.2.1", "80", AF_UNSPEC, 0, 0,
      [](int, const addrinfo *ai, void *arg) { static_cast<Kept *>(arg)->list = dns_addrinfo_dup(ai); }, &kept);
  loop_.run();
  ASSERT_NE(kept.list, nullptr);
  EXPECT_EQ(entry_text(*kept.list), "stream/6 192.0.2.1 80");
  EXPECT_EQ(entry_text(*kept.list->ai_next), "dgram/17 192.0.2.1 80");
  dns_addrinfo_free(kept.list);
}

TEST_F(Resolve, ResultIsTakenOverOnce) {
  init();
  addrinfo *kept = nullptr;
  dns_resolve_async(
      loop_.get(), "192.0.2.1", "80", AF_UNSPEC, SOCK_STREAM, 0,
      [](int, const addrinfo *ai, void *arg) {
        addrinfo *taken = dns_addrinfo_take(ai);
        EXPECT_EQ(taken, ai) << "not a copy";
        EXPECT_EQ(dns_addrinfo_take(ai), nullptr);
        addrinfo *copy = dns_addrinfo_dup(ai);
        EXPECT_EQ(dns_addrinfo_take(copy), nullptr);
        dns_addrinfo_free(copy);
        *static_cast<addrinfo **>(arg) = taken;
      },
      &kept);
  loop_.run();
  loop_.shut_down();
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(entry_text(*kept), "stream/6 192.0.2.1 80");
  dns_addrinfo_free(kept);
  EXPECT_EQ(dns_addrinfo_take(nullptr), nullptr);
  dns_addrinfo_free(nullptr);
}

TEST_F(Resolve, ResultMayBeTakenOverAndFreedWithinItsCallback) {
  init();
  Lookup &nested = loop_.resolve("192.0.2.2", {}, [](Lookup &) {});
  dns_resolve_async(
      loop_.get(), "192.0.2.1", "80", AF_UNSPEC, SOCK_STREAM, 0,
      [](int, const addrinfo *ai, void *arg) {
        dns_shutdown(static_cast<Loop *>(arg)->get());
        dns_addrinfo_free(dns_addrinfo_take(ai));
      },
      &loop_);
  loop_.run();
  EXPECT_TRUE(nested.done());
}

TEST_F(Resolve, NullCallbackStartsNothing) {
  init();
  dns_resolve_async(loop_.get(), "a.test", nullptr, AF_UNSPEC, 0, 0, nullptr, nullptr);
  EXPECT_EQ(dns_resolve(loop_.get(), "a.test", nullptr, nullptr, 0, nullptr, nullptr), nullptr);
  loop_.run();
  EXPECT_EQ(server_.queries(), 0u);
}

}  // namespace
}  // namespace dns_cares_test
