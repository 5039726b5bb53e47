#include "resolver/window.h"

#include <gtest/gtest.h>

namespace dns_cares {
namespace {

void answer(Window &window, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) window.on_answer();
}

TEST(WindowTest, StaysAsItBeganWhileNothingIsLost) {
  Window window(200);
  answer(window, 1000);
  EXPECT_EQ(window.size(), 200u);
}

TEST(WindowTest, IsHalvedByAnOverrunDownToAFloor) {
  Window window(200);
  window.on_overrun();
  EXPECT_EQ(window.size(), 100u);
  for (int i = 0; i < 10; ++i) window.on_overrun();
  EXPECT_EQ(window.size(), Window::kLeast);
}

TEST(WindowTest, OfFewStaysOfFew) {
  Window window(3);
  window.on_overrun();
  EXPECT_EQ(window.size(), 3u);
}

TEST(WindowTest, GrowsByOneWithEachWindowfulOfAnswersUpToWhatItWas) {
  Window window(200);
  window.on_overrun();
  answer(window, 99);
  EXPECT_EQ(window.size(), 100u);
  answer(window, 1);
  EXPECT_EQ(window.size(), 101u);
  answer(window, 101);
  EXPECT_EQ(window.size(), 102u);
  answer(window, 100 * 200);
  EXPECT_EQ(window.size(), 200u);
}

}  // namespace
}  // namespace dns_cares
