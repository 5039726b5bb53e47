// Has system calls fail on purpose, in the libraries of the program too: its own functions go before libc's.
#pragma once

#include <cstddef>
#include <string>

namespace dns_cares_test {

// While it lives, calls on this thread that make, use or ask about sockets and files fail: not the first `spared`, but
// the next one, or all further ones. Those of libev are not among them, for it ends the program then.
class FailingCalls {
 public:
  enum class Which { kNext, kAllFurther };
  FailingCalls(std::size_t spared, Which which);
  ~FailingCalls();
  FailingCalls(const FailingCalls &) = delete;
  FailingCalls &operator=(const FailingCalls &) = delete;

  // The first call that has failed, "socket: Too many open files"; empty: none has.
  std::string failed() const;
};

}  // namespace dns_cares_test
