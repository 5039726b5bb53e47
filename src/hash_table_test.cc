#include "hash_table.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <new>
#include <random>

#include "../tests/failing_new.h"

namespace dns_cares {
namespace {

struct Element {
  int value;
};

class HashTableTest : public testing::Test {
 protected:
  Element &insert(int value, std::size_t hash) {
    table_.insert(elements_.emplace_back(Element{value}), hash);
    return elements_.back();
  }
  Element *find(int value, std::size_t hash) {
    return table_.find(hash, [=](const Element &element) { return element.value == value; });
  }

  std::deque<Element> elements_;
  HashTable<Element> table_;
};

TEST_F(HashTableTest, FindsWhatWasPutInAndNothingElse) {
  EXPECT_EQ(find(1, 7), nullptr);
  Element &one = insert(1, 7);
  EXPECT_EQ(find(1, 7), &one);
  EXPECT_EQ(find(1, 8), nullptr);
  EXPECT_EQ(find(2, 7), nullptr);
  EXPECT_EQ(table_.size(), 1u);
}

TEST_F(HashTableTest, ElementsOfOnePlaceAreToldApart) {
  Element &one = insert(1, 5);
  Element &same_hash = insert(2, 5);
  Element &same_place = insert(3, 5 + (std::size_t{1} << 40));
  table_.erase(same_hash, 5);
  EXPECT_EQ(find(1, 5), &one);
  EXPECT_EQ(find(2, 5), nullptr);
  EXPECT_EQ(find(3, 5 + (std::size_t{1} << 40)), &same_place);
}

TEST_F(HashTableTest, GrowsAndLosesNothing) {
  constexpr int kMany = 10000;
  for (int i = 0; i < kMany; ++i) insert(i, static_cast<std::size_t>(i) * 31);
  for (int i = 0; i < kMany; i += 2)
    table_.erase(*find(i, static_cast<std::size_t>(i) * 31), static_cast<std::size_t>(i) * 31);
  EXPECT_EQ(table_.size(), kMany / 2u);
  for (int i = 0; i < kMany; ++i) {
    EXPECT_EQ(find(i, static_cast<std::size_t>(i) * 31) != nullptr, i % 2 == 1) << i;
  }
}

TEST_F(HashTableTest, WithoutMemoryToGrowNothingChanges) {
  for (int i = 0; i < 12; ++i) insert(i, static_cast<std::size_t>(i));
  Element one_more{12};
  {
    const dns_cares_test::FailingNew failing;
    EXPECT_THROW(table_.insert(one_more, 12), std::bad_alloc);
  }
  EXPECT_EQ(table_.size(), 12u);
  EXPECT_EQ(find(12, 12), nullptr);
  EXPECT_NE(find(11, 11), nullptr);
}

TEST_F(HashTableTest, SaysWhatTheNextElementCostsIfTheTableHasToGrowForIt) {
  int grown = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::size_t to_grow = table_.bytes_to_grow();
    const std::size_t before = table_.bytes();
    insert(i, static_cast<std::size_t>(i));
    EXPECT_EQ(table_.bytes(), to_grow != 0 ? to_grow : before) << i;
    if (to_grow != 0) ++grown;
  }
  EXPECT_EQ(grown, 8) << "16, 32, ... 2048 slots";
}

// With few hashes there are long runs of slots, and some run over the end of the table.
std::size_t hash_of(int value) { return static_cast<std::size_t>(value % 13 + (value % 3 == 0 ? 50 : 0)); }

TEST_F(HashTableTest, KeepsWhatAModelKeepsHoweverHashesCollide) {
  std::mt19937 random(7);
  std::map<int, std::size_t> model;
  std::map<int, Element *> placed;
  for (int step = 0; step < 20000; ++step) {
    const int value = static_cast<int>(random() % 40);
    const std::size_t hash = hash_of(value);
    if (model.erase(value) > 0) {
      table_.erase(*placed[value], hash);
    } else {
      model[value] = hash;
      placed[value] = &insert(value, hash);
    }
    ASSERT_EQ(table_.size(), model.size());
    for (int one = 0; one < 40; ++one) {
      const std::size_t its_hash = hash_of(one);
      ASSERT_EQ(find(one, its_hash), model.contains(one) ? placed[one] : nullptr) << step;
    }
  }
}

}  // namespace
}  // namespace dns_cares
