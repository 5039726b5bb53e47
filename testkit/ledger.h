// What the server saw, in bounded memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dns_cares/testkit.h"
#include "query.h"

namespace dns_testkit {

class Ledger {
 public:
  void add(const Query &query, Transport transport, std::uint16_t client_port);
  void add_tcp_connection() { ++tcp_connections_; }

  std::uint64_t queries() const { return queries_; }
  std::uint64_t queries(std::string_view name, std::string_view type) const;
  std::uint64_t tcp_queries() const { return tcp_queries_; }
  std::uint64_t tcp_connections() const { return tcp_connections_; }
  std::vector<Seen> seen() const { return {seen_.begin(), seen_.end()}; }

 private:
  static constexpr std::size_t kSeen = 10'000;
  static constexpr std::size_t kPairs = 1'000'000;

  std::uint64_t queries_ = 0;
  std::uint64_t tcp_queries_ = 0;
  std::uint64_t tcp_connections_ = 0;
  // By a 64-bit hash of name and type, to keep a million names small. That two of them collide is less likely than
  // one in ten million.
  std::unordered_map<std::uint64_t, std::uint64_t> pairs_;
  std::deque<Seen> seen_;
};

}  // namespace dns_testkit
