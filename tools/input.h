// The names to resolve: from the command line and from files.
#pragma once

#include <istream>
#include <stdexcept>
#include <string>
#include <vector>

namespace dns_cares_tool {

struct InputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Appends one name for each line of the file ("-": standard input). Blanks around a name are dropped, lines that are
// empty or begin with '#' are skipped. Throws InputError, which names the file.
void read_names(const std::string &path, std::vector<std::string> &names);

}  // namespace dns_cares_tool
