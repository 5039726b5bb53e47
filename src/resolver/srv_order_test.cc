#include "resolver/srv_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace dns_cares {
namespace {

using testing::ElementsAre;

constexpr int kDraws = 20000;

// The same numbers in every run.
class SrvOrder : public testing::Test {
 protected:
  std::vector<std::size_t> order(const std::vector<SrvRank> &ranks) {
    return srv_order(
        ranks, [this](std::uint32_t most) { return std::uniform_int_distribution<std::uint32_t>(0, most)(random_); });
  }
  // How often each goes first, of one.
  std::vector<double> shares_of_first(const std::vector<SrvRank> &ranks) {
    std::vector<double> shares(ranks.size());
    for (int n = 0; n < kDraws; ++n) shares[order(ranks)[0]] += 1.0 / kDraws;
    return shares;
  }

  std::mt19937 random_{2782};
};

TEST_F(SrvOrder, OfNothingIsNothing) { EXPECT_TRUE(order({}).empty()); }

TEST_F(SrvOrder, LowestPriorityGoesFirstWhateverTheWeights) {
  for (int n = 0; n < 1000; ++n) EXPECT_THAT(order({{20, 65535}, {0, 0}, {10, 1}}), ElementsAre(1, 2, 0));
}

// Five standard deviations of a share of a half in 20,000 draws are 0.018.
TEST_F(SrvOrder, SharesAreThoseOfTheWeights) {
  const auto shares = shares_of_first({{1, 100}, {1, 300}, {1, 600}, {2, 1000}});
  EXPECT_NEAR(shares[0], 0.1, 0.018);
  EXPECT_NEAR(shares[1], 0.3, 0.018);
  EXPECT_NEAR(shares[2], 0.6, 0.018);
  EXPECT_EQ(shares[3], 0);
}

TEST_F(SrvOrder, AmongThoseLeftTheWeightsCountAgain) {
  std::map<std::vector<std::size_t>, double> shares;
  for (int n = 0; n < kDraws; ++n) shares[order({{1, 1000}, {1, 3000}, {1, 6000}})] += 1.0 / kDraws;
  EXPECT_EQ(shares.size(), 6u);
  EXPECT_NEAR((shares[{2, 1, 0}]), 0.6 * 0.75, 0.018);
  EXPECT_NEAR((shares[{2, 0, 1}]), 0.6 * 0.25, 0.018);
  EXPECT_NEAR((shares[{1, 2, 0}]), 0.3 * 6 / 7, 0.018);
  EXPECT_NEAR((shares[{0, 1, 2}]), 0.1 / 3, 0.018);
}

// "A very small chance" is the RFC's: it goes first only if the number is 0, one of 11 here.
TEST_F(SrvOrder, WeightZeroHasASmallChance) {
  const auto shares = shares_of_first({{1, 10}, {1, 0}});
  EXPECT_NEAR(shares[1], 1.0 / 11, 0.018);
}

TEST_F(SrvOrder, WithoutWeightsTheOrderIsThatOfTheRecords) {
  EXPECT_THAT(order({{1, 0}, {1, 0}, {1, 0}}), ElementsAre(0, 1, 2));
}

TEST_F(SrvOrder, GreatestWeightsDoNotOverflow) {
  const std::vector<SrvRank> ranks(1000, {1, 65535});
  auto places = order(ranks);
  std::sort(places.begin(), places.end());
  for (std::size_t i = 0; i < places.size(); ++i) ASSERT_EQ(places[i], i);
}

}  // namespace
}  // namespace dns_cares
