// One line of the input, taken apart.
#pragma once

#include <cstddef>
#include <string>

namespace dns_cares_tool {

struct Line {
  std::string name;         // without the blanks around it
  std::string fields;       // what follows the first tab, as it is
  bool has_fields = false;  // a tab was there
  bool is_cut = false;      // there was more of it than LineReader::kLongest
  bool unreadable = false;  // that, or the name has a NUL
  std::size_t file = 0;     // which of the files; of no meaning if `number` is 0
  std::size_t number = 0;   // in its file, from 1; 0: the name is of the command line
};

}  // namespace dns_cares_tool
