// Where dns_cares means to differ from glibc: each case once, with what we give and why.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dns_cares_test {

struct Difference {
  std::string_view about;  // Case::about
  std::string ours;        // as ask_dns_cares() says it
  std::string_view reason;
};

// The glibc that the table was made with. A later one may have come to agree with us in some cases.
inline constexpr std::string_view kComparedGlibc = "2.36";

const std::vector<Difference> &intended_differences();

// nullptr: the case must be the same with both.
const Difference *find_difference(std::string_view about);

}  // namespace dns_cares_test
