// Makes operator new fail on purpose, or counts what it gives, in the library too.
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

// While it lives, what operator new gives on this thread is counted, less what is given back on it. One at a time.
class CountingNew {
 public:
  CountingNew();
  ~CountingNew();
  CountingNew(const CountingNew &) = delete;
  CountingNew &operator=(const CountingNew &) = delete;

  std::size_t allocations() const;
  // The most that was in use at once, of what is counted, as malloc(3) counts octets.
  std::size_t most_octets() const;
};

}  // namespace dns_cares_test
