#include "resolver/search.h"

#include <algorithm>
#include <utility>

#include "resolver/name.h"

namespace dns_cares {

Search::Search(std::vector<std::string> domains, unsigned ndots) : domains_(std::move(domains)), ndots_(ndots) {
  as_it_is_ = static_cast<std::size_t>(std::find(domains_.begin(), domains_.end(), ".") - domains_.begin());
  std::erase(domains_, ".");
}

void Search::write_candidate(std::string_view name, std::size_t index, std::string &result) const {
  result.clear();
  const std::string_view bare = without_last_dot(name);
  const bool absolute = bare.size() != name.size();
  if (absolute || domains_.empty()) {
    if (index == 0) result = bare;
    return;
  }
  if (index > domains_.size()) return;
  const bool has_ndots = static_cast<unsigned>(std::count(name.begin(), name.end(), '.')) >= ndots_;
  const std::size_t as_it_is = has_ndots ? 0 : as_it_is_;
  result = name;
  if (index == as_it_is) return;
  result += '.';
  result += domains_[index > as_it_is ? index - 1 : index];
}

}  // namespace dns_cares
