#include "spare_text.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace dns_cares {
namespace {

TEST(SpareText, NoneIsNotAnEmptyOne) {
  const SpareText none;
  const SpareText empty("");
  EXPECT_FALSE(none);
  EXPECT_EQ(none.c_str(), nullptr);
  EXPECT_EQ(std::string_view(none), "");
  EXPECT_TRUE(empty);
  EXPECT_STREQ(empty.c_str(), "");
}

TEST(SpareText, IsACopyOfAnyLengthWithAZeroBehindIt) {
  for (std::size_t size = 0; size < 600; ++size) {
    std::string original(size, 'a');
    const SpareText text(original);
    original.assign(size, 'b');
    EXPECT_EQ(std::string_view(text), std::string(size, 'a'));
    EXPECT_EQ(text.c_str()[size], '\0');
  }
}

TEST(SpareText, IsMovedWithoutACopy) {
  SpareText text("www.example.com");
  const char *const place = text.c_str();
  SpareText moved(std::move(text));
  EXPECT_EQ(moved.c_str(), place);
  SpareText assigned("another");
  assigned = std::move(moved);
  EXPECT_EQ(assigned.c_str(), place);
  EXPECT_EQ(std::string_view(assigned), "www.example.com");
}

}  // namespace
}  // namespace dns_cares
