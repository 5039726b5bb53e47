// The order in which to try the targets of SRV records: RFC 2782.
//
// Thread rule: none of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace dns_cares {

struct SrvRank {
  std::uint16_t priority;  // the lowest goes first
  std::uint16_t weight;    // among equal priorities, how often it goes first
};

// A number from 0 to the most, both included, each as likely as the others.
using RandomUpTo = std::function<std::uint32_t(std::uint32_t most)>;

// The places in `ranks` from the first one to try to the last. Throws std::bad_alloc.
std::vector<std::size_t> srv_order(std::span<const SrvRank> ranks, const RandomUpTo &random);

}  // namespace dns_cares
