// Which lookup's time comes first.
//
// Most have the same timeout, so that the last one to start is the last one due: those are in a queue, in which an
// entry is put and from which it is taken without a look at any other. The others are in a heap. Entries know their
// place in either, so any can be moved or taken out.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace dns_cares {

class Deadlines {
 public:
  // What an element derives from. Taken out before it is destroyed.
  struct Entry {
    double due = 0;  // seconds on the caller's clock
    std::uint64_t place = kNowhere;
  };

  bool empty() const { return queue_.empty() && heap_.empty(); }
  Entry &first() const {
    if (queue_.empty()) return *heap_.front();
    return heap_.empty() || queue_.front()->due <= heap_.front()->due ? *queue_.front() : *heap_.front();
  }

  // Throws std::bad_alloc, and has then changed nothing.
  void insert(Entry &entry) {
    if (!queue_.empty() && entry.due < last_due_) return insert_into_heap(entry);
    queue_.push_back(&entry);
    last_due_ = entry.due;
    entry.place = first_place_ + queue_.size() - 1;
  }

  // Gives an entry another time. One that is in neither part is fine. Throws std::bad_alloc, and has then changed
  // nothing.
  void move(Entry &entry, double due) {
    if (is_in_queue(entry)) {
      heap_.reserve(heap_.size() + 1);
      remove(entry);
      entry.due = due;
      return insert_into_heap(entry);
    }
    entry.due = due;
    if (entry.place != kNowhere) sift(index_of(entry));
  }

  // An entry that is in neither part is fine.
  void remove(Entry &entry) {
    const std::size_t index = index_of(entry);
    const bool queued = is_in_queue(entry);
    if (std::exchange(entry.place, kNowhere) == kNowhere) return;
    if (queued) {
      queue_[index] = nullptr;
      ++holes_;
      close_holes();
    } else {
      remove_from_heap(index);
    }
  }

 private:
  static constexpr std::uint64_t kNowhere = static_cast<std::uint64_t>(-1);
  static constexpr std::uint64_t kInHeap = std::uint64_t{1} << 63;
  // Far fewer than there are entries where it counts.
  static constexpr std::size_t kMostHoles = 1024;

  bool is_in_queue(const Entry &entry) const { return (entry.place & kInHeap) == 0; }
  std::size_t index_of(const Entry &entry) const {
    return static_cast<std::size_t>(is_in_queue(entry) ? entry.place - first_place_ : entry.place & ~kInHeap);
  }

  // At the front there is never a hole. Behind an entry that stays long there are not many for long.
  void close_holes() {
    while (!queue_.empty() && queue_.front() == nullptr) {
      queue_.pop_front();
      ++first_place_;
      --holes_;
    }
    if (holes_ <= kMostHoles || holes_ <= queue_.size() / 2) return;
    std::erase(queue_, nullptr);
    holes_ = 0;
    for (std::size_t i = 0; i < queue_.size(); ++i) queue_[i]->place = first_place_ + i;
  }

  void insert_into_heap(Entry &entry) {
    heap_.push_back(&entry);
    sift_up(heap_.size() - 1);
  }

  void remove_from_heap(std::size_t index) {
    Entry *const last = heap_.back();
    heap_.pop_back();
    if (index == heap_.size()) return;
    heap_[index] = last;
    sift(index);
  }

  void put(Entry *entry, std::size_t index) {
    heap_[index] = entry;
    entry->place = kInHeap | index;
  }

  void sift(std::size_t index) {
    Entry *const entry = heap_[index];
    sift_up(index);
    sift_down(index_of(*entry));
  }

  void sift_up(std::size_t index) {
    Entry *const entry = heap_[index];
    while (index > 0 && entry->due < heap_[(index - 1) / 2]->due) {
      put(heap_[(index - 1) / 2], index);
      index = (index - 1) / 2;
    }
    put(entry, index);
  }

  void sift_down(std::size_t index) {
    Entry *const entry = heap_[index];
    for (;;) {
      std::size_t child = 2 * index + 1;
      if (child >= heap_.size()) break;
      if (child + 1 < heap_.size() && heap_[child + 1]->due < heap_[child]->due) ++child;
      if (entry->due <= heap_[child]->due) break;
      put(heap_[child], index);
      index = child;
    }
    put(entry, index);
  }

  std::deque<Entry *> queue_;  // null: a hole
  std::uint64_t first_place_ = 0;
  std::size_t holes_ = 0;
  double last_due_ = 0;  // of what was queued last
  std::vector<Entry *> heap_;
};

}  // namespace dns_cares
