#include "list.h"

#include <gtest/gtest.h>

#include <string>

namespace dns_cares {
namespace {

struct Other;

// In a list by itself, and in another by its second node.
struct Element : ListNode<Element>, ListNode<Other> {
  explicit Element(char of_name) : name(of_name) {}
  char name;
};

bool in_first(const Element &element) { return static_cast<const ListNode<Element> &>(element).linked(); }
void unlink_first(Element &element) { static_cast<ListNode<Element> &>(element).unlink(); }

class ListTest : public testing::Test {
 protected:
  // Takes every element out, and says which they were.
  template <class Tag>
  static std::string drain(List<Element, Tag> &list) {
    std::string names;
    while (!list.empty()) {
      Element &first = list.front();
      names += first.name;
      static_cast<ListNode<Tag> &>(first).unlink();
    }
    return names;
  }

  Element a_{'a'}, b_{'b'}, c_{'c'}, d_{'d'};
  List<Element> list_;
};

TEST_F(ListTest, NewListIsEmpty) {
  EXPECT_TRUE(list_.empty());
  EXPECT_FALSE(in_first(a_));
}

TEST_F(ListTest, ElementsKeepTheOrderInWhichTheyWerePushed) {
  for (Element *element : {&c_, &a_, &b_}) list_.push_back(*element);
  EXPECT_FALSE(list_.empty());
  EXPECT_EQ(&list_.front(), &c_);
  EXPECT_EQ(drain(list_), "cab");
  EXPECT_TRUE(list_.empty());
}

TEST_F(ListTest, FirstMiddleAndLastElementCanBeUnlinked) {
  for (Element *out : {&a_, &b_, &c_}) {
    for (Element *element : {&a_, &b_, &c_}) list_.push_back(*element);
    unlink_first(*out);
    EXPECT_FALSE(in_first(*out));
    std::string expected = "abc";
    expected.erase(expected.find(out->name), 1);
    EXPECT_EQ(drain(list_), expected);
  }
}

TEST_F(ListTest, UnlinkingWhatIsInNoListIsFine) {
  unlink_first(a_);
  list_.push_back(b_);
  unlink_first(a_);
  EXPECT_EQ(drain(list_), "b");
}

TEST_F(ListTest, OnlyElementLeavesAnEmptyList) {
  list_.push_back(a_);
  unlink_first(a_);
  EXPECT_TRUE(list_.empty());
  list_.push_back(a_);
  EXPECT_EQ(drain(list_), "a");
}

TEST_F(ListTest, ElementLeavesWhenItIsDestroyed) {
  list_.push_back(a_);
  {
    Element middle{'m'};
    list_.push_back(middle);
    list_.push_back(b_);
  }
  EXPECT_EQ(drain(list_), "ab");
}

TEST_F(ListTest, PushedAgainAnElementMovesToTheEnd) {
  for (Element *element : {&a_, &b_, &c_, &a_}) list_.push_back(*element);
  EXPECT_EQ(drain(list_), "bca");
  for (Element *element : {&a_, &a_}) list_.push_back(*element);
  EXPECT_EQ(drain(list_), "a");
}

TEST_F(ListTest, PushedElementLeavesTheListItWasIn) {
  List<Element> other;
  for (Element *element : {&a_, &b_, &c_}) list_.push_back(*element);
  other.push_back(b_);
  EXPECT_EQ(drain(list_), "ac");
  EXPECT_EQ(drain(other), "b");
}

TEST_F(ListTest, AppendMovesAllInTheirOrderBehindWhatIsThere) {
  List<Element> other;
  list_.push_back(a_);
  for (Element *element : {&c_, &b_, &d_}) other.push_back(*element);
  list_.append(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(drain(list_), "acbd");
}

TEST_F(ListTest, AppendToAnEmptyListMovesAll) {
  List<Element> other;
  for (Element *element : {&b_, &a_}) other.push_back(*element);
  list_.append(other);
  EXPECT_TRUE(other.empty());
  EXPECT_EQ(drain(list_), "ba");
}

TEST_F(ListTest, AppendOfAnEmptyListChangesNothing) {
  List<Element> other;
  list_.append(other);
  EXPECT_TRUE(list_.empty());
  list_.push_back(a_);
  list_.append(other);
  EXPECT_EQ(drain(list_), "a");
}

TEST_F(ListTest, ListThatWasAppendedCanBeUsedAgain) {
  List<Element> other;
  other.push_back(b_);
  list_.append(other);
  other.push_back(c_);
  list_.append(other);
  EXPECT_EQ(drain(list_), "bc");
}

TEST_F(ListTest, AppendedElementsCanBeUnlinked) {
  List<Element> other;
  for (Element *element : {&a_, &b_, &c_}) other.push_back(*element);
  list_.append(other);
  for (Element *element : {&c_, &a_}) unlink_first(*element);
  EXPECT_EQ(drain(list_), "b");
}

TEST_F(ListTest, DestroyedListLetsItsElementsGo) {
  {
    List<Element> inner;
    for (Element *element : {&a_, &b_}) inner.push_back(*element);
    EXPECT_TRUE(in_first(a_));
  }
  EXPECT_FALSE(in_first(a_));
  EXPECT_FALSE(in_first(b_));
  list_.push_back(b_);
  list_.push_back(a_);
  EXPECT_EQ(drain(list_), "ba");
}

TEST_F(ListTest, ElementIsInOneListOfEachTag) {
  List<Element, Other> other;
  for (Element *element : {&a_, &b_}) list_.push_back(*element);
  for (Element *element : {&b_, &a_}) other.push_back(*element);
  unlink_first(a_);
  EXPECT_EQ(drain(list_), "b");
  EXPECT_EQ(drain(other), "ba");
}

}  // namespace
}  // namespace dns_cares
