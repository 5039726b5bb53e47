// Memory for what is made and freed by the hundred in each turn of the loop: blocks that are done with are kept, by
// size, to be used again, the last one first.
//
// So such things keep to few places, which are in the processor's caches. (From the allocator they would get pieces of
// whatever was freed long ago: with a full cache of RRsets, a piece of the oldest of them each.)
//
// Thread rule: each thread keeps its own; a block may be put back by another thread than it was got by. Under
// sanitizers nothing is kept, so that they see what is used after it was freed.
#pragma once

#include <algorithm>
#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DNS_CARES_SANITIZED 1
#elif defined(__has_feature)  // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DNS_CARES_SANITIZED 1
#endif
#endif
#ifndef DNS_CARES_SANITIZED
#define DNS_CARES_SANITIZED 0
#endif

namespace dns_cares {

class SpareMemory {
 public:
  // Whether blocks are kept, or each is freed at once, for a sanitizer to see.
  static constexpr bool kKeeps = DNS_CARES_SANITIZED == 0;

  // The sizes of blocks, in octets: those of which glibc's malloc(3) wastes nothing, and which differ by 16. Beyond the
  // largest, nothing is kept.
  static constexpr std::size_t kSmallest = 24;
  static constexpr std::size_t kStep = 16;
  static constexpr std::size_t kLargest = 504;

  // At least so many octets, aligned for any type. Throws std::bad_alloc.
  static void *get(std::size_t size);
  // `size` as it was asked for.
  static void put(void *block, std::size_t size) noexcept;

  // Octets that such a block takes of the heap, as glibc's malloc(3) has it: with a header, in multiples of 16.
  static constexpr std::size_t heap_octets(std::size_t size) {
    return (std::max(size, kSmallest) + sizeof(std::size_t) + kStep - 1) / kStep * kStep;
  }
};

// What an object derives from that is made in such memory.
struct InSpareMemory {
  static void *operator new(std::size_t size) { return SpareMemory::get(size); }
  static void operator delete(void *block, std::size_t size) { SpareMemory::put(block, size); }
};

}  // namespace dns_cares
