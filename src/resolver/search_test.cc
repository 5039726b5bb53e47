#include "resolver/search.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dns_cares {
namespace {

using Names = std::vector<std::string>;

// All candidates of a name, in their order.
Names candidates(const Search &search, std::string_view name) {
  Names result;
  for (std::size_t i = 0; i < 100; ++i) {
    std::string candidate = search.candidate(name, i);
    if (candidate.empty()) break;
    result.push_back(std::move(candidate));
  }
  return result;
}

const Names kDomains{"one.test", "two.test"};

TEST(Search, WithoutDomainsTheNameIsItsOnlyCandidate) {
  EXPECT_EQ(candidates(Search(), "host"), Names{"host"});
  EXPECT_EQ(candidates(Search(), "host.sub"), Names{"host.sub"});
  EXPECT_EQ(candidates(Search({}, 15), "host"), Names{"host"});
}

TEST(Search, NameWithFewerDotsThanNdotsIsAskedAsItIsLast) {
  EXPECT_EQ(candidates(Search(kDomains, 1), "host"), (Names{"host.one.test", "host.two.test", "host"}));
  EXPECT_EQ(candidates(Search(kDomains, 2), "host.sub"), (Names{"host.sub.one.test", "host.sub.two.test", "host.sub"}));
}

// As glibc does with `search . one.test`.
TEST(Search, RootAmongTheDomainsIsThePlaceOfTheNameAsItIs) {
  EXPECT_EQ(candidates(Search({".", "one.test"}, 1), "host"), (Names{"host", "host.one.test"}));
  EXPECT_EQ(candidates(Search({"one.test", ".", "two.test"}, 1), "host"),
            (Names{"host.one.test", "host", "host.two.test"}));
  EXPECT_EQ(candidates(Search({"one.test", "."}, 1), "host.sub"), (Names{"host.sub", "host.sub.one.test"}));
  EXPECT_EQ(candidates(Search({"."}, 1), "host"), Names{"host"});
}

TEST(Search, NameWithNdotsDotsIsAskedAsItIsFirst) {
  EXPECT_EQ(candidates(Search(kDomains, 1), "host.sub"), (Names{"host.sub", "host.sub.one.test", "host.sub.two.test"}));
  EXPECT_EQ(candidates(Search(kDomains, 2), "a.b.c"), (Names{"a.b.c", "a.b.c.one.test", "a.b.c.two.test"}));
  EXPECT_EQ(candidates(Search(kDomains, 2), "a.b.c.d"), (Names{"a.b.c.d", "a.b.c.d.one.test", "a.b.c.d.two.test"}));
}

TEST(Search, WithNdotsZeroEveryNameIsAskedAsItIsFirst) {
  EXPECT_EQ(candidates(Search(kDomains, 0), "host"), (Names{"host", "host.one.test", "host.two.test"}));
}

TEST(Search, NdotsCountsNoDotOfTheDomains) {
  EXPECT_EQ(candidates(Search({"a.b.c.d"}, 3), "host.sub"), (Names{"host.sub.a.b.c.d", "host.sub"}));
}

TEST(Search, NameThatEndsInADotIsItsOnlyCandidate) {
  EXPECT_EQ(candidates(Search(kDomains, 1), "host."), Names{"host"});
  EXPECT_EQ(candidates(Search(kDomains, 15), "host.sub."), Names{"host.sub"});
  EXPECT_EQ(candidates(Search(), "host."), Names{"host"});
}

TEST(Search, NameThatEndsInAnEscapedDotIsSearchedFor) {
  EXPECT_EQ(candidates(Search({"one.test"}, 2), "host\\."), (Names{"host\\..one.test", "host\\."}));
}

TEST(Search, NothingFollowsTheLastCandidate) {
  const Search search(kDomains, 1);
  EXPECT_NE(search.candidate("host", 2), "");
  EXPECT_EQ(search.candidate("host", 3), "");
  EXPECT_EQ(search.candidate("host", 4), "");
  EXPECT_NE(search.candidate("host.sub", 2), "");
  EXPECT_EQ(search.candidate("host.sub", 3), "");
  EXPECT_EQ(search.candidate("host.", 1), "");
  EXPECT_EQ(Search().candidate("host", 1), "");
  EXPECT_EQ(search.candidate("host", static_cast<std::size_t>(-1)), "");
}

TEST(Search, DomainsAreTriedInTheirOrder) {
  EXPECT_EQ(candidates(Search({"z.test", "a.test", "m.test"}, 1), "host"),
            (Names{"host.z.test", "host.a.test", "host.m.test", "host"}));
}

TEST(Search, CandidateThatIsTooLongIsGivenAllTheSame) {
  const std::string domain(60, 'd');
  const std::string name(250, 'n');
  EXPECT_EQ(Search({domain}, 1).candidate(name, 0), name + '.' + domain);
}

TEST(Search, LocalDomainIsTheFirstOne) {
  EXPECT_EQ(Search().local_domain(), "");
  EXPECT_EQ(Search({"a.test", "b.test"}, 1).local_domain(), "a.test");
  EXPECT_EQ(Search({".", "b.test"}, 1).local_domain(), "b.test");
}

}  // namespace
}  // namespace dns_cares
