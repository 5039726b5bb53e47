#include "failing_new.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

thread_local bool active = false;
thread_local bool has_failed = false;
thread_local std::size_t left = 0;  // to be spared
thread_local std::size_t failures_left = 0;
std::atomic<std::size_t> blocks = 0;

struct Count {
  std::size_t allocations = 0;
  std::ptrdiff_t octets = 0;
  std::ptrdiff_t most_octets = 0;
};
thread_local bool counting = false;
thread_local Count count;

bool fails_now() {
  if (!active) return false;
  if (left > 0) {
    --left;
    return false;
  }
  if (failures_left == 0) return false;
  --failures_left;
  has_failed = true;
  return true;
}

}  // namespace

namespace dns_cares_test {

void *allocate(std::size_t size) noexcept {
  void *memory = fails_now() ? nullptr : std::malloc(size != 0 ? size : 1);
  if (memory != nullptr) ++blocks;
  if (counting && memory != nullptr) {
    ++count.allocations;
    count.octets += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
    count.most_octets = std::max(count.most_octets, count.octets);
  }
  return memory;
}

void *reallocate(void *memory, std::size_t size) noexcept {
  if (memory == nullptr) return allocate(size);
  return fails_now() ? nullptr : std::realloc(memory, size != 0 ? size : 1);
}

void give_back(void *memory) noexcept {
  if (memory == nullptr) return;
  --blocks;
  if (counting) count.octets -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  std::free(memory);
}

std::size_t blocks_in_use() { return blocks; }

}  // namespace dns_cares_test

using dns_cares_test::allocate;
using dns_cares_test::give_back;

// The program's own operators go before the standard library's, in shared libraries too.
void *operator new(std::size_t size) {
  void *memory = allocate(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return allocate(size); }
void operator delete(void *memory) noexcept { give_back(memory); }
void operator delete(void *memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { give_back(memory); }

namespace dns_cares_test {

FailingNew::FailingNew(std::size_t spared, std::size_t failures) {
  left = spared;
  failures_left = failures;
  has_failed = false;
  active = true;
}

FailingNew::~FailingNew() { active = false; }

bool FailingNew::failed() const { return has_failed; }

CountingNew::CountingNew() {
  count = {};
  counting = true;
}

CountingNew::~CountingNew() { counting = false; }

std::size_t CountingNew::allocations() const { return count.allocations; }

std::size_t CountingNew::most_octets() const { return static_cast<std::size_t>(count.most_octets); }

}  // namespace dns_cares_test
