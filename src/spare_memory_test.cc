#include "spare_memory.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstring>
#include <functional>
#include <new>
#include <thread>
#include <vector>

#include "../tests/failing_new.h"

namespace dns_cares {
namespace {

// In a thread of its own, which begins with nothing spared.
void in_new_thread(const std::function<void()> &test) { std::thread(test).join(); }

void *get_or_null(std::size_t size) {
  try {
    return SpareMemory::get(size);
  } catch (const std::bad_alloc &) {
    return nullptr;
  }
}

TEST(SpareMemory, BlockIsUsedAgainForItsSizeTheLastOneFirst) {
  if (!SpareMemory::kKeeps) GTEST_SKIP() << "sanitizers are to see each block freed";
  in_new_thread([] {
    void *const one = SpareMemory::get(100);
    void *const two = SpareMemory::get(100);
    SpareMemory::put(one, 100);
    SpareMemory::put(two, 100);
    const dns_cares_test::FailingNew no_memory;
    EXPECT_THROW(SpareMemory::get(200), std::bad_alloc);
    EXPECT_EQ(SpareMemory::get(100), two);
    EXPECT_EQ(SpareMemory::get(100), one);
    EXPECT_THROW(SpareMemory::get(100), std::bad_alloc);
    ::operator delete(one);
    ::operator delete(two);
  });
}

TEST(SpareMemory, OctetsOfTheHeapAreThoseThatMallocTakes) {
  if (!SpareMemory::kKeeps) GTEST_SKIP() << "a sanitizer's malloc is another one";
  in_new_thread([] {
    std::vector<void *> blocks;
    for (std::size_t size = 1; size < 1500; ++size) {
      void *const block = SpareMemory::get(size);
      // The allocator gives a little more where what is left over is too small to be a block.
      EXPECT_NEAR(static_cast<double>(SpareMemory::heap_octets(size)),
                  static_cast<double>(malloc_usable_size(block) + sizeof(std::size_t)), 16)
          << size;
      blocks.push_back(block);
    }
    for (void *const block : blocks) ::operator delete(block);
  });
}

TEST(SpareMemory, BlocksAreOfTheSizesOfWhichMallocWastesNothing) {
  static_assert(SpareMemory::heap_octets(1) == 32 && SpareMemory::heap_octets(24) == 32);
  static_assert(SpareMemory::heap_octets(25) == 48 && SpareMemory::heap_octets(40) == 48);
  static_assert(SpareMemory::heap_octets(504) == 512 && SpareMemory::heap_octets(505) == 528);
  static_assert(SpareMemory::heap_octets(600) == 608 && SpareMemory::heap_octets(601) == 624);
}

TEST(SpareMemory, BlockOfAnySizeIsLargeEnough) {
  in_new_thread([] {
    for (int round = 0; round < 2; ++round) {
      for (std::size_t size = 1; size < 700; ++size) {
        void *const block = SpareMemory::get(size);
        std::memset(block, 0xff, size);
        SpareMemory::put(block, size);
      }
    }
  });
}

TEST(SpareMemory, KeepsABoundedNumberOfEachSize) {
  if (!SpareMemory::kKeeps) GTEST_SKIP() << "sanitizers are to see each block freed";
  constexpr std::size_t kMany = 1000;
  in_new_thread([] {
    std::vector<void *> blocks;
    for (std::size_t i = 0; i < kMany; ++i) blocks.push_back(SpareMemory::get(100));
    for (void *block : blocks) SpareMemory::put(block, 100);
    blocks.clear();
    {
      const dns_cares_test::FailingNew no_memory;
      while (void *const block = get_or_null(100)) blocks.push_back(block);
    }
    EXPECT_EQ(blocks.size(), 256u);
    for (void *block : blocks) ::operator delete(block);
  });
}

// Its destructor runs when what the thread kept is gone already.
TEST(SpareMemory, BlockMayOutliveWhatItsThreadKeeps) {
  struct Late {
    void *block = SpareMemory::get(64);
    ~Late() { SpareMemory::put(block, 64); }
  };
  in_new_thread([] {
    static thread_local Late late;
    ASSERT_NE(late.block, nullptr);
    SpareMemory::put(SpareMemory::get(64), 64);
  });
}

TEST(SpareMemory, BlockMayBePutBackByAnotherThread) {
  void *block = nullptr;
  in_new_thread([&] { block = SpareMemory::get(64); });
  in_new_thread([&] { SpareMemory::put(block, 64); });
}

}  // namespace
}  // namespace dns_cares
