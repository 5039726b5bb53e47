#include "utf8.h"

#include <gtest/gtest.h>

namespace dns_cares_tool {
namespace {

TEST(Utf8Length, IsThatOfTheFirstCharacter) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("\xc3\xbcx"), 2u);
  EXPECT_EQ(utf8_length("\xe2\x82\xacx"), 3u);
  EXPECT_EQ(utf8_length("\xf0\x9f\x98\x80x"), 4u);
}

TEST(Utf8Length, OfWhatIsNoCharacterIsZero) {
  for (const char *text : {"", "\x80", "\xc1\xbf", "\xc3", "\xc3x", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(utf8_length(text), 0u) << text;
  }
}

}  // namespace
}  // namespace dns_cares_tool
