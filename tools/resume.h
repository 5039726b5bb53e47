// Where a run that was stopped is to go on.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "format.h"

namespace dns_cares_tool {

struct Resumption {
  bool has_header = false;          // or there is none to be
  std::size_t results = 0;          // that are there already, and whole
  std::optional<std::string> name;  // which the last of them is about; nothing if it does not say
};

// Reads what a stopped run has written to the file, and cuts off a last line that is not whole. Throws OutputError.
Resumption resume_after(int fd, const std::string &path, const Format &format, bool with_header);

}  // namespace dns_cares_tool
