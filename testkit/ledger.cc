#include "ledger.h"

#include <functional>

#include "text.h"

namespace dns_testkit {
namespace {

std::uint64_t pair_hash(std::string_view key, std::uint16_t type) {
  return std::hash<std::string_view>()(key) + type * std::uint64_t{0x9e3779b97f4a7c15};
}

}  // namespace

void Ledger::add(const Query &query, Transport transport, std::uint16_t client_port) {
  ++queries_;
  if (transport == Transport::kTcp) ++tcp_queries_;

  const std::uint64_t pair = pair_hash(query.key, query.type);
  const auto known = pairs_.find(pair);
  if (known != pairs_.end()) {
    ++known->second;
  } else if (pairs_.size() < kPairs) {
    pairs_.emplace(pair, 1);
  }

  if (seen_.size() == kSeen) seen_.pop_front();
  seen_.push_back({name_text(query.name), type_text(query.type), transport, client_port, query.id, query.edns_udp_size,
                   query.edns_options});
}

std::uint64_t Ledger::queries(std::string_view name, std::string_view type) const {
  const auto known = pairs_.find(pair_hash(name_key(name), type_number(type)));
  return known != pairs_.end() ? known->second : 0;
}

}  // namespace dns_testkit
