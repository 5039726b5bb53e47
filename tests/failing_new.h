// Makes operator new fail on purpose, or counts what it gives, in the library too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace dns_cares_test {

// While it lives, allocations by operator new on this thread fail: not the first `spared`, but the next `failures`.
class FailingNew {
 public:
  explicit FailingNew(std::size_t spared = 0, std::size_t failures = SIZE_MAX);
  ~FailingNew();
  FailingNew(const FailingNew &) = delete;
  FailingNew &operator=(const FailingNew &) = delete;

  // Whether an allocation has failed.
  bool failed() const;
};

// A host name that cannot be copied without an allocation: the library keeps no blocks of such a size.
inline constexpr auto kLongName = [] {
  std::array<char, 600> name{};
  name.fill('a');
  name.back() = '\0';
  return name;
}();
inline constexpr const char *kLongerThanAnyBlockKept = kLongName.data();

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

// What operator new and delete are made of, for others whose memory is to fail and to be counted with it.
void *allocate(std::size_t size) noexcept;                  // nullptr: no memory
void *reallocate(void *memory, std::size_t size) noexcept;  // nullptr: no memory, and `memory` is as it was
void give_back(void *memory) noexcept;

// How many of their blocks are in use, in the whole process.
std::size_t blocks_in_use();

}  // namespace dns_cares_test
