// Queries as ares_send(3) takes them, and their ids. Releases of c-ares that take them apart to send them draw the ids,
// and make the messages: in the others, what ares_query(3) adds to ares_send(3) costs as much again.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "records/wire_name.h"
#include "resolver/upstream.h"

namespace dns_cares {

// Ids of queries on their way (RFC 1035 section 4.1.1): no two have the same, and nobody can guess them (RFC 5452
// section 4.3).
class QueryIds {
 public:
  // A new one. Nothing if the system has no randomness to give, or too many are taken already.
  std::optional<std::uint16_t> draw();
  // One that c-ares has drawn.
  void take(std::uint16_t id);
  bool is_taken(std::uint16_t id) const { return taken_.test(id); }
  void give_back(std::uint16_t id);

 private:
  // Beyond it, a free one is no longer found soon.
  static constexpr std::size_t kMostTaken = 60000;

  bool fill();

  std::array<std::uint16_t, 128> drawn_;
  std::size_t left_ = 0;  // of those, at the front
  std::bitset<65536> taken_;
  std::size_t taken_count_ = 0;
};

// The query for a question, with an OPT record that says which size of a datagram is taken (RFC 6891 section 6.2.3).
class QueryMessage {
 public:
  // `edns_size` in octets; 0: without the record.
  QueryMessage(const Question &question, std::uint16_t id, std::uint16_t edns_size);
  Octets octets() const { return {octets_.data(), size_}; }

 private:
  static constexpr std::size_t kHeader = 12;
  static constexpr std::size_t kTypeAndClass = 4;
  static constexpr std::size_t kOptSize = 11;

  std::array<unsigned char, kHeader + WireName::kMost + kTypeAndClass + kOptSize> octets_;
  std::size_t size_;
};

}  // namespace dns_cares
