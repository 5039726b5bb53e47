#include "selection.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace dns_cares_tool {
namespace {

// The values are part of what --shard promises: they are never to change.
TEST(StableHash, IsFnv1aOfTheNameInSmallLetters) {
  EXPECT_EQ(stable_hash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(stable_hash("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(stable_hash("foobar"), 0x85944171f73967e8u);
  EXPECT_EQ(stable_hash("FooBar."), stable_hash("foobar"));
}

TEST(StableHash, SpreadsNamesEvenly) {
  std::array<int, 8> parts{};
  for (int i = 0; i < 8000; ++i) ++parts[stable_hash("host" + std::to_string(i) + ".example.com") % parts.size()];
  for (const int part : parts) EXPECT_NEAR(part, 1000, 150);
}

}  // namespace
}  // namespace dns_cares_tool
