// Resolves many names at once and prints one line for each, in their order.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <dns_cares/dns_cares.h>

namespace dns_cares_tool {

struct Summary {
  std::size_t names = 0;
  std::map<int, std::size_t> failures;  // by status
  std::chrono::duration<double> time{};

  std::size_t failed() const;
};

// Runs on the default loop, whose context must have been made. A result line goes to standard output as soon as those
// before it are there: the name, a tab, and its addresses or why there are none.
Summary resolve_all(const std::vector<std::string> &names, int family);

}  // namespace dns_cares_tool
