// What is to be done later, in the order it becomes due. Not thread-safe; the clock is passed in.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <utility>

namespace dns_testkit {

class Delayed {
 public:
  using Clock = std::chrono::steady_clock;

  void add(Clock::time_point due, std::function<void()> task) { tasks_.emplace(due, std::move(task)); }

  void run_due(Clock::time_point now) {
    while (!tasks_.empty() && tasks_.begin()->first <= now) tasks_.extract(tasks_.begin()).mapped()();
  }

  // For epoll_wait(): milliseconds until the first is due, rounded up so as not to wake before; -1: there is none.
  int timeout(Clock::time_point now) const {
    if (tasks_.empty()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(tasks_.begin()->first - now).count();
    constexpr decltype(left) kAtMost = 60'000;  // an int holds it; waking once a minute costs nothing
    return static_cast<int>(left < 0 ? 0 : left > kAtMost ? kAtMost : left);
  }

 private:
  std::multimap<Clock::time_point, std::function<void()>> tasks_;  // equal times stay in the order of add()
};

}  // namespace dns_testkit
