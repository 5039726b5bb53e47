// A limit on how many lookups are started in a second.
#pragma once

#include <algorithm>
#include <chrono>

namespace dns_cares_tool {

class Rate {
 public:
  using Clock = std::chrono::steady_clock;

  // 0: no limit. What was not used is kept for `kBurstSeconds` at most.
  explicit Rate(double per_second) : per_second_(per_second) {}

  // Whether one more may start now.
  bool allows(Clock::time_point now) {
    if (per_second_ <= 0) return true;
    const double earned = std::chrono::duration<double>(now - counted_at_).count() * per_second_;
    allowed_ = std::min(allowed_ + earned, std::max(per_second_ * kBurstSeconds, 1.0));
    counted_at_ = now;
    return allowed_ >= 1;
  }
  // One has started.
  void count() { allowed_ -= 1; }
  // Seconds after which allows() is worth another call.
  double seconds_to_wait() const { return std::max((1 - allowed_) / per_second_, kBurstSeconds / 2); }

 private:
  static constexpr double kBurstSeconds = 0.02;

  const double per_second_;
  double allowed_ = 1;
  Clock::time_point counted_at_ = Clock::now();
};

}  // namespace dns_cares_tool
