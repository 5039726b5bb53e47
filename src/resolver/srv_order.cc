#include "resolver/srv_order.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace dns_cares {
namespace {

using Places = std::vector<std::size_t>;

// The one to go next among those of one priority, which begin with those of weight 0: the first at which the sum of
// the weights reaches a random number, so that weight 0 has a small chance too (RFC 2782, "Weight").
Places::iterator choose(std::span<const SrvRank> ranks, Places::iterator first, Places::iterator last,
                        const RandomUpTo &random) {
  const auto add = [&](std::uint32_t sum, std::size_t place) { return sum + ranks[place].weight; };
  std::uint32_t left = random(std::accumulate(first, last, std::uint32_t{0}, add));
  const auto reaches = [&](std::size_t place) {
    if (ranks[place].weight >= left) return true;
    left -= ranks[place].weight;
    return false;
  };
  return std::find_if(first, std::prev(last), reaches);
}

}  // namespace

std::vector<std::size_t> srv_order(std::span<const SrvRank> ranks, const RandomUpTo &random) {
  Places places(ranks.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    if (ranks[a].priority != ranks[b].priority) return ranks[a].priority < ranks[b].priority;
    const bool a_is_zero = ranks[a].weight == 0;
    const bool b_is_zero = ranks[b].weight == 0;
    return a_is_zero != b_is_zero ? a_is_zero : a < b;
  });
  for (auto first = places.begin(); first != places.end(); ++first) {
    const auto end_of_priority = std::find_if(
        first, places.end(), [&](std::size_t place) { return ranks[place].priority != ranks[*first].priority; });
    const auto chosen = choose(ranks, first, end_of_priority, random);
    std::rotate(first, chosen, std::next(chosen));  // The others keep their order.
  }
  return places;
}

}  // namespace dns_cares
