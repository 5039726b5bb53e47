#include "tally.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace dns_cares_tool {

// The first four classes are a microsecond wide each. From there on the number of a class is the place of the highest
// bit and the two bits behind it.
double Latencies::upper_seconds(int index) {
  if (index < kClassesPerDoubling) return (index + 1) / 1e6;
  const int doubling = index / kClassesPerDoubling - 1;
  return std::ldexp(kClassesPerDoubling + index % kClassesPerDoubling + 1, doubling) / 1e6;
}

void Latencies::count(double seconds) {
  const auto micros = static_cast<std::uint64_t>(std::clamp(seconds * 1e6, 0.0, 4e9));
  const int doubling = std::max(static_cast<int>(std::bit_width(micros)) - 3, 0);
  const int index = doubling * kClassesPerDoubling + static_cast<int>(micros >> doubling);
  ++counts_[static_cast<std::size_t>(index)];
  ++total_;
  sum_ += seconds;
  longest_ = std::max(longest_, seconds);
}

double Latencies::percentile_ms(double part) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(total_)));
  std::uint64_t sum = 0;
  for (int i = 0; i < kClasses && total_ > 0; ++i) {
    sum += counts_[static_cast<std::size_t>(i)];
    if (sum >= wanted) return std::min(upper_seconds(i), longest_) * 1e3;
  }
  return 0;
}

std::uint64_t Latencies::within(double seconds) const {
  std::uint64_t sum = 0;
  for (int i = 0; i < kClasses && upper_seconds(i) <= seconds * (1 + 1e-9); ++i) {
    sum += counts_[static_cast<std::size_t>(i)];
  }
  return sum;
}

void Tally::count(int status, double seconds) {
  ++lines;
  ++by_status[static_cast<std::size_t>(std::clamp(status, 0, static_cast<int>(DNS_ESYSTEM)))];
  latencies.count(seconds);
}

}  // namespace dns_cares_tool
