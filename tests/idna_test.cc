// Names beyond ASCII, with libidn2 and without.
#include <dns_cares/dns_cares.h>
#include <dns_cares/testkit.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "loop.h"

namespace dns_cares_test {
namespace {

using testing::ElementsAre;
using namespace dns_testkit;

constexpr Ask kCanonicalV4 = {.family = AF_INET, .flags = AI_CANONNAME};

class InternationalizedName : public testing::Test {
 protected:
  void init(const std::function<void(dns_options &)> &change = {}) {
    ASSERT_EQ(loop_.init(server_.address(), change), DNS_OK);
  }
  Lookup &resolve(const char *name) {
    Lookup &lookup = loop_.resolve(name, kCanonicalV4);
    loop_.run();
    EXPECT_EQ(lookup.outcome().calls, 1);
    return lookup;
  }

  Server server_;
  Loop loop_;
};

#if DNS_CARES_HAS_IDN

TEST_F(InternationalizedName, IsLookedUpByItsALabels) {
  server_.on("xn--bcher-kva.test", "A", answer({"192.0.2.1"}));
  init();
  const Lookup &lookup = resolve("Bücher.test");
  EXPECT_THAT(lookup.addresses(), ElementsAre("192.0.2.1"));
  EXPECT_EQ(lookup.outcome().canonical_name, "xn--bcher-kva.test");
}

TEST_F(InternationalizedName, IsOneNameInTheCacheHoweverItIsWritten) {
  server_.on("xn--bcher-kva.test", "A", answer({"192.0.2.1"}));
  init();
  for (const char *name : {"bücher.test", "BÜCHER.TEST.", "bücher。test", "xn--bcher-kva.test"}) {
    EXPECT_THAT(resolve(name).addresses(), ElementsAre("192.0.2.1")) << name;
  }
  EXPECT_EQ(server_.queries(), 1u);
  dns_cache_forget(loop_.get(), "BÜCHER.test");
  resolve("bücher.test");
  EXPECT_EQ(server_.queries(), 2u);
}

TEST_F(InternationalizedName, GoesThroughTheSearchList) {
  server_.on("xn--bcher-kva.one.test", "A", answer({"192.0.2.1"}));
  const TempFile resolv_conf("search one.test\n");
  init([&](dns_options &options) { options.resolv_conf = resolv_conf.path(); });
  EXPECT_THAT(resolve("bücher").addresses(), ElementsAre("192.0.2.1"));
}

TEST_F(InternationalizedName, OfTheHostsFileIsFoundInBothForms) {
  const TempFile hosts("192.0.2.7 bücher.test books\n");
  init([&](dns_options &options) { options.hosts_file = hosts.path(); });
  for (const char *name : {"bücher.test", "Bücher.test.", "xn--bcher-kva.test", "books"}) {
    const Lookup &lookup = resolve(name);
    EXPECT_THAT(lookup.addresses(), ElementsAre("192.0.2.7")) << name;
    EXPECT_EQ(lookup.outcome().canonical_name, "xn--bcher-kva.test") << name;
  }
  EXPECT_EQ(server_.queries(), 0u);
}

// RFC 6761 sections 6.3 and 6.4, RFC 7686 section 2.
TEST_F(InternationalizedName, ThatIsMappedToASpecialOneNeverReachesTheServers) {
  init();
  EXPECT_THAT(resolve("ｌｏｃａｌｈｏｓｔ").addresses(), ElementsAre("127.0.0.1"));
  EXPECT_EQ(resolve("bücher.ｏｎｉｏｎ").status(), DNS_ENOTFOUND);
  EXPECT_EQ(resolve("bücher。invalid").status(), DNS_ENOTFOUND);
  EXPECT_EQ(server_.queries(), 0u);
}

TEST_F(InternationalizedName, IsNotLookedUpForANumericHost) {
  init();
  Lookup &lookup = loop_.resolve("bücher.test", {.flags = AI_NUMERICHOST});
  loop_.run();
  EXPECT_EQ(lookup.status(), DNS_ENOTFOUND);
}

#else

TEST_F(InternationalizedName, IsABadNameWithoutLibidn2AlsoIfTheHostsFileHasIt) {
  const TempFile hosts("192.0.2.7 bücher.test\n");
  init([&](dns_options &options) { options.hosts_file = hosts.path(); });
  EXPECT_EQ(resolve("bücher.test").status(), DNS_EBADNAME);
  EXPECT_EQ(server_.queries(), 0u);
}

#endif

// RFC 5891 section 5.4: a label that fails any of the tests is not looked up.
TEST_F(InternationalizedName, WithoutALabelsIsABadName) {
  std::string too_long;
  for (int i = 0; i < 32; ++i) too_long += "ü.";
  init();
  for (const char *name : {"b\xfc.test", "\u2603.test", "bücher..test", "１９２.０.２.１", too_long.c_str()}) {
    EXPECT_EQ(resolve(name).status(), DNS_EBADNAME) << name;
  }
  EXPECT_EQ(server_.queries(), 0u);
}

}  // namespace
}  // namespace dns_cares_test
