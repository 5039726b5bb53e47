// What a lookup must end with, by rule, when servers play faults.
#pragma once

#include <vector>

#include "faults.h"

namespace dns_cares_test {

// The faults that one server plays to one question, in turn, the last one for ever. nullptr: the right reply.
using Script = std::vector<const Fault *>;

// For kAnything: any status that servers can bring about.
inline constexpr int kAnyStatus = -2;
bool is_as_expected(int status, int expected);

// The status of the RRset when servers with these scripts are asked in this order, each `tries` times.
int expected_status(const std::vector<Script> &servers, int tries, bool by_tcp);

// Of a lookup of both families.
int expected_status_of_both(int v6, int v4);

}  // namespace dns_cares_test
