#include "cares/id_cipher.h"

#include <gtest/gtest.h>

#include <vector>

namespace dns_cares {
namespace {

TEST(IdCipher, EachIdHasOneOfItsOwnAndComesBack) {
  const IdCipher cipher;
  std::vector<bool> taken(65536);
  for (unsigned id = 0; id < taken.size(); ++id) {
    const std::uint16_t sent = cipher.on_the_wire(static_cast<std::uint16_t>(id));
    EXPECT_FALSE(taken[sent]) << id;
    taken[sent] = true;
    ASSERT_EQ(cipher.of_cares(sent), id);
  }
}

TEST(IdCipher, AnotherKeyGivesOtherIds) {
  const IdCipher a({1, 2, 3, 4});
  const IdCipher b({1, 2, 3, 5});
  unsigned same = 0;
  for (unsigned id = 0; id < 65536; ++id) {
    same += a.on_the_wire(static_cast<std::uint16_t>(id)) == b.on_the_wire(static_cast<std::uint16_t>(id)) ? 1 : 0;
  }
  EXPECT_LT(same, 2000u) << "of 65,536, of which chance has 256";
}

// Ids of which every second octet is missing, as c-ares 1.18 may draw them.
TEST(IdCipher, UnevenIdsAreEvenOnTheWire) {
  const IdCipher cipher({0x12345678, 0x9abcdef0, 0x0fedcba9, 0x87654321});
  std::vector<unsigned> high(256), low(256);
  for (unsigned id = 0; id < 65536; ++id) {
    if (id % 2 != 0 || (id >> 8) % 2 != 0) continue;
    const std::uint16_t sent = cipher.on_the_wire(static_cast<std::uint16_t>(id));
    ++high[sent >> 8];
    ++low[sent & 0xff];
  }
  for (unsigned octet = 0; octet < 256; ++octet) {  // 64 of each are to be expected
    EXPECT_GT(high[octet], 16u);
    EXPECT_LT(high[octet], 192u);
    EXPECT_GT(low[octet], 16u);
    EXPECT_LT(low[octet], 192u);
  }
}

}  // namespace
}  // namespace dns_cares
