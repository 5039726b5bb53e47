#include "selection.h"

#include <dns_cares/dns_cares.h>
#include <fmt/format.h>

#include "line_reader.h"

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

bool Selection::takes(const Line &line) {
  if (!is_of_shard(line)) return false;
  if (to_skip_ == 0) return true;
  if (--to_skip_ == 0) check_last_skipped(line);
  return false;
}

bool Selection::is_of_shard(const Line &line) const {
  return options_.shards == 1 || stable_hash(line.name) % options_.shards == options_.shard;
}

// A name may not be written as it was read, so the line's is written, too.
void Selection::check_last_skipped(const Line &line) const {
  if (!done_.name) return;
  std::string text;
  format_.write({.line = line, .place = {}, .status = DNS_ENOTFOUND}, text);
  text.pop_back();
  const auto expected = format_.name_of(text);
  if (expected == done_.name) return;
  throw InputError(
      fmt::format("{}: result {} is of '{}', where the input has '{}': not of this input, nothing is written",
                  options_.output, done_.results, *done_.name, *expected));
}

void Selection::end() const {
  if (to_skip_ == 0) return;
  throw InputError(
      fmt::format("{}: has {} results, and the input {} names fewer: not of this input, nothing is written",
                  options_.output, done_.results, to_skip_));
}

}  // namespace dns_cares_tool
