// Blocks of one size that are done with, kept to be used again: what is made and freed by the hundred in each turn of the
// loop is then not the allocator's business.
//
// Thread rule: one thread. Lifetime: must outlive its blocks.
#pragma once

#include <cstddef>
#include <new>

namespace dns_cares {

class SpareMemory {
 public:
  // At most so many are kept.
  explicit SpareMemory(std::size_t most) : most_(most) {}
  ~SpareMemory() {
    while (first_ != nullptr) ::operator delete(take());
  }
  SpareMemory(const SpareMemory &) = delete;
  SpareMemory &operator=(const SpareMemory &) = delete;

  // The size is the same for all blocks, and a pointer's at least. Throws std::bad_alloc.
  void *get(std::size_t size) { return first_ != nullptr ? take() : ::operator new(size); }
  void put(void *block) {
    if (count_ == most_) return ::operator delete(block);
    first_ = new (block) Block{first_};
    ++count_;
  }

 private:
  struct Block {
    Block *next;
  };
  void *take() {
    Block *const block = first_;
    first_ = block->next;
    --count_;
    return block;
  }

  const std::size_t most_;
  Block *first_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace dns_cares
