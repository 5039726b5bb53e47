#include "selection.h"

namespace dns_cares_tool {

std::uint64_t stable_hash(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    const auto octet = static_cast<unsigned char>(c);
    hash ^= octet >= 'A' && octet <= 'Z' ? octet + ('a' - 'A') : octet;
    hash *= 0x100000001b3;
  }
  return hash;
}

bool Selection::is_of_shard(const Line &line) const {
  return options_.shards == 1 || stable_hash(line.name) % options_.shards == options_.shard;
}

}  // namespace dns_cares_tool
