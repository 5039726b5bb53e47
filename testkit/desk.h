// Where the test's thread and the server's thread meet: the rules, the ledger and the switch, under one mutex.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "ledger.h"
#include "rules.h"

namespace dns_testkit {

class Desk {
 public:
  // Counts the query and gives the reply for it; none while silent.
  std::shared_ptr<const Plan> take(const Query &query, Transport transport, std::uint16_t client_port);
  void count_tcp_connection();

  void set_silent(bool silent) { silent_ = silent; }
  bool silent() const { return silent_; }
  bool wait_for_queries(std::uint64_t count, std::chrono::milliseconds timeout) const;

  template <typename Use>
  auto with_rules(Use use) {
    const std::lock_guard lock(mutex_);
    return use(rules_);
  }
  template <typename Use>
  auto with_ledger(Use use) const {
    const std::lock_guard lock(mutex_);
    return use(ledger_);
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable counted_;
  Rules rules_;
  Ledger ledger_;
  std::atomic<bool> silent_ = false;
};

}  // namespace dns_testkit
