#include "spare_memory.h"

#include <algorithm>
#include <new>

namespace dns_cares {
namespace {

constexpr std::size_t kSmallest = SpareMemory::kSmallest;
constexpr std::size_t kStep = SpareMemory::kStep;
constexpr std::size_t kShelves = (SpareMemory::kLargest - kSmallest) / kStep + 1;  // one for each size
constexpr unsigned kMostOnAShelf = 256;  // so a thread keeps 2 MiB at the very most

struct Block {
  Block *next;
};
struct Shelf {
  Block *first;
  unsigned count;
};

// What a thread keeps. In one object, since each look for one that is a thread's costs a call.
struct Kept {
  Shelf shelves[kShelves] = {};
  bool open = false;
  bool closed = !SpareMemory::kKeeps;
};
constinit thread_local Kept kept;

// When a thread ends, after which some of its objects may still put blocks back.
struct Closing {
  ~Closing() {
    kept.closed = true;
    for (Shelf &shelf : kept.shelves) {
      while (shelf.first != nullptr) {
        Block *const block = shelf.first;
        shelf.first = block->next;
        ::operator delete(block);
      }
    }
  }
};

void open(Kept &mine) noexcept {
  static thread_local Closing closing;
  mine.open = true;
}

std::size_t shelf_of(std::size_t size) { return (std::max(size, kSmallest) - kSmallest + kStep - 1) / kStep; }

}  // namespace

void *SpareMemory::get(std::size_t size) {
  const std::size_t at = shelf_of(size);
  if (at >= kShelves) return ::operator new(size);
  Shelf &shelf = kept.shelves[at];
  if (shelf.first == nullptr) return ::operator new(kSmallest + at * kStep);
  Block *const block = shelf.first;
  shelf.first = block->next;
  --shelf.count;
  return block;
}

void SpareMemory::put(void *block, std::size_t size) noexcept {
  Kept &mine = kept;
  const std::size_t at = shelf_of(size);
  if (mine.closed || at >= kShelves || mine.shelves[at].count == kMostOnAShelf) return ::operator delete(block);
  if (!mine.open) open(mine);
  Shelf &shelf = mine.shelves[at];
  shelf.first = new (block) Block{shelf.first};
  ++shelf.count;
}

}  // namespace dns_cares
