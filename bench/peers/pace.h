// How evenly a libev loop runs while lookups do: the gaps between the calls of a 1 ms timer.
#pragma once

#include <ev.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace dns_cares_bench {

class Pace {
 public:
  // Measures nothing on no loop.
  explicit Pace(struct ev_loop *loop) : loop_(loop) {
    ev_timer_init(&timer_, on_timer, kPeriod, kPeriod);
    timer_.data = this;
  }

  // To be called when the first lookups are started: how long that takes is up to the program, not to the loop.
  void start() {
    if (loop_ == nullptr || ev_is_active(&timer_)) return;
    ev_now_update(loop_);
    ev_timer_start(loop_, &timer_);
    last_ = Clock::now();
  }

  // Milliseconds, as members of a JSON object; empty if nothing was measured.
  std::string json() {
    if (gaps_.empty()) return "";
    std::sort(gaps_.begin(), gaps_.end());
    return ", \"gaps\": " + std::to_string(gaps_.size()) + percentile("p50", 0.5) + percentile("p99", 0.99) +
           percentile("p99.9", 0.999) + percentile("max", 1);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr double kPeriod = 0.001;

  static void on_timer(struct ev_loop *, ev_timer *timer, int) {
    auto *self = static_cast<Pace *>(timer->data);
    const auto now = Clock::now();
    self->gaps_.push_back(std::chrono::duration<double, std::milli>(now - self->last_).count());
    self->last_ = now;
  }

  std::string percentile(const std::string &name, double share) const {
    const auto at = static_cast<std::size_t>(static_cast<double>(gaps_.size() - 1) * share + 0.5);
    return ", \"gap_" + name + "\": " + std::to_string(gaps_[at]);
  }

  struct ev_loop *const loop_;
  ev_timer timer_;
  Clock::time_point last_;
  std::vector<double> gaps_;
};

}  // namespace dns_cares_bench
