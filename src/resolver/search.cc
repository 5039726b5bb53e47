#include "resolver/search.h"

#include <algorithm>

#include "resolver/name.h"

namespace dns_cares {

void Search::write_candidate(std::string_view name, std::size_t index, std::string &result) const {
  result.clear();
  const std::string_view bare = without_last_dot(name);
  const bool absolute = bare.size() != name.size();
  if (absolute || domains_.empty()) {
    if (index == 0) result = bare;
    return;
  }
  if (index > domains_.size()) return;
  const bool as_it_is_first = static_cast<unsigned>(std::count(name.begin(), name.end(), '.')) >= ndots_;
  const std::size_t as_it_is = as_it_is_first ? 0 : domains_.size();
  result = name;
  if (index == as_it_is) return;
  result += '.';
  result += domains_[as_it_is_first ? index - 1 : index];
}

}  // namespace dns_cares
