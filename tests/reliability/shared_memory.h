// c-ares and libev with the memory of failing_new.h.
#pragma once

namespace dns_cares_test {

// From now on what c-ares allocates fails and is counted as by operator new; what libev allocates is counted, and never
// fails, for libev ends the program then. Call it before the first use of either.
void share_memory_with_cares_and_libev();
void share_memory_with_libev();

}  // namespace dns_cares_test
