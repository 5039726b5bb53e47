#include "input.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace dns_cares_tool {
namespace {

constexpr const char *kBlanks = " \t\r\v\f";

void read_lines(std::istream &input, std::vector<std::string> &names) {
  std::string line;
  while (std::getline(input, line)) {
    const std::size_t start = line.find_first_not_of(kBlanks);
    if (start == std::string::npos || line[start] == '#') continue;
    names.push_back(line.substr(start, line.find_last_not_of(kBlanks) + 1 - start));
  }
}

}  // namespace

void read_names(const std::string &path, std::vector<std::string> &names) {
  errno = 0;
  std::ifstream file;
  if (path != "-") file.open(path);
  std::istream &input = path == "-" ? std::cin : file;
  if (input) read_lines(input, names);
  // A file that cannot be opened has failed already; one that cannot be read, a folder say, fails with `bad`.
  if (input.bad() || (path != "-" && !file.is_open()) || errno == EISDIR) {
    throw InputError(fmt::format("{}: {}", path, errno != 0 ? std::strerror(errno) : "cannot be read"));
  }
}

}  // namespace dns_cares_tool
