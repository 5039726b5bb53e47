#include "desk.h"

namespace dns_testkit {

std::shared_ptr<const Plan> Desk::take(const Query &query, Transport transport, std::uint16_t client_port) {
  const std::lock_guard lock(mutex_);
  ledger_.add(query, transport, client_port);
  counted_.notify_all();
  return silent_ ? nullptr : rules_.take(query);
}

void Desk::count_tcp_connection() {
  const std::lock_guard lock(mutex_);
  ledger_.add_tcp_connection();
}

bool Desk::wait_for_queries(std::uint64_t count, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  return counted_.wait_for(lock, timeout, [&] { return ledger_.queries() >= count; });
}

}  // namespace dns_testkit
