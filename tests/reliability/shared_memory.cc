#include "shared_memory.h"

#include <ares.h>
#include <ev.h>

#include <cstdlib>

#include "failing_new.h"

namespace dns_cares_test {
namespace {

// Blocks of libev that are behind all failures: it has as many as its loops have arrays.
void *for_libev(void *memory, long size) noexcept {
  if (size != 0) return std::realloc(memory, static_cast<std::size_t>(size));
  std::free(memory);
  return nullptr;
}

}  // namespace

void share_memory_with_cares_and_libev() {
  ares_library_init_mem(ARES_LIB_INIT_ALL, allocate, give_back, reallocate);
  share_memory_with_libev();
}

void share_memory_with_libev() { ev_set_allocator(for_libev); }

}  // namespace dns_cares_test
