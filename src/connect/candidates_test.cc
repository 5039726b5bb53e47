#include "connect/candidates.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "addrinfo.h"
#include "resolver/literal.h"

namespace dns_cares {
namespace {

using testing::ElementsAre;

void add(Candidates &candidates, std::initializer_list<const char *> literals) {
  std::vector<Address> addresses;
  for (const char *literal : literals) addresses.push_back(*parse_literal(literal));
  const Transport transport = {SOCK_STREAM, IPPROTO_TCP, 80};
  candidates.add(make_addrinfo(addresses, std::span(&transport, 1), {}).get());
}

std::string take(Candidates &candidates) {
  const Endpoint endpoint = candidates.take();
  char text[INET6_ADDRSTRLEN] = "?";
  if (endpoint.address.ss_family == AF_INET) {
    EXPECT_EQ(endpoint.length, sizeof(sockaddr_in));
    const auto &v4 = reinterpret_cast<const sockaddr_in &>(endpoint.address);
    EXPECT_EQ(ntohs(v4.sin_port), 80);
    return inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  }
  EXPECT_EQ(endpoint.length, sizeof(sockaddr_in6));
  const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(endpoint.address);
  EXPECT_EQ(ntohs(v6.sin6_port), 80);
  return inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
}

std::vector<std::string> take_all(Candidates &candidates) {
  std::vector<std::string> all;
  while (!candidates.empty()) all.push_back(take(candidates));
  return all;
}

TEST(Candidates, AreNoneAtFirst) {
  Candidates candidates(1);
  EXPECT_TRUE(candidates.empty());
  candidates.add(nullptr);
  EXPECT_TRUE(candidates.empty());
}

TEST(Candidates, FamiliesTakeTurnsFromTheFirstAddressOn) {
  Candidates candidates(1);
  add(candidates, {"::1", "::2", "::3", "10.0.0.1", "10.0.0.2", "10.0.0.3"});
  EXPECT_THAT(take_all(candidates), ElementsAre("::1", "10.0.0.1", "::2", "10.0.0.2", "::3", "10.0.0.3"));
  Candidates v4_first(1);
  add(v4_first, {"10.0.0.1", "::1", "::2", "10.0.0.2"});
  EXPECT_THAT(take_all(v4_first), ElementsAre("10.0.0.1", "::1", "10.0.0.2", "::2"));
}

TEST(Candidates, OneFamilyKeepsItsOrder) {
  Candidates candidates(1);
  add(candidates, {"10.0.0.2", "10.0.0.1", "10.0.0.3"});
  EXPECT_THAT(take_all(candidates), ElementsAre("10.0.0.2", "10.0.0.1", "10.0.0.3"));
}

TEST(Candidates, LongerFamilyGoesOnAlone) {
  Candidates candidates(1);
  add(candidates, {"::1", "10.0.0.1", "10.0.0.2", "10.0.0.3"});
  EXPECT_THAT(take_all(candidates), ElementsAre("::1", "10.0.0.1", "10.0.0.2", "10.0.0.3"));
}

TEST(Candidates, FirstFamilyCountLetsMoreOfTheFirstFamilyGoFirst) {
  Candidates candidates(2);
  add(candidates, {"::1", "::2", "::3", "::4", "10.0.0.1", "10.0.0.2"});
  EXPECT_THAT(take_all(candidates), ElementsAre("::1", "::2", "10.0.0.1", "::3", "10.0.0.2", "::4"));
  Candidates shorter(3);
  add(shorter, {"::1", "10.0.0.1", "10.0.0.2"});
  EXPECT_THAT(take_all(shorter), ElementsAre("::1", "10.0.0.1", "10.0.0.2"));
}

TEST(Candidates, FirstFamilyCountOfZeroIsOne) {
  Candidates candidates(0);
  add(candidates, {"::1", "::2", "10.0.0.1"});
  EXPECT_THAT(take_all(candidates), ElementsAre("::1", "10.0.0.1", "::2"));
}

TEST(Candidates, FamilyThatComesLateHasItsTurnNext) {
  Candidates candidates(1);
  add(candidates, {"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  EXPECT_EQ(take(candidates), "10.0.0.1");
  EXPECT_EQ(take(candidates), "10.0.0.2");
  add(candidates, {"::1", "::2"});
  EXPECT_THAT(take_all(candidates), ElementsAre("::1", "10.0.0.3", "::2"));
}

TEST(Candidates, FamilyThatComesWhenTheFirstIsUsedUpIsTaken) {
  Candidates candidates(2);
  add(candidates, {"::1"});
  EXPECT_EQ(take(candidates), "::1");
  EXPECT_TRUE(candidates.empty());
  add(candidates, {"10.0.0.1"});
  EXPECT_EQ(take(candidates), "10.0.0.1");
}

TEST(Candidates, ScopesAreKept) {
  Candidates candidates(1);
  add(candidates, {"fe80::1%1"});
  EXPECT_EQ(reinterpret_cast<const sockaddr_in6 &>(candidates.take().address).sin6_scope_id, 1u);
}

}  // namespace
}  // namespace dns_cares
