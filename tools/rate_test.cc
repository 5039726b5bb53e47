#include "rate.h"

#include <gtest/gtest.h>

namespace dns_cares_tool {
namespace {

using namespace std::chrono_literals;

int allowed_at(Rate &rate, Rate::Clock::time_point now) {
  int count = 0;
  for (; rate.allows(now); ++count) rate.count();
  return count;
}

TEST(Rate, AllowsAsManyInASecondAsItIsFor) {
  Rate rate(1000);
  const auto start = Rate::Clock::now();
  int count = 0;
  for (int ms = 0; ms < 1000; ++ms) count += allowed_at(rate, start + ms * 1ms);
  EXPECT_NEAR(count, 1000, 2);
}

TEST(Rate, DoesNotMakeUpForALongWait) {
  Rate rate(1000);
  allowed_at(rate, Rate::Clock::now());
  EXPECT_LE(allowed_at(rate, Rate::Clock::now() + 1h), 20);
}

TEST(Rate, BelowOneInASecondWaitsForTheNext) {
  Rate rate(0.5);
  const auto start = Rate::Clock::now();
  EXPECT_EQ(allowed_at(rate, start), 1);
  EXPECT_NEAR(rate.seconds_to_wait(), 2, 0.1);
  EXPECT_EQ(allowed_at(rate, start + 1s), 0);
  EXPECT_EQ(allowed_at(rate, start + 2100ms), 1);
}

TEST(Rate, OfZeroIsNoLimit) {
  Rate rate(0);
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_TRUE(rate.allows(Rate::Clock::now()));
    rate.count();
  }
}

}  // namespace
}  // namespace dns_cares_tool
