// A hash table whose links live in its elements: finding, taking out and, but for growing, putting in do not allocate.
// Does not own its elements. The caller gives each element's hash and says which one he means.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace dns_cares {

// What an element derives from.
template <class T>
class HashNode {
 public:
  std::size_t hash() const { return hash_; }

 private:
  template <class>
  friend class HashTable;
  std::size_t hash_ = 0;
  T *next_ = nullptr;
};

template <class T>
class HashTable {
 public:
  std::size_t size() const { return size_; }
  // Octets that it holds itself.
  std::size_t bytes() const { return buckets_.capacity() * sizeof(T *); }

  // The element with this hash for which matches(element) holds; nullptr if there is none.
  template <class Matches>
  T *find(std::size_t hash, const Matches &matches) const {
    if (buckets_.empty()) return nullptr;
    for (T *element = buckets_[place_of(hash)]; element != nullptr; element = next_of(*element)) {
      if (node(*element).hash_ == hash && matches(*element)) return element;
    }
    return nullptr;
  }

  // Throws std::bad_alloc, and has then changed nothing.
  void insert(T &element, std::size_t hash) {
    if (size_ == buckets_.size()) grow();
    node(element).hash_ = hash;
    link(element);
    ++size_;
  }

  // One that is in the table.
  void erase(T &element) {
    T **link = &buckets_[place_of(node(element).hash_)];
    while (*link != &element) link = &node(**link).next_;
    *link = next_of(element);
    --size_;
  }

 private:
  static constexpr std::size_t kFirstBuckets = 16;  // a power of two, as ever after

  static HashNode<T> &node(T &element) { return element; }
  static T *next_of(T &element) { return node(element).next_; }
  std::size_t place_of(std::size_t hash) const { return hash & (buckets_.size() - 1); }

  void link(T &element) {
    T *&bucket = buckets_[place_of(node(element).hash_)];
    node(element).next_ = bucket;
    bucket = &element;
  }

  void grow() {
    std::vector<T *> old(buckets_.empty() ? kFirstBuckets : 2 * buckets_.size());
    old.swap(buckets_);
    for (T *element : old) {
      while (element != nullptr) {
        T *const next = next_of(*element);
        link(*element);
        element = next;
      }
    }
  }

  std::vector<T *> buckets_;
  std::size_t size_ = 0;
};

}  // namespace dns_cares
