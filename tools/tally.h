// What has happened so far, in numbers.
#pragma once

#include <dns_cares/dns_cares.h>

#include <array>
#include <chrono>
#include <cstdint>

namespace dns_cares_tool {

// How long lookups took: counts in classes of which four make a doubling, so that a percentile is right to within 25
// percent.
class Latencies {
 public:
  static constexpr int kClassesPerDoubling = 4;
  static constexpr int kClasses = 32 * kClassesPerDoubling;

  void count(double seconds);
  // Milliseconds within which that part (0.5: half) of the lookups ended; 0 without any.
  double percentile_ms(double part) const;
  std::uint64_t total() const { return total_; }
  double sum_seconds() const { return sum_; }
  double longest_seconds() const { return longest_; }
  // How many took at most so long, to within a class.
  std::uint64_t within(double seconds) const;

 private:
  static double upper_seconds(int index);

  std::array<std::uint64_t, kClasses> counts_{};
  std::uint64_t total_ = 0;
  double sum_ = 0, longest_ = 0;
};

struct Tally {
  using Clock = std::chrono::steady_clock;

  std::uint64_t lines = 0;  // that have a result
  std::array<std::uint64_t, DNS_ESYSTEM + 1> by_status{};
  Latencies latencies;
  std::uint64_t in_flight = 0;  // now
  std::uint64_t before = 0;     // results that a stopped run had written
  std::uint64_t unwritten = 0;  // now: of `lines`
  Clock::time_point start = Clock::now();

  void count(int status, double seconds);
  std::uint64_t failed() const { return lines - by_status[DNS_OK]; }
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start).count(); }
};

}  // namespace dns_cares_tool
