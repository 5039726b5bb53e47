// How the lookup of one line ended: what a format has to write about. Valid while the callback of the lookup runs.
#pragma once

#include <dns_cares/inspect.h>

#include <string>

#include "line.h"

namespace dns_cares_tool {

struct Outcome {
  const Line &line;
  std::string place;  // of the line, for a malformed name: "line 3"; else ""
  int status;
  const addrinfo *addresses;    // null unless DNS_OK
  const dns_result_info *info;  // null: the library was not asked
  double seconds;               // from the start of the lookup
};

}  // namespace dns_cares_tool
