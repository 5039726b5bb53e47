// How the lookup of one line ended: what a format has to write about. Valid while the callback of the lookup runs.
#pragma once

#include <dns_cares/inspect.h>
#include <dns_cares/records.h>
#include <dns_cares/service.h>

#include <string>
#include <vector>

#include "line.h"

namespace dns_cares_tool {

struct Outcome {
  const Line &line;
  std::string place = {};  // of the line, for a malformed name: "line 3"; else ""
  int status;
  const addrinfo *addresses = nullptr;           // null unless DNS_OK
  std::vector<const dns_record *> records = {};  // also of a line of which not all was answered
  const dns_endpoint *endpoints = nullptr;       // null unless DNS_OK
  const dns_result_info *info = nullptr;         // null: the library was not asked
  double seconds = 0;                            // from the start of the lookup
};

}  // namespace dns_cares_tool
