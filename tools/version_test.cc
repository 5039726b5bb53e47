#include "version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dns_cares_tool {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FaultsOfCares, AreThoseOfItsRelease) {
  EXPECT_THAT(faults_of_cares("1.18.1"), IsEmpty());
  EXPECT_THAT(faults_of_cares("1.32.2"), IsEmpty());
  EXPECT_THAT(faults_of_cares("1.32.3"), ElementsAre("CVE-2025-31498", "CVE-2025-62408"));
  EXPECT_THAT(faults_of_cares("1.34.4"), ElementsAre("CVE-2025-31498", "CVE-2025-62408"));
  EXPECT_THAT(faults_of_cares("1.34.5"), ElementsAre("CVE-2025-62408"));
  EXPECT_THAT(faults_of_cares("1.34.6"), IsEmpty());
  EXPECT_THAT(faults_of_cares("2.0.0"), IsEmpty());
}

TEST(FaultsOfCares, OfAVersionThatMakesNoSenseAreNone) { EXPECT_THAT(faults_of_cares("unknown"), IsEmpty()); }

}  // namespace
}  // namespace dns_cares_tool
