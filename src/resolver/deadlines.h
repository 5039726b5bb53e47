// Which lookup's time comes first: a heap whose elements know their place, so that any can be moved or taken out.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace dns_cares {

class Deadlines {
 public:
  // What an element derives from. Taken out before it is destroyed.
  struct Entry {
    double due = 0;  // seconds on the caller's clock
    std::size_t place = kNowhere;
  };

  bool empty() const { return heap_.empty(); }
  Entry &first() const { return *heap_.front(); }

  // Throws std::bad_alloc, and has then changed nothing.
  void insert(Entry &entry) {
    heap_.push_back(&entry);
    sift_up(heap_.size() - 1);
  }

  // Gives an entry of the heap another time. One that is not in the heap is fine.
  void move(Entry &entry, double due) {
    entry.due = due;
    if (entry.place == kNowhere) return;
    sift_up(entry.place);
    sift_down(entry.place);
  }

  // An entry that is not in the heap is fine.
  void remove(Entry &entry) {
    const std::size_t place = std::exchange(entry.place, kNowhere);
    if (place == kNowhere) return;
    Entry *last = heap_.back();
    heap_.pop_back();
    if (last == &entry) return;
    heap_[place] = last;
    sift_up(place);
    sift_down(last->place);
  }

 private:
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  void put(Entry *entry, std::size_t place) {
    heap_[place] = entry;
    entry->place = place;
  }

  void sift_up(std::size_t place) {
    Entry *entry = heap_[place];
    while (place > 0 && entry->due < heap_[(place - 1) / 2]->due) {
      put(heap_[(place - 1) / 2], place);
      place = (place - 1) / 2;
    }
    put(entry, place);
  }

  void sift_down(std::size_t place) {
    Entry *entry = heap_[place];
    for (;;) {
      std::size_t child = 2 * place + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1]->due < heap_[child]->due) ++child;
      if (entry->due <= heap_[child]->due) break;
      put(heap_[child], place);
      place = child;
    }
    put(entry, place);
  }

  std::vector<Entry *> heap_;
};

}  // namespace dns_cares
