// The clock that deadlines and timeouts are kept by.
#pragma once

#include <chrono>

namespace dns_cares {

// Seconds, never going back; not the loop's idea of now, which stands still while a callback runs.
inline double steady_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace dns_cares
