// A hash table of elements that live elsewhere: finding and taking out do not allocate, nor does putting in but for
// growing. The caller gives each element's hash and says which one he means.
//
// Open addressing with linear probing. Each slot has the hash beside the element, so that no element is touched that
// does not have it: the elements of a large table are hardly ever in the processor's caches.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace dns_cares {

template <class T>
class HashTable {
 public:
  std::size_t size() const { return size_; }
  // Octets that it holds itself.
  std::size_t bytes() const { return slots_.capacity() * sizeof(Slot); }

  // Octets that the next insert() takes beside those, if the table has to grow for it; it gives the old ones back.
  std::size_t bytes_to_grow() const { return is_full() ? grown() * sizeof(Slot) : 0; }

  // The element with this hash for which matches(element) holds; nullptr if there is none.
  template <class Matches>
  T *find(std::size_t hash, const Matches &matches) const {
    if (slots_.empty()) return nullptr;
    for (std::size_t at = home_of(hash); slots_[at].element != nullptr; at = after(at)) {
      if (slots_[at].hash == hash && matches(*slots_[at].element)) return slots_[at].element;
    }
    return nullptr;
  }

  // Has the processor fetch where find() and erase() will look.
  void prefetch(std::size_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home_of(hash)]);
  }

  // Throws std::bad_alloc, and has then changed nothing.
  void insert(T &element, std::size_t hash) {
    if (is_full()) grow();
    place({hash, &element});
    ++size_;
  }

  // One that is in the table, with the hash it was put in with.
  void erase(const T &element, std::size_t hash) {
    std::size_t at = home_of(hash);
    while (slots_[at].element != &element) at = after(at);
    close_gap(at);
    --size_;
  }

 private:
  struct Slot {
    std::size_t hash = 0;
    T *element = nullptr;
  };
  static constexpr std::size_t kFirstSlots = 16;  // a power of two, as ever after

  std::size_t home_of(std::size_t hash) const { return hash & (slots_.size() - 1); }
  std::size_t after(std::size_t at) const { return home_of(at + 1); }

  void place(const Slot &slot) {
    std::size_t at = home_of(slot.hash);
    while (slots_[at].element != nullptr) at = after(at);
    slots_[at] = slot;
  }

  // Moves back what was put behind the gap for want of a place nearer its home.
  void close_gap(std::size_t gap) {
    for (std::size_t at = after(gap); slots_[at].element != nullptr; at = after(at)) {
      if (home_of(at - home_of(slots_[at].hash)) < home_of(at - gap)) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
  }

  bool is_full() const { return size_ == slots_.size() / 4 * 3; }
  std::size_t grown() const { return slots_.empty() ? kFirstSlots : 2 * slots_.size(); }

  void grow() {
    std::vector<Slot> old(grown());
    old.swap(slots_);
    for (const Slot &slot : old) {
      if (slot.element != nullptr) place(slot);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace dns_cares
