// Makes operator new fail on purpose, in the library too.
#pragma once

#include <cstddef>

namespace dns_cares_test {

// While it lives, every allocation by operator new on this thread fails, but for the first `spared`.
class FailingNew {
 public:
  explicit FailingNew(std::size_t spared = 0);
  ~FailingNew();
  FailingNew(const FailingNew &) = delete;
  FailingNew &operator=(const FailingNew &) = delete;

  // Whether an allocation has failed.
  bool failed() const;
};

}  // namespace dns_cares_test
