#include "failing_new.h"

#include <cstdlib>
#include <new>

namespace {

thread_local bool active = false;
thread_local bool has_failed = false;
thread_local std::size_t left = 0;

bool fails_now() {
  if (!active) return false;
  if (left > 0) {
    --left;
    return false;
  }
  has_failed = true;
  return true;
}

}  // namespace

// The program's own operators go before the standard library's, in shared libraries too.
void *operator new(std::size_t size) {
  void *memory = fails_now() ? nullptr : std::malloc(size != 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
  return fails_now() ? nullptr : std::malloc(size != 0 ? size : 1);
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void *memory, const std::nothrow_t &) noexcept { std::free(memory); }

namespace dns_cares_test {

FailingNew::FailingNew(std::size_t spared) {
  left = spared;
  has_failed = false;
  active = true;
}

FailingNew::~FailingNew() { active = false; }

bool FailingNew::failed() const { return has_failed; }

}  // namespace dns_cares_test
