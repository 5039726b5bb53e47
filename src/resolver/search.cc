#include "resolver/search.h"

#include <algorithm>

#include "resolver/name.h"

namespace dns_cares {

std::string Search::candidate(std::string_view name, std::size_t index) const {
  const std::string_view bare = without_last_dot(name);
  const bool absolute = bare.size() != name.size();
  if (absolute || domains_.empty()) return index == 0 ? std::string(bare) : std::string();
  if (index > domains_.size()) return {};
  const bool as_it_is_first = static_cast<unsigned>(std::count(name.begin(), name.end(), '.')) >= ndots_;
  const std::size_t as_it_is = as_it_is_first ? 0 : domains_.size();
  if (index == as_it_is) return std::string(name);
  std::string result(name);
  result += '.';
  result += domains_[as_it_is_first ? index - 1 : index];
  return result;
}

}  // namespace dns_cares
