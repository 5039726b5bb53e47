// The numbers of a run for programs: --stats and --prometheus.
#pragma once

#include <dns_cares/inspect.h>

#include <string>

#include "tally.h"

namespace dns_cares_tool {

// One JSON object. `library`: what the contexts of all threads have counted.
std::string stats_as_json(const Tally &tally, const dns_stats &library);

// The text exposition format of Prometheus, for its node exporter's textfile collector.
std::string stats_for_prometheus(const Tally &tally);

// Adds up what two contexts have counted.
void add_stats(dns_stats &sum, const dns_stats &other);

}  // namespace dns_cares_tool
