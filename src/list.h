// A doubly linked list whose links live in its elements: linking and unlinking neither allocate nor fail, and
// an element unlinks itself when it is destroyed. Does not own its elements.
#pragma once

#include <cstddef>

namespace dns_cares {

// What an element derives from; an element is in at most one list of each Tag at a time.
template <class Tag>
class ListNode {
 public:
  ListNode() = default;
  ~ListNode() { unlink(); }
  ListNode(const ListNode &) = delete;
  ListNode &operator=(const ListNode &) = delete;

  bool linked() const { return next_ != nullptr; }
  void unlink() {
    if (!linked()) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

 private:
  template <class T, class>
  friend class List;
  ListNode *previous_ = nullptr;
  ListNode *next_ = nullptr;
};

template <class T, class Tag = T>
class List {
 public:
  List() { reset(); }
  ~List() {
    while (!empty()) end_.next_->unlink();
    end_.previous_ = end_.next_ = nullptr;
  }
  List(const List &) = delete;
  List &operator=(const List &) = delete;

  bool empty() const { return end_.next_ == &end_; }
  T &front() { return static_cast<T &>(*end_.next_); }
  // The one behind an element; nullptr behind the last.
  T *after(const T &element) {
    ListNode<Tag> *const next = static_cast<const ListNode<Tag> &>(element).next_;
    return next != &end_ ? static_cast<T *>(next) : nullptr;
  }

  // Moves the element to the end of this list, from whichever list it is in.
  void push_back(T &element) {
    ListNode<Tag> &node = element;
    node.unlink();
    link_before_end(node, node);
  }

  // Moves all elements of another list, in their order, to the end of this one.
  void append(List &other) {
    if (other.empty()) return;
    ListNode<Tag> &first = *other.end_.next_;
    ListNode<Tag> &last = *other.end_.previous_;
    other.reset();
    link_before_end(first, last);
  }

 private:
  void reset() { end_.previous_ = end_.next_ = &end_; }
  void link_before_end(ListNode<Tag> &first, ListNode<Tag> &last) {
    first.previous_ = end_.previous_;
    last.next_ = &end_;
    end_.previous_->next_ = &first;
    end_.previous_ = &last;
  }

  ListNode<Tag> end_;
};

}  // namespace dns_cares
