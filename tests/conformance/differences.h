// Where dns_cares means to differ from glibc: each case once, and what we give. Why is said in docs/differences.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dns_cares_test {

struct Difference {
  std::string_view reason;              // its name in docs/differences.md
  std::string ours;                     // as ask_dns_cares() says it
  std::vector<std::string_view> cases;  // Case::about of each
};

// The glibc that the table was made with. A later one may have come to agree with us in some cases.
inline constexpr std::string_view kComparedGlibc = "2.36";

const std::vector<Difference> &intended_differences();

// nullptr: the case must be the same with both.
const Difference *find_difference(std::string_view about);

}  // namespace dns_cares_test
