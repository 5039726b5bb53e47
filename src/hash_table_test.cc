#include "hash_table.h"

#include <gtest/gtest.h>

#include <deque>
#include <new>

#include "../tests/failing_new.h"

namespace dns_cares {
namespace {

struct Element : HashNode<Element> {
  explicit Element(int of_value) : value(of_value) {}
  int value;
};

class HashTableTest : public testing::Test {
 protected:
  Element &insert(int value, std::size_t hash) {
    table_.insert(elements_.emplace_back(value), hash);
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

TEST_F(HashTableTest, ElementsOfOneBucketAreToldApart) {
  Element &one = insert(1, 5);
  Element &same_hash = insert(2, 5);
  Element &same_bucket = insert(3, 5 + (std::size_t{1} << 40));
  table_.erase(same_hash);
  EXPECT_EQ(find(1, 5), &one);
  EXPECT_EQ(find(2, 5), nullptr);
  EXPECT_EQ(find(3, 5 + (std::size_t{1} << 40)), &same_bucket);
}

TEST_F(HashTableTest, GrowsAndLosesNothing) {
  constexpr int kMany = 10000;
  for (int i = 0; i < kMany; ++i) insert(i, static_cast<std::size_t>(i) * 31);
  for (int i = 0; i < kMany; i += 2) table_.erase(*find(i, static_cast<std::size_t>(i) * 31));
  EXPECT_EQ(table_.size(), kMany / 2u);
  for (int i = 0; i < kMany; ++i) {
    EXPECT_EQ(find(i, static_cast<std::size_t>(i) * 31) != nullptr, i % 2 == 1) << i;
  }
}

TEST_F(HashTableTest, WithoutMemoryToGrowNothingChanges) {
  for (int i = 0; i < 16; ++i) insert(i, static_cast<std::size_t>(i));
  Element one_more(16);
  {
    const dns_cares_test::FailingNew failing;
    EXPECT_THROW(table_.insert(one_more, 16), std::bad_alloc);
  }
  EXPECT_EQ(table_.size(), 16u);
  EXPECT_EQ(find(16, 16), nullptr);
  EXPECT_NE(find(15, 15), nullptr);
}

}  // namespace
}  // namespace dns_cares
