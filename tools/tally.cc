#include "tally.h"

#include <algorithm>
#include <cmath>

namespace dns_cares_tool {

// Class n ends at 2^((n+1)/4) microseconds.
double Latencies::upper_seconds(int index) { return std::exp2((index + 1.0) / kClassesPerDoubling) / 1e6; }

void Latencies::count(double seconds) {
  const double micros = seconds * 1e6;
  const int index = micros > 1 ? static_cast<int>(std::ceil(std::log2(micros) * kClassesPerDoubling)) - 1 : 0;
  ++counts_[static_cast<std::size_t>(std::clamp(index, 0, kClasses - 1))];
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
