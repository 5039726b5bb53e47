#include "tally.h"

#include <gtest/gtest.h>

namespace dns_cares_tool {
namespace {

TEST(Latencies, PercentilesAreRightToWithinAClass) {
  Latencies latencies;
  for (int ms = 1; ms <= 1000; ++ms) latencies.count(ms / 1e3);
  EXPECT_NEAR(latencies.percentile_ms(0.5), 500, 100);
  EXPECT_NEAR(latencies.percentile_ms(0.99), 990, 200);
  EXPECT_DOUBLE_EQ(latencies.percentile_ms(1), 1000);
  EXPECT_EQ(latencies.total(), 1000u);
  EXPECT_NEAR(static_cast<double>(latencies.within(0.1)), 100, 20);
}

TEST(Latencies, TakeEveryTime) {
  Latencies latencies;
  for (const double seconds : {0.0, -1.0, 1e-9, 1e9}) latencies.count(seconds);
  EXPECT_EQ(latencies.total(), 4u);
  EXPECT_EQ(latencies.within(1), 3u);
}

TEST(Latencies, OfNothingAreZero) { EXPECT_EQ(Latencies().percentile_ms(0.5), 0); }

}  // namespace
}  // namespace dns_cares_tool
