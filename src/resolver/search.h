// The search list: which names to ask for, in which order (RFC 1535 section 6, resolv.conf(5)).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "counted.h"

namespace dns_cares {

class Search {
 public:
  Search() = default;
  // The domain "." stands for the name as it is.
  Search(std::vector<std::string> domains, unsigned ndots);

  // Candidate number `index` of a name, or "" after the last. A name that ends in a dot is its only candidate;
  // one with at least ndots dots is asked as it is first, others in the place of ".", or last. Candidates that would be
  // too long are given all the same: the caller checks.
  std::string candidate(std::string_view name, std::size_t index) const {
    std::string result;
    write_candidate(name, index, result);
    return result;
  }
  // The same into a string whose memory is used again.
  void write_candidate(std::string_view name, std::size_t index, std::string &result) const;
  // The first domain, which is the one that this machine is in (resolv.conf(5)); "" if there is none.
  std::string_view local_domain() const { return domains_.empty() ? std::string_view() : domains_.front(); }

 private:
  std::vector<std::string> domains_;  // without "."
  std::size_t as_it_is_ = 0;          // behind how many of them a name with fewer dots than ndots is asked as it is
  unsigned ndots_ = 1;
};

// A list that lookups share, for the time they have from it.
class SharedSearch final : public Search {
 public:
  using Ptr = CountedPtr<SharedSearch>;
  // Throws std::bad_alloc.
  static Ptr make(Search search) { return Ptr(new SharedSearch(std::move(search))); }

 private:
  friend Ptr;
  explicit SharedSearch(Search &&search) : Search(std::move(search)) {}
  void free() { delete this; }

  unsigned references_ = 1;
};

}  // namespace dns_cares
