#include "connect/race.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

#include "addrinfo.h"
#include "resolver/literal.h"

namespace dns_cares {
namespace {

using testing::ElementsAre;

constexpr double kBegan = 1000;
constexpr double kDelay = 0.25;

class RaceTest : public testing::Test {
 protected:
  void add(std::vector<const char *> literals) {
    std::vector<Address> addresses;
    for (const char *literal : literals) addresses.push_back(*parse_literal(literal));
    const Transport transport = {SOCK_STREAM, IPPROTO_TCP, 80};
    race_.add(make_addrinfo(addresses, std::span(&transport, 1), {}).get());
  }
  std::vector<int> errors() const {
    std::vector<int> all;
    for (const auto *attempt = race_.report(); attempt != nullptr; attempt = attempt->next) {
      all.push_back(attempt->error);
    }
    return all;
  }

  Race race_{kBegan, kDelay, 1};
};

TEST_F(RaceTest, FirstAttemptIsDueAtOnce) {
  EXPECT_FALSE(race_.has_next());
  EXPECT_EQ(race_.report(), nullptr);
  add({"10.0.0.1"});
  EXPECT_TRUE(race_.has_next());
  EXPECT_LE(race_.next_due(), kBegan);
}

TEST_F(RaceTest, NextAttemptIsDueWhenTheDelayIsOver) {
  add({"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  race_.start_next(kBegan);
  EXPECT_EQ(race_.next_due(), kBegan + kDelay);
  race_.start_next(kBegan + 0.3);
  EXPECT_EQ(race_.next_due(), kBegan + 0.3 + kDelay) << "from the last start, however late that was";
}

TEST_F(RaceTest, FailureOfTheLastAttemptEndsTheDelay) {
  add({"10.0.0.1", "10.0.0.2"});
  race_.failed(race_.start_next(kBegan), ECONNREFUSED, kBegan + 0.1);
  EXPECT_EQ(race_.next_due(), kBegan + 0.1);
  EXPECT_TRUE(race_.none_under_way());
}

TEST_F(RaceTest, FailureOfAnEarlierAttemptDoesNot) {
  add({"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  Race::Attempt &first = race_.start_next(kBegan);
  race_.start_next(kBegan + kDelay);
  race_.failed(first, ECONNREFUSED, kBegan + 0.3);
  EXPECT_EQ(race_.next_due(), kBegan + 2 * kDelay);
  EXPECT_FALSE(race_.none_under_way());
}

TEST_F(RaceTest, AddressThatComesAfterTheDelayIsDueAtOnce) {
  add({"10.0.0.1"});
  race_.start_next(kBegan);
  EXPECT_FALSE(race_.has_next());
  add({"::1"});
  EXPECT_TRUE(race_.has_next());
  EXPECT_EQ(race_.next_due(), kBegan + kDelay);
}

TEST_F(RaceTest, WinnerIsTheOneWithoutAnError) {
  add({"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"});
  race_.failed(race_.start_next(kBegan), ENETUNREACH, kBegan);
  race_.start_next(kBegan);
  Race::Attempt &third = race_.start_next(kBegan + 0.25);
  race_.connected(third, kBegan + 0.5);
  EXPECT_THAT(errors(), ElementsAre(ENETUNREACH, ECANCELED, 0));
  EXPECT_TRUE(race_.none_under_way());
}

TEST_F(RaceTest, GivenUpAttemptsAreCancelled) {
  add({"10.0.0.1", "10.0.0.2", "10.0.0.3"});
  race_.failed(race_.start_next(kBegan), ECONNREFUSED, kBegan + 0.1);
  race_.start_next(kBegan + 0.1);
  race_.give_up(kBegan + 0.2);
  EXPECT_THAT(errors(), ElementsAre(ECONNREFUSED, ECANCELED));
}

TEST_F(RaceTest, ReportSaysWhereAndWhen) {
  add({"10.0.0.1", "fe80::1%1"});
  race_.failed(race_.start_next(kBegan + 0.5), ECONNREFUSED, kBegan + 0.75);
  race_.connected(race_.start_next(kBegan + 1), kBegan + 1.25);
  const dns_connect_attempt *first = race_.report();
  EXPECT_EQ(first->address->sa_family, AF_INET);
  EXPECT_EQ(first->address_length, sizeof(sockaddr_in));
  EXPECT_EQ(first->started, 0.5);
  EXPECT_EQ(first->ended, 0.75);
  const dns_connect_attempt *second = first->next;
  EXPECT_EQ(second->address->sa_family, AF_INET6);
  EXPECT_EQ(second->address_length, sizeof(sockaddr_in6));
  EXPECT_EQ(second->started, 1);
  EXPECT_EQ(second->ended, 1.25);
  EXPECT_EQ(second->next, nullptr);
}

}  // namespace
}  // namespace dns_cares
