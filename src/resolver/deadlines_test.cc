#include "resolver/deadlines.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <new>
#include <random>
#include <vector>

#include "../../tests/failing_new.h"

namespace dns_cares {
namespace {

using Entry = Deadlines::Entry;

Entry due(double deadline) {
  Entry entry;
  entry.due = deadline;
  return entry;
}

// Takes all out, the earliest first.
std::vector<double> drain(Deadlines &deadlines) {
  std::vector<double> order;
  while (!deadlines.empty() && order.size() < 1000) {
    order.push_back(deadlines.first().due);
    deadlines.remove(deadlines.first());
  }
  return order;
}

TEST(Deadlines, NewOneIsEmpty) { EXPECT_TRUE(Deadlines().empty()); }

TEST(Deadlines, EarliestComesFirst) {
  Deadlines deadlines;
  std::deque<Entry> entries;
  for (const double deadline : {5.0, 3.0, 8.0, 1.0, 9.0, 2.0}) deadlines.insert(entries.emplace_back(due(deadline)));
  EXPECT_EQ(&deadlines.first(), &entries[3]);
  EXPECT_EQ(drain(deadlines), (std::vector<double>{1, 2, 3, 5, 8, 9}));
}

TEST(Deadlines, EqualOnesAreAllKept) {
  Deadlines deadlines;
  std::deque<Entry> entries;
  for (int i = 0; i < 5; ++i) deadlines.insert(entries.emplace_back(due(7)));
  EXPECT_EQ(drain(deadlines), std::vector<double>(5, 7.0));
}

TEST(Deadlines, AnyOneCanBeTakenOut) {
  for (std::size_t out = 0; out < 7; ++out) {
    Deadlines deadlines;
    std::deque<Entry> entries;
    for (int i = 0; i < 7; ++i) deadlines.insert(entries.emplace_back(due(i)));
    deadlines.remove(entries[out]);
    std::vector<double> expected = {0, 1, 2, 3, 4, 5, 6};
    expected.erase(expected.begin() + static_cast<std::ptrdiff_t>(out));
    EXPECT_EQ(drain(deadlines), expected) << out;
  }
}

// What takes the place of the one taken out may have to go up as well as down: here 3 comes in below 10.
TEST(Deadlines, LastOneFindsItsPlaceAboveTheOneTakenOut) {
  Deadlines deadlines;
  std::deque<Entry> entries;
  for (const double deadline : {1.0, 10.0, 2.0, 11.0, 12.0, 3.0, 4.0}) {
    deadlines.insert(entries.emplace_back(due(deadline)));
  }
  deadlines.remove(entries[3]);
  EXPECT_EQ(drain(deadlines), (std::vector<double>{1, 2, 3, 4, 10, 12}));
}

TEST(Deadlines, WhatIsNotInItCanBeTakenOut) {
  Deadlines deadlines;
  Entry in = due(1);
  Entry never_in = due(0);
  deadlines.remove(never_in);
  deadlines.insert(in);
  deadlines.remove(never_in);
  EXPECT_EQ(&deadlines.first(), &in);
  deadlines.remove(in);
  deadlines.remove(in);
  EXPECT_TRUE(deadlines.empty());
}

TEST(Deadlines, OneTakenOutCanBePutInAgainWithAnotherDeadline) {
  Deadlines deadlines;
  Entry a = due(1);
  Entry b = due(2);
  deadlines.insert(a);
  deadlines.insert(b);
  deadlines.remove(a);
  a.due = 3;
  deadlines.insert(a);
  EXPECT_EQ(drain(deadlines), (std::vector<double>{2, 3}));
}

TEST(Deadlines, InsertWithoutMemoryChangesNothing) {
  Deadlines deadlines;
  std::deque<Entry> entries;
  bool failed = false;
  for (int i = 0; i < 20; ++i) {
    Entry &entry = entries.emplace_back(due(20 - i));
    try {
      const dns_cares_test::FailingNew no_memory;
      deadlines.insert(entry);
    } catch (const std::bad_alloc &) {
      failed = true;
      if (i == 0) {
        EXPECT_TRUE(deadlines.empty());
      } else {
        EXPECT_EQ(&deadlines.first(), &entries[static_cast<std::size_t>(i) - 1]);
      }
      deadlines.remove(entry);
      deadlines.insert(entry);
    }
  }
  EXPECT_TRUE(failed);
  EXPECT_EQ(drain(deadlines).size(), 20u);
}

TEST(Deadlines, MoveWithoutMemoryChangesNothing) {
  Deadlines deadlines;
  Entry a = due(1);
  Entry b = due(2);
  deadlines.insert(a);
  deadlines.insert(b);
  {
    const dns_cares_test::FailingNew no_memory;
    EXPECT_THROW(deadlines.move(b, 0), std::bad_alloc);
  }
  EXPECT_EQ(&deadlines.first(), &a);
  deadlines.move(b, 0);
  EXPECT_EQ(drain(deadlines), (std::vector<double>{0, 1}));
}

// While one waits for long, a million others come and go.
TEST(Deadlines, OneThatStaysDoesNotKeepThePlacesOfTheOthers) {
  Deadlines deadlines;
  Entry stays = due(0);
  deadlines.insert(stays);
  std::deque<Entry> entries;
  const dns_cares_test::CountingNew counting;
  for (int i = 1; i <= 1000000; ++i) {
    deadlines.insert(entries.emplace_back(due(i)));
    if (entries.size() < 100) continue;
    deadlines.remove(entries.front());
    entries.pop_front();
  }
  EXPECT_LT(counting.most_octets(), 100000);
  EXPECT_EQ(&deadlines.first(), &stays);
  EXPECT_EQ(drain(deadlines).size(), 100u);
}

// Against the simplest thing that does the same.
TEST(Deadlines, RandomOperationsAgreeWithAMultimap) {
  std::mt19937 random(20240229);
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  constexpr std::size_t kEntries = 300;
  std::vector<Entry> entries(kEntries);
  std::vector<bool> in(kEntries);
  Deadlines deadlines;
  std::multimap<double, Entry *> model;
  const auto forget = [&](Entry &entry) {
    const auto [begin, end] = model.equal_range(entry.due);
    for (auto it = begin; it != end; ++it) {
      if (it->second == &entry) return static_cast<void>(model.erase(it));
    }
    FAIL() << "an entry that the model does not have";
  };
  for (int step = 0; step < 100000; ++step) {
    const std::size_t i = below(kEntries);
    // In turns, more come in than go out, and the other way round.
    const bool grows = step / 2000 % 2 == 0;
    if (!in[i] && below(4) < (grows ? 3U : 1U)) {
      // As with one timeout, or with any.
      entries[i].due = step / 1000 % 2 == 0 ? step : static_cast<double>(below(100000));
      deadlines.insert(entries[i]);
      model.emplace(entries[i].due, &entries[i]);
      in[i] = true;
    } else if (below(4) < (grows ? 1U : 3U)) {
      const bool first = below(2) == 0 && !deadlines.empty();
      Entry &out = first ? deadlines.first() : entries[i];
      const auto place = static_cast<std::size_t>(&out - entries.data());
      deadlines.remove(out);
      if (in[place]) forget(out);
      in[place] = false;
    }
    if (const std::size_t moved = below(kEntries); in[moved] && below(8) == 0) {
      forget(entries[moved]);
      deadlines.move(entries[moved], static_cast<double>(below(100000)));
      model.emplace(entries[moved].due, &entries[moved]);
    }
    ASSERT_EQ(deadlines.empty(), model.empty()) << step;
    if (model.empty()) continue;
    ASSERT_EQ(deadlines.first().due, model.begin()->first) << step;
  }
  std::vector<double> expected;
  for (const auto &[deadline, entry] : model) expected.push_back(deadline);
  EXPECT_FALSE(expected.empty());
  EXPECT_EQ(drain(deadlines), expected);
}

}  // namespace
}  // namespace dns_cares
